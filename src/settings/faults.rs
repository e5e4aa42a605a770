//! What is wrong with settings.

use crate::error::{Error, ErrorKind};
use crate::topic::quote;
use serde::Serialize;
use serde_json::Value;

/// One thing that is wrong with settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Fault {
    /// The name of the field; `settings` when it is none in particular.
    pub(super) field: String,
    /// The value as JSON, cut short; `None` where there is none or where it may be a secret.
    pub(super) value: Option<String>,
    /// Names the field, the value and what would be right.
    pub(super) message: String,
}

/// The field of a fault that is none of one field.
const WHOLE: &str = "settings";

impl Fault {
    /// A fault of a value. `what` begins with the value as [`show`] gives it, or says why it is not shown.
    pub(super) fn new(field: &str, value: Option<String>, what: &str) -> Self {
        Fault {
            field: field.into(),
            value,
            message: match field.bytes().all(|c| c.is_ascii_lowercase() || c == b'_')
                && field.len() < 40
            {
                true => format!("{field}: {what}"),
                false => format!("{}: {what}", quote(field)),
            },
        }
    }

    /// A fault of the settings as a whole.
    pub(super) fn whole(what: &str) -> Self {
        Fault::new(
            WHOLE,
            None,
            &format!(
                "{what}; they are one JSON object such as {{\"broker_host\": \"192.168.1.10\"}}"
            ),
        )
    }
}

/// A value for a message, as JSON. What is inside a list or object is not shown: it is out of place, and may be
/// anything.
pub(super) fn show(value: &Value) -> Option<String> {
    match value {
        Value::Array(_) | Value::Object(_) => None,
        Value::String(text) => Some(quote(text)),
        other => Some(other.to_string()),
    }
}

/// All faults as one error.
pub(super) fn error(faults: &[Fault]) -> Error {
    let message = match faults {
        [only] => only.message.clone(),
        _ => {
            let numbered: Vec<_> = (1..)
                .zip(faults)
                .map(|(number, fault)| format!("({number}) {}", fault.message))
                .collect();
            format!(
                "{} faults in the settings: {}",
                faults.len(),
                numbered.join(" ")
            )
        }
    };
    Error::new(ErrorKind::InvalidSettings, message)
}
