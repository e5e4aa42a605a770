//! The statuses that the functions of the C ABI return.

use crate::ErrorKind;

/// Success.
pub const ARGUS_MQTT_OK: i32 = 0;

/// An argument is invalid: NULL where a value is required, text that is not UTF-8, or a length, topic, camera,
/// payload or number out of range. The message names the argument. Nothing was done.
pub const ARGUS_MQTT_INVALID_ARGUMENT: i32 = 1;

/// The settings are invalid. The message names each setting, its value, and what is allowed. Nothing was changed.
pub const ARGUS_MQTT_INVALID_SETTINGS: i32 = 2;

/// The queue is full, and nothing in it may be dropped to make room for the new message, which was not accepted.
pub const ARGUS_MQTT_QUEUE_FULL: i32 = 3;

/// The awaited event did not happen within timeout_ms.
pub const ARGUS_MQTT_TIMEOUT: i32 = 4;

/// The broker, or TLS, refuses the client for a reason that waiting cannot cure, such as a wrong password or a
/// certificate that does not match. The message says which. The client keeps trying, at long intervals.
pub const ARGUS_MQTT_REFUSED: i32 = 5;

/// Another thread is shutting the client down, so the call is no longer possible.
pub const ARGUS_MQTT_SHUT_DOWN: i32 = 6;

/// An outcome: the message expired before it could be sent, and was not sent.
pub const ARGUS_MQTT_EXPIRED: i32 = 7;

/// An outcome: the message was dropped from the queue; the error message says why.
pub const ARGUS_MQTT_DROPPED: i32 = 8;

/// An outcome: the message cannot be delivered to this broker; the error message says why.
pub const ARGUS_MQTT_REJECTED: i32 = 9;

/// An outcome: the message had been sent but not acknowledged when the client was shut down. It may have arrived.
pub const ARGUS_MQTT_UNKNOWN: i32 = 10;

/// The operating system refused a resource, such as a thread or memory. The message says which.
pub const ARGUS_MQTT_SYSTEM: i32 = 11;

/// A defect of the library. Include the message in a bug report, and shut the client down: it may no longer work.
pub const ARGUS_MQTT_INTERNAL: i32 = 12;

/// An outcome: the message was a state, and a newer state of the same topic, or argus_mqtt_forget_state(), replaced it
/// before it was delivered.
pub const ARGUS_MQTT_SUPERSEDED: i32 = 13;

/// The handle is not that of a client of this process: it is 0, was never issued, or has been shut down.
pub const ARGUS_MQTT_INVALID_HANDLE: i32 = 20;

/// The client belongs to the process that this one was forked from. Connect a new client in this process.
pub const ARGUS_MQTT_FORKED: i32 = 21;

/// The buffer is too small for the text and its NUL. Only the required length was written, not the text.
pub const ARGUS_MQTT_BUFFER_TOO_SMALL: i32 = 22;

/// Another thread is using the client at this moment, and the call is one that does not wait for it. Nothing was done.
pub const ARGUS_MQTT_WOULD_BLOCK: i32 = 23;

// The numbers above are literals because they are read for the header; here they are held to those of Rust.
const _: () = {
    assert!(ARGUS_MQTT_INVALID_ARGUMENT == ErrorKind::InvalidArgument as i32);
    assert!(ARGUS_MQTT_INVALID_SETTINGS == ErrorKind::InvalidSettings as i32);
    assert!(ARGUS_MQTT_QUEUE_FULL == ErrorKind::QueueFull as i32);
    assert!(ARGUS_MQTT_TIMEOUT == ErrorKind::Timeout as i32);
    assert!(ARGUS_MQTT_REFUSED == ErrorKind::Refused as i32);
    assert!(ARGUS_MQTT_SHUT_DOWN == ErrorKind::ShutDown as i32);
    assert!(ARGUS_MQTT_EXPIRED == ErrorKind::Expired as i32);
    assert!(ARGUS_MQTT_DROPPED == ErrorKind::Dropped as i32);
    assert!(ARGUS_MQTT_REJECTED == ErrorKind::Rejected as i32);
    assert!(ARGUS_MQTT_UNKNOWN == ErrorKind::Unknown as i32);
    assert!(ARGUS_MQTT_SYSTEM == ErrorKind::System as i32);
    assert!(ARGUS_MQTT_INTERNAL == ErrorKind::Internal as i32);
    assert!(ARGUS_MQTT_SUPERSEDED == ErrorKind::Superseded as i32);
};
