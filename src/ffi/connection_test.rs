//! Testing a connection in the background.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::handle::{self, argus_mqtt_connection_test};
use super::output::{check_buffer, put, put_json, required};
use super::signals;
use super::text::text;
use crate::{ConnectionTest, Settings};
use std::ffi::{c_char, c_int};
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

/// Starts a test of a connection, as argus_mqtt_test_connection() makes it, and returns immediately: for a program that
/// must not block, such as an event loop.
///
/// Wait until the descriptor of argus_mqtt_connection_test_fd() is readable, fetch the report with
/// argus_mqtt_connection_test_report() and a timeout of 0, and end the test with argus_mqtt_connection_test_end().
///
/// The test takes at most timeout_ms milliseconds. It runs on a thread of the library. Never blocks. Any thread, also in
/// a forked child.
///
/// settings_json is as for argus_mqtt_connect(). *test_out is the test.
///
/// Returns:
/// - ARGUS_MQTT_OK: the test is running. End it with argus_mqtt_connection_test_end().
/// - ARGUS_MQTT_INVALID_ARGUMENT: settings_json is NULL or not UTF-8, or test_out is NULL.
/// - ARGUS_MQTT_INVALID_SETTINGS: the message names the faults. Nothing was started.
/// - ARGUS_MQTT_SYSTEM: no thread could be started, no file descriptor is left, or there are too many tests.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_connection_test_begin(
    settings_json: *const c_char,
    timeout_ms: u64,
    test_out: *mut argus_mqtt_connection_test,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let settings = text("settings_json", settings_json)?;
            let test_out = required("test_out", test_out)?;
            let settings = Settings::from_json(settings)?;
            let timeout = Duration::from_millis(timeout_ms);
            let test = signals::with_all_blocked(|| ConnectionTest::begin(settings, timeout))?;
            put(test_out, handle::insert_test(test)?);
            Ok(())
        })
    }
}

/// Gives a file descriptor that becomes readable when the report of a test is available, for poll(), select() and event
/// loops.
///
/// It belongs to the test and is valid until argus_mqtt_connection_test_end(). Only wait for it: never read from it,
/// write to it or close it.
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: *fd_out is the descriptor.
/// - ARGUS_MQTT_INVALID_ARGUMENT: fd_out is NULL.
/// - ARGUS_MQTT_INVALID_HANDLE: test is not a connection test of this process.
/// - ARGUS_MQTT_FORKED: test belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_connection_test_fd(
    test: argus_mqtt_connection_test,
    fd_out: *mut c_int,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let test = handle::find_test(test)?;
            put(required("fd_out", fd_out)?, test.as_fd().as_raw_fd());
            Ok(())
        })
    }
}

/// Waits for the report of a test and writes it to buffer, as JSON that ends in NUL. It is the report of
/// argus_mqtt_test_connection(), and stays available until argus_mqtt_connection_test_end().
///
/// Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits until the test has ended.
/// Any thread.
///
/// buffer has room for capacity bytes; 16384 are usually enough. length_out may be NULL. On ARGUS_MQTT_OK and
/// ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL.
///
/// Returns:
/// - ARGUS_MQTT_OK: buffer holds the report, whatever it says.
/// - ARGUS_MQTT_TIMEOUT: the test is still running.
/// - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is as it was.
/// - ARGUS_MQTT_INVALID_ARGUMENT: buffer is NULL and capacity is not 0.
/// - ARGUS_MQTT_INVALID_HANDLE: test is not a connection test of this process.
/// - ARGUS_MQTT_FORKED: test belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_connection_test_report(
    test: argus_mqtt_connection_test,
    timeout_ms: u64,
    buffer: *mut c_char,
    capacity: usize,
    length_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let test = handle::find_test(test)?;
            check_buffer(buffer, capacity)?;
            let report = test.report(Duration::from_millis(timeout_ms))?;
            put_json("a report", &report, buffer, capacity, length_out)
        })
    }
}

/// Ends a test, which is no longer valid then. One that is running stops soon, and its report is lost; it disturbs
/// nothing on the broker.
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: it was ended.
/// - ARGUS_MQTT_INVALID_HANDLE: test is not a connection test of this process.
/// - ARGUS_MQTT_FORKED: test belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_connection_test_end(
    test: argus_mqtt_connection_test,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            handle::find_test(test)?;
            handle::remove(test);
            Ok(())
        })
    }
}
