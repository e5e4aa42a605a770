//! Cameras in Home Assistant: which there are.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::handle::{self, argus_mqtt_client};
use super::text::text;
use crate::home_assistant::{Camera, System};
use std::ffi::c_char;

/// Announces the system to Home Assistant, or changes its announcement: a device with a connectivity sensor, to which
/// the devices of the cameras belong. Without this call the system has the defaults below, and appears with the first
/// camera. This function and those below publish states, as argus_mqtt_publish_state() does: a broker that has lost
/// them receives them again.
///
/// system_json is a JSON object with these fields, all of which are optional; null stands for the default:
/// - "name" ("ArgusAI"), "manufacturer" ("ArgusAI"), "model" ("Camera system"), "sw_version": texts to display.
/// - "url", "support_url": http or https URLs of its web page, and of the page where its users find help.
/// - "diagnostics" (false): whether it has diagnostic sensors, which argus_mqtt_publish_diagnostics() updates. They are
///   disabled in Home Assistant until a user enables them.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted.
/// - ARGUS_MQTT_INVALID_ARGUMENT: system_json is not as described above; the message says why.
/// - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_announce_system(
    client: argus_mqtt_client,
    system_json: *const c_char,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let system = System::from_json(text("system_json", system_json)?)?;
            Ok(client.announce_system(system)?)
        })
    }
}

/// Announces a camera to Home Assistant, or changes its announcement: a device with its entities. It starts as online
/// and without activity, whatever its state was before a crash. From now on argus_mqtt_publish_event() with its id
/// updates all of its entities.
///
/// camera_json is a JSON object with these fields, of which only "id" is required; null stands for the default:
/// - "id": the name of the camera in topics, one topic level of at most 128 bytes, with at least one character that can be
///   seen.
/// - "name" (its id), "model", "serial_number", "hw_version": texts to display.
/// - "doorbell" (false): whether it has an event entity for the doorbell.
/// - "area": the area that Home Assistant suggests for it.
/// - "url": the http or https URL of its web page, without a user name and password: everyone who may read the broker
///   sees it.
/// - "source_type": the type of its video source, such as "rtsp"; an attribute of its status.
/// - "snapshots" (false): whether pictures of its events are published. Everyone who may subscribe to their topic can
///   see them.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted.
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera_json is not as described above, or the camera would share an id or a topic with
///   another one; the message says which.
/// - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_announce_camera(
    client: argus_mqtt_client,
    camera_json: *const c_char,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let camera = Camera::from_json(text("camera_json", camera_json)?)?;
            Ok(client.announce_camera(camera)?)
        })
    }
}

/// Disables a camera without removing it: its status is offline, it has no activity, and Home Assistant keeps its
/// entities and what the user customized. argus_mqtt_publish_camera_status() enables it again.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted.
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced.
/// - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_disable_camera(
    client: argus_mqtt_client,
    camera: *const c_char,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let camera = text("camera", camera)?;
            Ok(client.disable_camera(camera)?)
        })
    }
}

/// Removes a camera and all its retained messages from the broker, immediately or as soon as there is a connection.
/// Home Assistant removes its entities, and with them what the user customized.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted.
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_remove_camera(
    client: argus_mqtt_client,
    camera: *const c_char,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let camera = text("camera", camera)?;
            Ok(client.remove_camera(camera)?)
        })
    }
}
