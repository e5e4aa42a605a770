//! Whether one value is what its field allows.

use super::faults::Problem;
use super::json::kind;
use super::table::Allowed;
use super::{host, secrecy};
use crate::fault::FaultCode;
use crate::tls::Fingerprint;
use crate::topic::{name_fault, quote, text_fault};
use serde_json::Value;

/// Tests of expiry should not have to wait for minutes.
pub(super) fn lowest(name: &str, low: u64) -> u64 {
    match cfg!(feature = "testing") && name == "message_expiry_seconds" {
        true => 1,
        false => low,
    }
}

pub(super) fn in_range(value: &Value, low: u64, high: u64) -> Result<u64, Problem> {
    let range = format!("a whole number from {low} to {high}");
    number(value, &range, |number| (low..=high).contains(&number))
}

/// 0, or within the range.
pub(super) fn zero_or_in_range(value: &Value, low: u64, high: u64) -> Result<u64, Problem> {
    let range = format!("0, or a whole number from {low} to {high}");
    number(value, &range, |number| {
        number == 0 || (low..=high).contains(&number)
    })
}

/// From here on, all numbers are whole.
const TWO_TO_53: f64 = 9_007_199_254_740_992.0;

fn number(value: &Value, range: &str, is_right: impl Fn(u64) -> bool) -> Result<u64, Problem> {
    let (code, what) = match value {
        Value::Number(number) => match number.as_u64() {
            Some(number) if is_right(number) => return Ok(number),
            // A whole one that is too large for 64 bits is read as another kind of number.
            None if number
                .as_f64()
                .is_some_and(|number| number.abs() < TWO_TO_53)
                && number.is_f64() =>
            {
                (
                    FaultCode::WrongType,
                    format!("is not written as a whole number; must be {range}"),
                )
            }
            _ => (
                FaultCode::OutOfRange,
                format!("is out of range; must be {range}"),
            ),
        },
        Value::String(text) => match text.trim().parse() {
            Ok(number) if is_right(number) => (
                FaultCode::WrongType,
                format!("is text; write {number}, without quotes"),
            ),
            _ => (
                FaultCode::WrongType,
                format!("is text; must be {range}, without quotes"),
            ),
        },
        other => return Err(wrong_type(other, range)),
    };
    Err(Problem::new(code, what))
}

pub(super) fn wrong_type(value: &Value, expected: &str) -> Problem {
    let found = kind(value);
    Problem::new(
        FaultCode::WrongType,
        format!("is {found}; must be {expected}"),
    )
}

pub(super) fn expected_text(allowed: Allowed) -> String {
    match allowed {
        Allowed::Choice(choices) => format!("{}, in quotes", alternatives(choices)),
        _ => "text, in quotes".into(),
    }
}

pub(super) fn alternatives(choices: &[&str]) -> String {
    let quoted: Vec<_> = choices.iter().map(|choice| quote(choice)).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// The text as it is kept, or what is wrong with it.
pub(super) fn text_in_form(text: &str, allowed: Allowed) -> Result<String, Problem> {
    use FaultCode::{InvalidHost, InvalidText, InvalidTopic, TooLong, UnknownChoice};
    let longest = match allowed {
        Allowed::Text(longest)
        | Allowed::Payload(longest)
        | Allowed::Secret(longest)
        | Allowed::Identifier(longest) => longest,
        _ => usize::MAX,
    };
    let fault = match allowed {
        Allowed::Host => {
            return host::parse(text).map_err(|what| Problem::new(InvalidHost, what));
        }
        Allowed::Fingerprint => {
            return match Fingerprint::parse(text) {
                Ok(fingerprint) => Ok(fingerprint.to_string()),
                Err(what) => Err(Problem::new(InvalidText, what)),
            };
        }
        Allowed::Choice(choices) if !choices.contains(&text) => Some((
            UnknownChoice,
            format!("is unknown; must be {}", alternatives(choices)),
        )),
        _ if text.len() > longest => Some((
            TooLong,
            format!("is {} bytes long; must be at most {longest}", text.len()),
        )),
        Allowed::Payload(_) if text.contains('\0') => {
            Some((InvalidText, "contains U+0000; remove it".into()))
        }
        Allowed::PemFile | Allowed::PasswordFile if secrecy::is_file_content(text) => Some((
            InvalidText,
            "looks like the content of a file; give the path of the file".into(),
        )),
        Allowed::PemFile | Allowed::PasswordFile if text.contains("://") => {
            Some((InvalidText, "is a URL; give the path of a file".into()))
        }
        Allowed::TopicOrNone if text.is_empty() => None,
        Allowed::Topic | Allowed::TopicOrNone => name_fault(text).map(|what| (InvalidTopic, what)),
        Allowed::Identifier(_) => identifier_fault(text).map(|what| (InvalidText, what)),
        Allowed::Text(_)
        | Allowed::Pattern
        | Allowed::StatePattern
        | Allowed::PemFile
        | Allowed::PasswordFile => text_fault(text).map(|what| (InvalidText, what)),
        _ => None,
    };
    match fault {
        None => Ok(text.into()),
        Some((code, what)) => Err(Problem { code, what }),
    }
}

/// What is wrong with what is to be part of an ID, in words that follow the text itself.
fn identifier_fault(text: &str) -> Option<String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let (at, found) = text.char_indices().find(|(_, c)| !is_allowed(*c))?;
    Some(format!(
        "contains {found:?} at byte {at}; use only letters from A to Z, digits, '-' and '_'"
    ))
}
