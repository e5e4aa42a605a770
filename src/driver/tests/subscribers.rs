//! What the broker took while nobody was subscribed to its topic waits for somebody.

use super::*;
use crate::outcome::{DropReason, Outcome};

const ALWAYS: &str = r#""wait_for_subscriber": "always", "home_assistant_status_topic": "ha""#;
const UNHEARD: Option<Outcome> = Some(Outcome::Dropped(DropReason::NoSubscriber));

fn host(json: &str) -> Host {
    let mut host = Host::online(json);
    host.acknowledge_all();
    host
}

/// Everything that was handed over is taken by the broker, and heard by nobody. Gives how much that was.
fn nobody_hears(host: &mut Host) -> usize {
    let sent = host.sent();
    for packet in &sent {
        host.write(packet);
        let token = token(packet).expect("it has one");
        host.report(Input::Unmatched(token));
    }
    sent.len()
}

fn status(host: &Host) -> crate::engine::Status {
    host.driver.engine().status(host.now, Duration::ZERO)
}

#[test]
fn it_is_tried_again_until_somebody_hears_it() {
    let mut host = host(ALWAYS);
    let first = host.publish(Some(300));
    assert_eq!(nobody_hears(&mut host), 1);
    let second = host.publish(Some(300));
    let other = host.publish_to("events/garden", Some(300));
    assert_eq!(host.acknowledge_all().len(), 1, "other topics flow");
    assert_eq!(host.outcome(other), Some(Outcome::Delivered));
    assert_eq!(status(&host).topics_without_subscriber, ["events/door"]);
    let warnings = status(&host).warnings;
    assert!(warnings[0].contains(r#"nobody is subscribed to "events/door""#));
    for rest in [1, 2, 4] {
        host.wait(rest * SECOND - Duration::from_millis(1));
        assert_eq!(nobody_hears(&mut host), 0);
        host.wait(Duration::from_millis(1));
        assert_eq!(nobody_hears(&mut host), 1, "after {rest} s");
    }
    host.wait(8 * SECOND);
    let again = host.sent();
    assert_eq!(again.len(), 1);
    host.acknowledge(&again[0]);
    assert_eq!(host.outcome(first), Some(Outcome::Delivered));
    assert_eq!(host.acknowledge_all().len(), 1, "and the rest follows");
    assert_eq!(host.outcome(second), Some(Outcome::Delivered));
    assert!(status(&host).topics_without_subscriber.is_empty());
    assert_eq!(status(&host).counters.resent, 0);
}

#[test]
fn a_new_connection_tries_it_at_once() {
    let mut host = host(ALWAYS);
    host.publish(Some(300));
    for rest in [1, 2, 4, 8, 16] {
        assert_eq!(nobody_hears(&mut host), 1);
        host.wait(rest * SECOND);
    }
    assert_eq!(nobody_hears(&mut host), 1);
    host.end(EndCause::ByPeer);
    host.connect();
    assert_eq!(texts(&host.acknowledge_all()), ["online"]);
    assert!(texts(&host.sent()).contains(&"{}".into()));
}

#[test]
fn home_assistant_may_be_the_one_that_hears_it() {
    let mut host = host(ALWAYS);
    host.publish(Some(300));
    for _ in 0..6 {
        assert_eq!(nobody_hears(&mut host), 1);
        host.wait(32 * SECOND);
    }
    nobody_hears(&mut host);
    host.report(Input::Received {
        subject: Subject::HomeAssistant,
        payload: "online".into(),
        retain: false,
    });
    assert_eq!(host.acknowledge_all().len(), 1);
}

#[test]
fn only_what_expires_and_is_neither_retained_nor_of_qos_0_waits() {
    let mut host = host(ALWAYS);
    let id = host.publish(None);
    nobody_hears(&mut host);
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
    let message = Message {
        topic: "events/door".into(),
        payload: "{}".into(),
        qos: QoS::AtLeastOnce,
        retain: true,
    };
    let (id, _) = host
        .driver
        .publish(host.now, message, Some(300), true, Vec::new());
    nobody_hears(&mut host);
    assert_eq!(
        host.outcome(id.expect("there is room")),
        Some(Outcome::Delivered)
    );
}

#[test]
fn by_default_it_waits_where_somebody_heard_something_or_a_camera_is_announced() {
    let mut host = host("");
    let id = host.publish(Some(300));
    nobody_hears(&mut host);
    assert_eq!(host.outcome(id), Some(Outcome::Delivered), "perhaps a rule");
    assert_eq!(status(&host).topics_without_subscriber, ["events/door"]);
    host.publish(Some(300));
    host.acknowledge_all();
    let id = host.publish(Some(300));
    nobody_hears(&mut host);
    assert_eq!(host.outcome(id), None);

    let topics = [Arc::from("events/garden")].into();
    host.effects = host.driver.set_announced(host.now, topics);
    let id = host.publish_to("events/garden", Some(300));
    nobody_hears(&mut host);
    assert_eq!(host.outcome(id), None);

    let mut host = self::host(r#""wait_for_subscriber": "never""#);
    host.publish(Some(300));
    host.acknowledge_all();
    let id = host.publish(Some(300));
    nobody_hears(&mut host);
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
}

#[test]
fn one_that_was_tried_and_expires_had_no_subscriber() {
    let mut host = host(ALWAYS);
    let ids = [host.publish(Some(60)), host.publish(Some(60))];
    nobody_hears(&mut host);
    let third = host.publish(Some(60));
    while host.driver.engine().outbox().unfinished() > 0 {
        host.wait(SECOND);
        nobody_hears(&mut host);
    }
    for id in ids {
        assert_eq!(host.outcome(id), UNHEARD);
    }
    assert_eq!(host.outcome(third), Some(Outcome::Expired));
    assert_eq!(status(&host).counters.dropped_no_subscriber, 2);
}

#[test]
fn no_flush_and_no_shutdown_waits_for_a_subscriber() {
    let mut host = host(ALWAYS);
    let tried = host.publish(Some(300));
    nobody_hears(&mut host);
    let behind = host.publish(Some(300));
    let (mark, effects) = host.driver.mark(host.now);
    assert_eq!(host.outcome(tried), UNHEARD);
    assert!(effects.notify_waiters || host.effects.notify_waiters);
    assert!(!host.driver.engine().outbox().is_finished(mark));
    assert_eq!(
        nobody_hears(&mut host),
        1,
        "what was not tried is tried once"
    );
    assert_eq!(host.outcome(behind), UNHEARD);
    assert!(host.driver.engine().outbox().is_finished(mark));
    let after = host.publish(Some(300));
    nobody_hears(&mut host);
    assert_eq!(host.outcome(after), None, "the flush is over");
    let later = host.publish(Some(300));

    let (begun, _) = host.driver.shut_down(host.now, 5 * SECOND);
    assert_eq!(begun, Ok(()));
    assert_eq!(host.outcome(after), UNHEARD);
    assert_eq!(nobody_hears(&mut host), 1);
    assert_eq!(host.outcome(later), UNHEARD);
    assert_eq!(texts(&host.acknowledge_all()), ["offline"]);
    host.end(EndCause::ByPeer);
    let report = host.driver.engine().report().expect("it is over");
    assert_eq!((report.left, report.offline_acknowledged), (2, true));
}

#[test]
fn on_a_new_connection_all_is_tried_at_once_and_on_3_1_1_nothing_waits() {
    let mut host = host(ALWAYS);
    host.publish(Some(300));
    host.publish(Some(300));
    nobody_hears(&mut host);
    host.end(EndCause::ByPeer);
    host.come_online();
    host.acknowledge_all();
    let mut host = self::host(ALWAYS);
    let ids = [host.publish(Some(300)), host.publish(Some(300))];
    nobody_hears(&mut host);
    host.end(EndCause::ByPeer);
    host.connect();
    host.acknowledge_all();
    let sent = host.sent();
    let events = sent.iter().filter(|packet| text(packet) == "{}").count();
    assert_eq!(events, 1, "one at a time");
    host.end(EndCause::ByPeer);
    host.fail(FailureKind::WrongVersion);
    host.come_online();
    host.acknowledge_all();
    for id in ids {
        assert_eq!(host.outcome(id), Some(Outcome::Delivered));
    }
}

#[test]
fn new_settings_may_have_it_that_nothing_waits() {
    let mut host = host(ALWAYS);
    let id = host.publish(Some(300));
    for _ in 0..6 {
        nobody_hears(&mut host);
        host.wait(32 * SECOND);
    }
    nobody_hears(&mut host);
    let never = settings(&ALWAYS.replace("always", "never"));
    let (accepted, effects) = host.driver.reconfigure(host.now, never);
    host.effects = effects;
    assert_eq!(accepted, Ok(()));
    assert_eq!(nobody_hears(&mut host), 1);
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
}

#[test]
fn who_comes_between_two_messages_is_heard_of_by_the_first_try_of_the_second() {
    let mut host = host(ALWAYS);
    let first = host.publish(Some(60));
    assert_eq!(nobody_hears(&mut host), 1);
    for rest in [1, 2, 4, 8, 16] {
        host.wait(rest * SECOND);
        assert_eq!(nobody_hears(&mut host), 1);
    }
    host.publish(Some(300));
    host.wait(32 * SECOND);
    assert_eq!(host.outcome(first), UNHEARD, "it has expired");
    assert_eq!(host.acknowledge_all().len(), 1);
    host.publish(Some(300));
    assert_eq!(host.acknowledge_all().len(), 1, "the topic flows again");
}

#[test]
fn a_message_of_qos_0_says_nothing_of_who_is_subscribed() {
    let mut host = host(ALWAYS);
    host.publish(Some(300));
    nobody_hears(&mut host);
    host.publish_as(QoS::AtMostOnce, "events/door", "{}", None);
    host.wait(300 * SECOND);
    for packet in host.sent() {
        host.write(&packet);
    }
    assert_eq!(status(&host).topics_without_subscriber, ["events/door"]);
}

#[test]
fn it_is_tried_again_where_the_birth_message_is_refused() {
    let mut host = Host::new(ALWAYS);
    host.connect_without_birth();
    host.acknowledge_all();
    host.acknowledge_all();
    host.publish(Some(300));
    assert_eq!(nobody_hears(&mut host), 1);
    host.wait(SECOND);
    assert_eq!(host.acknowledge_all().len(), 1);
}
