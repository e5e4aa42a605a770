//! Reads the fields of a JSON object by their table, and gathers every fault.

use super::faults::{show, Problem};
use super::nearest::nearest;
use super::secrecy::{name_may_be_shown, value_may_be_shown};
use super::table::{find, Allowed, Default, Field};
use super::value::{expected_text, in_range, lowest, text_in_form, wrong_type, zero_or_in_range};
use crate::fault::{Fault, FaultCode};
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
        let unknown = given.keys().filter(|name| find(name).is_none());
        Reader {
            given,
            faults: unknown.map(|name| unknown_setting(name)).collect(),
        }
    }

    /// Every fault found.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Adds a fault of a value that was read without one. `what` says what is wrong with it, and the remedy.
    pub(super) fn fault(&mut self, name: &str, code: FaultCode, what: &str) {
        let given = self.value(name);
        let shown = given
            .filter(|value| value_may_be_shown(value, field(name).allowed))
            .and_then(show);
        let message = match (&shown, given) {
            (Some(shown), _) => format!("{shown} {what}"),
            (None, Some(_)) => format!("the value {what}"),
            (None, None) => format!("the default {what}"),
        };
        self.faults.push(Fault::new(name, code, shown, message));
    }

    /// Adds a fault of a value that should be there. `what` says so, and the remedy.
    pub(super) fn missing(&mut self, name: &str, code: FaultCode, what: &str) {
        self.faults.push(Fault::new(name, code, None, what));
    }

    /// Adds faults that were found elsewhere, as in the files that are named, of fields that have none.
    #[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "for TLS alone"))]
    pub(super) fn extend_sound(&mut self, faults: Vec<Fault>) {
        let sound = |fault: &Fault| self.sound(&[&fault.field]);
        let more: Vec<_> = faults.into_iter().filter(sound).collect();
        self.faults.extend(more);
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
        fitting(self.number(name).unwrap_or(default))
    }

    /// A number that may be 0 or in a range; none when it is left out.
    pub(super) fn optional_integer<T: TryFrom<u64, Error: Debug>>(
        &mut self,
        name: &str,
    ) -> Option<T> {
        self.number(name).map(fitting)
    }

    /// Compiled once, and not for each type.
    #[inline(never)]
    fn number(&mut self, name: &str) -> Option<u64> {
        self.read(name, |value, allowed| match allowed {
            Allowed::Integer(low, high) => in_range(value, lowest(name, low), high),
            Allowed::ZeroOr(low, high) => zero_or_in_range(value, low, high),
            _ => unreachable!("{name} is not a number"),
        })
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
            Value::String(text) => text_in_form(text, allowed),
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
            self.missing(name, FaultCode::Missing, what);
        }
        self.optional_text(name).unwrap_or_default()
    }

    /// A value that stands for something: `null` stands for the default, and so does the empty text where it does not
    /// stand for none.
    fn value(&self, name: &str) -> Option<&'a Value> {
        let empty_counts =
            find(name).is_some_and(|field| matches!(field.allowed, Allowed::TopicOrNone));
        self.given
            .get(name)
            .filter(|value| !value.is_null() && (empty_counts || *value != ""))
    }

    fn read<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value, Allowed) -> Result<T, Problem>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let allowed = field(name).allowed;
        match read(value, allowed) {
            Ok(read) => Some(read),
            Err(Problem { code, what }) => {
                self.fault(name, code, &what);
                None
            }
        }
    }
}

fn fitting<T: TryFrom<u64, Error: Debug>>(number: u64) -> T {
    T::try_from(number).expect("the range in the table fits the type")
}

fn field(name: &str) -> &'static Field {
    find(name).unwrap_or_else(|| unreachable!("{name} is not in the table"))
}

/// The value isn't shown: it may be a password under a misspelt name.
fn unknown_setting(name: &str) -> Fault {
    let code = FaultCode::UnknownSetting;
    if !name_may_be_shown(name) {
        let what = format!(
            "a name of {} bytes, not shown here, is not the name of a setting; remove it",
            name.len()
        );
        return Fault::whole(code, what);
    }
    let what = match nearest(name) {
        Some(meant) => format!("there is no such setting; did you mean {meant}?"),
        None => "there is no such setting; remove it".into(),
    };
    Fault::new(name, code, None, what)
}
