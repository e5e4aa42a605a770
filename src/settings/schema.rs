//! The settings as a JSON Schema, for programs that let people edit them.

use super::table::{Allowed, Default, Field, GROUPS};
use super::value::alternatives;
use serde_json::{json, Map, Value};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

const ABOUT: &str =
    "The settings of a client of argus-mqtt. null stands for the default. What one setting demands of another, and \
     what files hold, is checked by argus_mqtt_settings_check().";

/// The schema of [`Settings::schema`](super::Settings::schema).
pub(super) fn schema() -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for group in GROUPS {
        for field in group.fields {
            properties.insert(field.name.into(), property(field, group.title));
            if matches!(field.default, Default::Required) {
                required.push(field.name);
            }
        }
    }
    let groups: Vec<_> = GROUPS
        .iter()
        .map(|group| {
            let names: Vec<_> = group.fields.iter().map(|field| field.name).collect();
            json!({"title": group.title, "settings": names})
        })
        .collect();
    json!({
        "$schema": DIALECT,
        "title": "Settings of argus-mqtt",
        "description": ABOUT,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "x-groups": groups,
    })
}

fn property(field: &Field, group: &str) -> Value {
    let mut property = rules(field.allowed);
    let mut put = |name: &str, value: Value| property.insert(name.into(), value);
    put("title", field.title.into());
    put("description", field.meaning.into());
    put("x-group", group.into());
    put("x-message", message(field.allowed).into());
    if matches!(field.allowed, Allowed::TopicOrNone) {
        put("x-empty", "none".into());
    }
    match field.default {
        Default::Required => None,
        Default::Derived(words) => put("x-default", words.into()),
        Default::Integer(number) => put("default", number.into()),
        Default::Switch(on) => put("default", on.into()),
        Default::Text(text) => put("default", text.into()),
    };
    if !matches!(field.default, Default::Required) {
        or_null(&mut property);
    }
    Value::Object(property)
}

/// What a value must be, as far as a schema can say it. Lengths are in characters there, and in bytes here: what the
/// schema refuses is refused here too, and not the other way round.
fn rules(allowed: Allowed) -> Map<String, Value> {
    let longest = |longest: usize, more: &str| {
        format!(r#"{{"type": "string", "maxLength": {longest}{more}}}"#)
    };
    let rules = match allowed {
        Allowed::Integer(low, high) => {
            format!(r#"{{"type": "integer", "minimum": {low}, "maximum": {high}}}"#)
        }
        Allowed::ZeroOr(low, high) => format!(
            r#"{{"type": "integer", "minimum": 0, "maximum": {high}, "anyOf": [{{"maximum": 0}}, {{"minimum": {low}}}]}}"#
        ),
        Allowed::Switch => r#"{"type": "boolean"}"#.into(),
        Allowed::Choice(choices) => {
            format!(r#"{{"type": "string", "enum": {}}}"#, json!(choices))
        }
        Allowed::Text(most) | Allowed::Payload(most) => longest(most, ""),
        Allowed::Secret(most) => longest(most, r#", "format": "password", "writeOnly": true"#),
        Allowed::Topic | Allowed::TopicOrNone | Allowed::Pattern | Allowed::StatePattern => {
            r#"{"type": "string", "pattern": "^([^$+#][^+#]*)?$"}"#.into()
        }
        Allowed::Identifier(most) => longest(most, r#", "pattern": "^[0-9A-Za-z_-]*$""#),
        Allowed::Host => r#"{"type": "string", "pattern": "^[0-9A-Za-z._:%\\[\\]-]*$"}"#.into(),
        Allowed::Fingerprint => r#"{"type": "string", "pattern": "^([0-9A-Fa-f]:?)*$"}"#.into(),
        Allowed::PemFile | Allowed::PasswordFile => r#"{"type": "string"}"#.into(),
    };
    // Text takes much less room in the library than the calls that build the same.
    serde_json::from_str(&rules).expect("what is written here is an object")
}

/// Lets null stand for the default, and for a choice the empty text too, which other texts allow anyway.
fn or_null(property: &mut Map<String, Value>) {
    if let Some(kind) = property.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    if let Some(Value::Array(choices)) = property.get_mut("enum") {
        choices.extend([json!(""), Value::Null]);
    }
}

/// What to say of a value that is not allowed; it follows the title, or the name.
fn message(allowed: Allowed) -> String {
    match allowed {
        Allowed::Integer(low, high) => format!("must be a whole number from {low} to {high}"),
        Allowed::ZeroOr(low, high) => {
            format!("must be 0, or a whole number from {low} to {high}")
        }
        Allowed::Switch => "must be true or false".into(),
        Allowed::Choice(choices) => format!("must be {}", alternatives(choices)),
        Allowed::Text(longest) | Allowed::Payload(longest) | Allowed::Secret(longest) => {
            format!("must be text of at most {longest} bytes")
        }
        Allowed::Topic => {
            "must be a topic without the wildcards + and #, and must not start with $".into()
        }
        Allowed::TopicOrNone => {
            "must be a topic without the wildcards + and #, must not start with $, and may be empty for none".into()
        }
        Allowed::Pattern => {
            "must be a topic that contains {camera} once, without the wildcards + and #".into()
        }
        Allowed::StatePattern => {
            "must be a topic that contains {camera} and {state} once each, without the wildcards + and #".into()
        }
        Allowed::Identifier(longest) => {
            format!("must be at most {longest} characters: letters from A to Z, digits, - and _")
        }
        Allowed::Host => {
            "must be a host name or an IP address, without a scheme, port or path".into()
        }
        Allowed::Fingerprint => "must be 64 hexadecimal digits, with or without colons".into(),
        Allowed::PemFile => "must be the path of a readable PEM file".into(),
        Allowed::PasswordFile => "must be the path of a readable text file".into(),
    }
}
