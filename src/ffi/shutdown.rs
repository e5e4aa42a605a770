//! The end of a client.

use super::boundary::boundary;
use super::error::{argus_mqtt_error, Failure};
use super::handle::{self, argus_mqtt_client};
use super::output::put;
use super::status_code::ARGUS_MQTT_TIMEOUT;
use std::time::Duration;

/// Ends a client in good order: accepts nothing more, delivers what is queued, says offline, and disconnects.
///
/// Blocks for at most timeout_ms milliseconds, and returns as soon as all is done; 5000 is a good value. The last part
/// of the time is kept for the offline message, ahead of what is still queued. Any thread.
///
/// client is consumed: after ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is no client any more. While the call lasts, other
/// threads still learn what becomes of their messages, and what else they ask for gets ARGUS_MQTT_SHUT_DOWN.
///
/// left_out may be NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is the number of messages that were not delivered
/// because of the shutdown.
///
/// Returns:
/// - ARGUS_MQTT_OK: every message had ended, and the broker acknowledged the offline message.
/// - ARGUS_MQTT_TIMEOUT: not all of that happened in time; the message says what did not. If the offline message was
///   not acknowledged, the connection was left in such a way that the broker publishes it by itself.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down already. This call changed nothing.
/// - ARGUS_MQTT_INVALID_HANDLE: client is no client of this process; it was perhaps shut down before.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process, which is not disturbed.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_shutdown(
    client: argus_mqtt_client,
    timeout_ms: u64,
    left_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let report = handle::find(client)?.shutdown(Duration::from_millis(timeout_ms))?;
            // Only now, so that threads that wait for a delivery get its outcome.
            handle::remove(client);
            put(left_out, report.left);
            match (report.left, report.offline_acknowledged) {
                (0, true) => Ok(()),
                (left, acknowledged) => Err(unfinished(left, acknowledged)),
            }
        })
    }
}

fn unfinished(left: usize, offline_acknowledged: bool) -> Failure {
    let offline = if offline_acknowledged {
        "the broker acknowledged the offline message"
    } else {
        "the broker did not acknowledge the offline message"
    };
    Failure::new(
        ARGUS_MQTT_TIMEOUT,
        format!("shut down, but {left} messages were not delivered, and {offline}"),
    )
}
