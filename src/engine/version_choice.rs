//! Which version of the protocol to try.

use super::io::{FailureKind, Version};
use crate::outbox::Time;
use crate::settings::Protocol;
use std::time::Duration;

/// After so many rounds of silence that ended in 3.1.1, MQTT 5 is tried less often.
const PATIENCE: u32 = 2;
/// For how long it is then left out the first time; doubled each time after.
const FIRST_REST: Duration = Duration::from_secs(600);
const LONGEST_REST: Duration = Duration::from_secs(24 * 3600);

/// Tries MQTT 5 first, and 3.1.1 at once where the broker's answer leaves it open whether it speaks MQTT 5. What
/// was found out holds for one connection: an upgraded broker gets MQTT 5 on the next. Only a broker that stays
/// silent, which costs seconds each time, is asked less and less often.
#[derive(Debug)]
pub(crate) struct VersionChoice {
    protocol: Protocol,
    /// In this round, what MQTT 5 came to before 3.1.1 was tried.
    undecided: Option<(FailureKind, String)>,
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
            silent_rounds: 0,
            rest_until: Time::ZERO,
            reason: String::new(),
        }
    }

    /// The version to try first in a new round.
    pub(crate) fn first(&mut self, now: Time) -> Version {
        self.undecided = None;
        match self.protocol {
            Protocol::V5 => Version::V5,
            Protocol::V311 => Version::V311,
            Protocol::Auto if now < self.rest_until => Version::V311,
            Protocol::Auto => Version::V5,
        }
    }

    /// Whether a failure of MQTT 5 calls for 3.1.1 in the same round.
    pub(crate) fn falls_back(&mut self, version: Version, kind: FailureKind, text: &str) -> bool {
        let may_not_speak_it = matches!(
            kind,
            FailureKind::WrongVersion | FailureKind::Undecided | FailureKind::Silent
        );
        let falls_back =
            version == Version::V5 && self.protocol == Protocol::Auto && may_not_speak_it;
        if falls_back {
            self.undecided = Some((kind, text.to_owned()));
        }
        falls_back
    }

    /// Whether a refusal of 3.1.1 calls for MQTT 5 in the same round, because it was left out.
    pub(crate) fn falls_forward(&mut self, version: Version, kind: FailureKind) -> bool {
        let was_left_out = self.protocol == Protocol::Auto && self.undecided.is_none();
        let falls_forward =
            version == Version::V311 && kind == FailureKind::WrongVersion && was_left_out;
        if falls_forward {
            self.broker_may_have_changed();
        }
        falls_forward
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
                "the broker has stayed silent to MQTT 5, which is therefore tried less often".into()
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
    pub(crate) fn broker_may_have_changed(&mut self) {
        self.rest_until = Time::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent_round(choice: &mut VersionChoice, now: Time) -> bool {
        let asked = choice.first(now) == Version::V5;
        if asked {
            assert!(choice.falls_back(Version::V5, FailureKind::Silent, "no answer"));
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
    fn a_broker_that_closes_is_asked_every_time() {
        let mut choice = VersionChoice::new(Protocol::Auto);
        for _ in 0..20 {
            assert_eq!(choice.first(Time::ZERO), Version::V5);
            assert!(choice.falls_back(Version::V5, FailureKind::Undecided, "closed"));
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
        assert!(choice.falls_forward(Version::V311, FailureKind::WrongVersion));
        assert_eq!(choice.first(Time::ZERO), Version::V5);
        assert!(choice.falls_back(Version::V5, FailureKind::WrongVersion, "no"));
        let again = choice.falls_forward(Version::V311, FailureKind::WrongVersion);
        assert!(!again, "it speaks neither");
    }

    #[test]
    fn only_doubt_about_the_version_falls_back_and_only_when_it_may() {
        for kind in [
            FailureKind::Unreachable,
            FailureKind::Later,
            FailureKind::Permanent,
            FailureKind::NoRetain,
        ] {
            assert!(!VersionChoice::new(Protocol::Auto).falls_back(Version::V5, kind, ""));
        }
        assert!(!VersionChoice::new(Protocol::V5).falls_back(Version::V5, FailureKind::Silent, ""));
        assert!(!VersionChoice::new(Protocol::Auto).falls_back(
            Version::V311,
            FailureKind::Silent,
            ""
        ));
    }
}
