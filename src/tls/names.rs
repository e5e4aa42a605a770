//! The hosts that a certificate names.

use super::der;
use rustls::pki_types::ServerName;
use std::net::{Ipv4Addr, Ipv6Addr};

const LONGEST: usize = 256;

/// The names in a broker's certificate, as whoever made it wrote them, not escaped.
pub(super) struct Names {
    /// Those that it can be verified for.
    pub(super) hosts: Vec<String>,
    /// Those that it can't, as openssl writes them: `DNS:192.168.1.10`, an address that is given as a name.
    pub(super) others: Vec<String>,
}

impl Names {
    pub(super) fn of(certificate: &[u8]) -> Self {
        let extensions = der::read(certificate).and_then(|fields| fields.extensions);
        let all = extensions.and_then(der::alternative_names);
        let (mut hosts, mut others) = (Vec::new(), Vec::new());
        for (kind, value) in all.into_iter().flatten() {
            match (kind, host((kind, value))) {
                (der::DNS_NAME, Some(name)) if !is_name(value) => {
                    others.push(format!("DNS:{name}"));
                }
                (_, Some(name)) => hosts.push(name),
                (der::URI, None) => others.push(format!("URI:{}", text(value))),
                (_, None) => {}
            }
        }
        Names { hosts, others }
    }
}

/// Whether it is a name of the domain name system, and no address; `*.` may stand before it, but no dot after it.
fn is_name(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else {
        return false;
    };
    let name = match text.strip_prefix("*.") {
        Some(rest) if !rest.contains('.') => return false,
        Some(rest) => rest,
        None => text,
    };
    !name.ends_with('.') && matches!(ServerName::try_from(name), Ok(ServerName::DnsName(_)))
}

/// The host of an alternative name, of the kinds that are one; not escaped.
pub(super) fn host((kind, value): (u8, &[u8])) -> Option<String> {
    match kind {
        der::DNS_NAME => Some(text(value)),
        der::IP_ADDRESS => <[u8; 4]>::try_from(value)
            .map(|bytes| Ipv4Addr::from(bytes).to_string())
            .or_else(|_| <[u8; 16]>::try_from(value).map(|bytes| Ipv6Addr::from(bytes).to_string()))
            .ok(),
        _ => None,
    }
}

/// Text of whoever made the certificate, not escaped.
pub(super) fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_name_with_the_dot_of_the_root_are_no_names() {
        for name in [
            "broker",
            "broker.lan",
            "*.example.org",
            "MY_broker.lan",
            "xn--mnchen-3ya.de",
        ] {
            assert!(is_name(name.as_bytes()), "{name}");
        }
        for name in [
            "",
            "*",
            "*.org",
            "192.168.1.10",
            "::1",
            "broker.",
            "a b",
            "mqtt://broker",
        ] {
            assert!(!is_name(name.as_bytes()), "{name}");
        }
        assert!(!is_name(b"\xff"));
    }
}
