//! Reading what happens to a client.

use super::boundary::boundary;
use super::error::{argus_mqtt_error, Failure};
use super::handle::{self, argus_mqtt_client};
use super::output::{check_buffer, put, put_text, required};
use super::status_code::ARGUS_MQTT_INTERNAL;
use std::ffi::{c_char, c_int};
use std::os::fd::AsRawFd;
use std::time::Duration;

/// Waits for the next notice of a client, and writes it to buffer, as JSON that ends in NUL.
///
/// The JSON is one object. Later versions may add fields and kinds. Its field "kind" is one of these:
/// - "state": the state of the client changed. "state" is one of those of argus_mqtt_status(), "reason" the last failure
///   in plain words or null. The first notice of all gives the state when the reading began.
/// - "delivery": the message with the number "delivery" has an outcome, and its delivery was neither consumed nor
///   forgotten. "outcome" is "delivered", "expired", "dropped", "rejected" or "unknown"; "reason" is there for "dropped"
///   and "rejected". The delivery is still to be consumed, with argus_mqtt_delivery_wait() or
///   argus_mqtt_delivery_forget().
/// - "log": a line for a log. "level" is "info", "warning" or "error", "text" one sentence, without any password.
/// - "missed": "count" states and log lines were dropped before the next one, because nobody read them in time.
///
/// The first call begins to take notes; a program that never reads pays nothing. Up to 1024 states and log lines wait
/// for a slow reader; deliveries wait as long as it takes. Several threads may read: each notice is for one of them.
///
/// Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Returns early when
/// another thread shuts the client down and all is read. Any thread.
///
/// buffer has room for capacity bytes; 2048 are usually enough. length_out may be NULL. On ARGUS_MQTT_OK and
/// ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL.
///
/// Returns:
/// - ARGUS_MQTT_OK: buffer holds the text.
/// - ARGUS_MQTT_TIMEOUT: there was no notice in time.
/// - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is unchanged, and the notice is still the next one.
/// - ARGUS_MQTT_SHUT_DOWN: the client was shut down during the call, and nothing is left to read.
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
                let json = serde_json::to_string(&notice).map_err(|fault| {
                    Failure::new(ARGUS_MQTT_INTERNAL, format!("a notice as JSON: {fault}"))
                })?;
                put_text(&json, buffer, capacity, length_out)
            })
        })
    }
}

/// Gives a file descriptor that is readable as long as argus_mqtt_next_notice() has something to give, for poll(),
/// select() and event loops.
///
/// It belongs to the client, is the same at every call, and is closed at the end of the client: take it out of the event
/// loop before argus_mqtt_shutdown(). Only wait on it: never read from it, write to it or close it.
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
