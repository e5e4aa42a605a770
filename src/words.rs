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
    fn names_read_as_words() {
        assert_eq!(words("ServerBusy"), "server busy");
        assert_eq!(words("UnknownCA"), "unknown ca");
    }
}
