//! Which values with a fault may stand in a message: none that is, or may hold, a secret.

use super::host;
use super::table::Allowed;
use serde_json::Value;
use std::net::Ipv6Addr;

/// Whether a value that has a fault may be shown.
pub(super) fn value_may_be_shown(value: &Value, allowed: Allowed) -> bool {
    let Some(text) = value.as_str() else {
        return !matches!(allowed, Allowed::Secret(_));
    };
    match allowed {
        Allowed::Secret(_) => false,
        Allowed::Host => host_may_be_shown(text),
        Allowed::PemFile => !is_file_content(text) && !has_credentials(text),
        // It may be the password itself, where the path of its file is meant.
        Allowed::PasswordFile => {
            text.contains('/') && !is_file_content(text) && !has_credentials(text)
        }
        _ => !has_credentials(text),
    }
}

/// Whether the name of a setting that does not exist may be shown. Text that came to stand where a name should can be
/// anything.
pub(super) fn name_may_be_shown(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '))
}

/// Whether a text is what a certificate's or key's file holds, where its path is meant: PEM, also when its line
/// breaks are lost, or the Base64 inside it.
pub(super) fn is_file_content(text: &str) -> bool {
    // How DER begins in Base64: a sequence with a length of one or two bytes.
    let is_base64 = text.len() >= 40
        && text.starts_with("MI")
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c.is_whitespace() || "+/=\\".contains(c));
    text.contains("-----") || text.contains("PRIVATE KEY") || text.contains('\n') || is_base64
}

/// A URL that may have a user and a password: `mqtt://bob:secret@broker`, `mqtt://bob:secret`.
fn has_credentials(text: &str) -> bool {
    let after = text.split_once("://").map(|(_, after)| after);
    after.is_some_and(|after| after.contains(['@', ':']))
}

/// A host with a fault may be a URL, and hold a password in any of its parts. Shown is what can't: what has only the
/// characters of names and addresses, and at most a port behind it.
fn host_may_be_shown(text: &str) -> bool {
    let looks_like_ipv6 = text.matches(':').count() > 1
        && text
            .chars()
            .all(|c| c.is_ascii_hexdigit() || ":.[]".contains(c));
    if looks_like_ipv6 || text.parse::<Ipv6Addr>().is_ok() {
        return true;
    }
    let (name, port) = text.rsplit_once(':').unwrap_or((text, "1"));
    let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
    // What is no host either is shown only if it has no more than the characters of one.
    let is_plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || ".-_[]".contains(c));
    is_plain && is_port && (text == name || host::parse(name).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_may_hold_a_password_is_not_shown() {
        for text in [
            "mqtt://bob:hunter2",
            "mqtt://bob:hunter2@broker",
            "bob:hunter2",
            "bob:hunter2@broker",
            "hunter2@broker",
            "//bob:hunter2",
            "broker/hunter2",
            "broker?password=hunter2",
            "broker hunter2",
            "bob:hunter2:1883",
            "bob:123456",
        ] {
            assert!(!host_may_be_shown(text), "{text}");
        }
        for text in [
            "broker.local:1883",
            "192.168.1.300",
            "broker..local",
            "2001:db8::1::2",
            "[::1]:1883",
            "[::1",
        ] {
            assert!(host_may_be_shown(text), "{text}");
        }
    }

    #[test]
    fn the_content_of_a_file_is_known_from_its_path() {
        for text in [
            "-----BEGIN PRIVATE KEY-----\nMII",
            "-----BEGIN PRIVATE KEY-----\\nMII",
            "BEGIN PRIVATE KEY",
            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg",
            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\\nMIGH",
            "ca.pem\n",
        ] {
            assert!(is_file_content(text), "{text:?}");
        }
        for path in ["/etc/ssl/ca.pem", "ca.pem", "MIkes certificates/ca.pem"] {
            assert!(!is_file_content(path), "{path}");
        }
    }
}
