//! When to say the birth message again, because the availability topic held something else.

use crate::outbox::Time;
use std::time::Duration;

/// No more repairs than one in this time; the time doubles with each repair of a series.
const SHORTEST_GAP: Duration = Duration::from_secs(1);
/// The longest gap, and the peace after which a series is over.
const LONGEST_GAP: Duration = Duration::from_secs(60);

/// See the module.
///
/// Brokers do publish the will of an old session after the birth of the new one, and other tools write there too.
/// Two that each insist on their own word would write for ever; so the answers become rarer.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    state: Repair,
    last: Option<Time>,
    gap: Duration,
}

#[derive(Debug, Default)]
enum Repair {
    #[default]
    Unneeded,
    From(Time),
    Due,
}

impl Repairs {
    /// The topic holds something that is not our birth message.
    pub(super) fn needed(&mut self, now: Time) {
        if let Repair::Unneeded = self.state {
            let earliest = self.last.map_or(now, |last| last + self.gap);
            self.state = Repair::From(earliest.max(now));
        }
    }

    /// From when on the birth message is due again.
    pub(super) fn from(&self) -> Option<Time> {
        match self.state {
            Repair::From(at) => Some(at),
            _ => None,
        }
    }

    /// That time has come.
    pub(super) fn fall_due(&mut self) {
        self.state = Repair::Due;
    }

    /// Whether the birth message is to be said again as soon as it may.
    pub(super) fn is_due(&self) -> bool {
        matches!(self.state, Repair::Due)
    }

    /// It was said.
    pub(super) fn done(&mut self, now: Time) {
        let series = self
            .last
            .is_some_and(|last| now.saturating_sub(last) < LONGEST_GAP + self.gap);
        self.gap = if series {
            (self.gap * 2).min(LONGEST_GAP)
        } else {
            SHORTEST_GAP
        };
        self.last = Some(now);
        self.state = Repair::Unneeded;
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
            if repairs.from() == Some(now) {
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
            repairs.from(),
            Some(later + SHORTEST_GAP),
            "peace ends the series"
        );
    }

    #[test]
    fn a_series_ends_with_a_minute_of_peace_after_the_gap() {
        for (peace, gap) in [(100, LONGEST_GAP), (121, SHORTEST_GAP)] {
            let (mut repairs, mut now) = (Repairs::default(), Duration::ZERO);
            for _ in 0..10 {
                repairs.done(now);
                now += repairs.gap;
            }
            now += Duration::from_secs(peace) - repairs.gap;
            repairs.done(now);
            assert_eq!(repairs.gap, gap, "after {peace} s");
        }
    }
}
