//! In which order the addresses of a name are tried.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// More than a name has; so that a name whose addresses change all the time makes nothing grow.
const MOST_REMEMBERED: usize = 16;

/// Addresses that accepted a connection and then said nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Silent(Arc<Mutex<Vec<SocketAddr>>>);

impl Silent {
    /// It comes last the next time.
    pub(super) fn add(&self, address: SocketAddr) {
        let mut silent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        silent.retain(|other| *other != address);
        silent.push(address);
        if silent.len() > MOST_REMEMBERED {
            silent.remove(0);
        }
    }

    /// It has answered.
    pub(super) fn remove(&self, address: SocketAddr) {
        let mut silent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        silent.retain(|other| *other != address);
    }

    fn place(&self, address: &SocketAddr) -> usize {
        let silent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        silent
            .iter()
            .position(|other| other == address)
            .map_or(0, |place| place + 1)
    }
}

/// The resolver's list with the families interleaved, beginning with the family that it begins with (RFC 8305,
/// section 4); what was silent comes last, what was silent longest ago first.
pub(super) fn order(resolved: &[SocketAddr], silent: &Silent) -> Vec<SocketAddr> {
    let mut unique = Vec::new();
    for address in resolved {
        if !unique.contains(address) {
            unique.push(*address);
        }
    }
    let first_is_v6 = unique.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = unique
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut ordered = Vec::new();
    for place in 0..first.len().max(second.len()) {
        ordered.extend(first.get(place));
        ordered.extend(second.get(place));
    }
    let mut last = Vec::with_capacity(ordered.len());
    for address in ordered {
        let place = silent.place(&address);
        let at = last.partition_point(|before| silent.place(before) <= place);
        last.insert(at, address);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts
            .iter()
            .map(|text| text.parse().expect("it is an address"))
            .collect()
    }

    #[test]
    fn families_take_turns_and_nothing_comes_twice() {
        let resolved = addresses(&[
            "[::1]:1",
            "[::2]:1",
            "[::1]:1",
            "[::3]:1",
            "1.1.1.1:1",
            "1.1.1.2:1",
        ]);
        let expected = addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "1.1.1.2:1", "[::3]:1"]);
        assert_eq!(order(&resolved, &Silent::default()), expected);
        let resolved = addresses(&["1.1.1.1:1", "[::1]:1"]);
        assert_eq!(order(&resolved, &Silent::default()), resolved);
        assert_eq!(order(&[], &Silent::default()), []);
    }

    #[test]
    fn what_was_silent_comes_last_until_it_answers() {
        let silent = Silent::default();
        let all = addresses(&["1.1.1.1:1", "1.1.1.2:1", "1.1.1.3:1"]);
        silent.add(all[0]);
        assert_eq!(order(&all, &silent), [all[1], all[2], all[0]]);
        silent.add(all[1]);
        assert_eq!(order(&all, &silent), [all[2], all[0], all[1]]);
        silent.remove(all[0]);
        assert_eq!(order(&all, &silent), [all[0], all[2], all[1]]);
    }
}
