//! Names of programs as words for people.

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
    fn names_read_as_words() {
        assert_eq!(words("ServerBusy"), "server busy");
        assert_eq!(words("UnknownCA"), "unknown ca");
    }
}
