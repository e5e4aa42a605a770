//! The statuses that the functions of the C ABI return.

use crate::ErrorKind;

/// It worked.
pub const ARGUS_MQTT_OK: i32 = 0;

/// An argument is not acceptable: NULL where something is needed, text that is not UTF-8, a length, topic, camera,
/// payload or number out of its range. The message names the argument. Nothing was done.
pub const ARGUS_MQTT_INVALID_ARGUMENT: i32 = 1;

/// The settings have faults; the message names each field, its value and what would be right. Nothing was changed.
pub const ARGUS_MQTT_INVALID_SETTINGS: i32 = 2;

/// The queue is full, and what it holds may not be dropped for the new message. The new message was not accepted.
pub const ARGUS_MQTT_QUEUE_FULL: i32 = 3;

/// What was waited for did not happen within timeout_ms.
pub const ARGUS_MQTT_TIMEOUT: i32 = 4;

/// The broker, or the way to it, refuses the client for a reason that waiting can't cure, such as a wrong password or
/// a certificate that does not match. The message says which. The client keeps trying, at long intervals.
pub const ARGUS_MQTT_REFUSED: i32 = 5;

/// Another thread is shutting the client down, so this can't be done any more.
pub const ARGUS_MQTT_SHUT_DOWN: i32 = 6;

/// An outcome: the message expired before it could be sent, and was not sent.
pub const ARGUS_MQTT_EXPIRED: i32 = 7;

/// An outcome: the message was dropped from the queue, and the message of the error says why.
pub const ARGUS_MQTT_DROPPED: i32 = 8;

/// An outcome: the message can't be delivered to this broker, and the message of the error says why.
pub const ARGUS_MQTT_REJECTED: i32 = 9;

/// An outcome: the message was on its way when the client shut down. It may have arrived.
pub const ARGUS_MQTT_UNKNOWN: i32 = 10;

/// The operating system refused something that is needed, such as a thread or memory. The message says what.
pub const ARGUS_MQTT_SYSTEM: i32 = 11;

/// A defect of the library. The message is what to put in a bug report. Shut the client down; nothing else is certain
/// to work with it.
pub const ARGUS_MQTT_INTERNAL: i32 = 12;

/// The client is no client of this process: 0, never given out, or already shut down.
pub const ARGUS_MQTT_INVALID_HANDLE: i32 = 20;

/// The client belongs to the process that this one was forked from. Connect a client of this process's own.
pub const ARGUS_MQTT_FORKED: i32 = 21;

/// The buffer is too small for the text and its NUL. Nothing was written to it, only the length that is needed.
pub const ARGUS_MQTT_BUFFER_TOO_SMALL: i32 = 22;

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
};
