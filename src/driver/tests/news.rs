//! Who waits for something, or reads notices, hears of it in time.

use super::*;
use crate::engine::{Notice, NoticeKinds};
use crate::outbox::{Intake, Taken};
use crate::outcome::Outcome;

fn read(host: &mut Host) -> Option<Notice> {
    let (read, effects) = host.driver.read_notice(host.now, Ok::<_, ()>);
    host.effects = effects;
    read.and_then(Result::ok)
}

pub(super) fn read_all(host: &mut Host) -> Vec<Notice> {
    std::iter::from_fn(|| read(host)).collect()
}

#[test]
fn a_message_that_the_broker_can_not_carry_is_told_by_the_call_that_finds_out() {
    let mut host = Host::new(r#""guard_availability": false"#);
    host.connect_to(Connack {
        maximum_packet_size: 60,
        ..Connack::default()
    });
    host.acknowledge_all();
    host.effects = host.driver.open_notices_once(host.now);
    read_all(&mut host);
    let id = host.publish_to(&"long/".repeat(20), None);
    assert!(host.effects.notify_waiters);
    assert_eq!(host.effects.has_news, Some(true));
    assert!(matches!(host.outcome(id), Some(Outcome::Rejected(why)) if why.contains("60 bytes")));
}

#[test]
fn a_message_that_expires_behind_the_birth_message_is_told_in_time() {
    let mut host = Host::new("");
    host.connect();
    host.plan();
    let id = host.publish(Some(2));
    assert!(host.effects.wake_worker, "it expires before anything else");
    host.wait(2 * SECOND);
    assert!(host.effects.notify_waiters);
    assert_eq!(host.outcome(id), Some(Outcome::Expired));
}

#[test]
fn a_thread_that_waits_for_a_notice_hears_of_the_first() {
    let mut host = Host::new("");
    host.effects = host.driver.open_notices_once(host.now);
    assert!(host.effects.notify_readers, "where it stands");
    read_all(&mut host);
    host.next_attempt();
    assert!(host.effects.notify_readers, "it connects");
    host.effects = host.driver.reconnect(host.now).1;
    assert!(!host.effects.notify_readers, "there was one to read");
    assert!(!read_all(&mut host).is_empty());
    assert!(!host.effects.notify_readers);
}

#[test]
fn what_was_chosen_to_be_noted_stays_and_what_is_worth_knowing_of_the_settings_is_said_once() {
    let mut host = Host::new(&format!(r#""client_id": "{}""#, "x".repeat(24)));
    assert!(!host.driver.has_notice());
    let notes = |host: &mut Host| {
        let read = read_all(host);
        let text = format!("{read:?}");
        (read.len(), text.matches("client_id").count())
    };
    host.effects = host.driver.open_notices_once(host.now);
    assert!(host.driver.has_notice());
    assert_eq!(notes(&mut host).1, 1);
    host.effects = host.driver.open_notices(host.now, NoticeKinds::DEFAULT);
    assert_eq!(notes(&mut host).1, 0);
    host.effects = host.driver.open_notices(host.now, NoticeKinds::STATES);
    host.effects = host.driver.open_notices_once(host.now);
    assert_eq!(notes(&mut host), (0, 0));
    host.fail(FailureKind::Unreachable);
    assert_eq!(notes(&mut host).0, 2, "two states and no line");
}

#[test]
fn the_changes_of_being_online_are_counted() {
    let mut host = Host::new("");
    let changes = |host: &Host| host.driver.engine().online_changes();
    host.connect();
    assert_eq!(changes(&host), 0);
    host.acknowledge_all();
    assert_eq!(changes(&host), 1, "odd while it is online");
    host.end(EndCause::ByPeer);
    assert_eq!(changes(&host), 2);
}

#[test]
fn outcomes_are_news_only_while_they_are_wanted() {
    let mut host = Host::online("");
    let taken = |host: &mut Host| {
        let (taken, effects) = host.driver.take_outcomes(host.now, 10);
        host.effects = effects;
        taken
    };
    assert_eq!(taken(&mut host), []);
    let id = host.publish(None);
    host.acknowledge_all();
    assert_eq!(host.effects.has_news, Some(true));
    assert_eq!(taken(&mut host), [(id, Outcome::Delivered)]);
    assert_eq!(host.effects.has_news, Some(false));
    host.effects = host.driver.open_notices(host.now, NoticeKinds::STATES);
    read_all(&mut host);
    let id = host.publish(None);
    host.acknowledge_all();
    assert!(!host.driver.has_news());
    assert_eq!(taken(&mut host), [(id, Outcome::Delivered)]);
}

#[test]
fn what_is_worth_knowing_of_settings_is_told_when_they_come_into_force() {
    let mut host = Host::new("");
    host.effects = host.driver.open_notices_once(host.now);
    read_all(&mut host);
    let topic = r#""availability_topic": "a//b""#;
    host.effects = host.driver.reconfigure(host.now, settings(topic)).1;
    let told = format!("{:?}", read_all(&mut host));
    assert!(told.contains("a//b"), "{told}");
}

#[test]
fn an_outcome_that_was_taken_elsewhere_is_no_news() {
    let mut host = Host::online("");
    host.effects = host.driver.open_notices_once(host.now);
    read_all(&mut host);
    let id = host.publish(None);
    host.acknowledge_all();
    assert_eq!(host.effects.has_news, Some(true));
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
    assert_eq!(host.effects.has_news, Some(false));
}

#[test]
fn all_losses_are_told_however_often_somebody_reads() {
    let mut host = Host::new(r#""max_queued_messages": 1"#);
    host.effects = host.driver.open_notices_once(host.now);
    let mut lost = 0;
    for _ in 0..50 {
        let id = host.publish(None);
        host.effects = host.driver.forget(host.now, &[id]);
        host.effects = host.driver.open_notices_once(host.now);
        lost += losses(&read_all(&mut host));
    }
    host.fail(FailureKind::Unreachable);
    host.now += 60 * SECOND;
    host.effects = host.driver.open_notices_once(host.now);
    lost += losses(&read_all(&mut host));
    assert_eq!(lost, 49);
}

fn losses(notices: &[Notice]) -> u64 {
    let lost = notices.iter().filter_map(|notice| match notice {
        Notice::Log { text, .. } => text.strip_prefix("messages lost: "),
        _ => None,
    });
    let count = |text: &str| {
        text.split(' ')
            .next()
            .and_then(|count| count.parse::<u64>().ok())
    };
    lost.filter_map(count).sum()
}

#[test]
fn losses_wait_for_their_time_and_no_longer() {
    let mut host = Host::new(r#""max_queued_messages": 1"#);
    host.effects = host.driver.open_notices_once(host.now);
    host.fail(FailureKind::Permanent);
    read_all(&mut host);
    let publish = |host: &mut Host| {
        let id = host.publish(None);
        host.effects = host.driver.forget(host.now, &[id]);
    };
    publish(&mut host);
    publish(&mut host);
    assert_eq!(losses(&read_all(&mut host)), 1, "the first is told at once");
    publish(&mut host);
    assert_eq!(losses(&read_all(&mut host)), 0);
    host.wait(10 * SECOND);
    assert_eq!(losses(&read_all(&mut host)), 1);
}

#[test]
fn the_background_thread_is_woken_once_for_many_packets() {
    let mut host = Host::online("");
    host.plan();
    host.publish(None);
    assert!(host.effects.wake_worker);
    host.publish(None);
    assert!(!host.effects.wake_worker, "it is on its way");
    host.plan();
    host.publish(None);
    assert!(host.effects.wake_worker);
}

#[test]
fn the_background_thread_is_not_woken_for_what_it_reports() {
    let mut host = Host::online(r#""max_in_flight": 1"#);
    host.publish(None);
    host.publish(None);
    let sent = host.sent();
    host.plan();
    let token = token(&sent[0]).expect("it has one");
    let inputs = [Input::Written(token), Input::Acked(token, Ok(()))];
    host.effects = host.driver.report(host.now, host.number, inputs);
    assert_eq!(host.sent().len(), 1, "the next one is handed over");
    assert!(!host.effects.wake_worker, "it asks for its plan anyway");
}

#[test]
fn whoever_forgets_the_only_outcome_takes_it_from_the_reader_even_while_the_thread_works() {
    let mut host = Host::online("");
    host.effects = host.driver.open_notices_once(host.now);
    read_all(&mut host);
    let (id, later) = (host.publish(None), host.publish(None) + 1);
    let mut intake = Intake::default();
    intake.set_terms(host.driver.terms());
    intake.ready.add_topic(&"events/door".into());
    let sent = host.sent();
    host.acknowledge(&sent[0]);
    assert_eq!(host.effects.has_news, Some(true));
    // By terms of before.
    let message = Message {
        topic: "events/door".into(),
        payload: "{}".into(),
        qos: QoS::AtLeastOnce,
        retain: false,
    };
    let put = intake.put_message(host.now, message, None, true);
    assert_eq!(put.map(|put| put.id), Ok(later));
    assert!(intake.forget(id) && intake.forget(later));
    let effects = host.driver.take_over_forgotten(host.now, &mut intake);
    assert_eq!(effects.has_news, Some(false));
    host.driver.take_over(&mut intake.take(Taken::default()));
    let (outcome, _) = host.driver.take_outcome(host.now, later);
    assert_eq!(outcome, None, "it was forgotten before it was taken over");
}
