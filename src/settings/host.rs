//! The broker's host: a name, an IPv4 or an IPv6 address, and nothing else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest name, and the longest part of one between two dots (RFC 1035, section 2.3.4).
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

const ALONE: &str =
    "give only the host here, the port in broker_port, and credentials in username and password; \
                     set use_tls for TLS";

/// The host without brackets, or what is wrong with it, in words that follow the text itself.
pub(super) fn parse(text: &str) -> Result<String, String> {
    if let Some(bare) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return ipv6(bare).unwrap_or_else(|| {
            Err("is not an IPv6 address in brackets, such as [2001:db8::1]; give anything else without brackets".into())
        });
    }
    if let Some(judged) = ipv6(text) {
        return judged;
    }
    match stranger(text).or_else(|| name_fault(text)) {
        None => Ok(text.into()),
        Some(what) => Err(what),
    }
}

/// An IPv6 address, with the network interface that a link-local one needs, as in `fe80::1%eth0`; or what is wrong with
/// it. `None` if it is none.
fn ipv6(text: &str) -> Option<Result<String, String>> {
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (text, None),
    };
    let address: Ipv6Addr = address.parse().ok()?;
    let is_zone_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if zone.is_some_and(|zone| zone.is_empty() || !zone.chars().all(is_zone_char)) {
        return None;
    }
    // The C library takes the number of an interface with any address, and its name with no other.
    let is_name = |zone: &str| zone.parse::<u32>().is_err();
    let what = match address_fault(address.into()) {
        None if zone.is_some_and(is_name) && !address.is_unicast_link_local() => {
            "names a network interface, which only a link-local address has, such as fe80::1%eth0; remove '%' and what \
             follows it"
                .into()
        }
        None => return Some(Ok(text.into())),
        Some(what) => what,
    };
    Some(Err(what))
}

/// What a text that is more than a host has too much.
fn stranger(text: &str) -> Option<String> {
    if text.contains('@') {
        return Some(
            "contains '@'; give only the host here, and the credentials in username and password"
                .into(),
        );
    }
    if let Some((scheme, _)) = text.split_once("://") {
        return Some(match scheme.to_ascii_lowercase().as_str() {
            "ws" | "wss" => {
                "names WebSocket, which is not supported; give the host of a broker that \
                             accepts MQTT over TCP or TLS"
                    .into()
            }
            // No other, which may be a password as well.
            known @ ("mqtt" | "mqtts" | "tcp" | "ssl" | "tls" | "http" | "https") => {
                format!("starts with {known}://; {ALONE}")
            }
            _ => format!("is a URL; {ALONE}"),
        });
    }
    if text.contains(char::is_whitespace) {
        return Some("contains a space; give only the host".into());
    }
    if text.contains(['/', '\\', '?']) {
        return Some("contains a path; give only the host".into());
    }
    let (host, port) = text.rsplit_once(':')?;
    if port.bytes().all(|c| c.is_ascii_digit()) && (!host.contains(':') || host.ends_with(']')) {
        return Some(
            "contains a port; give only the host here, and the port in broker_port".into(),
        );
    }
    Some("contains ':' but is not an IPv6 address; give one such as 2001:db8::1, or a name".into())
}

/// What is wrong with a name or an IPv4 address.
fn name_fault(text: &str) -> Option<String> {
    // A name may end in the root's dot.
    let name = text.strip_suffix('.').unwrap_or(text);
    if let Some(c) = name
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')))
    {
        // What is not seen, such as a space of no width, is escaped.
        let is_seen = c.escape_debug().len() == 1;
        return Some(match (c.is_ascii(), is_seen) {
            (true, _) => {
                format!("contains {c:?}; a name consists of letters, digits, '.', '-' and '_'")
            }
            (_, false) => format!("contains {c:?}, which is invisible; remove it"),
            _ => format!("contains {c:?}; give an internationalised name in its ASCII form, which starts with xn--"),
        });
    }
    if name.len() > LONGEST_NAME {
        return Some(format!(
            "is {} characters long; a name has at most {LONGEST_NAME}",
            name.len()
        ));
    }
    let mut labels = name.split('.');
    if labels.clone().any(str::is_empty) {
        return Some("has an empty part between two dots; give a name such as broker.local".into());
    }
    if labels.clone().any(|label| label.len() > LONGEST_LABEL) {
        return Some(format!(
            "has more than {LONGEST_LABEL} characters between two dots, which no name can have"
        ));
    }
    // What ends in a number is never a name; resolvers read it as an address in forms that nobody means.
    let last = labels.next_back().unwrap_or_default();
    if last.bytes().all(|c| c.is_ascii_digit()) {
        return match name.parse::<Ipv4Addr>() {
            Ok(_) if text.ends_with('.') => {
                Some("is an IPv4 address with a dot at its end; remove the dot".into())
            }
            Ok(address) => address_fault(address.into()),
            Err(_) => Some(
                "is not an IPv4 address; give four numbers from 0 to 255, such as 192.168.1.10"
                    .into(),
            ),
        };
    }
    None
}

/// What is wrong with an address that no broker can have.
fn address_fault(address: IpAddr) -> Option<String> {
    let is_broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    (is_broadcast || address.is_multicast()).then(|| {
        "is an address of many machines at once; give the address of the broker, such as 192.168.1.10".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_taken_as_they_are() {
        let longest = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(61));
        for host in [
            "localhost",
            "broker.local",
            "broker.local.",
            "core-mosquitto",
            "my_broker",
            "3com.example",
            "a1",
            "192.168.1.10",
            "::1",
            "2001:db8::1",
            "fe80::1%eth0",
            "fe80::1%2",
            "fd00::1%2",
            "::ffff:10.0.0.1",
            "xn--kche-0ra.example",
            &longest,
        ] {
            assert_eq!(parse(host).as_deref(), Ok(host));
        }
    }

    #[test]
    fn brackets_are_taken_off() {
        assert_eq!(parse("[::1]").as_deref(), Ok("::1"));
        assert_eq!(parse("[fe80::1%eth0]").as_deref(), Ok("fe80::1%eth0"));
    }

    #[test]
    fn anything_else_is_refused_with_the_remedy() {
        let too_long = format!("{0}.{0}.{0}.{0}", "a".repeat(63));
        for (text, says) in [
            ("mqtt://broker.local", "the port in broker_port"),
            ("mqtts://broker.local:8883/", "use_tls"),
            ("tcp://10.0.0.1", "tcp://"),
            (
                "wss://broker.local/mqtt",
                "WebSocket, which is not supported",
            ),
            ("mqtt://user:secret@broker", "username and password"),
            ("user@broker", "username and password"),
            ("broker.local:1883", "port in broker_port"),
            ("broker.local:", "port in broker_port"),
            ("[::1]:1883", "port in broker_port"),
            ("10.0.0.1:1883", "port in broker_port"),
            ("2001:db8::1::2", "not an IPv6 address"),
            ("fe80::1%", "not an IPv6 address"),
            ("[10.0.0.1]", "not an IPv6 address in brackets"),
            ("[localhost]", "without brackets"),
            ("[::1", "not an IPv6 address"),
            ("::1%lo", "remove '%' and what follows it"),
            ("[2001:db8::1%eth0]", "remove '%'"),
            ("[ff02::1]", "many machines at once"),
            ("ff02::1%eth0", "many machines at once"),
            ("10.0.0.1.", "remove the dot"),
            ("a b", "a space"),
            (" broker.local", "a space"),
            ("broker.local\n", "a space"),
            ("broker.local/mqtt", "a path"),
            ("/run/mosquitto.sock", "a path"),
            ("192.168.1.300", "not an IPv4 address"),
            ("192.168.1", "not an IPv4 address"),
            ("192.168.001.010", "not an IPv4 address"),
            ("1883", "not an IPv4 address"),
            ("255.255.255.255", "many machines at once"),
            ("224.0.0.1", "many machines at once"),
            ("ff02::1", "many machines at once"),
            ("broker..local", "an empty part"),
            (".", "an empty part"),
            ("küche.local", "xn--"),
            (
                "broker\u{200b}.local",
                "'\\u{200b}', which is invisible; remove it",
            ),
            ("broker.local\u{feff}", "invisible"),
            ("broker;local", "';'"),
            ("brok\0er", "'\\0'"),
            (&too_long, "255 characters long"),
            (&"a".repeat(64), "more than 63"),
        ] {
            let message = parse(text).expect_err(text);
            assert!(
                message.contains(says),
                "{text:?}: {message:?} should say {says:?}"
            );
        }
    }
}
