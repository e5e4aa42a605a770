//! Texts that are published about cameras and the system: everyone who may read the broker sees them.

use crate::error::Error;
use crate::topic::quote;
use crate::words::is_unseen;

/// How much of a name is used, in characters.
const MAX_NAME: usize = 255;

/// A name on one line, without what can't be shown, and not endless.
pub(super) fn tidy(name: &str) -> String {
    let words: Vec<String> = name
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !c.is_control()).collect())
        .filter(|word: &String| !is_unseen(word))
        .collect();
    words.join(" ").chars().take(MAX_NAME).collect()
}

/// As [`tidy`], unless it is a URL with a password, as of the video of a camera.
pub(super) fn tidy_public(field: &str, text: &str) -> Result<String, Error> {
    match has_credentials(text) {
        false => Ok(tidy(text)),
        true => Err(credentials(field)),
    }
}

/// Home Assistant refuses an entity whose device has a URL that is none.
pub(super) fn check_url(field: &str, url: &str) -> Result<(), Error> {
    let host = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let has_host =
        host.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['));
    let is_plain = !url.contains(|c: char| c.is_whitespace() || c.is_control());
    if url.is_empty() || (has_host && is_plain) {
        return match has_credentials(url) {
            false => Ok(()),
            true => Err(credentials(field)),
        };
    }
    // One with a fault may have its password anywhere.
    let shown = match url.contains('@') {
        true => String::new(),
        false => format!(" {}", quote(url)),
    };
    Err(Error::argument(format!(
        "{field}{shown} is not an http or https URL; give one such as http://192.168.1.10:8000/cameras, or none"
    )))
}

/// Whether a text has a URL with a user name, and perhaps a password, before its host.
fn has_credentials(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        rest[..end].contains('@')
    })
}

/// Does not show the text.
fn credentials(field: &str) -> Error {
    Error::argument(format!(
        "{field} contains a URL with a user name or password before '@', which everyone who may read the broker \
         would see; remove them"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_refused_and_not_shown() {
        for url in [
            "http://bob:hunter2@host/",
            "https://hunter2@host",
            "http://bob:hunter2@[::1]:8000/x",
            "http://bob:hunter2\\@host/",
            "http://h@host",
        ] {
            for refused in [
                check_url("camera: url", url).expect_err(url),
                tidy_public("camera: url", url).expect_err(url),
                tidy_public("camera: url", &format!("see {url}")).expect_err(url),
            ] {
                let refused = refused.to_string();
                assert!(refused.starts_with("camera: url contains"), "{refused}");
                assert!(refused.contains("remove"), "{refused}");
                assert!(!refused.contains("hunter2"), "{refused}");
            }
        }
    }

    #[test]
    fn an_at_sign_elsewhere_is_taken() {
        for url in [
            "http://host/@me",
            "http://host?mail=a@b",
            "http://host/#a@b",
            "http://host:8000/cameras",
        ] {
            check_url("url", url).expect(url);
            assert_eq!(tidy_public("url", url).expect(url), url);
        }
        assert_eq!(tidy_public("name", "a @ b").expect("a name"), "a @ b");
    }

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        assert_eq!(
            tidy(" Front\u{7}\n\u{200b} door\u{feff}"),
            "Front door\u{feff}"
        );
        for nothing in ["", " \n", "\u{200b}", "\u{feff} \u{3164}"] {
            assert_eq!(tidy(nothing), "", "{nothing:?}");
        }
    }
}
