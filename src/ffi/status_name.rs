//! The names of the statuses.

use super::status_code::*;
use std::ffi::{c_char, CStr};

/// The name of a status: "ARGUS_MQTT_TIMEOUT" for ARGUS_MQTT_TIMEOUT.
///
/// Returns a text that is never freed and never NULL. For an unknown number, the text says so.
///
/// Never blocks. Any thread, also in a forked child.
#[no_mangle]
pub extern "C" fn argus_mqtt_status_name(status: i32) -> *const c_char {
    let name: &CStr = match status {
        ARGUS_MQTT_OK => c"ARGUS_MQTT_OK",
        ARGUS_MQTT_INVALID_ARGUMENT => c"ARGUS_MQTT_INVALID_ARGUMENT",
        ARGUS_MQTT_INVALID_SETTINGS => c"ARGUS_MQTT_INVALID_SETTINGS",
        ARGUS_MQTT_QUEUE_FULL => c"ARGUS_MQTT_QUEUE_FULL",
        ARGUS_MQTT_TIMEOUT => c"ARGUS_MQTT_TIMEOUT",
        ARGUS_MQTT_REFUSED => c"ARGUS_MQTT_REFUSED",
        ARGUS_MQTT_SHUT_DOWN => c"ARGUS_MQTT_SHUT_DOWN",
        ARGUS_MQTT_EXPIRED => c"ARGUS_MQTT_EXPIRED",
        ARGUS_MQTT_DROPPED => c"ARGUS_MQTT_DROPPED",
        ARGUS_MQTT_REJECTED => c"ARGUS_MQTT_REJECTED",
        ARGUS_MQTT_UNKNOWN => c"ARGUS_MQTT_UNKNOWN",
        ARGUS_MQTT_SYSTEM => c"ARGUS_MQTT_SYSTEM",
        ARGUS_MQTT_INTERNAL => c"ARGUS_MQTT_INTERNAL",
        ARGUS_MQTT_SUPERSEDED => c"ARGUS_MQTT_SUPERSEDED",
        ARGUS_MQTT_INVALID_HANDLE => c"ARGUS_MQTT_INVALID_HANDLE",
        ARGUS_MQTT_FORKED => c"ARGUS_MQTT_FORKED",
        ARGUS_MQTT_BUFFER_TOO_SMALL => c"ARGUS_MQTT_BUFFER_TOO_SMALL",
        ARGUS_MQTT_WOULD_BLOCK => c"ARGUS_MQTT_WOULD_BLOCK",
        _ => c"not a status of argus_mqtt",
    };
    name.as_ptr()
}
