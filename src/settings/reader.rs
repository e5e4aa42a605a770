//! Reads the fields of a JSON object by their table, and gathers every fault.

use super::faults::{show, Fault};
use super::fields::{find, Allowed, Default, Field};
use super::host;
use super::nearest::nearest;
use super::tls::is_pem;
use crate::topic::{name_fault, quote, text_fault};
use serde_json::{Map, Value};
use std::fmt::Debug;
use std::path::PathBuf;

/// A field that is missing or has a fault reads as its default.
pub(super) struct Reader<'a> {
    given: &'a Map<String, Value>,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(given: &'a Map<String, Value>) -> Self {
        // The value isn't shown: it may be a password under a misspelt name.
        let unknown = given.keys().filter(|name| find(name).is_none());
        Reader {
            given,
            faults: unknown
                .map(|name| Fault::new(name, None, &unknown_name(name)))
                .collect(),
        }
    }

    /// Every fault found.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Adds a fault of a value that was read without one. `what` says what is wrong with it, and the remedy.
    pub(super) fn fault(&mut self, name: &str, what: &str) {
        let value = self.value(name).and_then(show);
        let what = match &value {
            Some(shown) => format!("{shown} {what}"),
            None => format!("the default {what}"),
        };
        self.faults.push(Fault::new(name, value, &what));
    }

    /// Whether none of these fields has a fault, so that they can be compared with each other.
    pub(super) fn sound(&self, names: &[&str]) -> bool {
        !self
            .faults
            .iter()
            .any(|fault| names.contains(&fault.field.as_str()))
    }

    pub(super) fn integer<T: TryFrom<u64, Error: Debug>>(&mut self, name: &str) -> T {
        let Default::Integer(default) = field(name).default else {
            unreachable!("{name} has no number as its default")
        };
        self.integer_or(name, default)
    }

    pub(super) fn integer_or<T: TryFrom<u64, Error: Debug>>(
        &mut self,
        name: &str,
        default: u64,
    ) -> T {
        let number = self.read(name, |value, allowed| {
            let Allowed::Integer(low, high) = allowed else {
                unreachable!("{name} is not a number")
            };
            in_range(value, lowest(name, low), high)
        });
        T::try_from(number.unwrap_or(default)).expect("the range in the table fits the type")
    }

    pub(super) fn switch(&mut self, name: &str) -> bool {
        let Default::Switch(default) = field(name).default else {
            unreachable!("{name} is not true or false")
        };
        let read = self.read(name, |value, _| match value {
            Value::Bool(on) => Ok(*on),
            other => Err(wrong_type(other, "true or false, without quotes")),
        });
        read.unwrap_or(default)
    }

    /// A text with a default.
    pub(super) fn text(&mut self, name: &str) -> String {
        let Default::Text(default) = field(name).default else {
            unreachable!("{name} has no text as its default")
        };
        self.optional_text(name).unwrap_or_else(|| default.into())
    }

    /// A text that may be left out.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<String> {
        self.read(name, |value, allowed| match value {
            Value::String(text) => check(text, allowed),
            other => Err(wrong_type(other, &expected_text(allowed))),
        })
    }

    pub(super) fn file(&mut self, name: &str) -> Option<PathBuf> {
        self.optional_text(name).map(PathBuf::from)
    }

    /// The broker's host; empty if it has a fault.
    pub(super) fn host(&mut self, name: &'static str) -> String {
        if self.value(name).is_none() {
            let what = "missing; give the broker's name or address, such as \"192.168.1.10\"";
            self.faults.push(Fault::new(name, None, what));
        }
        self.optional_text(name).unwrap_or_default()
    }

    /// A value that stands for something: `null` and the empty text stand for the default.
    fn value(&self, name: &str) -> Option<&'a Value> {
        self.given
            .get(name)
            .filter(|value| !value.is_null() && *value != "")
    }

    fn read<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value, Allowed) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let allowed = field(name).allowed;
        match read(value, allowed) {
            Ok(read) => Some(read),
            Err(what) => {
                let shown = show(value).filter(|_| may_be_shown(value, allowed));
                let what = match &shown {
                    Some(shown) => format!("{shown} {what}"),
                    None => format!("the value {what}"),
                };
                self.faults.push(Fault::new(name, shown, &what));
                None
            }
        }
    }
}

fn field(name: &str) -> &'static Field {
    find(name).unwrap_or_else(|| unreachable!("{name} is not in the table"))
}

fn unknown_name(name: &str) -> String {
    match nearest(name) {
        (meant, true) => format!("there is no such setting; did you mean {meant}?"),
        (meant, false) => {
            format!("there is no such setting; leave it out (the nearest is {meant})")
        }
    }
}

/// Whether a value that has a fault may stand in a message: not if it is, or contains, a secret.
fn may_be_shown(value: &Value, allowed: Allowed) -> bool {
    match allowed {
        Allowed::Secret(_) => false,
        Allowed::Host => !value.as_str().is_some_and(|text| text.contains('@')),
        Allowed::File => !value.as_str().is_some_and(is_pem),
        _ => true,
    }
}

/// Tests of expiry should not have to wait for minutes.
fn lowest(name: &str, low: u64) -> u64 {
    match cfg!(feature = "testing") && name == "message_expiry_seconds" {
        true => 1,
        false => low,
    }
}

fn in_range(value: &Value, low: u64, high: u64) -> Result<u64, String> {
    let range = format!("a whole number from {low} to {high}");
    match value {
        Value::Number(number) => match number.as_u64() {
            Some(number) if (low..=high).contains(&number) => Ok(number),
            None if number.is_f64() => {
                Err(format!("is not written as a whole number; must be {range}"))
            }
            _ => Err(format!("is out of range; must be {range}")),
        },
        Value::String(text) => match text.trim().parse() {
            Ok(number) if (low..=high).contains(&number) => {
                Err(format!("is text; write {number}, without quotes"))
            }
            _ => Err(format!("is text; must be {range}, without quotes")),
        },
        other => Err(wrong_type(other, &range)),
    }
}

fn wrong_type(value: &Value, expected: &str) -> String {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    format!("is {found}; must be {expected}")
}

fn expected_text(allowed: Allowed) -> String {
    match allowed {
        Allowed::Choice(choices) => format!("{}, in quotes", alternatives(choices)),
        _ => "text, in quotes".into(),
    }
}

fn alternatives(choices: &[&str]) -> String {
    let quoted: Vec<_> = choices.iter().map(|choice| quote(choice)).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// The text as it is kept, or what is wrong with it.
fn check(text: &str, allowed: Allowed) -> Result<String, String> {
    let fault = match allowed {
        Allowed::Host => return host::parse(text),
        Allowed::Choice(choices) if !choices.contains(&text) => {
            Some(format!("is unknown; must be {}", alternatives(choices)))
        }
        Allowed::Text(longest) | Allowed::Payload(longest) | Allowed::Secret(longest)
            if text.len() > longest =>
        {
            Some(format!(
                "is {} bytes long; must be at most {longest}",
                text.len()
            ))
        }
        Allowed::Payload(_) if text.contains('\0') => Some("holds U+0000; leave it out".into()),
        Allowed::File if is_pem(text) => {
            Some("is PEM itself; give the path of a file that holds it".into())
        }
        Allowed::Topic => name_fault(text),
        Allowed::Identifier(longest) => identifier_fault(text, longest),
        Allowed::Text(_) | Allowed::Pattern | Allowed::StatePattern | Allowed::File => {
            text_fault(text)
        }
        _ => None,
    };
    fault.map_or_else(|| Ok(text.into()), Err)
}

/// What is wrong with what is to be part of an id, in words that follow the text itself.
fn identifier_fault(text: &str, longest: usize) -> Option<String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if let Some((at, found)) = text.char_indices().find(|(_, c)| !is_allowed(*c)) {
        return Some(format!(
            "holds {found:?} at byte {at}; it must be of letters from a to z, digits, '-' and '_' alone"
        ));
    }
    (text.len() > longest).then(|| {
        format!(
            "is {} characters long; must be at most {longest}",
            text.len()
        )
    })
}
