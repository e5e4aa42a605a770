//! Cameras in Home Assistant: their states and events.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::handle::{self, argus_mqtt_client};
use super::text::{payload, text, text_or_none};
use crate::home_assistant::CameraStatus;
use crate::Error;
use std::ffi::{c_char, c_void};

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
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced, or status is NULL, or source_type is a URL with a user name or
///   password.
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

/// Publishes the picture of the last event of a camera that was announced with "snapshots", for one that belongs to no
/// event or came after it. Otherwise use argus_mqtt_publish_event_with_snapshot().
///
/// jpeg is a JPEG of jpeg_len bytes, at most 1 MiB, and is copied.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted.
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced, or was announced without "snapshots", or jpeg is not a
///   JPEG or is too large.
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
