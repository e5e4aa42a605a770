//! What MQTT allows as a topic name, and as text in general.

use crate::words::is_unseen;

/// The longest text that MQTT can carry (MQTT 5, section 1.5.4), in bytes.
pub(crate) const MAX_TEXT: usize = 65_535;

/// How many characters of a value an error message shows: enough for the path of a file.
const SHOWN: usize = 200;

/// A value in quotes for an error message: what is not seen escaped, a long one cut short.
pub(crate) fn quote(text: &str) -> String {
    crate::words::quote(text, SHOWN)
}

/// Refuses what can't be published to. The text quotes the topic, and says what is wrong with it and what would be
/// right.
pub(crate) fn check_name(topic: &str) -> Result<(), String> {
    check(topic, name_fault)
}

/// Refuses what can't be one level of a topic name.
pub(crate) fn check_level(level: &str) -> Result<(), String> {
    check(level, level_fault)
}

/// Whether a topic is that of a discovery config of Home Assistant: prefix, component, one or two ids, `config`.
pub(crate) fn is_config(discovery_prefix: &str, topic: &str) -> bool {
    let rest = topic
        .strip_prefix(discovery_prefix)
        .and_then(|rest| rest.strip_prefix('/'));
    let mut levels = rest.unwrap_or_default().split('/');
    levels.next_back() == Some("config") && matches!(levels.count(), 2 | 3)
}

fn check(text: &str, fault: fn(&str) -> Option<String>) -> Result<(), String> {
    match fault(text) {
        None => Ok(()),
        Some(what) => Err(format!("{} {what}", quote(text))),
    }
}

/// What is wrong with a topic name, in words that follow the name itself.
pub(crate) fn name_fault(topic: &str) -> Option<String> {
    text_fault(topic).or_else(|| {
        let (at, found) = wildcard(topic)?;
        Some(format!(
            "contains the wildcard '{found}' at byte {at}; a topic to publish to must not contain '+' or '#'"
        ))
    })
}

fn level_fault(level: &str) -> Option<String> {
    name_fault(level)
        .or_else(|| {
            let at = level.find('/')?;
            Some(format!(
                "contains '/' at byte {at}; it must be a single level of a topic, without '/'"
            ))
        })
        .or_else(|| {
            is_unseen(level).then(|| {
                "has only spaces or other characters that can't be seen; give it one that can"
                    .into()
            })
        })
}

/// What is wrong with text that brokers are to take, in words that follow the text itself. They may close the
/// connection for any control or non-character (MQTT 5, section 1.5.4), and Mosquitto does.
pub(crate) fn text_fault(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("is empty; it must have at least one character".into());
    }
    if text.len() > MAX_TEXT {
        return Some(format!(
            "is {} bytes long; it must be at most {MAX_TEXT}",
            text.len()
        ));
    }
    let (at, c) = text.char_indices().find(|(_, c)| is_forbidden(*c))?;
    let kind = if c.is_control() {
        "control character"
    } else {
        "non-character"
    };
    Some(format!(
        "contains the {kind} U+{:04X} at byte {at}; remove it",
        u32::from(c)
    ))
}

fn is_forbidden(c: char) -> bool {
    c.is_control() || ('\u{FDD0}'..='\u{FDEF}').contains(&c) || u32::from(c) & 0xFFFE == 0xFFFE
}

fn wildcard(text: &str) -> Option<(usize, char)> {
    text.char_indices().find(|(_, c)| matches!(c, '+' | '#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Check = fn(&str) -> Result<(), String>;

    #[test]
    fn what_mqtt_allows_is_allowed() {
        let longest = "x".repeat(MAX_TEXT);
        for topic in [
            "a",
            "/",
            "a//b",
            "a/b c/",
            "$SYS/x",
            "{camera}",
            "Küche/\u{1F4F7}",
            "\u{FEFF}",
            &longest,
        ] {
            assert_eq!(check_name(topic), Ok(()), "{topic:?}");
        }
        for level in [
            "a",
            "a ",
            "front-door_2",
            "Küche",
            "$x",
            "\u{FFFD}",
            &longest,
        ] {
            assert_eq!(check_level(level), Ok(()), "{level:?}");
        }
        assert_eq!(text_fault("a+b#c/d"), None);
    }

    #[test]
    fn what_is_refused_is_named_with_its_place_and_the_remedy() {
        let too_long = "x".repeat(MAX_TEXT + 1);
        let cases: &[(Check, &str, &[&str])] = &[
            (check_name, "", &["\"\" is empty", "at least one character"]),
            (check_level, "", &["empty"]),
            (check_name, &too_long, &["65536 bytes", "at most 65535"]),
            (
                check_name,
                "a/+/b",
                &["\"a/+/b\"", "'+' at byte 2", "must not contain '+' or '#'"],
            ),
            (check_name, "ü/#", &["'#' at byte 3"]),
            (
                check_level,
                "a/b",
                &["\"a/b\"", "'/' at byte 1", "without '/'"],
            ),
            (
                check_level,
                "a+",
                &["'+' at byte 1", "must not contain '+' or '#'"],
            ),
            (check_level, "#", &["'#' at byte 0"]),
            (check_level, " ", &["\" \"", "can't be seen"]),
            (
                check_level,
                "\u{200B}\u{FEFF}",
                &["\\u{200b}", "can't be seen"],
            ),
        ];
        for (check, text, says) in cases {
            let message = check(text).expect_err("must be refused");
            for part in *says {
                assert!(message.contains(part), "{message:?} should say {part:?}");
            }
        }
    }

    #[test]
    fn every_control_and_non_character_is_refused() {
        let planes = (0..=0x10).flat_map(|plane| [plane << 16 | 0xFFFE, plane << 16 | 0xFFFF]);
        let forbidden = (0..=0x1F)
            .chain(0x7F..=0x9F)
            .chain(0xFDD0..=0xFDEF)
            .chain(planes);
        for code in forbidden {
            let c = char::from_u32(code).expect("not a surrogate");
            let says = format!("U+{code:04X} at byte 1");
            for check in [check_name as Check, check_level] {
                let message = check(&format!("a{c}b")).expect_err("must be refused");
                assert!(message.contains(&says), "{message:?} should say {says:?}");
                assert!(
                    !message.contains(c),
                    "{message:?} should show the character escaped"
                );
            }
        }
        for c in [
            ' ',
            '~',
            '\u{A0}',
            '\u{FDCF}',
            '\u{FDF0}',
            '\u{FFFD}',
            '\u{10000}',
            '\u{10FFFD}',
        ] {
            assert_eq!(check_name(&format!("a{c}b")), Ok(()), "{c:?}");
        }
    }

    #[test]
    fn a_long_quoted_value_is_cut() {
        let longest = "ü".repeat(SHOWN);
        assert_eq!(quote(&longest), format!("\"{longest}\""));
        assert_eq!(quote(&format!("{longest}x")), format!("\"{longest}\"..."));
        let message = check_name(&"+".repeat(1000)).expect_err("must be refused");
        assert!(message.len() < 2 * SHOWN, "{message}");
    }
}
