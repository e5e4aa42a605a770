//! Words for people: of the names of programs, and of text that somebody else chose, such as a broker.

/// In quotes, on one line, and of at most so many characters: what a terminal or a page would obey rather than show,
/// such as control characters, line breaks and marks that turn the direction of text, is escaped.
pub(crate) fn quote(text: &str, most: usize) -> String {
    let (shown, is_cut) = escape(text, most, &['\'']);
    let more = if is_cut { "..." } else { "" };
    format!("\"{shown}\"{more}")
}

/// As [`quote`], without the quotes.
#[cfg(any(test, feature = "tls"))]
pub(crate) fn show(text: &str, most: usize) -> String {
    let (shown, is_cut) = escape(text, most, &['\'', '"']);
    let more = if is_cut { "..." } else { "" };
    shown + more
}

/// Whether something was left out, too.
fn escape(text: &str, most: usize, as_they_are: &[char]) -> (String, bool) {
    let (mut shown, mut left) = (String::new(), most);
    for c in text.chars() {
        let escaped = c.escape_debug();
        let is_plain = as_they_are.contains(&c);
        let length = if is_plain { 1 } else { escaped.len() };
        let Some(rest) = left.checked_sub(length) else {
            return (shown, true);
        };
        left = rest;
        match is_plain {
            true => shown.push(c),
            false => shown.extend(escaped),
        }
    }
    (shown, false)
}

/// Whether people see nothing where this stands: white space, controls, marks of direction, fillers.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
        )
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}')
        || matches!(c, '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}')
}

/// Whether people see nothing at all of this text, which may be empty.
pub(crate) fn is_unseen(text: &str) -> bool {
    // Which only change how another character looks.
    let is_variation =
        |c| matches!(c, '\u{34F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}');
    text.chars().all(|c| is_blank(c) || is_variation(c))
}

/// `NotAuthorized` as "not authorized".
pub(crate) fn words(name: &str) -> String {
    let mut words = String::new();
    let mut was_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && was_lower {
            words.push(' ');
        }
        was_lower = c.is_lowercase() || c.is_numeric();
        words.extend(c.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_escaped_and_what_is_seen_is_not() {
        for (text, shown) in [
            ("K\u{fc}che, O=\u{65e5}\u{672c} \u{1f4f7} it's", None),
            ("a\"b", None),
            ("\u{1b}[31m\r\n\0\u{9b}", Some(r"\u{1b}[31m\r\n\0\u{9b}")),
            // Overrides and isolates of the direction, blanks of no width, separators of lines.
            (
                "\u{202a}\u{202e}\u{2066}\u{2069}\u{200f}\u{61c}",
                Some(r"\u{202a}\u{202e}\u{2066}\u{2069}\u{200f}\u{61c}"),
            ),
            (
                "\u{200b}\u{feff}\u{ad}\u{2028}\u{2029}\u{e0041}\u{fff9}",
                Some(r"\u{200b}\u{feff}\u{ad}\u{2028}\u{2029}\u{e0041}\u{fff9}"),
            ),
        ] {
            let shown = shown.unwrap_or(text);
            assert_eq!(show(text, 100), shown);
            let quoted = format!("\"{}\"", shown.replace('"', "\\\""));
            assert_eq!(quote(text, 100), quoted);
        }
        assert_eq!(quote("\u{202e}abc", 9), r#""\u{202e}a"..."#);
        assert_eq!(show("a\u{202e}bc", 8), "a...", "no half of an escape");
        assert_eq!(show("\"...", 4), "\"...");
    }

    #[test]
    fn a_text_of_which_nothing_is_seen_is_known() {
        for text in [
            "",
            " ",
            "\t\u{a0}\u{3000}",
            "\u{200b}\u{200d}\u{2060}",
            "\u{feff}",
            "\u{202e}\u{2069}\u{ad}",
            "\u{3164}\u{2800}",
            "\u{fe0f}\u{e0041}",
        ] {
            assert!(is_unseen(text), "{text:?}");
        }
        for text in [
            ".",
            "_",
            " x ",
            "\u{200b}1",
            "\u{2764}\u{fe0f}",
            "\u{301}",
            "\u{fffd}",
            "門",
        ] {
            assert!(!is_unseen(text), "{text:?}");
        }
    }

    #[test]
    fn names_read_as_words() {
        assert_eq!(words("ServerBusy"), "server busy");
        assert_eq!(words("UnknownCA"), "unknown ca");
    }
}
