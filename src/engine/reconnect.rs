//! How long to wait before the next attempt to connect.

use crate::outbox::Time;
use std::time::Duration;

/// A connection that outlasts this, and the pause before it, ends a series of failures.
const LASTING: Duration = Duration::from_secs(10);
/// The longest pause between attempts with a login that the broker has never accepted: brokers lock out who insists.
const LONGEST_LOGIN_PAUSE: Duration = Duration::from_secs(15 * 60);
/// No pause may be longer in which Home Assistant must not be back unnoticed: it says that it is no sooner than two
/// seconds after it has subscribed.
const UNNOTICED: Duration = Duration::from_millis(1500);

/// After this a broker that was killed refuses connections, and is not back yet. At the very moment at which it closes one,
/// it may still take another.
const BEFORE_IT_IS_BACK: Duration = Duration::from_millis(10);

/// Pauses that double, with jitter, up to the longest that the settings allow.
#[derive(Debug)]
pub(super) struct Reconnect {
    min: Duration,
    max: Duration,
    /// Pauses since a connection last lasted.
    pauses: u32,
    last_pause: Duration,
    /// Refusals of a login that has never been accepted.
    refused_logins: u32,
    random: u64,
}

impl Reconnect {
    /// `seed` decides the jitter.
    pub(super) fn new(min_seconds: u32, max_seconds: u32, seed: u64) -> Self {
        Reconnect {
            min: Duration::from_secs(min_seconds.into()),
            max: Duration::from_secs(max_seconds.into()),
            pauses: 0,
            last_pause: Duration::ZERO,
            refused_logins: 0,
            random: seed,
        }
    }

    /// A seed for those that come after.
    pub(super) fn seed(&self) -> u64 {
        self.random
    }

    /// New bounds for the pauses to come.
    pub(super) fn set_bounds(&mut self, min_seconds: u32, max_seconds: u32) {
        self.min = Duration::from_secs(min_seconds.into());
        self.max = Duration::from_secs(max_seconds.into());
    }

    /// Begins anew, as if nothing had failed.
    pub(super) fn reset(&mut self) {
        self.pauses = 0;
        self.last_pause = Duration::ZERO;
        self.refused_logins = 0;
    }

    /// Attempts since the last lasting connection.
    pub(super) fn attempts(&self) -> u32 {
        self.pauses
    }

    /// The longest pause of the settings.
    pub(super) fn longest(&self) -> Duration {
        self.max
    }

    /// A connection ended that had lasted this long. Gives whether that ends a series of failures.
    pub(super) fn connection_ended(&mut self, lasted: Duration) -> bool {
        let has_lasted = lasted > LASTING && lasted > self.last_pause;
        if has_lasted {
            self.reset();
        }
        has_lasted
    }

    /// The next attempt after a failure that may pass: between the shortest pause and one that doubles each time.
    ///
    /// Full jitter, but never below the shortest pause, so that the setting means what its name says.
    pub(super) fn pause(&mut self, now: Time) -> Time {
        let doublings = 1_u32.checked_shl(self.pauses + 1).unwrap_or(u32::MAX);
        let doubled = self.min.saturating_mul(doublings);
        self.wait(now, self.min, doubled.min(self.max))
    }

    /// The next attempt where Home Assistant may be back before: as soon as the settings allow, give or take.
    pub(super) fn shortest_pause(&mut self, now: Time) -> Time {
        self.wait(now, self.min, UNNOTICED.clamp(self.min, self.max))
    }

    /// The next attempt where a broker that was killed may be back before, unnoticed.
    pub(super) fn no_pause(&mut self, now: Time) -> Time {
        self.wait(now, BEFORE_IT_IS_BACK, BEFORE_IT_IS_BACK)
    }

    /// The next attempt after a refusal that waiting cannot cure, or with a twin about: the longest pause, give or
    /// take.
    pub(super) fn longest_pause(&mut self, now: Time) -> Time {
        self.wait(now, self.max / 2, self.max)
    }

    /// The next attempt with a login that this broker has never accepted: from the longest pause on, doubling.
    pub(super) fn login_pause(&mut self, now: Time) -> Time {
        let doublings = 1_u32.checked_shl(self.refused_logins).unwrap_or(u32::MAX);
        self.refused_logins += 1;
        let doubled = self.max.saturating_mul(doublings);
        let longest = doubled.min(LONGEST_LOGIN_PAUSE.max(self.max));
        self.wait(now, longest / 2, longest)
    }

    fn wait(&mut self, now: Time, low: Duration, high: Duration) -> Time {
        self.pauses += 1;
        self.last_pause = low + high.saturating_sub(low).mul_f64(self.fraction());
        now + self.last_pause
    }

    /// SplitMix64: small, and good enough to keep clients apart.
    fn fraction(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn pauses_double_up_to_the_longest() {
        let mut reconnect = Reconnect::new(1, 60, 7);
        let mut longest = Duration::ZERO;
        for n in 1..40 {
            let pause = reconnect.pause(Time::ZERO);
            let most = (SECOND * 2_u32.pow(n.min(6))).min(SECOND * 60);
            assert!(pause >= SECOND && pause <= most, "{n}: {pause:?}");
            longest = longest.max(pause);
        }
        assert!(
            longest > SECOND * 30,
            "the jitter uses the whole width: {longest:?}"
        );
    }

    #[test]
    fn a_connection_that_outlasts_ten_seconds_and_the_last_pause_ends_the_series() {
        let after = |pauses: u32, lasted: Duration| {
            let mut reconnect = Reconnect::new(1, 60, 7);
            let last = (0..pauses).map(|_| reconnect.pause(Time::ZERO)).last();
            reconnect.connection_ended(lasted);
            (reconnect.attempts(), last.unwrap_or_default())
        };
        assert_eq!(after(1, SECOND * 10).0, 1, "ten seconds are not enough");
        assert_eq!(after(1, SECOND * 11).0, 0);
        let (attempts, last) = after(30, SECOND * 11);
        assert!(last > SECOND * 11 && attempts == 30, "{attempts}, {last:?}");
        assert_eq!(after(30, SECOND * 61).0, 0);
    }

    #[test]
    fn a_login_that_was_never_accepted_is_tried_up_to_every_15_minutes() {
        let mut reconnect = Reconnect::new(1, 60, 7);
        for n in 0..12_u32 {
            let pause = reconnect.login_pause(Time::ZERO);
            let most = (SECOND * 60 * 2_u32.pow(n.min(6))).min(SECOND * 900);
            assert!(pause >= most / 2 && pause <= most, "{n}: {pause:?}");
        }
        reconnect.reset();
        assert!(reconnect.login_pause(Time::ZERO) <= SECOND * 60);
        let mut patient = Reconnect::new(1, 3600, 7);
        assert!(patient.login_pause(Time::ZERO) >= SECOND * 1800);
        assert!(patient.login_pause(Time::ZERO) <= SECOND * 3600);
    }

    #[test]
    fn the_shortest_pause_may_be_the_longest() {
        let mut reconnect = Reconnect::new(3600, 3600, 1);
        assert_eq!(reconnect.pause(Time::ZERO), Duration::from_secs(3600));
        let pause = reconnect.shortest_pause(Time::ZERO);
        assert_eq!(pause, Duration::from_secs(3600));
    }

    #[test]
    fn the_first_pause_has_jitter_too() {
        let pauses = (0..20).map(|seed| Reconnect::new(1, 60, seed).pause(Time::ZERO));
        let longest = pauses.max().unwrap_or_default();
        assert!(longest > SECOND * 3 / 2 && longest <= SECOND * 2);
    }
}
