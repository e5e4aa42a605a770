//! Handing messages over.

use super::boundary::boundary;
use super::delivery::argus_mqtt_delivery;
use super::error::argus_mqtt_error;
use super::handle::{self, argus_mqtt_client};
use super::output::put;
use super::publish_options::{self, argus_mqtt_publish_options};
use super::text::{payload, text};
use std::ffi::{c_char, c_void};

/// Queues an event of a camera for delivery, with the topic, QoS, retain flag and expiry from the settings.
///
/// camera is one level of a topic: with at least one character that can be seen, and without '/', '+', '#' and control
/// characters. event is a JSON object, event_len bytes of UTF-8 without a terminating NUL; half of a surrogate pair, a
/// number too large for a double and nesting of more than 1024 levels are refused, because Home Assistant would refuse
/// them. Both are copied.
///
/// delivery_out may be NULL if the outcome is of no interest. Otherwise pass *delivery_out to
/// argus_mqtt_delivery_wait() or argus_mqtt_delivery_forget(); until then, its outcome takes up room in the queue.
///
/// Never blocks, and does not wait for the network. Any thread. Events of one camera arrive in the order in which
/// they were handed over.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera or event is not as described above. The message says where, and what would
///   be right.
/// - ARGUS_MQTT_QUEUE_FULL: not accepted; the settings say refuse_newest, or the event alone is larger than the queue.
/// - ARGUS_MQTT_SHUT_DOWN: not accepted; another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_SYSTEM: no memory for the copy.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_publish_event(
    client: argus_mqtt_client,
    camera: *const c_char,
    event: *const c_void,
    event_len: usize,
    delivery_out: *mut argus_mqtt_delivery,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let camera = text("camera", camera)?;
            let event = payload("event", event, event_len)?;
            let id = client.enqueue_event(camera, event, None, !delivery_out.is_null())?;
            put(delivery_out, id);
            Ok(())
        })
    }
}

/// Queues an event as argus_mqtt_publish_event() does, with its picture, for a camera that was announced with
/// "snapshots". The picture goes before the event, and each of several events in the queue has its own; if there is no
/// room for all of them, the oldest events go without theirs. See argus_mqtt_publish_options.
///
/// jpeg is a JPEG of jpeg_len bytes, at most 1 MiB, and is copied. The other arguments are those of
/// argus_mqtt_publish_event().
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
/// - ARGUS_MQTT_INVALID_ARGUMENT: camera or event is not as for argus_mqtt_publish_event(), or camera is not announced, or
///   was announced without "snapshots", or jpeg is not a JPEG or is too large.
/// - ARGUS_MQTT_QUEUE_FULL: not accepted; the settings say refuse_newest, or the event alone is larger than the queue.
/// - ARGUS_MQTT_SHUT_DOWN: not accepted; another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_SYSTEM: no memory for the copy.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_publish_event_with_snapshot(
    client: argus_mqtt_client,
    camera: *const c_char,
    event: *const c_void,
    event_len: usize,
    jpeg: *const c_void,
    jpeg_len: usize,
    delivery_out: *mut argus_mqtt_delivery,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let camera = text("camera", camera)?;
            let event = payload("event", event, event_len)?;
            let jpeg = payload("jpeg", jpeg, jpeg_len)?;
            let id = client.enqueue_event(camera, event, Some(jpeg), !delivery_out.is_null())?;
            put(delivery_out, id);
            Ok(())
        })
    }
}

/// Queues a message for delivery.
///
/// topic is an MQTT topic name: not empty, and without '+', '#' and control characters. payload is payload_len bytes
/// of any kind; NULL and 0 make an empty payload, which with retain deletes the message that the broker retains for
/// the topic. Both are copied.
///
/// options says how; NULL means QoS 1, not retained, without an expiry.
///
/// delivery_out may be NULL if the outcome is of no interest. Otherwise pass *delivery_out to
/// argus_mqtt_delivery_wait() or argus_mqtt_delivery_forget(); until then, its outcome takes up room in the queue.
///
/// Never blocks, and does not wait for the network. Any thread. Messages of one topic arrive in the order in which
/// they were handed over.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
/// - ARGUS_MQTT_INVALID_ARGUMENT: topic, payload or a field of options is not as described above; the message says
///   which and why. QoS 2 is refused, because it cannot be guaranteed across reconnections.
/// - ARGUS_MQTT_QUEUE_FULL: not accepted; the settings say refuse_newest, or nothing in the queue may be dropped for
///   it, or it alone is larger than the queue.
/// - ARGUS_MQTT_SHUT_DOWN: not accepted; another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_SYSTEM: no memory for the copy.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_publish(
    client: argus_mqtt_client,
    topic: *const c_char,
    payload: *const c_void,
    payload_len: usize,
    options: *const argus_mqtt_publish_options,
    delivery_out: *mut argus_mqtt_delivery,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let topic = text("topic", topic)?;
            let given = publish_options::read(options)?;
            let payload = self::payload("payload", payload, payload_len)?;
            let id = client.enqueue(topic, payload, given.options(), !delivery_out.is_null())?;
            put(delivery_out, id);
            Ok(())
        })
    }
}
