//! Cameras in Home Assistant: what is left of those that are no more.

use super::boundary::boundary;
use super::error::argus_mqtt_error;
use super::handle::{self, argus_mqtt_client};
use super::output::put;
use super::test_connection::beside;
use std::time::Duration;

/// Finds and removes ghosts: entities that this library announced to Home Assistant for a system with these settings
/// and that no announced camera has, for example after a crash or in an earlier version, with what the broker retains of
/// their states, such as a picture. Entities of other programs and other systems are not affected.
///
/// Announce all cameras first: every entity of a camera that is not announced is a ghost.
///
/// The retained discovery configs are read on a separate connection, whose client ID is that of the settings followed
/// by "-find".
///
/// Blocks until the broker has sent all of them, which takes a second or more, but for at most timeout_ms milliseconds,
/// after which the ghosts that were found are removed; UINT64_MAX waits forever. Any thread.
///
/// cleared_out may be NULL. On ARGUS_MQTT_OK it is the number of entities that were removed.
///
/// Returns:
/// - ARGUS_MQTT_OK: all ghosts that were found are being removed.
/// - ARGUS_MQTT_REFUSED: the broker refuses the login or the subscription; the message says why, and what to do.
/// - ARGUS_MQTT_TIMEOUT: the broker could not be reached in time; the message says why, and what to do.
/// - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
/// - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
/// - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
/// - ARGUS_MQTT_SYSTEM: no thread could be started, or no file descriptor is left.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_clear_ghosts(
    client: argus_mqtt_client,
    timeout_ms: u64,
    cleared_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let client = handle::find(client)?;
            let timeout = Duration::from_millis(timeout_ms);
            let cleared = beside(move || client.clear_ghosts(timeout))?;
            put(cleared_out, cleared);
            Ok(())
        })
    }
}
