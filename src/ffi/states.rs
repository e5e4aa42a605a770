//! What is to stand at the broker for good.

use super::boundary::boundary;
use super::delivery::argus_mqtt_delivery;
use super::error::argus_mqtt_error;
use super::handle::{self, argus_mqtt_client};
use super::output::put;
use super::text::{payload, text};
use std::ffi::{c_char, c_void};

/// Publishes the state of a topic: a retained message, with QoS 1 and without an expiry. The client remembers it until
/// the next state of the topic or argus_mqtt_forget_state(), and publishes it again after each connect, ahead of
/// everything that is queued, so that a broker that has lost it receives it again.
///
/// While it waits to be sent, the next state of the same topic replaces it: a thousand updates during an outage are one
/// message. The order between states of different topics is not guaranteed.
///
/// topic is an MQTT topic name: not empty, and without '+', '#' and control characters. payload is payload_len bytes of
/// any kind, at least 1. Both are copied.
///
/// delivery_out may be NULL if the outcome is of no interest. Otherwise pass *delivery_out to
/// argus_mqtt_delivery_wait() or argus_mqtt_delivery_forget(); until then, its outcome takes up room in the queue.
///
/// States do not count against the limits of the queue, but have limits of their own: 10,000 topics, and 64 MiB in
/// total, in which each state counts with its topic, its payload and 512 bytes.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
/// - ARGUS_MQTT_INVALID_ARGUMENT: topic or payload is not as described above; the message says which and why.
/// - ARGUS_MQTT_QUEUE_FULL: not accepted; there is no room for another state. The previous state of the topic remains.
/// - ARGUS_MQTT_SHUT_DOWN: not accepted; another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_SYSTEM: no memory for the copy.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_publish_state(
    client: argus_mqtt_client,
    topic: *const c_char,
    payload: *const c_void,
    payload_len: usize,
    delivery_out: *mut argus_mqtt_delivery,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let topic = text("topic", topic)?;
            let payload = self::payload("payload", payload, payload_len)?;
            let id = client.enqueue_state(topic, payload, !delivery_out.is_null())?;
            put(delivery_out, id);
            Ok(())
        })
    }
}

/// Deletes the state of a topic: the client no longer remembers it, and the message that the broker retains there is
/// deleted, immediately or as soon as there is a connection, whichever client published it.
///
/// topic is as for argus_mqtt_publish_state(), and is copied.
///
/// delivery_out may be NULL if the outcome is of no interest. Otherwise pass *delivery_out to
/// argus_mqtt_delivery_wait() or argus_mqtt_delivery_forget(); until then, its outcome takes up room in the queue.
///
/// It is never refused for lack of room for states: if more than 10,000 topics wait to be deleted, the oldest of these
/// is dropped.
///
/// Never blocks, and does not wait for the network. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
/// - ARGUS_MQTT_INVALID_ARGUMENT: topic is not as described above; the message says why.
/// - ARGUS_MQTT_QUEUE_FULL: not accepted; there are as many outcomes that nobody has fetched as the queue may hold
///   messages. Does not happen if delivery_out is NULL.
/// - ARGUS_MQTT_SHUT_DOWN: not accepted; another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_forget_state(
    client: argus_mqtt_client,
    topic: *const c_char,
    delivery_out: *mut argus_mqtt_delivery,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let topic = text("topic", topic)?;
            let id = client.enqueue_clearing(topic, !delivery_out.is_null())?;
            put(delivery_out, id);
            Ok(())
        })
    }
}
