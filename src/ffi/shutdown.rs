//! The end of a client.

use super::boundary::boundary;
use super::error::{argus_mqtt_error, Failure};
use super::handle::{self, argus_mqtt_client};
use super::output::put;
use super::status_code::ARGUS_MQTT_TIMEOUT;
use crate::ShutdownReport;
use std::time::Duration;

/// Shuts a client down gracefully: accepts no more messages, delivers what is queued, publishes the offline message,
/// and disconnects.
///
/// Blocks for at most timeout_ms milliseconds, and returns as soon as everything is done; 5000 is a good value. The
/// last part of the time is reserved for the offline message, ahead of what is still queued. Any thread.
///
/// client is consumed: after ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is no longer valid. During the call, other threads
/// still receive the outcomes of their messages; their other calls get ARGUS_MQTT_SHUT_DOWN.
///
/// left_out may be NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is the number of messages that were not delivered
/// because of the shutdown.
///
/// Returns:
/// - ARGUS_MQTT_OK: every message had an outcome, and the broker acknowledged the offline message.
/// - ARGUS_MQTT_TIMEOUT: not all of that happened in time; the message says what did not. If the offline message was
///   not acknowledged, the connection was closed in such a way that the broker publishes it as the will.
/// - ARGUS_MQTT_SHUT_DOWN: a shutdown has begun already, by another thread or by argus_mqtt_shutdown_begin(). This call
///   changed nothing; argus_mqtt_close() waits for the end of it.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process; it may have been shut down before.
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
            put_report(left_out, report)
        })
    }
}

/// Begins to shut a client down gracefully, as argus_mqtt_shutdown() does, and returns at once: for a single-threaded
/// program or an event loop that wants to learn the outcome of every message.
///
/// The client accepts no more messages, and has timeout_ms milliseconds to deliver what is queued and to publish the
/// offline message; 5000 is a good value. The shutdown is complete when the state is "closed", which a notice reports;
/// every message then has an outcome. Until argus_mqtt_close(), even after that, outcomes, notices, the descriptor and
/// the status remain available; all other calls get ARGUS_MQTT_SHUT_DOWN.
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: the shutdown has begun. client must still be passed to argus_mqtt_close().
/// - ARGUS_MQTT_SHUT_DOWN: a shutdown had begun before. This call changed nothing.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process, which is not disturbed.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_shutdown_begin(
    client: argus_mqtt_client,
    timeout_ms: u64,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: error is NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            Ok(handle::find(client)?.begin_shutdown(Duration::from_millis(timeout_ms))?)
        })
    }
}

/// Closes a client after argus_mqtt_shutdown_begin(): waits for the end of that shutdown, and gives messages that have
/// no outcome by then their last one. Without a shutdown that has begun it does not wait: queued messages are dropped,
/// and the broker publishes the will.
///
/// Blocks for at most timeout_ms milliseconds; 0 closes without waiting, UINT64_MAX waits for the shutdown, which has
/// its own timeout. Any thread.
///
/// client is consumed: after ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is no longer valid, and outcomes that were not
/// taken are gone.
///
/// left_out may be NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is the number of messages that were not delivered
/// because of the shutdown.
///
/// Returns:
/// - ARGUS_MQTT_OK: every message had an outcome, and the broker acknowledged the offline message.
/// - ARGUS_MQTT_TIMEOUT: not all of that happened in time; the message says what did not. If the offline message was
///   not acknowledged, the connection was closed in such a way that the broker publishes it as the will.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process; it may have been closed before.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process, which is not disturbed.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_close(
    client: argus_mqtt_client,
    timeout_ms: u64,
    left_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let report = handle::find(client)?.close(Duration::from_millis(timeout_ms))?;
            handle::remove(client);
            put_report(left_out, report)
        })
    }
}

/// # Safety
/// `left_out` is NULL or valid for a write.
unsafe fn put_report(left_out: *mut usize, report: ShutdownReport) -> Result<(), Failure> {
    // SAFETY: by the caller's promise.
    unsafe { put(left_out, report.left) };
    match (report.left, report.offline_acknowledged) {
        (0, true) => Ok(()),
        (left, acknowledged) => Err(unfinished(left, acknowledged)),
    }
}

fn unfinished(left: usize, offline_acknowledged: bool) -> Failure {
    let messages = match left {
        0 => None,
        1 => Some("1 message was not delivered".to_owned()),
        _ => Some(format!("{left} messages were not delivered")),
    };
    let offline = (!offline_acknowledged).then(|| {
        "the broker did not acknowledge the offline message; if there was a connection, it publishes the will instead"
            .to_owned()
    });
    let what: Vec<_> = messages.into_iter().chain(offline).collect();
    Failure::new(
        ARGUS_MQTT_TIMEOUT,
        format!("the client was shut down, but {}", what.join(", and ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_did_not_happen_is_told() {
        for (left, acknowledged, says) in [
            (
                0,
                false,
                "but the broker did not acknowledge the offline message",
            ),
            (1, true, "but 1 message was not delivered"),
            (
                7,
                false,
                "but 7 messages were not delivered, and the broker did not",
            ),
        ] {
            let message = unfinished(left, acknowledged).message;
            assert!(message.contains(says), "{message}");
            assert!(!message.contains("but 0"), "{message}");
        }
    }
}
