//! Whether the birth message comes back from a broker that would not say that it refuses it.

use crate::outbox::Time;
use std::time::Duration;

/// After SUBACK a broker sends what it keeps for the topic: at once, unless it is slow.
const LIMIT: Duration = Duration::from_secs(5);

/// A broker has no way to tell an MQTT 3.1.1 client that it does not authorise a PUBLISH, and acknowledges it all the same
/// (MQTT 3.1.1, section 3.3.5); nor does every broker refuse a subscription whose messages it will not deliver. What it
/// keeps for the topic comes with the subscription, and shows that neither is so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ReadBack {
    /// Nothing is expected yet, or ever.
    #[default]
    NotExpected,
    /// The subscription is granted; what the broker keeps should come by then.
    Until(Time),
    /// It has come.
    Came,
    /// It has not come.
    Missing,
}

impl ReadBack {
    /// The warning while it is missing.
    pub(super) const MISSING: &'static str =
        "the birth message did not come back from the broker, which acknowledged it: the broker did not retain it, or \
         does not let this client read it; check the broker's access rules for the availability topic";

    /// SUBSCRIBE was granted by a broker that keeps messages and does not say what it refuses.
    pub(super) fn granted(&mut self, now: Time) {
        if *self == ReadBack::NotExpected {
            *self = ReadBack::Until(now + LIMIT);
        }
    }

    /// A message that the broker had kept came, perhaps ahead of SUBACK.
    pub(super) fn came(&mut self) {
        *self = ReadBack::Came;
    }

    /// When it is too late.
    pub(super) fn due(self) -> Option<Time> {
        match self {
            ReadBack::Until(at) => Some(at),
            _ => None,
        }
    }

    /// Whether it should have come and has not.
    pub(super) fn is_missing(self) -> bool {
        self == ReadBack::Missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Connack, Engine, Input, Packet, Plan, Subject};
    use crate::settings::Settings;
    use std::sync::Arc;

    const NOW: Time = Time::ZERO;

    /// An engine that is online with this version and has asked for the subscription.
    fn online(protocol: &str) -> (Engine, u64) {
        let text = format!(r#"{{"broker_host": "h", "protocol": "{protocol}"}}"#);
        let settings = Settings::from_json(&text).expect("they are valid");
        let mut engine = Engine::new(Arc::new(settings), NOW, 1);
        let Plan::Open(attempt) = engine.plan(NOW) else {
            panic!("it connects at once");
        };
        let number = attempt.number;
        engine.input(NOW, number, Input::Opened(Connack::default()));
        let birth = engine.next_packet(NOW);
        assert!(
            matches!(birth, Some(Packet::Publish { token: 1, .. })),
            "{birth:?}"
        );
        engine.input(NOW, number, Input::Acked(1, Ok(())));
        let subscribe = engine.next_packet(NOW);
        assert!(
            matches!(subscribe, Some(Packet::Subscribe { token: 2, .. })),
            "{subscribe:?}"
        );
        (engine, number)
    }

    fn warns_after(engine: &mut Engine, time: Time) -> bool {
        engine.tick(time, false);
        let warnings = engine.status(time, NOW).warnings;
        warnings.iter().any(|text| text == ReadBack::MISSING)
    }

    fn kept(engine: &Engine) -> Input {
        let payload = engine.birth_message().clone();
        let retain = true;
        Input::Received {
            subject: Subject::Availability,
            payload,
            retain,
        }
    }

    #[test]
    fn what_comes_before_or_after_suback_is_not_missed() {
        for comes_first in [true, false] {
            let (mut engine, number) = online("3.1.1");
            let kept = kept(&engine);
            let mut inputs = [kept, Input::Subscribed(2, Ok(()))];
            if !comes_first {
                inputs.reverse();
            }
            for input in inputs {
                engine.input(NOW, number, input);
            }
            assert!(!warns_after(&mut engine, LIMIT * 2));
        }
    }

    #[test]
    fn what_does_not_come_is_missed_until_it_comes_after_all() {
        let (mut engine, number) = online("3.1.1");
        engine.input(NOW, number, Input::Subscribed(2, Ok(())));
        assert!(engine.next_deadline(NOW) <= LIMIT);
        assert!(!warns_after(&mut engine, LIMIT - Duration::from_millis(1)));
        assert!(warns_after(&mut engine, LIMIT));
        let kept = kept(&engine);
        engine.input(LIMIT * 2, number, kept);
        assert!(!warns_after(&mut engine, LIMIT * 2));
    }

    #[test]
    fn mqtt_5_says_what_it_refuses() {
        let (mut engine, number) = online("5");
        engine.input(NOW, number, Input::Subscribed(2, Ok(())));
        assert!(!warns_after(&mut engine, LIMIT * 2));
    }
}
