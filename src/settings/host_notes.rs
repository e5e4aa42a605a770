//! What is worth knowing of a broker's host that is valid.

use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;

/// A note about an address that a broker listens on, and that a client can't mean.
pub(super) fn unspecified(host: &str) -> Option<String> {
    let address: IpAddr = host.parse().ok()?;
    address.is_unspecified().then(|| {
        format!(
            "broker_host \"{host}\" is an address to listen on, not one to connect to: it reaches this machine, if \
             anything; give the address of the broker"
        )
    })
}

/// A note about an address that is no address without a network interface.
pub(super) fn without_interface(host: &str) -> Option<String> {
    let address: Ipv6Addr = host.parse().ok()?;
    address.is_unicast_link_local().then(|| {
        format!(
            "broker_host \"{host}\" is a link-local address, which only exists on one network interface; name the interface, \
             such as \"{host}%eth0\""
        )
    })
}

/// A note about a name of multicast DNS where the system does not look such names up.
pub(super) fn unresolvable(host: &str) -> Option<String> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if !host.to_ascii_lowercase().ends_with(".local") {
        return None;
    }
    // Without the file, the C library asks DNS alone. Other systems than Linux have no such file, and know the names.
    let services = std::fs::read_to_string("/etc/nsswitch.conf").unwrap_or_default();
    (cfg!(target_os = "linux") && !looks_up_local_names(&services)).then(|| {
        format!(
            "broker_host {host:?} ends in .local, and this system does not look up such names (/etc/nsswitch.conf has \
             no mdns service for hosts); unless your DNS server knows it, give the IP address, or install libnss-mdns"
        )
    })
}

/// Whether the services for hosts, in the text of nsswitch.conf, know the names of multicast DNS.
fn looks_up_local_names(services: &str) -> bool {
    let hosts = services
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("hosts:"));
    hosts.is_some_and(|hosts| {
        hosts
            .split_whitespace()
            .any(|service| service.starts_with("mdns") || service == "resolve")
    })
}

/// A note about a network interface that is not there.
pub(crate) fn unknown_interface(host: &str) -> Option<String> {
    let (address, interface) = host.split_once('%')?;
    address.parse::<Ipv6Addr>().ok()?;
    let known = Path::new("/sys/class/net");
    let is_number = interface.parse::<u32>().is_ok();
    (known.exists() && !is_number && !known.join(interface).exists()).then(|| {
        format!(
            "broker_host \"{host}\" names the network interface \"{interface}\", which this machine does not have now; \
             check broker_host: `ip link` lists the interfaces"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_that_know_local_names_are_recognised() {
        for (services, know) in [
            ("", false),
            ("hosts: files dns", false),
            ("passwd: mdns\nhosts: files dns", false),
            ("hosts:  files mdns4_minimal [NOTFOUND=return] dns", true),
            ("hosts: files resolve [!UNAVAIL=return] dns", true),
        ] {
            assert_eq!(looks_up_local_names(services), know, "{services}");
        }
        assert_eq!(unresolvable("broker.example"), None);
    }

    #[test]
    fn a_link_local_address_needs_an_interface() {
        let note = without_interface("fe80::1").expect("there is a note");
        assert!(note.contains("fe80::1%eth0"), "{note}");
        for host in ["fe80::1%eth0", "2001:db8::1", "::1", "broker.local"] {
            assert_eq!(without_interface(host), None, "{host}");
        }
    }

    #[test]
    fn an_address_to_listen_on_is_told() {
        for host in ["0.0.0.0", "::"] {
            let note = unspecified(host).expect("there is a note");
            assert!(note.contains("to listen on"), "{note}");
        }
        for host in ["127.0.0.1", "::1", "broker.local", "10.0.0.0"] {
            assert_eq!(unspecified(host), None, "{host}");
        }
    }

    #[test]
    fn an_interface_that_is_not_there_is_told() {
        let note = unknown_interface("fe80::1%nope7").expect("there is none of that name");
        assert!(note.contains("interface \"nope7\""), "{note}");
        for host in ["fe80::1%lo", "fe80::1%2", "fe80::1", "a%b"] {
            assert_eq!(unknown_interface(host), None, "{host}");
        }
    }
}
