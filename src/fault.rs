//! What is wrong with settings, for a program as well as for a person.

use serde::Serialize;
use std::fmt;

/// One thing that is wrong with settings. Displayed, it is the sentence `field: message`.
///
/// Holds no password and nothing of a file's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fault {
    /// The name of the setting; `settings` when it is no setting in particular.
    pub field: String,
    /// What kind of fault it is.
    pub code: FaultCode,
    /// The value as JSON, cut short; `None` where there is none or where it may be a secret.
    pub value: Option<String>,
    /// For a person, without the field's name: the value, what is wrong with it, and what would be right.
    pub message: String,
}

/// The kinds of faults. In JSON, and in Python, they are the names here in snake case, such as `out_of_range`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultCode {
    /// The text is not JSON.
    NotJson,
    /// The JSON is not an object.
    NotAnObject,
    /// There is no setting of this name.
    UnknownSetting,
    /// The setting is given more than once.
    Repeated,
    /// A setting that is required is missing.
    Missing,
    /// The value is of another type, such as text instead of a number.
    WrongType,
    /// The number is below or above its range.
    OutOfRange,
    /// The text has more bytes than its limit.
    TooLong,
    /// The text is none of the choices.
    UnknownChoice,
    /// The text is not a host name or an address.
    InvalidHost,
    /// The text is not a topic name, or not one that is allowed here.
    InvalidTopic,
    /// The text has characters that are not allowed, or is not in the form that the setting has.
    InvalidText,
    /// The value does not go with that of another setting.
    Conflict,
    /// The file cannot be read.
    UnreadableFile,
    /// The file does not hold what it should.
    WrongFileContent,
    /// The private key does not belong to the certificate.
    KeyMismatch,
    /// The library was built without TLS, or the system has no trusted certificates.
    TlsUnavailable,
}

/// The field of a fault that is none of one field.
const WHOLE: &str = "settings";

impl Fault {
    /// A fault of a value. `message` begins with the value, or says why it is not shown.
    pub(crate) fn new(
        field: &str,
        code: FaultCode,
        value: Option<String>,
        message: impl Into<String>,
    ) -> Self {
        Fault {
            field: field.into(),
            code,
            value,
            message: message.into(),
        }
    }

    /// A fault of the settings as a whole.
    pub(crate) fn whole(code: FaultCode, message: impl Into<String>) -> Self {
        Fault::new(WHOLE, code, None, message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}
