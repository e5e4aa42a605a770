//! A shutdown says offline in time, or lets the will say it, and nothing else.

use super::*;
use crate::outcome::{DropReason, Outcome};

fn shut_down(host: &mut Host, seconds: u32) {
    let (accepted, effects) = host.driver.shut_down(host.now, seconds * SECOND);
    accepted.expect("it is open");
    host.effects = effects;
}

#[test]
fn it_says_offline_in_its_last_quarter_to_a_broker_that_acknowledges_no_event() {
    let mut host = Host::online("");
    let id = host.publish(None);
    assert_eq!(texts(&host.sent()), ["{}"]);
    host.plan();
    shut_down(&mut host, 4);
    assert!(host.effects.wake_worker, "there is a new time to wait for");
    host.wait(3 * SECOND - Duration::from_millis(1));
    assert!(host.sent().is_empty());
    host.wait(Duration::from_millis(1));
    assert_eq!(texts(&host.sent()), ["offline"]);
    host.wait(SECOND);
    assert!(
        host.sent().is_empty(),
        "3.1.1 and 5 without delay: the will speaks by itself"
    );
    let report = host.driver.engine().report().expect("it is over");
    assert!(!report.offline_acknowledged);
    assert_eq!(report.left, 1);
    assert_eq!(host.outcome(id), Some(Outcome::Unknown));
}

#[test]
fn a_will_that_would_be_delayed_is_asked_for_at_once() {
    let mut host = Host::online(r#""will_delay_seconds": 60"#);
    host.publish(None);
    host.sent();
    shut_down(&mut host, 1);
    host.wait(SECOND);
    assert_eq!(texts(&host.sent()), ["offline", "DISCONNECT with the will"]);
    assert_eq!(host.plan(), Plan::Finished);
}

#[test]
fn what_the_broker_acknowledged_at_the_last_moment_needs_no_will() {
    let mut host = Host::online(r#""will_delay_seconds": 60"#);
    shut_down(&mut host, 1);
    assert!(!host.effects.is_finished);
    let said = host.sent();
    assert_eq!(texts(&said), ["offline"], "nothing else is left to say");
    host.acknowledge(&said[0]);
    assert_eq!(texts(&host.sent()), ["DISCONNECT"]);
    host.end(EndCause::ByPeer);
    let report = host.driver.engine().report().expect("it is over");
    assert!(report.offline_acknowledged);
}

#[test]
fn an_offline_message_that_the_birth_message_followed_does_not_count() {
    let mut host = Host::online(r#""reconnect_max_seconds": 1"#);
    host.publish(None);
    host.sent();
    shut_down(&mut host, 60);
    host.wait(45 * SECOND);
    let offline = host.sent();
    assert_eq!(texts(&offline), ["offline"]);
    host.write(&offline[0]);
    // With one breath, so that nothing is said between.
    let ended = ConnectionEnd {
        kind: EndCause::ByPeer,
        text: "it ended".into(),
    };
    let token = token(&offline[0]).expect("it has one");
    let inputs = [Input::Acked(token, Ok(())), Input::Ended(ended)];
    host.effects = host.driver.report(host.now, host.number, inputs);
    host.connect();
    assert_eq!(texts(&host.acknowledge_all()), ["online"]);
    host.wait(60 * SECOND);
    let report = host.driver.engine().report().expect("it is over");
    assert!(!report.offline_acknowledged);
}

#[test]
fn a_birth_message_that_was_refused_is_not_said_after_the_offline_message() {
    let mut host = Host::new(r#""guard_availability": false"#);
    host.connect_without_birth();
    host.publish(None);
    host.sent();
    shut_down(&mut host, 64);
    host.wait(63 * SECOND);
    assert_eq!(
        texts(&host.sent()),
        ["offline"],
        "at 48 s, and nothing at 60 s"
    );
}

#[test]
fn without_a_connection_and_without_messages_it_is_over_at_once() {
    let mut host = Host::new("");
    host.fail(FailureKind::Unreachable);
    shut_down(&mut host, 60);
    assert!(host.effects.is_finished && host.effects.notify_waiters);
    assert_eq!(host.plan(), Plan::Finished);
}

#[test]
fn without_a_connection_it_waits_for_one_as_long_as_it_may() {
    let mut host = Host::new(r#""reconnect_max_seconds": 1"#);
    let id = host.publish(None);
    host.fail(FailureKind::Unreachable);
    shut_down(&mut host, 60);
    host.come_online_and_deliver();
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
    assert_eq!(host.plan(), Plan::Finished);
}

#[test]
fn with_no_time_at_all_it_is_over_at_once() {
    let mut host = Host::online("");
    let id = host.publish(None);
    shut_down(&mut host, 0);
    assert!(host.effects.is_finished);
    assert_eq!(host.outcome(id), Some(Outcome::Unknown));
    let mut host = Host::new("");
    let id = host.publish(None);
    shut_down(&mut host, 0);
    assert_eq!(
        host.outcome(id),
        Some(Outcome::Dropped(DropReason::ShutDown))
    );
}

#[test]
fn a_defect_is_not_taken_for_a_shutdown() {
    let mut host = Host::online("");
    let id = host.publish(None);
    let effects = host.driver.fail(host.now, "the cause");
    assert!(effects.is_finished && effects.notify_waiters);
    let error = host.driver.engine().closed().expect("it is closed");
    assert_eq!(error.kind(), crate::ErrorKind::Internal);
    assert!(error.to_string().contains("the cause"));
    assert_eq!(host.outcome(id), Some(Outcome::Unknown));
}

impl Host {
    fn come_online_and_deliver(&mut self) {
        self.connect();
        for _ in 0..4 {
            self.acknowledge_all();
        }
        self.end(EndCause::ByPeer);
    }
}

#[test]
fn an_offline_message_that_is_refused_leaves_the_word_to_the_will_at_once() {
    let mut host = Host::online("");
    shut_down(&mut host, 60);
    let offline = host.sent();
    assert_eq!(texts(&offline), ["offline"]);
    host.write(&offline[0]);
    let token = token(&offline[0]).expect("it has one");
    host.report(Input::Acked(token, Err("not authorized".into())));
    assert_eq!(host.plan(), Plan::Finished);
    assert!(
        host.sent().is_empty(),
        "no DISCONNECT, which deletes the will"
    );
    let report = host.driver.engine().report().expect("it is over");
    assert!(!report.offline_acknowledged);
}

#[test]
fn a_client_that_has_just_begun_can_be_shut_down_at_once() {
    let mut driver: Driver<Recorder> = Driver::new(settings(""), Time::ZERO, 1);
    let (accepted, _) = driver.shut_down(Time::ZERO, Duration::from_millis(100));
    accepted.expect("it is open");
}
