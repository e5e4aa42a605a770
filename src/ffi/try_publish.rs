//! Handing messages over without waiting for another thread, for bindings of languages that have a lock of their own.

use super::boundary::boundary;
use super::delivery::argus_mqtt_delivery;
use super::error::{argus_mqtt_error, Failure};
use super::handle::{self, argus_mqtt_client};
use super::output::put;
use super::publish_options::{self, argus_mqtt_publish_options};
use super::status_code::ARGUS_MQTT_WOULD_BLOCK;
use super::text::{payload, text};
use crate::client::Client;
use std::ffi::{c_char, c_void};

/// Queues an event as argus_mqtt_publish_event() does, but gives up at once if another thread is using the client.
///
/// For a caller that holds a lock which other threads need, such as the global lock of an interpreter: the call waits
/// for no other lock, so it is short enough to be made while that lock is held. After ARGUS_MQTT_WOULD_BLOCK, release
/// the lock and call argus_mqtt_publish_event().
///
/// forget is a delivery whose outcome is no longer of interest, or 0. It is forgotten before the event is queued, as by
/// argus_mqtt_delivery_forget(), which saves a call for each message. If the status is not ARGUS_MQTT_OK, it may not
/// have been forgotten: forget it again, which is harmless.
///
/// The other arguments are those of argus_mqtt_publish_event().
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
/// - ARGUS_MQTT_WOULD_BLOCK: not accepted; another thread is using the client at this moment.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
/// - Every other status of argus_mqtt_publish_event(), for the same reasons.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_try_publish_event(
    client: argus_mqtt_client,
    camera: *const c_char,
    event: *const c_void,
    event_len: usize,
    forget: argus_mqtt_delivery,
    delivery_out: *mut argus_mqtt_delivery,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            hand_over(client, forget, delivery_out, |client, track, forget| {
                let camera = text("camera", camera)?;
                let event = payload("event", event, event_len)?;
                Ok(client.try_enqueue_event(camera, event, track, forget)?)
            })
        })
    }
}

/// Queues a message as argus_mqtt_publish() does, but gives up at once if another thread is using the client.
///
/// See argus_mqtt_try_publish_event(), also for forget. The other arguments are those of argus_mqtt_publish().
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
/// - ARGUS_MQTT_WOULD_BLOCK: not accepted; another thread is using the client at this moment.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
/// - Every other status of argus_mqtt_publish(), for the same reasons.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_try_publish(
    client: argus_mqtt_client,
    topic: *const c_char,
    payload: *const c_void,
    payload_len: usize,
    options: *const argus_mqtt_publish_options,
    forget: argus_mqtt_delivery,
    delivery_out: *mut argus_mqtt_delivery,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            hand_over(client, forget, delivery_out, |client, track, forget| {
                let topic = text("topic", topic)?;
                let given = publish_options::read(options)?;
                let payload = self::payload("payload", payload, payload_len)?;
                Ok(client.try_enqueue(topic, payload, given.options(), track, forget)?)
            })
        })
    }
}

/// Publishes the state of a topic as argus_mqtt_publish_state() does, but gives up at once if another thread is using the
/// client.
///
/// See argus_mqtt_try_publish_event(), also for forget. The other arguments are those of argus_mqtt_publish_state().
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
/// - ARGUS_MQTT_WOULD_BLOCK: not accepted; another thread is using the client at this moment.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
/// - Every other status of argus_mqtt_publish_state(), for the same reasons.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_try_publish_state(
    client: argus_mqtt_client,
    topic: *const c_char,
    payload: *const c_void,
    payload_len: usize,
    forget: argus_mqtt_delivery,
    delivery_out: *mut argus_mqtt_delivery,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            hand_over(client, forget, delivery_out, |client, track, forget| {
                let topic = text("topic", topic)?;
                let payload = self::payload("payload", payload, payload_len)?;
                Ok(client.try_enqueue_state(topic, payload, track, forget)?)
            })
        })
    }
}

/// Deletes the state of a topic as argus_mqtt_forget_state() does, but gives up at once if another thread is using the
/// client.
///
/// See argus_mqtt_try_publish_event(), also for forget. The other arguments are those of argus_mqtt_forget_state().
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
/// - ARGUS_MQTT_WOULD_BLOCK: not accepted; another thread is using the client at this moment.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
/// - Every other status of argus_mqtt_forget_state(), for the same reasons.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_try_forget_state(
    client: argus_mqtt_client,
    topic: *const c_char,
    forget: argus_mqtt_delivery,
    delivery_out: *mut argus_mqtt_delivery,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            hand_over(client, forget, delivery_out, |client, track, forget| {
                let topic = text("topic", topic)?;
                Ok(client.try_enqueue_clearing(topic, track, forget)?)
            })
        })
    }
}

/// Hands a message over by `enqueue`, which is told whether its outcome is wanted and what to forget before; it gives no
/// id if another thread has the lock.
///
/// # Safety
/// `delivery_out` is NULL or valid for writes.
unsafe fn hand_over(
    client: argus_mqtt_client,
    forget: argus_mqtt_delivery,
    delivery_out: *mut argus_mqtt_delivery,
    enqueue: impl FnOnce(&Client, bool, Option<u64>) -> Result<Option<u64>, Failure>,
) -> Result<(), Failure> {
    let client = handle::try_find(client)?.ok_or_else(busy)?;
    let forget = (forget != 0).then_some(forget);
    let id = enqueue(&client, !delivery_out.is_null(), forget)?;
    // SAFETY: by the caller's promise.
    unsafe { put(delivery_out, id.ok_or_else(busy)?) };
    Ok(())
}

fn busy() -> Failure {
    Failure::new(
        ARGUS_MQTT_WOULD_BLOCK,
        "another thread is using the client: call the function that waits for it",
    )
}
