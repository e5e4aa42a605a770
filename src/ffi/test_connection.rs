//! Testing a connection beside every client.

use super::boundary::boundary;
use super::error::{argus_mqtt_error, Failure};
use super::output::{check_buffer, put_json};
use super::signals;
use super::text::text;
use crate::{test_connection, Error, Settings};
use std::ffi::c_char;
use std::time::Duration;

/// Tests whether a client with these settings can connect and publish, and writes a report to buffer, as JSON that ends
/// in NUL: for a settings page.
///
/// Connects as a client with these settings would, publishes one message, subscribes to one topic and disconnects. It
/// ends at the first step that fails. Running clients and their topics are not affected: the client ID is that of the
/// settings followed by "-test", there is no will, and the only topic is {topic_prefix}/connection-test, where nothing
/// is retained.
///
/// The report is one object, without a password. Later versions may add fields, steps and results:
/// - "works": whether no step failed.
/// - "steps": a list of objects. "step" is "name" (look-up), "tcp", "tls", "mqtt" (an MQTT broker answers), "login",
///   "publish" or "subscribe" (each a permission); "result" is "passed", "failed", "unproven" (no sign of a failure,
///   but this broker would not report one), "skipped" (not needed) or "not_reached"; "seconds" is the time that it
///   took, or null; "detail" is a text or null.
/// - "cause" and "remedy" of the step that failed, in plain words, or null.
/// - "protocol": "5", "3.1.1" or null; "protocol_reason"; "limits" as in argus_mqtt_status(), or null.
/// - "certificate", or null without TLS: the certificate that the broker presented, whether or not it is trusted.
///   "subject" and "issuer", such as "CN=broker.example, O=Home"; "is_self_signed"; "names", a list of the host names
///   that it is valid for; "valid_from" and "valid_until", days such as "2026-01-31"; "fingerprint", which the setting
///   tls_fingerprint takes.
/// - "proves" and "does_not_prove": lists of sentences.
/// - "broker": "host:port"; "client_id" and "topic" of the test; "seconds": how long it took.
///
/// Blocks for at most timeout_ms milliseconds, or slightly longer on a busy machine; 15000 is a good value. Any thread,
/// also in a forked child.
///
/// settings_json is as for argus_mqtt_connect(). buffer has room for capacity bytes; 16384 are usually enough.
/// length_out may be NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its
/// NUL. A report that does not fit is lost, and the next call repeats the test.
///
/// Returns:
/// - ARGUS_MQTT_OK: buffer holds the report, whatever it says.
/// - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is as it was.
/// - ARGUS_MQTT_INVALID_ARGUMENT: settings_json is NULL or not UTF-8, or buffer is NULL and capacity is not 0.
/// - ARGUS_MQTT_INVALID_SETTINGS: the message names the faults. Nothing was tried.
/// - ARGUS_MQTT_SYSTEM: no thread could be started, or no file descriptor is left.
/// - ARGUS_MQTT_INTERNAL: a defect of the library.
#[no_mangle]
pub unsafe extern "C" fn argus_mqtt_test_connection(
    settings_json: *const c_char,
    timeout_ms: u64,
    buffer: *mut c_char,
    capacity: usize,
    length_out: *mut usize,
    error: *mut argus_mqtt_error,
) -> i32 {
    // SAFETY: pointers are NULL or valid for this call, as the header demands.
    unsafe {
        boundary(error, || {
            let settings = text("settings_json", settings_json)?;
            check_buffer(buffer, capacity)?;
            let settings = Settings::from_json(settings)?;
            let timeout = Duration::from_millis(timeout_ms);
            let report = beside(move || test_connection(&settings, timeout))?;
            put_json("a report", &report, buffer, capacity, length_out)
        })
    }
}

/// Calls what connects by itself, on a thread with all signals blocked: the caller's handlers run on the caller's thread
/// meanwhile, and a broker that closes raises no SIGPIPE.
pub(super) fn beside<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Failure> {
    let thread = signals::with_all_blocked(|| {
        std::thread::Builder::new()
            .name("argus-mqtt-test".into())
            .spawn(call)
    });
    let thread = thread.map_err(Error::no_thread)?;
    let result = thread.join().map_err(|panic| Failure::panicked(&*panic))?;
    Ok(result?)
}
