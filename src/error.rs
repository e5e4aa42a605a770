//! The one error type of this library.

use crate::fault::Fault;
use std::fmt;

/// What kind of failure an [`Error`] is. The numbers are those of the C ABI and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorKind {
    /// An argument of this call is not acceptable: a topic, a camera, a payload, a number.
    InvalidArgument = 1,
    /// The settings have faults; the message names every one.
    InvalidSettings = 2,
    /// The outbox is full and what it holds may not be dropped.
    QueueFull = 3,
    /// What was waited for did not happen in time.
    Timeout = 4,
    /// The broker, or TLS, refuses the client for a reason that waiting cannot cure.
    Refused = 5,
    /// The client is shut down, or being shut down.
    ShutDown = 6,
    /// The message expired before it could be delivered.
    Expired = 7,
    /// The message was dropped from the outbox; the message says why.
    Dropped = 8,
    /// The message can't be delivered to this broker; the message says why.
    Rejected = 9,
    /// The message was sent but not acknowledged when the client was shut down; it may have arrived.
    Unknown = 10,
    /// The operating system refused a resource, such as a thread.
    System = 11,
    /// A defect of this library.
    Internal = 12,
    /// The message was a state, and a newer one of the same topic took its place.
    Superseded = 13,
}

/// A failure, with a message for a person: it names the field or argument, its value and the remedy.
///
/// No message contains a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    faults: Vec<Fault>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            faults: Vec::new(),
        }
    }

    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::InvalidArgument, message)
    }

    /// The system gives no thread.
    pub(crate) fn no_thread(error: std::io::Error) -> Self {
        Error::new(ErrorKind::System, no_thread(&error))
    }

    /// The system gives no file descriptor, which was meant for something.
    pub(crate) fn no_descriptor(what_for: &str, error: &std::io::Error) -> Self {
        Error::new(ErrorKind::System, no_descriptor(what_for, error))
    }

    pub(crate) fn settings(message: String, faults: Vec<Fault>) -> Self {
        Error {
            faults,
            ..Error::new(ErrorKind::InvalidSettings, message)
        }
    }

    /// Every fault of the settings, if the kind is [`InvalidSettings`](ErrorKind::InvalidSettings); empty otherwise.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

/// The system gives no thread: what a person can do.
pub(crate) fn no_thread(error: &std::io::Error) -> String {
    format!(
        "no thread could be started: {error}; raise the limit of threads of this process (ulimit -u) or of its \
         container, or free memory"
    )
}

/// The system gives no file descriptor: what a person can do.
pub(crate) fn no_descriptor(what_for: &str, error: &std::io::Error) -> String {
    format!("no file descriptor {what_for}: {error}; raise the limit of open files of this process (ulimit -n)")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
