//! When to ping, and how long to wait for the answer.

use crate::engine::{passing_time, SLOWEST_BYTES_PER_SECOND};
use crate::outbox::Time;
use std::time::Duration;

/// Pings when for an interval nothing was sent, which the broker expects (MQTT 5, section 3.1.2.10), or nothing was
/// heard, so that a link that is dead on the way to us is found too.
#[derive(Debug)]
pub(super) struct KeepAlive {
    interval: Duration,
    sent_at: Time,
    heard_at: Time,
    ping: Ping,
}

#[derive(Debug)]
enum Ping {
    None,
    /// Behind what is being written.
    Due,
    /// On its way, or its answer is.
    Asked(Patience),
}

/// For the answer to a ping: an interval, and the time of what was sent before it.
#[derive(Debug)]
struct Patience {
    since: Time,
    until: Time,
    received: u64,
}

impl KeepAlive {
    /// A server's shorter keep alive is obeyed (MQTT 5, section 3.2.2.3.14). A longer one lengthens what we owe, not
    /// the interval in which we look; and 0, for "off", neither.
    pub(super) fn new(now: Time, own_seconds: u16, server_seconds: Option<u16>) -> Self {
        let server = server_seconds.filter(|seconds| *seconds > 0);
        let seconds = server.map_or(own_seconds, |server| server.min(own_seconds));
        KeepAlive {
            interval: Duration::from_secs(seconds.into()),
            sent_at: now,
            heard_at: now,
            ping: Ping::None,
        }
    }

    /// Bytes have arrived, of a packet that may not be complete.
    pub(super) fn received(&mut self, bytes: usize) {
        if let Ping::Asked(patience) = &mut self.ping {
            patience.received += bytes as u64;
        }
    }

    /// A packet has arrived.
    pub(super) fn heard(&mut self, now: Time) {
        self.heard_at = now;
    }

    /// A packet was written.
    pub(super) fn sent(&mut self, now: Time) {
        self.sent_at = now;
    }

    /// Whether to write a ping now; it is then counted as due until [`KeepAlive::asked`].
    pub(super) fn begins(&mut self, now: Time) -> bool {
        let begins = matches!(self.ping, Ping::None) && self.due_at() <= now;
        if begins {
            self.ping = Ping::Due;
        }
        begins
    }

    /// The ping was written, after so many bytes that are not acknowledged.
    pub(super) fn asked(&mut self, now: Time, before: u64) {
        self.ping = Ping::Asked(Patience {
            since: now,
            until: now + self.interval + passing_time(before),
            received: 0,
        });
    }

    /// The answer has come.
    pub(super) fn answered(&mut self) {
        if matches!(self.ping, Ping::Asked(_)) {
            self.ping = Ping::None;
        }
    }

    /// Whether the answer is overdue. While something else streams in at a reasonable rate, the answer may be behind
    /// it; bytes that only trickle are no excuse.
    pub(super) fn is_over(&mut self, now: Time) -> bool {
        let Ping::Asked(patience) = &mut self.ping else {
            return false;
        };
        if now < patience.until {
            return false;
        }
        let waited = now.saturating_sub(patience.since).as_secs();
        if patience.received < waited.max(1) * SLOWEST_BYTES_PER_SECOND {
            return true;
        }
        *patience = Patience {
            since: now,
            until: now + self.interval,
            received: 0,
        };
        false
    }

    /// When to look again.
    pub(super) fn deadline(&self) -> Option<Time> {
        match &self.ping {
            Ping::None => Some(self.due_at()),
            Ping::Due => None,
            Ping::Asked(patience) => Some(patience.until),
        }
    }

    fn due_at(&self) -> Time {
        self.sent_at.min(self.heard_at) + self.interval
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::from_secs(seconds)
    }

    #[test]
    fn the_interval_is_ours_or_a_shorter_one_of_the_broker() {
        for (server, expected) in [(None, 30), (Some(0), 30), (Some(600), 30), (Some(5), 5)] {
            let keep_alive = KeepAlive::new(at(100), 30, server);
            assert_eq!(
                keep_alive.deadline(),
                Some(at(100 + expected)),
                "{server:?}"
            );
        }
    }

    #[test]
    fn a_ping_is_due_when_one_direction_is_silent() {
        let mut keep_alive = KeepAlive::new(at(0), 30, None);
        keep_alive.sent(at(10));
        assert!(!keep_alive.begins(at(29)));
        keep_alive.heard(at(20));
        assert!(!keep_alive.begins(at(39)));
        assert!(keep_alive.begins(at(40)));
        assert!(!keep_alive.begins(at(41)), "one at a time");
        assert_eq!(
            keep_alive.deadline(),
            None,
            "the write has a limit of its own"
        );
    }

    #[test]
    fn the_answer_has_an_interval_and_the_time_of_what_goes_before_it() {
        let mut keep_alive = KeepAlive::new(at(0), 30, None);
        assert!(keep_alive.begins(at(30)));
        keep_alive.asked(at(40), 160 * 1024);
        assert_eq!(keep_alive.deadline(), Some(at(80)));
        assert!(!keep_alive.is_over(at(79)));
        keep_alive.received(10);
        assert!(keep_alive.is_over(at(80)));
        keep_alive.answered();
        assert!(!keep_alive.is_over(at(80)));
    }

    #[test]
    fn a_stream_that_flows_may_go_before_the_answer_and_a_trickle_may_not() {
        let mut keep_alive = KeepAlive::new(at(0), 10, None);
        assert!(keep_alive.begins(at(10)));
        keep_alive.asked(at(10), 0);
        keep_alive.received(10 * 16 * 1024);
        assert!(!keep_alive.is_over(at(20)));
        for second in 20..30 {
            keep_alive.received(1);
            keep_alive.heard(at(second));
            assert!(!keep_alive.is_over(at(second)));
        }
        assert!(keep_alive.is_over(at(30)));
    }
}
