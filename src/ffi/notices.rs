//! Reading what happens to a client.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::handle::{self, argus_mqtt_client};
use super::output::{check_buffer, put, put_json, required};
use crate::NoticeKinds;
use std::ffi::{c_char, c_int};
use std::os::fd::AsRawFd;
use std::time::Duration;

/// A kind of notice, for argus_mqtt_open_notices(): changes of the state of the client.
pub const ARGUS_MQTT_NOTICE_STATES: u32 = 1;

/// A kind of notice: outcomes of messages, one notice each from argus_mqtt_next_notice(). Cannot be combined with
/// ARGUS_MQTT_NOTICE_OUTCOMES.
pub const ARGUS_MQTT_NOTICE_DELIVERIES: u32 = 2;

/// A kind of notice: log lines.
pub const ARGUS_MQTT_NOTICE_LOG: u32 = 4;

/// Outcomes of messages, not as notices but for argus_mqtt_next_outcomes(), many at a time.
pub const ARGUS_MQTT_NOTICE_OUTCOMES: u32 = 8;

// The numbers above are literals because they are read for the header; here they are held to those of Rust.
const _: () = {
    assert!(ARGUS_MQTT_NOTICE_STATES == NoticeKinds::STATES.bits());
    assert!(ARGUS_MQTT_NOTICE_DELIVERIES == NoticeKinds::DELIVERIES.bits());
    assert!(ARGUS_MQTT_NOTICE_LOG == NoticeKinds::LOG.bits());
    assert!(ARGUS_MQTT_NOTICE_OUTCOMES == NoticeKinds::OUTCOMES.bits());
};

/// Selects the kinds of notices from now on, for argus_mqtt_next_notice(), argus_mqtt_next_outcomes() and the
/// descriptor of argus_mqtt_notice_fd(). Other kinds are not recorded, and notices of them that have not been read are
/// dropped.
///
/// kinds is a sum of ARGUS_MQTT_NOTICE_STATES, ARGUS_MQTT_NOTICE_LOG and either ARGUS_MQTT_NOTICE_DELIVERIES or
/// ARGUS_MQTT_NOTICE_OUTCOMES; 0 selects nothing. A program that selects states first receives the current state.
///
/// May be called again at any time. Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: these kinds are selected.
/// - ARGUS_MQTT_INVALID_ARGUMENT: kinds is not such a sum. Nothing was changed.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_open_notices(
    client: argus_mqtt_client,
    kinds: u32,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: error is NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            Ok(client.open_notices(NoticeKinds::try_from(kinds)?)?)
        })
    }
}

/// Waits for the next notice of a client, and writes it to buffer, as JSON that ends in NUL.
///
/// The JSON is one object. Later versions may add fields and kinds. Its field "kind" is one of these:
/// - "state": the state of the client changed. "state" is one of those of argus_mqtt_status(), "reason" the last
///   failure in plain words or null. The first notice gives the state at the time of the first call.
/// - "delivery": the message whose delivery is the number "delivery" has an outcome, and its delivery was neither
///   consumed nor forgotten. "outcome" is "delivered", "expired", "dropped", "rejected", "superseded" or "unknown";
///   "reason" is there for "dropped" and "rejected". The delivery must still be consumed, with
///   argus_mqtt_delivery_wait() or argus_mqtt_delivery_forget().
/// - "log": a log line. "level" is "info", "warning" or "error", "text" one sentence, without any password.
/// - "missed": "count" states and log lines were dropped before the next notice because they were not read in time.
///
/// The first call selects states, deliveries and log lines, unless argus_mqtt_open_notices() was called; a program that
/// never reads notices has no cost. Up to 1024 states and log lines are kept for a slow reader; deliveries are kept
/// until they are read. Several threads may read: each notice goes to one of them.
///
/// Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Returns early when the
/// client is closed and every notice has been read. Any thread.
///
/// buffer has room for capacity bytes; 2048 are usually enough. length_out may be NULL. On ARGUS_MQTT_OK and
/// ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL.
///
/// Returns:
/// - ARGUS_MQTT_OK: buffer holds the text.
/// - ARGUS_MQTT_TIMEOUT: there was no notice within the timeout.
/// - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is unchanged, and the notice is still the next one.
/// - ARGUS_MQTT_SHUT_DOWN: the client is closed, and nothing is left to read.
/// - ARGUS_MQTT_INVALID_ARGUMENT: buffer is NULL, and capacity is not 0.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_next_notice(
    client: argus_mqtt_client,
    timeout_ms: u64,
    buffer: *mut c_char,
    capacity: usize,
    length_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            // Before the wait, which would be in vain.
            check_buffer(buffer, capacity)?;
            client.read_notice(Duration::from_millis(timeout_ms), |notice| {
                put_json("a notice", &notice, buffer, capacity, length_out)
            })
        })
    }
}

/// Gives a file descriptor that is readable exactly while argus_mqtt_next_notice(), or with ARGUS_MQTT_NOTICE_OUTCOMES
/// argus_mqtt_next_outcomes(), has something to give, for poll(), select() and event loops.
///
/// The first call selects the same kinds as argus_mqtt_next_notice(), unless argus_mqtt_open_notices() was called.
///
/// It belongs to the client, is the same at every call, and is closed with the client: remove it from the event loop
/// before argus_mqtt_shutdown() or argus_mqtt_close(). Only wait on it: never read from it, write to it or close it.
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: fd_out holds the descriptor.
/// - ARGUS_MQTT_INVALID_ARGUMENT: fd_out is NULL.
/// - ARGUS_MQTT_SYSTEM: this process has no file descriptor left.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_notice_fd(
    client: argus_mqtt_client,
    fd_out: *mut c_int,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let fd_out = required("fd_out", fd_out)?;
            let fd = client.notice_fd()?.as_raw_fd();
            put(fd_out, fd);
            Ok(())
        })
    }
}
