//! Faults of settings, as the reader finds them and as an error tells them.

use crate::error::Error;
use crate::fault::{Fault, FaultCode};
use crate::topic::quote;
use serde_json::Value;

/// What is wrong with a value, in words that follow the value itself.
pub(super) struct Problem {
    pub(super) code: FaultCode,
    pub(super) what: String,
}

impl Problem {
    pub(super) fn new(code: FaultCode, what: impl Into<String>) -> Self {
        let what = what.into();
        Problem { code, what }
    }
}

/// A fault of the settings as a whole, with an example of what they should be.
pub(super) fn whole(code: FaultCode, what: &str) -> Fault {
    let example = r#"{"broker_host": "192.168.1.10"}"#;
    Fault::whole(
        code,
        format!("{what}; settings are one JSON object, such as {example}"),
    )
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
pub(super) fn error(faults: Vec<Fault>) -> Error {
    let message = match &faults[..] {
        [only] => only.to_string(),
        _ => {
            let numbered: Vec<_> = (1..)
                .zip(&faults)
                .map(|(number, fault)| format!("({number}) {fault}"))
                .collect();
            format!(
                "{} faults in the settings: {}",
                faults.len(),
                numbered.join(" ")
            )
        }
    };
    Error::settings(message, faults)
}
