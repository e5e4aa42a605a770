//! The outbox as the engine uses it. What needs many messages stands in `scale`, random operations in `model`.

mod bounds;
mod holding;
mod intake;
mod model;
mod named;
mod named_random;
mod plain;
mod scale;
mod states;
mod unheard;

use super::*;
use crate::error::ErrorKind;
use crate::message::QoS;
use crate::outcome::{DropReason, Outcome};
use crate::settings::QueueFull;
use bytes::Bytes;

const SECOND: Duration = Duration::from_secs(1);
const ZERO: Time = Time::ZERO;

const FULL: Outcome = Outcome::Dropped(DropReason::QueueFull);
const SHUT_DOWN: Outcome = Outcome::Dropped(DropReason::ShutDown);

fn outbox(messages: usize, when_full: QueueFull) -> Outbox {
    Outbox::new(Bounds {
        messages,
        bytes: 1 << 20,
        when_full,
    })
}

fn message_on(topic: &str, payload: &str) -> Message {
    Message {
        topic: topic.into(),
        payload: Bytes::copy_from_slice(payload.as_bytes()),
        qos: QoS::AtLeastOnce,
        retain: false,
    }
}

fn message(payload: &str) -> Message {
    message_on("t", payload)
}

fn accept(outbox: &mut Outbox, now: Time, payload: &str, lifetime: Option<u32>) -> u64 {
    outbox
        .accept(now, message(payload), lifetime, true)
        .expect("there is room")
}

fn payload(entry: &Entry) -> String {
    String::from_utf8_lossy(&entry.message.payload).into_owned()
}

/// Takes all that flows.
fn payloads(outbox: &mut Outbox, now: Time) -> Vec<String> {
    std::iter::from_fn(|| outbox.take(now))
        .map(|entry| payload(&entry))
        .collect()
}

#[test]
fn order_is_that_of_acceptance_whatever_the_lifetimes_and_topics() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for (topic, payload, lifetime) in [
        ("s", "a", Some(300)),
        ("t", "b", None),
        ("s", "c", Some(5)),
        ("t", "d", Some(300)),
        ("s", "e", None),
    ] {
        let accepted = outbox.accept(ZERO, message_on(topic, payload), lifetime, false);
        accepted.expect("there is room");
    }
    assert_eq!(payloads(&mut outbox, ZERO), ["a", "b", "c", "d", "e"]);
}

#[test]
fn what_is_put_back_goes_first_and_keeps_its_age() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for payload in ["a", "b", "c"] {
        accept(&mut outbox, ZERO, payload, Some(300));
    }
    let taken: Vec<_> = (0..2).filter_map(|_| outbox.take(ZERO)).collect();
    for entry in taken.into_iter().rev() {
        outbox.put_back(entry);
    }
    assert_eq!(outbox.oldest_age(SECOND * 100), Some(SECOND * 100));
    let first = outbox.take(SECOND * 100).expect("still good");
    assert_eq!(first.expiry_left(SECOND * 100), Some(200));
    outbox.put_back(first);
    assert_eq!(payloads(&mut outbox, SECOND * 100), ["a", "b", "c"]);
}

#[test]
fn a_message_comes_back_as_it_was() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let message = Message {
        qos: QoS::AtMostOnce,
        retain: true,
        ..message_on("a/b", "x")
    };
    let id = outbox.accept(SECOND, message.clone(), Some(7), false);
    let mut entry = outbox.take(SECOND).expect("it was accepted");
    (entry.closes, entry.sent_before) = (2, true);
    outbox.put_back(entry);
    let entry = outbox.take(SECOND).expect("it was put back");
    assert_eq!(Ok(entry.id), id);
    assert_eq!(entry.message, message);
    assert_eq!((entry.closes, entry.sent_before), (2, true));
    assert_eq!(entry.expiry_left(SECOND * 2), Some(6));
}

#[test]
fn the_interval_is_the_lifetime_less_whole_seconds_waited() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    accept(&mut outbox, SECOND * 10, "a", Some(60));
    let entry = outbox.take(SECOND * 10).expect("fresh");
    assert_eq!(entry.expiry_left(SECOND * 10), Some(60));
    assert_eq!(entry.expiry_left(Duration::from_millis(10_999)), Some(60));
    assert_eq!(entry.expiry_left(SECOND * 11), Some(59));
    assert_eq!(entry.expiry_left(Duration::from_millis(69_999)), Some(1));
}

#[test]
fn what_has_expired_is_not_given_out_and_is_reported() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let long = accept(&mut outbox, ZERO, "long", Some(100));
    let short = accept(&mut outbox, ZERO, "short", Some(5));
    let lasting = accept(&mut outbox, ZERO, "lasting", None);
    assert_eq!(outbox.next_expiry(), Some(SECOND * 5));
    outbox.expire(Duration::from_millis(4_999));
    assert_eq!(outbox.take_outcome(short), Some(None));
    outbox.expire(SECOND * 5);
    assert_eq!(outbox.take_outcome(short), Some(Some(Outcome::Expired)));
    assert_eq!(outbox.take_outcome(long), Some(None));
    assert_eq!(outbox.next_expiry(), Some(SECOND * 100));
    assert_eq!(payloads(&mut outbox, SECOND * 1000), ["lasting"]);
    assert_eq!(outbox.take_outcome(long), Some(Some(Outcome::Expired)));
    assert_eq!(outbox.take_outcome(lasting), Some(None));
    assert_eq!(outbox.counters.expired, 2);
}

#[test]
fn what_is_in_flight_does_not_expire_here() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let id = accept(&mut outbox, ZERO, "a", Some(5));
    let entry = outbox.take(ZERO).expect("it was accepted");
    assert_eq!(outbox.next_expiry(), None);
    outbox.expire(SECOND * 10);
    assert_eq!(outbox.take_outcome(id), Some(None));
    outbox.put_back(entry);
    assert!(outbox.take(SECOND * 10).is_none(), "too late once put back");
    assert_eq!(outbox.take_outcome(id), Some(Some(Outcome::Expired)));
}

#[test]
fn an_outcome_is_given_once_and_not_kept_for_who_does_not_ask() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let tracked = accept(&mut outbox, ZERO, "a", None);
    let untracked = outbox
        .accept(ZERO, message("b"), None, false)
        .expect("there is room");
    let forgotten = accept(&mut outbox, ZERO, "c", None);
    outbox.forget(forgotten);
    while let Some(entry) = outbox.take(ZERO) {
        outbox.end(&entry, Outcome::Delivered);
    }
    assert_eq!(outbox.kept(), 1);
    assert_eq!(outbox.take_outcome(untracked), None);
    assert_eq!(outbox.take_outcome(forgotten), None);
    assert_eq!(outbox.take_outcome(tracked), Some(Some(Outcome::Delivered)));
    assert_eq!(outbox.take_outcome(tracked), None);
    assert_eq!(outbox.kept(), 0);
}

#[test]
fn at_shutdown_what_was_sent_before_may_have_arrived() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let sent = accept(&mut outbox, ZERO, "sent", None);
    let waiting = accept(&mut outbox, ZERO, "waiting", None);
    let mut entry = outbox.take(ZERO).expect("the first");
    entry.sent_before = true;
    outbox.put_back(entry);
    outbox.end_all_queued();
    assert_eq!(outbox.take_outcome(sent), Some(Some(Outcome::Unknown)));
    assert_eq!(outbox.take_outcome(waiting), Some(Some(SHUT_DOWN)));
    assert_eq!((outbox.unfinished(), outbox.bytes()), (0, 0));
}
