//! From text, and what other formats give, to the fields of an object.

use super::faults::whole;
use crate::fault::{Fault, FaultCode};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;

/// The fields of the object that the text is, and a fault for each that is there more than once: the later value
/// would silently win. Values of the text appear in no fault.
pub(super) fn fields(text: &str) -> Result<(Map<String, Value>, Vec<Fault>), Fault> {
    // Some editors put a byte order mark first, which JSON lets a reader ignore (RFC 8259, section 8.1).
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(whole(FaultCode::NotJson, "the text is empty"));
    }
    let not_json = |error: serde_json::Error| {
        let what = format!("the text is not valid JSON: {error}");
        whole(FaultCode::NotJson, &what)
    };
    // An error of the type would quote the value; so that is looked at first.
    object(serde_json::from_str(text).map_err(not_json)?)?;
    let fields: Fields = serde_json::from_str(text).map_err(not_json)?;
    let faults = fields.faults();
    Ok((fields.fields, faults))
}

/// The fields of an object.
pub(super) fn object(value: Value) -> Result<Map<String, Value>, Fault> {
    match value {
        Value::Object(fields) => Ok(fields),
        other => Err(whole(
            FaultCode::NotAnObject,
            &format!("{} instead of an object", kind(&other)),
        )),
    }
}

/// What a value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The fields of an object, and the names that it holds more than once.
pub(crate) struct Fields {
    pub(crate) fields: Map<String, Value>,
    pub(crate) repeated: BTreeSet<String>,
}

impl Fields {
    pub(super) fn faults(&self) -> Vec<Fault> {
        let fault = |name: &String| {
            Fault::new(
                name,
                FaultCode::Repeated,
                None,
                "is given more than once; keep one",
            )
        };
        self.repeated.iter().map(fault).collect()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    // serde's own words would quote the text, which may be a URL with a password.
    fn visit_str<E: Error>(self, _: &str) -> Result<Fields, E> {
        Err(E::custom("must be an object, not text"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let (mut fields, mut repeated) = (Map::new(), BTreeSet::new());
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if fields.insert(name.clone(), value).is_some() {
                repeated.insert(name);
            }
        }
        Ok(Fields { fields, repeated })
    }
}
