//! How long to wait before the next attempt, and when to suspect a twin.

use crate::outbox::Time;
use std::time::Duration;

/// A connection that its peer ends sooner than this after CONNACK ended soon.
const SOON: Duration = Duration::from_secs(5);
/// So many connections in a row that ended soon make a twin likely.
const SUSPICIOUS: u32 = 3;
/// The pause with a twin about: long enough that two of us flap rarely, short enough to notice that it is gone.
const TWIN_PAUSE: (Duration, Duration) = (Duration::from_secs(120), Duration::from_secs(240));

/// The manners of reconnecting: pauses that double, with jitter, and forgive only after a connection has lasted.
#[derive(Debug)]
pub(crate) struct Reconnect {
    min: Duration,
    max: Duration,
    /// Pauses since a connection last outlasted the longest pause.
    pauses: u32,
    ended_soon: u32,
    random: u64,
}

impl Reconnect {
    /// `seed` decides the jitter.
    pub(crate) fn new(min_seconds: u32, max_seconds: u32, seed: u64) -> Self {
        Reconnect {
            min: Duration::from_secs(min_seconds.into()),
            max: Duration::from_secs(max_seconds.into()),
            pauses: 0,
            ended_soon: 0,
            random: seed,
        }
    }

    /// The same jitter to come, with new bounds and no memory of failures.
    pub(crate) fn reset(&mut self, min_seconds: u32, max_seconds: u32) {
        *self = Reconnect::new(min_seconds, max_seconds, self.random);
    }

    /// New bounds for the pauses to come.
    pub(crate) fn set_bounds(&mut self, min_seconds: u32, max_seconds: u32) {
        self.min = Duration::from_secs(min_seconds.into());
        self.max = Duration::from_secs(max_seconds.into());
    }

    /// Attempts since the last lasting connection.
    pub(crate) fn attempts(&self) -> u32 {
        self.pauses
    }

    /// A connection ended after this long. Says whether a twin with our client id is likely.
    pub(crate) fn connection_ended(&mut self, lasted: Duration, by_peer: bool) -> bool {
        if lasted > self.max {
            self.pauses = 0;
        }
        self.ended_soon = if by_peer && lasted < SOON {
            self.ended_soon + 1
        } else {
            0
        };
        self.ended_soon >= SUSPICIOUS
    }

    /// What ended the connections before was no twin: the broker itself was away, or closed because of a message.
    pub(crate) fn no_twin(&mut self) {
        self.ended_soon = 0;
    }

    /// The next attempt after a failure that may pass: between the shortest pause and one that doubles each time.
    ///
    /// Full jitter, but never below the shortest pause, so that the setting means what its name says.
    pub(crate) fn pause(&mut self, now: Time) -> Time {
        self.pauses += 1;
        let doubled = self
            .min
            .saturating_mul(1_u32.checked_shl(self.pauses).unwrap_or(u32::MAX));
        now + self.between(self.min, doubled.min(self.max))
    }

    /// The next attempt after a refusal that waiting cannot cure: the longest pause, give or take.
    pub(crate) fn slow_pause(&mut self, now: Time) -> Time {
        self.pauses += 1;
        now + self.between(self.max / 2, self.max)
    }

    /// The next attempt with a twin about.
    pub(crate) fn twin_pause(&mut self, now: Time) -> Time {
        self.pauses += 1;
        now + self.between(TWIN_PAUSE.0, TWIN_PAUSE.1)
    }

    fn between(&mut self, low: Duration, high: Duration) -> Duration {
        // SplitMix64: small, and good enough to keep clients apart.
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let fraction = ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
        low + high.saturating_sub(low).mul_f64(fraction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_start_again_after_a_lasting_connection() {
        let mut reconnect = Reconnect::new(1, 60, 7);
        let second = Duration::from_secs(1);
        let mut longest = Duration::ZERO;
        for n in 1..40 {
            let pause = reconnect.pause(Time::ZERO);
            assert!(
                pause >= second && pause <= (second * 2_u32.pow(n.min(6))).min(second * 60),
                "{n}: {pause:?}"
            );
            longest = longest.max(pause);
        }
        assert!(
            longest > second * 30,
            "the jitter uses the whole width: {longest:?}"
        );
        reconnect.connection_ended(second * 60, true);
        assert!(
            reconnect.attempts() > 30,
            "a connection no longer than the longest pause forgives nothing"
        );
        reconnect.connection_ended(second * 61, true);
        assert!(reconnect.pause(Time::ZERO) <= second * 2);
    }

    #[test]
    fn three_connections_that_end_soon_make_a_twin_likely() {
        let mut reconnect = Reconnect::new(1, 60, 7);
        let soon = Duration::from_secs(1);
        assert!(!reconnect.connection_ended(soon, true));
        assert!(!reconnect.connection_ended(soon, true));
        assert!(reconnect.connection_ended(soon, true));
        reconnect.no_twin();
        assert!(!reconnect.connection_ended(soon, true));
        assert!(!reconnect.connection_ended(soon, true));
        assert!(!reconnect.connection_ended(soon, false), "ended by us");
        assert!(!reconnect.connection_ended(soon, true));
    }

    #[test]
    fn the_shortest_pause_may_be_the_longest() {
        let mut reconnect = Reconnect::new(3600, 3600, 1);
        assert_eq!(reconnect.pause(Time::ZERO), Duration::from_secs(3600));
    }
}
