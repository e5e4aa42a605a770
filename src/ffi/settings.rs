//! Settings without a client: checking them, and what they can be.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::output::put_text;
use super::text::text;
use crate::Settings;
use std::ffi::c_char;

/// Checks settings without connecting, and writes a report to buffer, as JSON that ends in NUL.
///
/// The report is {"valid": true, "settings": {...}, "notes": [...]}, with every setting but the password, defaults
/// filled in, and with notes on values that are valid but probably not intended; or {"valid": false, "faults": [...]},
/// with every fault. No password is in it. Files that the settings name are read; the network is not touched.
///
/// Each fault has "field", the name of the setting, or "settings" for a fault of the text as a whole; "value", which
/// was given, as JSON, or null where there is none or it may hold a secret; "message", which says what is wrong and what
/// would be right; and "code", for programs. "field: message" is the sentence that other functions report. Later
/// versions may add codes to these:
/// - "not_json", "not_an_object": the text is not a JSON object.
/// - "unknown_setting", "repeated", "missing": of the name of a setting.
/// - "wrong_type", "out_of_range", "too_long", "unknown_choice", "invalid_host", "invalid_topic", "invalid_text": of a
///   value.
/// - "conflict": the value is not compatible with that of another setting.
/// - "unreadable_file", "wrong_file_content", "key_mismatch": of a file.
/// - "tls_unavailable": the library was built without TLS, or the system has no trusted certificates.
///
/// buffer has room for capacity bytes; 8192 are usually enough. NULL and 0 ask for the length only. length_out may be
/// NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL.
///
/// Never blocks. Any thread, also in a forked child.
///
/// Returns:
/// - ARGUS_MQTT_OK: buffer holds the report, whatever it says.
/// - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is unchanged.
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

/// Writes a JSON Schema (draft 2020-12) of the settings to buffer, as JSON that ends in NUL: for a page on which people
/// edit them.
///
/// Each property has a title, a description in Markdown, its type and range, and its default if that is always the
/// same. In addition to the keywords of the standard it has "x-group", the title of its group; "x-message", the message
/// for a value that is not allowed; "x-default", the default in words where it depends on other settings; and "x-empty",
/// what an empty text stands for, in words, where that is not the default. "x-groups" is the list of all groups, in
/// their order. argus_mqtt_settings_check() checks more than a schema can express.
///
/// buffer has room for capacity bytes; 32768 are usually enough. NULL and 0 ask for the length only. length_out may be
/// NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL.
///
/// Never blocks. Any thread, also in a forked child.
///
/// Returns:
/// - ARGUS_MQTT_OK: buffer holds the schema, which is the same at every call.
/// - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is unchanged.
/// - ARGUS_MQTT_INVALID_ARGUMENT: buffer is NULL, and capacity is not 0.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_settings_schema(
    buffer: *mut c_char,
    capacity: usize,
    length_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let schema = Settings::schema().to_string();
            put_text(&schema, buffer, capacity, length_out)
        })
    }
}
