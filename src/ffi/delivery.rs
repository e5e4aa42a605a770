//! What became of the messages.

use super::boundary::boundary;
use super::error::{argus_mqtt_error, Failure};
use super::handle::{self, argus_mqtt_client};
use super::output::put;
use super::status_code::{ARGUS_MQTT_INVALID_ARGUMENT, ARGUS_MQTT_TIMEOUT};
use std::time::Duration;

/// An accepted message whose outcome the program wants to know: a number that has a meaning only together with its
/// client. Zero is never one. Made by the functions that have an argument delivery_out; consumed by
/// argus_mqtt_delivery_wait() if that returns an outcome, by argus_mqtt_next_outcomes(), or by
/// argus_mqtt_delivery_forget(). Any thread may use it.
pub type argus_mqtt_delivery = u64;

/// Waits for the outcome of a message. The status is the outcome.
///
/// Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Returns early when
/// another thread shuts the client down, with the outcome that results from it. Any thread.
///
/// delivery is consumed by an outcome, which the first six statuses below are, and by no other status: an outcome is
/// given once.
///
/// Returns:
/// - ARGUS_MQTT_OK: delivered. QoS 1: the broker acknowledged it. QoS 0: it was written to the network.
/// - ARGUS_MQTT_EXPIRED: it expired before it could be sent, and was not sent.
/// - ARGUS_MQTT_DROPPED: it was dropped from the queue; the message says why.
/// - ARGUS_MQTT_REJECTED: it cannot be delivered to this broker; the message says why.
/// - ARGUS_MQTT_SUPERSEDED: it was a state, and a newer state of the same topic replaced it.
/// - ARGUS_MQTT_UNKNOWN: it had been sent but not acknowledged when the client was shut down. It may have arrived.
/// - ARGUS_MQTT_TIMEOUT: it has no outcome yet. Ask again.
/// - ARGUS_MQTT_INVALID_ARGUMENT: delivery is not one of this client, or was consumed.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_delivery_wait(
    client: argus_mqtt_client,
    delivery: argus_mqtt_delivery,
    timeout_ms: u64,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: error is NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let outcome = client.wait_delivery(delivery, Duration::from_millis(timeout_ms))?;
            Ok(outcome.into_result()?)
        })
    }
}

/// Declares that the outcome of a message is no longer of interest. The message itself is still delivered.
///
/// delivery is consumed. One that is not of this client, or was consumed before, changes nothing.
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: nothing is kept for delivery.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_delivery_forget(
    client: argus_mqtt_client,
    delivery: argus_mqtt_delivery,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: error is NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            handle::find(client)?.forget_deliveries(&[delivery]);
            Ok(())
        })
    }
}

/// Does what argus_mqtt_delivery_forget() does for many deliveries at once.
///
/// deliveries is the address of count numbers, which are read during the call only; NULL and 0 mean none.
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: nothing is kept for any of them.
/// - ARGUS_MQTT_INVALID_ARGUMENT: deliveries is NULL, and count is not 0, or count is larger than 1,000,000. Nothing was
///   forgotten.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_deliveries_forget(
    client: argus_mqtt_client,
    deliveries: *const argus_mqtt_delivery,
    count: usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            client.forget_deliveries(&numbers(deliveries, count)?);
            Ok(())
        })
    }
}

/// More is a length that was never set.
const MOST_NUMBERS: usize = 1_000_000;

/// A copy of the numbers that `pointer` points to.
///
/// # Safety
/// `pointer` is NULL or points to `count` numbers that do not change during the call. It need not be aligned.
unsafe fn numbers(pointer: *const argus_mqtt_delivery, count: usize) -> Result<Vec<u64>, Failure> {
    let fault = match count {
        0 => return Ok(Vec::new()),
        1..=MOST_NUMBERS if pointer.is_null() => {
            format!("deliveries is NULL, but count is {count}: pass both, or NULL and 0")
        }
        1..=MOST_NUMBERS => {
            // SAFETY: by the caller's promise.
            let read = |index| unsafe { pointer.add(index).read_unaligned() };
            return Ok((0..count).map(read).collect());
        }
        _ => format!("count {count}: must be at most {MOST_NUMBERS}"),
    };
    Err(Failure::new(ARGUS_MQTT_INVALID_ARGUMENT, fault))
}

/// Waits until every message accepted so far has an outcome: delivered, expired, dropped, superseded or rejected.
///
/// Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Any thread.
///
/// left_out may be NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is the number of messages without an outcome yet.
///
/// Returns:
/// - ARGUS_MQTT_OK: all have an outcome, not necessarily delivered: argus_mqtt_delivery_wait() returns that of one
///   message, argus_mqtt_status() counts all.
/// - ARGUS_MQTT_TIMEOUT: some have none. They stay queued, and the client keeps delivering them.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_flush(
    client: argus_mqtt_client,
    timeout_ms: u64,
    left_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let timeout = Duration::from_millis(timeout_ms);
            let left = handle::find(client)?.flush(timeout);
            put(left_out, left);
            match left {
                0 => Ok(()),
                _ => Err(unfinished(left, timeout)),
            }
        })
    }
}

fn unfinished(left: usize, timeout: Duration) -> Failure {
    let messages = match left {
        1 => "1 message has".to_owned(),
        _ => format!("{left} messages have"),
    };
    let seconds = timeout.as_secs_f32();
    Failure::new(
        ARGUS_MQTT_TIMEOUT,
        format!("{messages} not ended within {seconds} s; the client keeps delivering"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_ended_is_counted_in_words() {
        let says = |left| unfinished(left, Duration::from_millis(1500)).message;
        assert!(says(1).starts_with("1 message has not ended within 1.5 s"));
        assert!(says(2).starts_with("2 messages have not"));
    }
}
