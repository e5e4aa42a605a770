//! What a client is doing.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::handle::{self, argus_mqtt_client};
use super::output::put_json;
use std::ffi::c_char;

/// Writes the status of the client to buffer, as JSON that ends in NUL.
///
/// The JSON is one object, without a password. Later versions may add fields to these:
/// - "state": "waiting" for the next attempt to connect, "connecting", "connected" but not yet online, "online",
///   "refused" for a reason that waiting can't cure, "shutting_down" or "closed".
/// - "protocol": "5", "3.1.1", or null while there is no connection; "protocol_reason": why this one.
/// - "broker": "host:port"; "client_id"; "availability_topic".
/// - "online_for_seconds": for how long it has been online, or null.
/// - "last_online_unix_seconds": when it was last online, in seconds since 1970-01-01T00:00:00Z; the current time while
///   it is online, or null if it never was.
/// - "last_error": the last thing that went wrong, in plain words, or null.
/// - "next_attempt_in_seconds", or null; "reconnect_attempt": attempts in a row that failed; "connection_attempts": how
///   often it has tried to connect, and "connections": how often a connection was made.
/// - "queued", "queued_bytes", "oldest_age_seconds" (or null): the messages that wait to be sent; "in_flight": those
///   that were sent and not acknowledged; "states", "states_bytes": the states that are remembered; "outcomes_kept":
///   the outcomes that nobody has fetched yet.
/// - "counters": how many messages were "accepted", "delivered", "expired", "dropped_queue_full", "dropped_shutdown",
///   "dropped_no_subscriber", "superseded", "rejected", "unknown", "refused_queue_full" and "resent"; "states_left_out",
///   which messages named and which did not go before them; "guard_repairs" of the availability topic; and
///   "ignored_acknowledgements", which a broker sent unexpectedly, or twice.
/// - "acknowledgement_seconds": how long brokers took to acknowledge messages of QoS 1, as a histogram in the form of
///   Prometheus: "buckets", each with "le", its bound in seconds from 0.001 to 10, and "count", how many took at most
///   that long; "count" of all, and "sum_seconds". Like the counters, it continues with new settings.
/// - "topics_without_subscriber": topics to which nobody was subscribed at the last publication, if an MQTT 5 broker
///   reports it; at most 100.
/// - "limits", or null: what the broker allows, "receive_maximum", "maximum_packet_size", "maximum_qos",
///   "retain_available" and "server_keep_alive_seconds"; and "certificate_valid_until", over TLS the day on which the
///   certificate of the broker expires, such as "2026-01-31", otherwise null.
/// - "warnings": a list of texts for a person; "version": of the library.
///
/// buffer has room for capacity bytes; 8192 are usually enough. NULL and 0 ask for the length only. length_out may be
/// NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL. The text can
/// be longer the next time.
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: buffer holds the text.
/// - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is unchanged.
/// - ARGUS_MQTT_INVALID_ARGUMENT: buffer is NULL, and capacity is not 0.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_status(
    client: argus_mqtt_client,
    buffer: *mut c_char,
    capacity: usize,
    length_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let status = handle::find(client)?.status();
            put_json("the status", &status, buffer, capacity, length_out)
        })
    }
}
