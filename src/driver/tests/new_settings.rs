//! Nothing that was found out under other settings is held against new ones.

use super::*;
use crate::outbox::{Intake, Taken};

fn reconfigure(host: &mut Host, json: &str) {
    let (accepted, effects) = host.driver.reconfigure(host.now, settings(json));
    accepted.expect("it is open");
    host.effects = effects;
}

#[test]
fn a_farewell_of_the_past_does_not_count_for_a_shutdown() {
    let mut host = Host::online("");
    reconfigure(&mut host, r#""client_id": "another""#);
    let said = host.sent();
    assert_eq!(texts(&said), ["offline"]);
    host.acknowledge(&said[0]);
    host.end(EndCause::ByPeer);
    host.connect();
    host.publish(None);
    host.acknowledge_all();
    let (accepted, _) = host.driver.shut_down(host.now, SECOND);
    accepted.expect("it is open");
    host.wait(SECOND);
    let report = host.driver.engine().report().expect("it is over");
    assert!(!report.offline_acknowledged, "nobody acknowledged it");
}

#[test]
fn nor_does_it_where_the_new_ones_have_not_come_to_a_connection() {
    let mut host = Host::online("");
    reconfigure(&mut host, r#""client_id": "another""#);
    assert_eq!(texts(&host.acknowledge_all()), ["offline"]);
    host.end(EndCause::ByPeer);
    let (accepted, _) = host.driver.shut_down(host.now, SECOND);
    accepted.expect("it is open");
    let report = host.driver.engine().report().expect("it is over");
    assert!(!report.offline_acknowledged);
}

#[test]
fn a_shutdown_while_the_old_topic_says_offline_says_it_once() {
    let mut host = Host::online("");
    reconfigure(&mut host, r#""client_id": "another""#);
    let (accepted, effects) = host.driver.shut_down(host.now, 10 * SECOND);
    accepted.expect("it is open");
    assert!(
        effects.notify_waiters,
        "who waits to be online has no hope any more"
    );
    let said = host.sent();
    assert_eq!(texts(&said), ["offline"]);
    host.acknowledge(&said[0]);
    host.end(EndCause::ByPeer);
    let report = host.driver.engine().report().expect("it is over");
    assert!(report.offline_acknowledged);
}

#[test]
fn what_the_old_ones_were_refused_for_is_forgotten() {
    let mut host = Host::new("");
    host.fail(FailureKind::Permanent);
    assert!(host.driver.engine().refusal().is_some());
    reconfigure(&mut host, r#""broker_port": 1884"#);
    assert_eq!(host.driver.engine().refusal(), None);
    assert_eq!(host.driver.engine().last_error(), None);
    let (_, pause) = host.next_attempt();
    assert_eq!(pause, Time::ZERO);
}

#[test]
fn what_the_old_birth_message_was_refused_for_is_forgotten_while_the_connection_ends() {
    let mut host = Host::new("");
    host.connect();
    let birth = host.sent();
    let token = token(&birth[0]).expect("it has one");
    host.report(Input::Acked(token, Err("no".into())));
    assert!(host.driver.engine().refusal().is_some());
    reconfigure(&mut host, r#""broker_port": 1884"#);
    assert_eq!(host.driver.engine().refusal(), None);
    assert_eq!(host.driver.engine().last_error(), None);
}

#[test]
fn a_subscription_that_ended_a_connection_is_asked_for_anew() {
    let mut host = Host::new("");
    for _ in 0..2 {
        host.connect();
        host.acknowledge_all();
        assert_eq!(texts(&host.sent()), ["SUBSCRIBE"]);
        host.end(EndCause::ByPeer);
    }
    host.connect();
    host.acknowledge_all();
    assert!(host.sent().is_empty(), "it rests");
    reconfigure(&mut host, r#""broker_port": 1884"#);
    assert_eq!(texts(&host.acknowledge_all()), ["offline"]);
    host.end(EndCause::ByPeer);
    host.connect();
    host.acknowledge_all();
    assert_eq!(texts(&host.sent()), ["SUBSCRIBE"]);
}

#[test]
fn the_availability_topics_before_and_after_are_taken_while_the_old_says_offline() {
    let mut host = Host::online("");
    let is_taken = |host: &Host| {
        let topics = ["argusai/status", "home/status"];
        topics.map(|topic| host.driver.engine().is_availability_topic(topic))
    };
    assert_eq!(is_taken(&host), [true, false]);
    reconfigure(&mut host, r#""availability_topic": "home/status""#);
    assert_eq!(is_taken(&host), [true, true]);
    assert_eq!(texts(&host.acknowledge_all()), ["offline"]);
    host.end(EndCause::ByPeer);
    assert_eq!(is_taken(&host), [false, true]);
}

#[test]
fn they_do_not_wait_for_an_attempt_under_way() {
    let mut host = Host::new("");
    let (old, _) = host.next_attempt();
    assert!(matches!(host.plan(), Plan::Opening(_)));
    reconfigure(&mut host, r#""broker_port": 1884"#);
    assert!(host.effects.wake_worker);
    let (new, pause) = host.next_attempt();
    assert!(new.number > old.number);
    assert_eq!(pause, Time::ZERO);
}

#[test]
fn they_wait_five_seconds_for_the_old_topic_whatever_is_being_written() {
    let mut host = Host::online("");
    host.publish(None);
    reconfigure(&mut host, r#""broker_port": 1884"#);
    let (_, pause) = {
        let mut took = Time::ZERO;
        loop {
            match host.plan() {
                Plan::Open(attempt) => break (attempt, took),
                Plan::Run(until) | Plan::Wait(until) => {
                    took += until.saturating_sub(host.now);
                    host.now = host.now.max(until);
                }
                other => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(pause, 5 * SECOND);
}

#[test]
fn an_attempt_on_demand_comes_at_once_and_keeps_what_stands() {
    let mut host = Host::new("");
    for _ in 0..8 {
        host.fail(FailureKind::Unreachable);
    }
    assert!(matches!(host.plan(), Plan::Wait(until) if until > host.now));
    let (accepted, effects) = host.driver.reconnect(host.now);
    accepted.expect("it is open");
    assert!(effects.wake_worker);
    assert_eq!(
        host.driver
            .engine()
            .status(host.now, Duration::ZERO)
            .reconnect_attempt,
        0
    );
    assert_eq!(host.next_attempt().1, Time::ZERO);

    let mut host = Host::online("");
    let (accepted, _) = host.driver.reconnect(host.now);
    accepted.expect("it is open");
    assert!(host.driver.engine().is_online());
    assert!(host.sent().is_empty());
}

#[test]
fn what_was_accepted_under_wider_bounds_is_dropped_by_narrower_ones() {
    let mut host = Host::new("");
    let mut intake = Intake::default();
    intake.set_terms(host.driver.terms());
    intake.ready.add_topic(&"events/door".into());
    for _ in 0..5 {
        let message = Message {
            topic: "events/door".into(),
            payload: "{}".into(),
            qos: QoS::AtLeastOnce,
            retain: false,
        };
        let put = intake.put_message(host.now, message, None, false);
        put.expect("there is room");
    }
    reconfigure(&mut host, r#""max_queued_messages": 2"#);
    host.driver.take_over(&mut intake.take(Taken::default()));
    host.plan();
    assert_eq!(host.driver.engine().outbox().queued(), 2);
}

#[test]
fn what_is_reverted_on_the_way_out_connects_again_without_a_pause() {
    let mut host = Host::online("");
    reconfigure(&mut host, r#""broker_port": 1884"#);
    assert_eq!(texts(&host.acknowledge_all()), ["offline"]);
    reconfigure(&mut host, "");
    assert_eq!(texts(&host.acknowledge_all()), ["DISCONNECT"]);
    host.end(EndCause::ByPeer);
    assert_eq!(host.next_attempt().1, Time::ZERO);
    assert_eq!(host.driver.engine().settings().broker_port, 1883);
}

#[test]
fn an_attempt_that_comes_to_a_connection_too_late_closes_and_disturbs_no_other() {
    let mut host = Host::new("");
    let (late, _) = host.next_attempt();
    reconfigure(&mut host, r#""broker_port": 1884"#);
    host.come_online();
    let sent: Rc<RefCell<Vec<Packet>>> = Rc::default();
    let link = Recorder(sent.clone());
    host.effects = (host.driver).opened(host.now, late.number, Connack::default(), link);
    assert_eq!(Rc::strong_count(&sent), 1, "its link is gone");
    host.publish(None);
    assert_eq!(texts(&host.sent()), ["{}"]);
}
