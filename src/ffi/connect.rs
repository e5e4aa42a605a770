//! Connecting, waiting until online, new settings, and attempts on demand.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::handle::{self, argus_mqtt_client};
use super::output::{put, required};
use super::text::text;
use super::{fork, signals};
use crate::{Client, Settings};
use std::ffi::c_char;
use std::time::Duration;

/// Creates a client, which starts to connect on a thread of its own.
///
/// settings_json is one JSON object; {"broker_host": "localhost"} is enough. argus_mqtt_settings_check() gives all
/// settings with their defaults, and argus_mqtt_settings_schema() describes them. The text is copied.
///
/// Does not wait for the broker, which argus_mqtt_wait_online() does, but reads the files that the settings name.
/// Never blocks otherwise. Any thread. Messages may be published at once, and are sent when the connection is
/// established. In a forked child the client belongs to the child.
///
/// The client is owned by the caller until argus_mqtt_shutdown(). If the process ends without calling it, the broker
/// publishes the will, so that the availability topic still becomes offline.
///
/// Returns:
/// - ARGUS_MQTT_OK: *client_out is the new client.
/// - ARGUS_MQTT_INVALID_ARGUMENT: settings_json or client_out is NULL, or the text is not UTF-8.
/// - ARGUS_MQTT_INVALID_SETTINGS: the message names every fault, or as many as there is room for;
///   argus_mqtt_settings_check() gives all of them.
/// - ARGUS_MQTT_SYSTEM: no thread could be started, no file descriptor is left, or the process has 65,536 clients
///   already.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_connect(
    settings_json: *const c_char,
    client_out: *mut argus_mqtt_client,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client_out = required("client_out", client_out)?;
            let settings = Settings::from_json(text("settings_json", settings_json)?)?;
            fork::watch()?;
            let client = signals::with_all_blocked(|| Client::connect(settings))?;
            put(client_out, handle::insert(client)?);
            Ok(())
        })
    }
}

/// Waits until the client is online: the broker has acknowledged the birth message on the availability topic.
///
/// Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Returns early when
/// waiting cannot help, and when another thread shuts the client down. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: it is online now. If it loses the connection later, it reconnects by itself.
/// - ARGUS_MQTT_TIMEOUT: it is not online yet. The message says why, and the client keeps trying.
/// - ARGUS_MQTT_REFUSED: the broker, or TLS, refuses the client for a reason that waiting cannot cure. The message says
///   which. The client keeps trying, at long intervals.
/// - ARGUS_MQTT_SHUT_DOWN: another thread shut the client down meanwhile.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_wait_online(
    client: argus_mqtt_client,
    timeout_ms: u64,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: error is NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            Ok(client.wait_online(Duration::from_millis(timeout_ms))?)
        })
    }
}

/// Waits until the number of changes between online and not online is larger than known, and gives that number.
///
/// The number is odd while the client is online: connection n, counted from 1, begins with change 2 * n - 1 and ends
/// with change 2 * n. A thread that passes 0 first, and then the number that it received last, learns of every
/// connection, however late it asks. The changes have the same order as the results of argus_mqtt_wait_online() and the
/// notices of states.
///
/// Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Returns early, with
/// *changes_out equal to known, after argus_mqtt_interrupt_wait(). Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: *changes_out is the number.
/// - ARGUS_MQTT_TIMEOUT: the number is still equal to known.
/// - ARGUS_MQTT_SHUT_DOWN: the client is closed, and known is the number of the last change.
/// - ARGUS_MQTT_INVALID_ARGUMENT: changes_out is NULL.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_wait_online_change(
    client: argus_mqtt_client,
    known: u64,
    timeout_ms: u64,
    changes_out: *mut u64,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let changes_out = required("changes_out", changes_out)?;
            let timeout = Duration::from_millis(timeout_ms);
            put(changes_out, client.wait_online_change(known, timeout)?);
            Ok(())
        })
    }
}

/// Ends the argus_mqtt_wait_online_change() in which another thread waits, or the next one if none does: for a thread
/// that has other work as well.
///
/// Never blocks. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: that wait ends.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_interrupt_wait(
    client: argus_mqtt_client,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: error is NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            handle::find(client)?.interrupt_wait();
            Ok(())
        })
    }
}

/// Gives a running client new settings: it publishes the offline message on the old availability topic, connects with
/// the new settings, and keeps the queued messages.
///
/// settings_json is as for argus_mqtt_connect(): all settings, not only those that change. The text is copied.
///
/// Never blocks: the client does it meanwhile; argus_mqtt_wait_online() waits for the new connection. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: the new settings are in force.
/// - ARGUS_MQTT_INVALID_ARGUMENT: settings_json is NULL or not UTF-8. Nothing was changed.
/// - ARGUS_MQTT_INVALID_SETTINGS: the message names the faults. Nothing was changed.
/// - ARGUS_MQTT_SHUT_DOWN: another thread shut the client down meanwhile.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_reconfigure(
    client: argus_mqtt_client,
    settings_json: *const c_char,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let settings = Settings::from_json(text("settings_json", settings_json)?)?;
            Ok(signals::with_all_blocked(|| client.reconfigure(settings))?)
        })
    }
}

/// Tries to connect immediately instead of after the pause, and resets the pauses to the shortest. An open connection
/// is kept; what the broker refused on it, such as the birth message, is tried again.
///
/// Use it when the user has fixed a problem, or when the program knows that the network is back.
/// argus_mqtt_reconfigure() with the settings in force does not ask for an attempt.
///
/// Never blocks: the client does it meanwhile; argus_mqtt_wait_online() waits for the connection. Any thread.
///
/// Returns:
/// - ARGUS_MQTT_OK: the attempt is made now, or one is under way, or the client is connected.
/// - ARGUS_MQTT_SHUT_DOWN: the client is being shut down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_reconnect(
    client: argus_mqtt_client,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: error is NULL or valid for this call, as the header demands.
    unsafe { boundary(error, || Ok(handle::find(client)?.reconnect()?)) }
}
