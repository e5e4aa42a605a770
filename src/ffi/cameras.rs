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

/// Makes the system known to Home Assistant, or changes what was said of it: a device with a sensor of the connection, which
/// the devices of the cameras belong to. Without this call the system has the defaults below, and appears with the first
/// camera. What Home Assistant is told, here and by the functions below, are states, as with argus_mqtt_publish_state():
/// they come back to a broker that has lost its memory.
///
/// system_json is a JSON object of these fields, all of which may be missing:
/// - "name" ("ArgusAI"), "manufacturer" ("ArgusAI"), "model" ("Camera system"), "sw_version": texts for people.
/// - "url", "support_url": http or https URLs of its page, and of where its users find help.
/// - "diagnostics" (false): whether there are sensors that argus_mqtt_publish_diagnostics() feeds. Home Assistant shows
///   them once a person enables them.
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

/// Announces a camera to Home Assistant, or changes what was announced of it: a device with its entities. At first it is
/// online and has no activity, whatever was said of it before a crash. From now on argus_mqtt_publish_event() with its id
/// feeds all of its entities.
///
/// camera_json is a JSON object of these fields, of which only "id" must be there:
/// - "id": what its topics are named by, one level of a topic, at most 128 bytes.
/// - "name" (its id), "model", "serial_number", "hw_version": texts for people.
/// - "doorbell" (false): whether it has an entity for rings.
/// - "area": the area of the home that Home Assistant suggests for it.
/// - "url": its page, an http or https URL.
/// - "source_type": where its pictures come from, such as "rtsp"; an attribute of its status.
/// - "snapshots" (false): whether pictures of its events are published, which whoever may read the broker sees.
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

/// Disables a camera, which stays announced: it is offline and has no activity, and Home Assistant keeps what the user
/// changed about it. argus_mqtt_publish_camera_status() enables it.
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

/// Removes a camera and all that the broker keeps of it, at once or as soon as there is a connection. Home Assistant forgets
/// its entities, with what the user changed about them.
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

/// Says how it goes with a camera: its event, activity and detection are available in Home Assistant while it is online.
///
/// status is "online" ("connected" and "starting" mean the same), "offline" ("disconnected"), or anything else for
/// unavailable. source_type says where its pictures come from, such as "rtsp"; NULL leaves it as it is.
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

/// Says how many events of a camera there were today and this week. The caller counts, and so decides in which time zone a
/// day ends and on which day a week begins. Home Assistant takes a smaller number for a new count.
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

/// Says whether something moves before a camera: is_active is 1 or 0. An event says that something does; that it has ended is
/// said by this alone.
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

/// Says what the last event of a camera was when it is not news, as at a start of the program.
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

/// Says the picture of the last event of a camera that was announced with "snapshots". Publish it before its event.
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

/// Says how many messages of this client wait and were dropped, and which version of MQTT it uses, for the sensors of a system
/// that was announced with "diagnostics". Does nothing for one that was not.
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

/// Finds what this library once announced to Home Assistant for a system with these settings, and what no announced camera
/// has any more, left by a crash or an earlier version, and clears it. What others announced, and other systems, is left
/// alone.
///
/// Announce all cameras before: whatever is not announced is taken for such a ghost.
///
/// What the broker keeps is read on a connection of its own, whose client id is that of the settings and "-find".
///
/// Blocks until the broker has sent all, which takes a second or more, but for at most timeout_ms milliseconds, after
/// which what was found is cleared; UINT64_MAX waits forever. Any thread.
///
/// cleared_out may be NULL. On ARGUS_MQTT_OK it is how many entities were cleared.
///
/// Returns:
/// - ARGUS_MQTT_OK: all ghosts that were found are being cleared.
/// - ARGUS_MQTT_REFUSED: the broker refuses the login or the subscription; the message says why, and what to do.
/// - ARGUS_MQTT_TIMEOUT: it can't be reached in time; the message says why, and what to do.
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
