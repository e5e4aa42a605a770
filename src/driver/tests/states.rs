//! States are said first, and again wherever somebody may not know them.

use super::*;
use crate::outbox::Rank;
use crate::outcome::Outcome;

impl Host {
    pub(super) fn say(&mut self, topic: &str, payload: &str) -> u64 {
        let payload = Bytes::copy_from_slice(payload.as_bytes());
        let topic = topic.into();
        let (id, effects) = self
            .driver
            .set_state(self.now, &topic, payload, Rank::State, true);
        self.effects = effects;
        id.expect("there is room")
    }

    fn forget_state(&mut self, topic: &str) -> u64 {
        let (id, effects) =
            self.driver
                .set_state(self.now, &topic.into(), Bytes::new(), Rank::State, true);
        self.effects = effects;
        id.expect("it is never refused")
    }

    /// Comes online, and gives what is handed over after the birth message.
    pub(super) fn come_back(&mut self) -> Vec<String> {
        self.connect();
        let birth = self.sent();
        assert_eq!(texts(&birth), ["online"]);
        self.acknowledge(&birth[0]);
        self.acknowledge_until_silent()
    }

    pub(super) fn acknowledge_until_silent(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        loop {
            let sent = self.acknowledge_all();
            if sent.is_empty() {
                return all;
            }
            all.extend(texts(&sent));
        }
    }
}

pub(super) fn host() -> Host {
    Host::new(r#""guard_availability": false, "reconnect_max_seconds": 1"#)
}

#[test]
fn after_each_connect_states_come_between_birth_and_events() {
    let mut host = host();
    let event = host.publish(None);
    let states = [host.say("a", "1"), host.say("b", "2")];
    assert_eq!(host.come_back(), ["1", "2", "{}"]);
    for id in [event, states[0], states[1]] {
        assert_eq!(host.outcome(id), Some(Outcome::Delivered));
    }
    host.end(EndCause::ByPeer);
    host.publish(None);
    host.say("b", "3");
    let gone = host.forget_state("a");
    assert_eq!(host.come_back(), ["3", "", "{}"]);
    assert_eq!(host.outcome(gone), Some(Outcome::Delivered));
    host.end(EndCause::ByPeer);
    assert_eq!(host.come_back(), ["3"]);
}

#[test]
fn they_are_retained_and_do_not_expire() {
    let mut host = host();
    host.say("a", "1");
    host.connect();
    let birth = host.sent();
    host.acknowledge(&birth[0]);
    let said = host.sent();
    assert!(
        matches!(
            &said[..],
            [Packet::Publish {
                qos: QoS::AtLeastOnce,
                retain: true,
                expiry_seconds: None,
                ..
            }]
        ),
        "{said:?}"
    );
}

#[test]
fn a_broker_that_keeps_nothing_and_takes_no_qos_gets_them_all_the_same() {
    let mut host = host();
    let id = host.say("a", "1");
    host.connect_to(Connack {
        maximum_qos: QoS::AtMostOnce,
        retain_available: false,
        ..Connack::default()
    });
    let birth = host.sent();
    host.write(&birth[0]);
    let said = host.sent();
    let as_it_can = Packet::Publish {
        token: token(&said[0]).expect("a PUBLISH"),
        topic: "a".into(),
        payload: Bytes::from_static(b"1"),
        qos: QoS::AtMostOnce,
        retain: false,
        expiry_seconds: None,
    };
    assert_eq!(said, [as_it_can]);
    host.write(&said[0]);
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
}

#[test]
fn many_are_spread_over_a_second_and_events_wait_for_them() {
    let mut host = host();
    for number in 0..400 {
        host.say(&number.to_string(), "state");
    }
    let event = host.publish(None);
    let start = host.now;
    let mut said = host.come_back();
    assert_eq!(said.len(), 20, "a twentieth at once");
    while host.outcome(event).is_none() {
        assert!(host.now < start + 5 * SECOND);
        host.wait(SECOND / 100);
        said.extend(host.acknowledge_until_silent());
    }
    assert_eq!(said.len(), 401);
    assert_eq!(said[400], "{}");
    // After that, news go at once.
    host.say("5", "news");
    assert_eq!(host.acknowledge_until_silent(), ["news"]);
}

#[test]
fn on_demand_they_are_said_again_but_no_event_and_not_too_often() {
    let mut host = host();
    host.say("a", "1");
    host.publish(None);
    host.come_back();
    let again = |host: &mut Host| {
        let now = host.now;
        host.effects = (host.driver.step(now, |engine| engine.say_states_again(now))).1;
        host.acknowledge_until_silent()
    };
    assert_eq!(again(&mut host), [""; 0], "they were said just now");
    host.wait(3 * SECOND);
    assert_eq!(host.acknowledge_until_silent(), ["1"], "but not forgotten");
    host.wait(10 * SECOND);
    for _ in 0..100 {
        again(&mut host);
    }
    host.wait(SECOND);
    host.publish(None);
    assert_eq!(host.acknowledge_until_silent(), ["{}"]);
    host.wait(3 * SECOND);
    assert_eq!(host.acknowledge_until_silent(), ["1"]);
    host.wait(10 * SECOND);
    assert_eq!(host.acknowledge_until_silent(), [""; 0]);
}

#[test]
fn one_of_a_topic_is_in_flight_at_a_time() {
    let mut host = host();
    host.come_back();
    let ids: Vec<u64> = (0..100).map(|n| host.say("a", &n.to_string())).collect();
    assert_eq!(host.acknowledge_until_silent(), ["0", "99"]);
    assert_eq!(host.outcome(ids[0]), Some(Outcome::Delivered));
    assert_eq!(host.outcome(ids[50]), Some(Outcome::Superseded));
    assert_eq!(host.outcome(ids[99]), Some(Outcome::Delivered));
}

#[test]
fn what_is_remembered_of_states_is_counted() {
    let mut host = host();
    host.say("topic", "12345");
    let status = host.driver.engine().status(host.now, Duration::ZERO);
    assert_eq!(status.states, 1);
    assert!(status.states_bytes >= 10, "{status:?}");
}

#[test]
fn events_do_not_wait_for_states_that_are_said_on_demand() {
    let mut host = host();
    for number in 0..100 {
        host.say(&number.to_string(), "state");
    }
    host.come_back();
    for _ in 0..10 {
        host.wait(SECOND);
        host.acknowledge_until_silent();
    }
    let now = host.now;
    host.effects = (host.driver.step(now, |engine| engine.say_states_again(now))).1;
    host.publish(None);
    let said = host.acknowledge_until_silent();
    assert!(said.len() < 100, "the states take their time");
    assert!(said.contains(&"{}".into()), "{said:?}");
}

#[test]
fn a_state_that_waits_has_an_age() {
    let mut host = host();
    let age = |host: &Host| host.driver.engine().outbox().oldest_age(host.now);
    host.say("a", "1");
    host.now += 7 * SECOND;
    host.publish(None);
    assert_eq!(age(&host), Some(7 * SECOND));
    host.come_back();
    assert_eq!(age(&host), None);
}

#[test]
fn a_shutdown_waits_for_news_and_says_nothing_again() {
    let mut host = host();
    for number in 0..100 {
        host.say(&number.to_string(), "old");
    }
    host.come_back();
    host.wait(2 * SECOND);
    host.acknowledge_until_silent();
    host.end(EndCause::ByPeer);
    let cleared = host.forget_state("7");
    let (begun, effects) = host.driver.shut_down(host.now, 10 * SECOND);
    host.effects = effects;
    begun.expect("it is open");
    host.connect();
    let said = host.acknowledge_until_silent();
    assert_eq!(said, ["online", "", "offline", "DISCONNECT"]);
    assert_eq!(host.outcome(cleared), Some(Outcome::Delivered));
}

#[test]
fn new_settings_take_the_states_along() {
    let mut host = host();
    host.say("a", "1");
    host.come_back();
    let other = settings(r#""guard_availability": false, "availability_topic": "other""#);
    let (accepted, effects) = host.driver.reconfigure(host.now, other);
    host.effects = effects;
    accepted.expect("they are valid");
    host.acknowledge_until_silent();
    host.end(EndCause::ByPeer);
    assert_eq!(host.come_back(), ["1"]);
}
