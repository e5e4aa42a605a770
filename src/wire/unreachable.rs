//! No TCP connection to any address of a broker: which were tried, and why each failed.

use super::refusal::{failure, unreachable_text};
use crate::engine::{Failure, FailureKind};
use rustix::io::Errno;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// So many addresses are listed for each reason.
const MOST: usize = 4;

/// What was tried.
#[derive(Debug, Default)]
pub(super) struct Unreachable {
    /// The first decides what follows: it is that of the address that should have worked.
    kind: Option<FailureKind>,
    /// In an order that is the same when a resolver gives them in another, as are the addresses: so that what is the
    /// same again is not logged again.
    reasons: Vec<(String, Vec<SocketAddr>)>,
}

impl Unreachable {
    pub(super) fn add(&mut self, address: SocketAddr, error: &io::Error) {
        let kind = match error.kind() {
            // Somebody is there to refuse it, but no broker.
            io::ErrorKind::ConnectionRefused => FailureKind::NotRunning,
            _ => FailureKind::Unreachable,
        };
        let why = match error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) {
            true if lacks_interface(&address) => {
                "broker_host needs the network interface (as in fe80::1%eth0)".into()
            }
            _ => error.to_string(),
        };
        self.push(address, kind, why);
    }

    /// It did not answer for so long.
    pub(super) fn silent(&mut self, address: SocketAddr, limit: Duration) {
        let why = format!("no connection within {} s", limit.as_secs_f32());
        self.push(address, FailureKind::Unreachable, why);
    }

    fn push(&mut self, address: SocketAddr, kind: FailureKind, why: String) {
        self.kind.get_or_insert(kind);
        match self.reasons.iter_mut().find(|(other, _)| *other == why) {
            Some((_, addresses)) => {
                let place = addresses.partition_point(|other| *other < address);
                addresses.insert(place, address);
            }
            None => {
                let place = self.reasons.partition_point(|(other, _)| *other < why);
                self.reasons.insert(place, (why, vec![address]));
            }
        }
    }

    /// `None` if nothing failed.
    pub(super) fn failure(&self) -> Option<Failure> {
        let reasons = self.reasons.iter();
        let reasons: Vec<_> = reasons
            .map(|(why, addresses)| format!("{why} at {}", list(addresses)))
            .collect();
        let Failure { text, .. } = unreachable_text(&reasons.join("; "));
        self.kind.map(|kind| failure(kind, text))
    }
}

/// Whether the system can't know over which interface to reach it.
fn lacks_interface(address: &SocketAddr) -> bool {
    matches!(address, SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() && v6.scope_id() == 0)
}

fn list(addresses: &[SocketAddr]) -> String {
    let rest = addresses.len().saturating_sub(MOST);
    let mut shown: Vec<_> = addresses.iter().map(ToString::to_string).collect();
    if rest > 0 {
        shown.truncate(MOST);
        shown.push(format!("{rest} more"));
    }
    match shown.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => shown.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_named_with_its_reason() {
        let mut tried = Unreachable::default();
        assert_eq!(tried.failure(), None);
        let refused = io::Error::from_raw_os_error(rustix::io::Errno::CONNREFUSED.raw_os_error());
        tried.add(address("[::1]:1883"), &refused);
        tried.silent(address("10.0.0.2:1883"), Duration::from_secs(5));
        tried.add(address("127.0.0.1:1883"), &refused);
        assert_eq!(
            tried.failure(),
            Some(failure(
                FailureKind::NotRunning,
                "the broker can't be reached: Connection refused (os error 111) at 127.0.0.1:1883 and [::1]:1883; \
                 no connection within 5 s at 10.0.0.2:1883"
            ))
        );
    }

    #[test]
    fn an_interface_that_is_missing_is_told() {
        let invalid = io::Error::from_raw_os_error(rustix::io::Errno::INVAL.raw_os_error());
        for (text, says) in [
            (
                "[fe80::1]:1",
                "needs the network interface (as in fe80::1%eth0) at [fe80::1]:1",
            ),
            ("[fe80::1%2]:1", "Invalid argument"),
            ("[::1]:1", "Invalid argument"),
        ] {
            let mut tried = Unreachable::default();
            tried.add(address(text), &invalid);
            let failure = tried.failure().expect("it failed");
            assert!(failure.text.contains(says), "{failure:?}");
        }
    }

    #[test]
    fn many_addresses_are_counted() {
        let mut tried = Unreachable::default();
        for last in (1..=6).rev() {
            let address = address(&format!("10.0.0.{last}:1"));
            tried.silent(address, Duration::from_secs(1));
        }
        let failure = tried.failure().expect("it failed");
        let listed = "at 10.0.0.1:1, 10.0.0.2:1, 10.0.0.3:1, 10.0.0.4:1 and 2 more";
        assert!(failure.text.ends_with(listed), "{failure:?}");
    }

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("it is an address")
    }
}
