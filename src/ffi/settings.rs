//! Checking settings without connecting.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::output::put_text;
use super::text::text;
use crate::Settings;
use std::ffi::c_char;

/// Checks settings without connecting, and writes a report to buffer, as JSON that ends in NUL.
///
/// The report is {"valid": true, "settings": {...}, "notes": [...]}, with every field of the settings, defaults filled
/// in, but the password; or {"valid": false, "faults": [{"field": ..., "value": ..., "message": ...}]}, with every
/// fault, and no password. Files that the settings name are looked at; the network is not touched.
///
/// buffer has room for capacity bytes; 8192 are usually enough. NULL and 0 ask for the length only. length_out may be
/// NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL.
///
/// Never blocks. Any thread, also in a forked child.
///
/// Returns:
/// - ARGUS_MQTT_OK: buffer holds the report, whatever it says.
/// - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is as it was.
/// - ARGUS_MQTT_INVALID_ARGUMENT: settings_json is NULL or not UTF-8, or buffer is NULL and capacity is not 0.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_settings_check(
    settings_json: *const c_char,
    buffer: *mut c_char,
    capacity: usize,
    length_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let report = Settings::check(text("settings_json", settings_json)?);
            put_text(&report, buffer, capacity, length_out)
        })
    }
}
