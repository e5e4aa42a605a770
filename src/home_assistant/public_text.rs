//! Texts that are published about cameras and the system: everyone who may read the broker sees them.

use crate::error::Error;
use crate::topic::quote;
use crate::words::is_unseen;
use std::net::Ipv6Addr;

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
    let is_plain = !url.contains(|c: char| c.is_whitespace() || c.is_control());
    let after_scheme = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))
        .filter(|_| is_plain);
    if after_scheme.is_some() && has_credentials(url) {
        return Err(credentials(field));
    }
    if url.is_empty() || after_scheme.is_some_and(has_host) {
        return Ok(());
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

/// Whether what follows the scheme of a URL begins with a host and, if anything, a port. Current versions of Home
/// Assistant read both.
fn has_host(rest: &str) -> bool {
    let authority = authority(rest);
    let (is_host, port) = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (address, port) = bracketed.split_once(']').unwrap_or_default();
            let (address, zone) = address.split_once('%').unwrap_or((address, "-"));
            let is_zone = !zone.is_empty() && !zone.contains('%');
            (is_zone && address.parse::<Ipv6Addr>().is_ok(), port)
        }
        None => {
            let (name, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            (is_host_name(name), port)
        }
    };
    let is_port = |port: &str| {
        port.is_empty() || port.bytes().all(|c| c.is_ascii_digit()) && port.parse::<u16>().is_ok()
    };
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// Whether this may be the name of a host, in any script, or an IPv4 address.
fn is_host_name(name: &str) -> bool {
    let is_taken = |c: char| match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'),
        false => !REFUSED.contains(&u32::from(c)),
    };
    name.starts_with(char::is_alphanumeric) && name.chars().all(is_taken)
}

/// Home Assistant refuses these characters in a host: the soft hyphen, and what stands for one of `/`, `?`, `#`, `@` and
/// `:`, such as the full-width colon.
const REFUSED: [u32; 20] = [
    0xad, 0x2047, 0x2048, 0x2049, 0x2100, 0x2101, 0x2105, 0x2106, 0x2a74, 0xfe13, 0xfe16, 0xfe55,
    0xfe56, 0xfe5f, 0xfe6b, 0xff03, 0xff0f, 0xff1a, 0xff1f, 0xff20,
];

/// What stands before the path of a URL, without its scheme.
fn authority(rest: &str) -> &str {
    &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
}

/// Whether a text has a URL with a user name, and perhaps a password, before its host.
fn has_credentials(text: &str) -> bool {
    let mut urls = text.split("://").skip(1);
    urls.any(|rest| authority(rest).contains('@'))
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

    /// As Home Assistant 2026.11.0 takes and refuses them, and with them all entities of the device.
    #[test]
    fn a_url_has_a_host_and_a_port_that_home_assistant_can_read() {
        for url in [
            "http://h",
            "http://h:",
            "http://h:65535/x:y",
            "https://192.168.1.10:8000?a=[b]",
            "http://[::1]",
            "http://[fe80::1%eth0]:80/",
            "http://k\u{fc}che_2.local./\u{fc}",
            "http://\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}.example/",
        ] {
            check_url("url", url).expect(url);
        }
        for url in [
            "http://",
            "http:///x",
            "http://h:65536",
            "http://h:99999999999/",
            "http://h:+80/",
            "http://h:8\u{666}/",
            "http://h:b/",
            "http://h:80:90/",
            "http://::1/",
            "http://[::1",
            "http://[::1/",
            "http://[::1]x/",
            "http://[::1%]/",
            "http://[fe80::1%a%b]/",
            "http://192.168.1.10\u{ff1a}8000/",
            "http://h\u{2100}/",
            "http://[h]/",
            "http://a[b/",
            "http://a]b/",
            "http://h\\x/",
            "http://a\u{ad}b/",
            "http://a b/",
        ] {
            let refused = check_url("url", url).expect_err(url).to_string();
            assert!(refused.contains("is not an http or https URL"), "{refused}");
        }
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
