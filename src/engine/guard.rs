//! Keeping the availability topic true while we are online.

use crate::outbox::Time;
use std::time::Duration;

/// No more repairs than one in this time; the time doubles with each repair of a series.
const SHORTEST_GAP: Duration = Duration::from_secs(1);
/// The longest gap, and the peace after which a series is over.
const LONGEST_GAP: Duration = Duration::from_secs(60);

/// When the birth message is to be said again, because the topic held something else.
///
/// Brokers do publish the will of an old session after the birth of the new one, and other tools write there too.
/// Two that each insist on their own word would write for ever; so the answers become rarer.
#[derive(Debug, Default)]
pub(crate) struct Repairs {
    due: Option<Time>,
    last: Option<Time>,
    gap: Duration,
}

impl Repairs {
    /// The topic holds something that is not our birth message.
    pub(crate) fn needed(&mut self, now: Time) {
        let earliest = self.last.map_or(now, |last| last + self.gap);
        self.due.get_or_insert(earliest.max(now));
    }

    /// When to say the birth message again.
    pub(crate) fn due(&self) -> Option<Time> {
        self.due
    }

    /// It was said.
    pub(crate) fn done(&mut self, now: Time) {
        let series = self
            .last
            .is_some_and(|last| now.saturating_sub(last) < LONGEST_GAP + self.gap);
        self.gap = if series {
            (self.gap * 2).min(LONGEST_GAP)
        } else {
            SHORTEST_GAP
        };
        self.last = Some(now);
        self.due = None;
    }
}

/// How often to do without the subscription, because the broker ended connections over it.
#[derive(Debug, Default)]
pub(crate) struct GuardRest {
    failures: u32,
    connections_left: u32,
}

impl GuardRest {
    /// Whether the next connection may subscribe.
    pub(crate) fn allows(&mut self) -> bool {
        let rests = self.connections_left > 0;
        self.connections_left = self.connections_left.saturating_sub(1);
        !rests
    }

    /// A connection ended while the subscription was unanswered: do without it for 1, 2, 4 ... connections.
    pub(crate) fn failed(&mut self) {
        self.connections_left = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.failures += 1;
    }

    /// The broker granted it.
    pub(crate) fn worked(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repairs_become_rarer_in_a_series_and_none_is_forgotten() {
        let mut repairs = Repairs::default();
        let mut made = Vec::new();
        for second in 0..600 {
            let now = Duration::from_secs(second);
            repairs.needed(now);
            if repairs.due() == Some(now) {
                repairs.done(now);
                made.push(second);
            }
        }
        assert_eq!(made[..6], [0, 1, 3, 7, 15, 31]);
        assert!(made.windows(2).all(|w| w[1] - w[0] <= 60), "{made:?}");
        let later = Duration::from_secs(5000);
        repairs.done(later);
        repairs.needed(later);
        assert_eq!(
            repairs.due(),
            Some(later + SHORTEST_GAP),
            "peace ends the series"
        );
    }

    #[test]
    fn the_subscription_rests_longer_each_time() {
        let mut rest = GuardRest::default();
        let mut pattern = String::new();
        for _ in 0..11 {
            if rest.allows() {
                pattern.push('s');
                rest.failed();
            } else {
                pattern.push('.');
            }
        }
        assert_eq!(pattern, "s.s..s....s");
    }
}
