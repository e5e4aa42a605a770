//! What became of many messages at once.

use super::boundary::boundary;
use super::delivery::argus_mqtt_delivery;
use super::error::{argus_mqtt_error, Failure};
use super::handle::{self, argus_mqtt_client};
use super::output::{put, put_cut, required};
use super::status_code::{ARGUS_MQTT_INVALID_ARGUMENT, ARGUS_MQTT_OK};
use crate::Outcome;
use std::ffi::c_char;
use std::ptr;
use std::time::Duration;

/// The size of the reason in an argus_mqtt_outcome, in bytes, including the NUL.
pub const ARGUS_MQTT_REASON_SIZE: usize = 244;

/// The outcome of one message. Owned by the caller; nothing in it has to be freed.
#[repr(C)]
pub struct argus_mqtt_outcome {
    /// The delivery of the message. It is consumed.
    pub delivery: argus_mqtt_delivery,
    /// The status that argus_mqtt_delivery_wait() would have returned: ARGUS_MQTT_OK, ARGUS_MQTT_EXPIRED,
    /// ARGUS_MQTT_DROPPED, ARGUS_MQTT_REJECTED, ARGUS_MQTT_UNKNOWN or ARGUS_MQTT_SUPERSEDED.
    pub outcome: i32,
    /// Why it was not delivered, for a person. UTF-8, always ends in NUL; empty after ARGUS_MQTT_OK. A text that is too
    /// long ends in "...".
    pub reason: [c_char; ARGUS_MQTT_REASON_SIZE],
}

/// Takes the outcomes of many messages at once: waits until there is at least one, and writes those that are available,
/// at most capacity, to outcomes, in the order in which the messages ended.
///
/// These are the outcomes of messages that were published with a delivery which was neither consumed nor reported by a
/// notice. Each delivery is consumed, so argus_mqtt_delivery_wait() no longer accepts it. Outcomes can be taken while
/// the client shuts down, and after that until argus_mqtt_close().
///
/// The first call selects ARGUS_MQTT_NOTICE_OUTCOMES alone, unless argus_mqtt_open_notices() was called or notices were
/// read before. With ARGUS_MQTT_NOTICE_OUTCOMES the descriptor of argus_mqtt_notice_fd() is readable as long as there
/// is an outcome to take.
///
/// Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Any thread.
///
/// outcomes has room for capacity elements, and need not be initialised. *count_out is how many were written.
///
/// Returns:
/// - ARGUS_MQTT_OK: outcomes holds *count_out outcomes.
/// - ARGUS_MQTT_TIMEOUT: no message ended meanwhile.
/// - ARGUS_MQTT_SHUT_DOWN: the client is closed, and every outcome has been taken.
/// - ARGUS_MQTT_INVALID_ARGUMENT: outcomes or count_out is NULL, or capacity is 0.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_next_outcomes(
    client: argus_mqtt_client,
    timeout_ms: u64,
    outcomes: *mut argus_mqtt_outcome,
    capacity: usize,
    count_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            // All of it before anything is taken, which would be lost.
            let outcomes = required("outcomes", outcomes)?;
            let count_out = required("count_out", count_out)?;
            if capacity == 0 {
                return Err(Failure::new(
                    ARGUS_MQTT_INVALID_ARGUMENT,
                    "capacity 0: must be at least 1",
                ));
            }
            let taken = client.next_outcomes(capacity, Duration::from_millis(timeout_ms))?;
            let count = taken.len();
            for (index, (delivery, outcome)) in taken.into_iter().enumerate() {
                put_outcome(outcomes.add(index), delivery, outcome);
            }
            put(count_out, count);
            Ok(())
        })
    }
}

/// # Safety
/// `output` is valid for a write. It need not be aligned.
unsafe fn put_outcome(output: *mut argus_mqtt_outcome, delivery: u64, outcome: Outcome) {
    let (status, reason) = match outcome.into_result() {
        Ok(()) => (ARGUS_MQTT_OK, String::new()),
        Err(error) => (error.kind() as i32, error.to_string()),
    };
    // SAFETY: by the caller's promise; the reason stays within its field.
    unsafe {
        ptr::addr_of_mut!((*output).delivery).write_unaligned(delivery);
        ptr::addr_of_mut!((*output).outcome).write_unaligned(status);
        let field = ptr::addr_of_mut!((*output).reason);
        put_cut(field.cast(), ARGUS_MQTT_REASON_SIZE, &reason);
    }
}
