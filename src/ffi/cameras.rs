//! Cameras in Home Assistant.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::handle::{self, argus_mqtt_client};
use super::output::put;
use super::test_connection::beside;
use super::text::{payload, text, text_or_none};
use crate::home_assistant::{Camera, CameraStatus, System};
use crate::Error;
use std::ffi::{c_char, c_void};
use std::time::Duration;

/// Announces the system to Home Assistant, or changes its announcement: a device with a connectivity sensor, to which
/// the devices of the cameras belong. Without this call the system has the defaults below, and appears with the first
/// camera. This function and those below publish states, as argus_mqtt_publish_state() does: a broker that has lost
/// them receives them again.
///
/// system_json is a JSON object with these fields, all of which are optional:
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
/// camera_json is a JSON object with these fields, of which only "id" is required:
/// - "id": the name of the camera in topics, one topic level of at most 128 bytes.
/// - "name" (its id), "model", "serial_number", "hw_version": texts to display.
/// - "doorbell" (false): whether it has an event entity for the doorbell.
/// - "area": the area that Home Assistant suggests for it.
/// - "url": the http or https URL of its web page.
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

/// Publishes the status of a camera: its event, activity and detection entities are available in Home Assistant while
/// it is online.
///
/// status is "online" ("connected" and "starting" mean the same), "offline" ("disconnected"), or anything else for
/// unavailable. source_type is the type of its video source, such as "rtsp"; NULL leaves it unchanged.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted.
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced, or status is NULL.
/// - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_publish_camera_status(
    client: argus_mqtt_client,
    camera: *const c_char,
    status: *const c_char,
    source_type: *const c_char,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let camera = text("camera", camera)?;
            let status = CameraStatus::from_word(text("status", status)?);
            let source_type = text_or_none("source_type", source_type)?;
            Ok(client.publish_camera_status(camera, status, source_type)?)
        })
    }
}

/// Publishes the number of events of a camera today and this week. The caller counts them, and so decides the time zone
/// of the day and the first day of the week. Home Assistant treats a smaller number as the start of a new count.
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
pub unsafe extern "C" fn argus_mqtt_publish_camera_counts(
    client: argus_mqtt_client,
    camera: *const c_char,
    today: u64,
    this_week: u64,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let camera = text("camera", camera)?;
            Ok(client.publish_camera_counts(camera, today, this_week)?)
        })
    }
}

/// Publishes whether a camera detects activity: is_active is 1 or 0. An event sets it to 1; only this function sets it
/// to 0.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted.
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced, or is_active is neither 0 nor 1.
/// - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_publish_camera_activity(
    client: argus_mqtt_client,
    camera: *const c_char,
    is_active: i32,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let camera = text("camera", camera)?;
            let is_active = match is_active {
                0 => false,
                1 => true,
                other => {
                    return Err(
                        Error::argument(format!("is_active {other}: must be 0 or 1")).into(),
                    )
                }
            };
            Ok(client.publish_camera_activity(camera, is_active)?)
        })
    }
}

/// Publishes the last event of a camera without reporting a new one, for example when the program starts.
///
/// event is a JSON object of event_len bytes, as for argus_mqtt_publish_event(), and is copied.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted.
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced, or event is not a JSON object.
/// - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_SYSTEM: no memory for the copy.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_publish_camera_last_event(
    client: argus_mqtt_client,
    camera: *const c_char,
    event: *const c_void,
    event_len: usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let camera = text("camera", camera)?;
            let event = payload("event", event, event_len)?;
            Ok(client.publish_camera_last_event(camera, event)?)
        })
    }
}

/// Publishes the picture of the next event of a camera that was announced with "snapshots". Call it before
/// argus_mqtt_publish_event().
///
/// jpeg is a JPEG of jpeg_len bytes, at most 1 MiB, and is copied.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted.
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced, or was announced without "snapshots", or jpeg is not a JPEG or is too large.
/// - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_SYSTEM: no memory for the copy.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_publish_camera_snapshot(
    client: argus_mqtt_client,
    camera: *const c_char,
    jpeg: *const c_void,
    jpeg_len: usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let camera = text("camera", camera)?;
            let jpeg = payload("jpeg", jpeg, jpeg_len)?;
            Ok(client.publish_camera_snapshot(camera, jpeg)?)
        })
    }
}

/// Publishes how many messages of this client are queued and were dropped, and which version of MQTT it uses, for the
/// sensors of a system that was announced with "diagnostics". Does nothing if it was announced without.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted.
/// - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_publish_diagnostics(
    client: argus_mqtt_client,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            Ok(client.publish_diagnostics()?)
        })
    }
}

/// Finds and removes ghosts: entities that this library announced to Home Assistant for a system with these settings
/// and that no announced camera has, for example after a crash or in an earlier version. Entities of other programs and
/// other systems are not affected.
///
/// Announce all cameras first: every entity of a camera that is not announced is a ghost.
///
/// The retained discovery configs are read on a separate connection, whose client ID is that of the settings followed
/// by "-find".
///
/// Blocks until the broker has sent all of them, which takes a second or more, but for at most timeout_ms milliseconds,
/// after which the ghosts that were found are removed; UINT64_MAX waits forever. Any thread.
///
/// cleared_out may be NULL. On ARGUS_MQTT_OK it is the number of entities that were removed.
///
/// Returns:
/// - ARGUS_MQTT_OK: all ghosts that were found are being removed.
/// - ARGUS_MQTT_REFUSED: the broker refuses the login or the subscription; the message says why, and what to do.
/// - ARGUS_MQTT_TIMEOUT: the broker could not be reached in time; the message says why, and what to do.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_SYSTEM: no thread could be started, or no file descriptor is left.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_clear_ghosts(
    client: argus_mqtt_client,
    timeout_ms: u64,
    cleared_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let timeout = Duration::from_millis(timeout_ms);
            let cleared = beside(move || client.clear_ghosts(timeout))?;
            put(cleared_out, cleared);
            Ok(())
        })
    }
}
