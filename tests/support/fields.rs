//! Settings as JSON, put together from parts.

use serde_json::Value;

/// These fields, with those of `more` besides or in their place.
#[track_caller]
pub fn with(mut fields: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().expect("the fields are an object") {
        fields[name] = value.clone();
    }
    fields
}
