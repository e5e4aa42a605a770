//! Looking at what Home Assistant is told, beside every client.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::output::{check_buffer, put_json};
use super::test_connection::beside;
use super::text::text;
use crate::{find_announced, Settings};
use std::ffi::c_char;
use std::time::Duration;

/// Finds the entities that this library has announced to Home Assistant with the availability_topic of the settings,
/// from the discovery configs that the broker retains, and writes them to buffer, as JSON that ends in NUL.
///
/// It is a list of objects. Later versions may add fields:
/// - "topic": of the config; "unique_id": of the entity.
/// - "device": the identifier of its device, discovery_id_prefix, and for a camera "_" and its id; "device_name".
/// - "is_ghost": whether the entity belongs to none of the cameras; null if cameras_json is NULL.
/// - "state_topics": a list of the topics where the broker may retain what it shows, but for those that one of the
///   cameras uses. argus_mqtt_forget_state() with its topic and with these removes it.
///
/// Running clients are not affected: the client ID is that of the settings followed by "-find", there is no will, and
/// nothing is published.
///
/// Blocks for at most timeout_ms milliseconds, and normally for at least a second, because a broker does not say when
/// it has sent all retained messages; 15000 is a good value. Any thread, also in a forked child.
///
/// settings_json is as for argus_mqtt_connect(). cameras_json is NULL, or an object with "cameras", a list of objects
/// as for argus_mqtt_announce_camera(), and perhaps "system", as for argus_mqtt_announce_system(), without which the
/// entities of the system itself are never ghosts. buffer has room for capacity bytes. length_out may be NULL. On
/// ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL. A list that does not
/// fit is lost, and the next call connects again.
///
/// Returns:
/// - ARGUS_MQTT_OK: buffer holds the list.
/// - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is as it was.
/// - ARGUS_MQTT_INVALID_ARGUMENT: a text is not UTF-8, settings_json or buffer is NULL, or cameras_json is not as above.
/// - ARGUS_MQTT_INVALID_SETTINGS: the message names the faults. Nothing was tried.
/// - ARGUS_MQTT_REFUSED: the broker refuses the login or the subscription; the message says why, and what to do.
/// - ARGUS_MQTT_TIMEOUT: the broker could not be reached in time; the message says why, and what to do.
/// - ARGUS_MQTT_SYSTEM: no thread could be started, or no file descriptor is left.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_find_announced(
    settings_json: *const c_char,
    cameras_json: *const c_char,
    timeout_ms: u64,
    buffer: *mut c_char,
    capacity: usize,
    length_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let settings = text("settings_json", settings_json)?;
            let cameras = match cameras_json.is_null() {
                true => None,
                false => Some(text("cameras_json", cameras_json)?.to_owned()),
            };
            check_buffer(buffer, capacity)?;
            let settings = Settings::from_json(settings)?;
            let timeout = Duration::from_millis(timeout_ms);
            let found = beside(move || find_announced(&settings, cameras.as_deref(), timeout))?;
            put_json("a list", &found, buffer, capacity, length_out)
        })
    }
}
