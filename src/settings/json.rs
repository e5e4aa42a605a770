//! From text to the fields of a JSON object.

use super::faults::whole;
use crate::fault::{Fault, FaultCode};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;

/// The fields of the object that the text is, and a fault for each that is there more than once: the later value
/// would silently win. Values of the text appear in no fault.
pub(super) fn fields(text: &str) -> Result<(Map<String, Value>, Vec<Fault>), Fault> {
    let fields = object(serde_json::from_str(text).map_err(|e| not_json(&e))?)?;
    let Repeated(repeated) = serde_json::from_str(text).map_err(|e| not_json(&e))?;
    let fault = |name: &String| {
        Fault::new(
            name,
            FaultCode::Repeated,
            None,
            "is given more than once; leave one",
        )
    };
    Ok((fields, repeated.iter().map(fault).collect()))
}

/// The fields of an object.
pub(super) fn object(value: Value) -> Result<Map<String, Value>, Fault> {
    let found = match value {
        Value::Object(fields) => return Ok(fields),
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
    };
    Err(whole(
        FaultCode::NotAnObject,
        &format!("{found} instead of an object"),
    ))
}

fn not_json(error: &serde_json::Error) -> Fault {
    whole(
        FaultCode::NotJson,
        &format!("the text is not valid JSON: {error}"),
    )
}

/// The names that an object holds more than once.
struct Repeated(BTreeSet<String>);

impl<'de> Deserialize<'de> for Repeated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Names)
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Repeated;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Repeated, A::Error> {
        let (mut seen, mut repeated) = (BTreeSet::new(), BTreeSet::new());
        while let Some(name) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            if !seen.insert(name.clone()) {
                repeated.insert(name);
            }
        }
        Ok(Repeated(repeated))
    }
}
