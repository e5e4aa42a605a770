//! What Home Assistant's parser refuses in an event, beyond what is not JSON.
//!
//! Nearly every event is [plainly accepted](is_plainly_accepted), in one pass. Any other is looked at again, to find out whether it
//! is refused, and where.
//!
//! It is orjson: text must be whole characters, a number must fit into a double, and nesting ends at 1024 levels. An
//! event that it refuses would be dropped there, with an error in a log that nobody connects with the camera.

use memchr::memchr2;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The deepest nesting of lists and objects.
const DEEPEST: usize = 1024;

/// No number of so many characters without an exponent is too large for a double.
const SURELY_FINITE: usize = 308;

/// A double that is nearly too large may be one for one parser and not for another.
const SURELY_A_DOUBLE: f64 = 1e307;

/// Whether a text is an object of JSON about which nobody could doubt. False says nothing: nesting is not followed as far
/// as Home Assistant's parser does.
pub(crate) fn is_plainly_accepted(text: &str) -> bool {
    serde_json::from_str::<Object>(text).is_ok()
}

/// An object with values that fit into those of Rust: text is whole characters, and numbers are finite.
struct Object;

struct Value;

struct ValueVisitor;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ValueVisitor).map(|_| Object)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        match number.abs() < SURELY_A_DOUBLE {
            true => Ok(Value),
            false => Err(E::custom("nearly too large")),
        }
    }

    fn visit_str<E>(self, _: &str) -> Result<Value, E> {
        Ok(Value)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        while list.next_element::<Value>()?.is_some() {}
        Ok(Value)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        while object.next_entry::<Value, Value>()?.is_some() {}
        Ok(Value)
    }
}

/// What is refused in a text that is valid JSON, with its position.
pub(crate) fn refused(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => match end_of_string(bytes, at + 1) {
                Ok(end) => at = end,
                Err(half) => return Some(fault("half of a surrogate pair", text, half)),
            },
            b'-' | b'0'..=b'9' => {
                let (end, has_exponent) = end_of_number(bytes, at);
                let is_short = end - at <= SURELY_FINITE && !has_exponent;
                if !is_short && !text[at..end].parse().is_ok_and(f64::is_finite) {
                    return Some(fault("a number too large for a double", text, at));
                }
                at = end;
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                if depth > DEEPEST {
                    let what = format!("nesting of more than {DEEPEST} levels");
                    return Some(fault(&what, text, at));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The position of the quote that ends a string, or of an escape that is half of a surrogate pair.
fn end_of_string(bytes: &[u8], mut at: usize) -> Result<usize, usize> {
    // Most of an event is in strings, and most of a string is neither.
    while let Some(length) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += length;
        match bytes[at] {
            b'"' => return Ok(at),
            _ => match escaped(bytes, at) {
                Some(0xD800..=0xDBFF) => match escaped(bytes, at + 6) {
                    Some(0xDC00..=0xDFFF) => at += 12,
                    _ => return Err(at),
                },
                Some(0xDC00..=0xDFFF) => return Err(at),
                _ => at += 2,
            },
        }
    }
    Ok(bytes.len())
}

/// The number that a `\u` escape at this position has.
fn escaped(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

/// The position after a number, and whether it has an exponent.
fn end_of_number(bytes: &[u8], mut at: usize) -> (usize, bool) {
    let mut has_exponent = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' | b'+' | b'-' | b'.' => {}
            b'e' | b'E' => has_exponent = true,
            _ => break,
        }
        at += 1;
    }
    (at, has_exponent)
}

/// Says where it is as serde_json does.
fn fault(what: &str, text: &str, at: usize) -> String {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = at - before.rfind('\n').map_or(0, |end| end + 1) + 1;
    format!("{what} at line {line} column {column}, which Home Assistant refuses")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_orjson_refuses_is_refused_with_its_position() {
        let (ones, nines) = ("1".repeat(400), "9".repeat(309));
        for (event, says) in [
            (r#"{"a":"\ud83d"}"#, "surrogate pair at line 1 column 7"),
            (r#"{"a":"x\uDE00"}"#, "surrogate pair at line 1 column 8"),
            (
                r#"{"a":"\ud83d\ud83d"}"#,
                "surrogate pair at line 1 column 7",
            ),
            (
                r#"{"a":"\ud83d \ude00"}"#,
                "surrogate pair at line 1 column 7",
            ),
            (r#"{"\ud83d":1}"#, "surrogate pair at line 1 column 3"),
            ("{\n\"a\":1e999}", "a double at line 2 column 5"),
            ("{\"a\":-1E+999}", "a double at line 1 column 6"),
            ("{\"a\":[1,1.8e308]}", "a double at line 1 column 9"),
            ("{\"a\":1.7976931348623159e308}", "a double"),
            (&format!("{{\"a\":{ones}}}"), "a double at line 1 column 6"),
            (&format!("{{\"a\":{nines}}}"), "a double at line 1 column 6"),
            (
                &format!("{{\"a\":{}{}}}", "[".repeat(1024), "]".repeat(1024)),
                "1024 levels at line 1 column 1029",
            ),
        ] {
            assert!(!is_plainly_accepted(event), "{event:.40}");
            let what = refused(event).expect(says);
            assert!(what.contains(says), "{event:.40}: {what}");
        }
    }

    #[test]
    fn what_orjson_takes_is_taken() {
        let large = "1".repeat(309);
        for event in [
            r#"{"a":"\ud83d\ude00 \\ud83d \" \u00e4\n"}"#,
            r#"{"a":"\\\\\\","b":"ends in \\"}"#,
            r#"{"a":1.7976931348623157e308,"b":-0,"c":1e-999,"d":0e999}"#,
            r#"{"a":"1e999","b":"[[[","c":{}}"#,
            &format!("{{\"a\":{large}}}"),
            &format!("{{\"a\":{}e-200}}", "1".repeat(400)),
            &format!("{{\"a\":0.{}}}", "1".repeat(400)),
            &format!("{{\"a\":{}{}}}", "[".repeat(1023), "]".repeat(1023)),
            &format!("{{\"a\":[{}]}}", vec!["[]"; 3000].join(",")),
        ] {
            serde_json::from_str::<serde::de::IgnoredAny>(event).expect("it is JSON");
            assert_eq!(refused(event), None, "{event:.40}");
        }
    }

    #[test]
    fn an_ordinary_event_is_plainly_accepted() {
        for event in [
            " {}\n",
            r#"{"a":[1,-2,0.5,1e3,true,null,"\ud83d\ude00 \n"],"b":{"a":{}}}"#,
        ] {
            assert!(is_plainly_accepted(event), "{event}");
        }
        // What else may be accepted is looked at again.
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(300), "]".repeat(300));
        assert!(!is_plainly_accepted(&deep));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_plainly_accepted_would_be_accepted_at_a_second_look(
            parts in proptest::collection::vec(
                proptest::sample::select(&[
                    "{", "}", "[", "]", ",", ":", "\"a\":", "\"", "\\ud83d", "\\ude00", "\\", "1", "-", "0", ".5",
                    "e307", "E+308", "1e999", "true", "null", "\u{1F4F7}", "\u{0}", " ", "\n", "{}", "\"b\":1", "NaN",
                ][..]),
                0..12,
            ),
            wraps in any::<bool>(),
        ) {
            let inner = parts.concat();
            let event = if wraps { format!("{{\"a\":{inner}}}") } else { inner };
            if is_plainly_accepted(&event) {
                prop_assert_eq!(event.trim_start().chars().next(), Some('{'));
                prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&event).is_ok());
                prop_assert_eq!(refused(&event), None);
            }
        }
    }

    #[test]
    fn what_is_not_json_does_no_harm() {
        for text in [
            "\"",
            "\"\\",
            "{\"\\u",
            "\"\\ud83d\\u",
            "-",
            "}}]]",
            "\"\\u+123",
        ] {
            let _ = refused(text);
        }
    }
}
