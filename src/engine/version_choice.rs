//! Which version of the protocol to try.

use super::attempt::{FailureKind, Version};
use crate::outbox::Time;
use crate::settings::Protocol;
use std::time::Duration;

/// After so many rounds of silence that ended in 3.1.1, MQTT 5 is tried less often.
const PATIENCE: u32 = 2;
/// For how long it is then left out the first time; doubled each time after.
const FIRST_REST: Duration = Duration::from_secs(600);
const LONGEST_REST: Duration = Duration::from_secs(24 * 3600);

/// Tries MQTT 5 first, and 3.1.1 at once where the broker's answer leaves it open whether it speaks MQTT 5. A close
/// without an answer, which may come of a restart as well, is asked a second time. What was found out holds for one
/// connection: an upgraded broker gets MQTT 5 on the next. Only a broker that stays
/// silent, which costs seconds each time, is asked less and less often.
#[derive(Debug)]
pub(crate) struct VersionChoice {
    protocol: Protocol,
    /// In this round, what MQTT 5 came to before 3.1.1 was tried.
    undecided: Option<(FailureKind, String)>,
    /// In this round, whether a close without an answer was given a second chance.
    was_asked_twice: bool,
    silent_rounds: u32,
    rest_until: Time,
    /// Why this version is in use, for the status.
    pub(crate) reason: String,
}

impl VersionChoice {
    pub(crate) fn new(protocol: Protocol) -> Self {
        VersionChoice {
            protocol,
            undecided: None,
            was_asked_twice: false,
            silent_rounds: 0,
            rest_until: Time::ZERO,
            reason: String::new(),
        }
    }

    /// The version to try first in a new round.
    pub(crate) fn first(&mut self, now: Time) -> Version {
        self.undecided = None;
        self.was_asked_twice = false;
        match self.protocol {
            Protocol::V5 => Version::V5,
            Protocol::V311 => Version::V311,
            Protocol::Auto if now < self.rest_until => Version::V311,
            Protocol::Auto => Version::V5,
        }
    }

    /// The version to try at once, in the same round, after a failure with this one; none when the round is over.
    pub(crate) fn next(
        &mut self,
        version: Version,
        kind: FailureKind,
        text: &str,
    ) -> Option<Version> {
        if self.protocol != Protocol::Auto {
            return None;
        }
        match (version, kind) {
            (Version::V5, FailureKind::Closed) if !self.was_asked_twice => {
                self.was_asked_twice = true;
                Some(Version::V5)
            }
            (
                Version::V5,
                FailureKind::WrongVersion
                | FailureKind::Undecided
                | FailureKind::Closed
                | FailureKind::Silent,
            ) => {
                self.undecided = Some((kind, text.to_owned()));
                Some(Version::V311)
            }
            // MQTT 5 was left out, and the broker has been replaced since.
            (Version::V311, FailureKind::WrongVersion) if self.undecided.is_none() => {
                self.broker_may_have_changed();
                Some(Version::V5)
            }
            _ => None,
        }
    }

    /// What MQTT 5 came to earlier in this round.
    pub(crate) fn earlier_failure(&self) -> Option<&str> {
        self.undecided.as_ref().map(|(_, text)| text.as_str())
    }

    /// A connection was accepted.
    pub(crate) fn opened(&mut self, now: Time, version: Version) {
        self.reason = match (self.protocol, version, &self.undecided) {
            (Protocol::V5 | Protocol::V311, _, _) => "set by the setting protocol".into(),
            (Protocol::Auto, Version::V5, _) => "the broker speaks it".into(),
            (Protocol::Auto, Version::V311, Some((_, text))) => format!("MQTT 5 failed: {text}"),
            (Protocol::Auto, Version::V311, None) => {
                "the broker did not answer MQTT 5, which is therefore tried less often".into()
            }
        };
        match (version, &self.undecided) {
            (Version::V5, _) => self.silent_rounds = 0,
            (Version::V311, Some((FailureKind::Silent, _))) => {
                self.silent_rounds += 1;
                if self.silent_rounds >= PATIENCE {
                    let doublings = 1_u32
                        .checked_shl(self.silent_rounds - PATIENCE)
                        .unwrap_or(u32::MAX);
                    self.rest_until = now + FIRST_REST.saturating_mul(doublings).min(LONGEST_REST);
                }
            }
            (Version::V311, _) => {}
        }
    }

    /// The broker was away, or 3.1.1 no longer works: it may come back as another, so MQTT 5 is tried again.
    pub(super) fn broker_may_have_changed(&mut self) {
        self.rest_until = Time::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent_round(choice: &mut VersionChoice, now: Time) -> bool {
        let asked = choice.first(now) == Version::V5;
        if asked {
            let next = choice.next(Version::V5, FailureKind::Silent, "no answer");
            assert_eq!(next, Some(Version::V311));
        }
        choice.opened(now, Version::V311);
        asked
    }

    #[test]
    fn a_silent_broker_is_asked_less_and_less_often() {
        let mut choice = VersionChoice::new(Protocol::Auto);
        let day = 24 * 60;
        let asked: Vec<_> = (0..3 * day)
            .filter(|minute| silent_round(&mut choice, Duration::from_secs(minute * 60)))
            .collect();
        assert_eq!(asked[..5], [0, 1, 11, 31, 71]);
        assert!(
            asked.windows(3).all(|w| w[2] - w[1] >= w[1] - w[0]),
            "{asked:?}"
        );
    }

    #[test]
    fn a_broker_that_closes_is_asked_twice_in_every_round() {
        let mut choice = VersionChoice::new(Protocol::Auto);
        for _ in 0..20 {
            assert_eq!(choice.first(Time::ZERO), Version::V5);
            let next = |choice: &mut VersionChoice| {
                choice.next(Version::V5, FailureKind::Closed, "closed")
            };
            assert_eq!(next(&mut choice), Some(Version::V5));
            assert_eq!(next(&mut choice), Some(Version::V311));
            choice.opened(Time::ZERO, Version::V311);
            assert!(choice.reason.contains("closed"));
        }
    }

    #[test]
    fn a_broker_that_was_away_is_asked_again() {
        let mut choice = VersionChoice::new(Protocol::Auto);
        while silent_round(&mut choice, Time::ZERO) {}
        choice.broker_may_have_changed();
        assert_eq!(choice.first(Time::ZERO), Version::V5);
    }

    #[test]
    fn a_broker_that_no_longer_speaks_311_is_asked_at_once() {
        let mut choice = VersionChoice::new(Protocol::Auto);
        while silent_round(&mut choice, Time::ZERO) {}
        let mut next = |version| choice.next(version, FailureKind::WrongVersion, "no");
        assert_eq!(next(Version::V311), Some(Version::V5));
        assert_eq!(next(Version::V5), Some(Version::V311));
        assert_eq!(next(Version::V311), None, "it speaks neither");
        assert_eq!(choice.first(Time::ZERO), Version::V5);
    }

    #[test]
    fn only_doubt_about_the_version_falls_back_and_only_when_it_may() {
        let next = |protocol, version, kind| VersionChoice::new(protocol).next(version, kind, "");
        for kind in [
            FailureKind::Unreachable,
            FailureKind::NotRunning,
            FailureKind::NotAuthorized,
            FailureKind::Later,
            FailureKind::Permanent,
            FailureKind::NoRetain,
        ] {
            assert_eq!(next(Protocol::Auto, Version::V5, kind), None);
        }
        for kind in [
            FailureKind::Silent,
            FailureKind::Undecided,
            FailureKind::Closed,
        ] {
            assert_eq!(next(Protocol::V5, Version::V5, kind), None);
            assert_eq!(next(Protocol::Auto, Version::V311, kind), None);
        }
    }

    #[test]
    fn a_broker_that_answered_mqtt_5_may_be_silent_again_as_often_as_before() {
        let mut choice = VersionChoice::new(Protocol::Auto);
        for second in 0..6 {
            let now = Duration::from_secs(second);
            assert!(silent_round(&mut choice, now), "{second}");
            assert_eq!(choice.first(now), Version::V5);
            choice.opened(now, Version::V5);
        }
    }
}
