use super::*;
use crate::message::QoS;

use bytes::Bytes;

const SECOND: Duration = Duration::from_secs(1);

fn outbox(messages: usize, when_full: QueueFull) -> Outbox {
    Outbox::new(Bounds {
        messages,
        bytes: 1 << 20,
        when_full,
    })
}

fn message(payload: &str) -> Message {
    Message {
        topic: "t".into(),
        payload: Bytes::copy_from_slice(payload.as_bytes()),
        qos: QoS::AtLeastOnce,
        retain: false,
    }
}

fn accept(outbox: &mut Outbox, now: Time, payload: &str, lifetime: Option<u32>) -> u64 {
    outbox
        .accept(now, message(payload), lifetime, true)
        .expect("there is room")
}

fn payloads(outbox: &mut Outbox, now: Time) -> Vec<String> {
    std::iter::from_fn(|| outbox.take(now))
        .map(|entry| String::from_utf8_lossy(&entry.message.payload).into_owned())
        .collect()
}

#[test]
fn order_is_that_of_acceptance_whatever_the_lifetimes() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for (payload, lifetime) in [
        ("a", Some(300)),
        ("b", None),
        ("c", Some(5)),
        ("d", Some(300)),
        ("e", None),
    ] {
        accept(&mut outbox, Time::ZERO, payload, lifetime);
    }
    assert_eq!(payloads(&mut outbox, Time::ZERO), ["a", "b", "c", "d", "e"]);
}

#[test]
fn what_is_put_back_goes_first_and_keeps_its_age() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for payload in ["a", "b", "c"] {
        accept(&mut outbox, Time::ZERO, payload, Some(300));
    }
    let taken: Vec<_> = (0..2).filter_map(|_| outbox.take(Time::ZERO)).collect();
    for entry in taken.into_iter().rev() {
        outbox.put_back(entry);
    }
    let first = outbox.take(SECOND * 100).expect("still good");
    assert_eq!(first.expiry_left(SECOND * 100), Some(200));
    outbox.put_back(first);
    assert_eq!(payloads(&mut outbox, SECOND * 100), ["a", "b", "c"]);
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
    let long = accept(&mut outbox, Time::ZERO, "long", Some(100));
    let short = accept(&mut outbox, Time::ZERO, "short", Some(5));
    let lasting = accept(&mut outbox, Time::ZERO, "lasting", None);
    assert_eq!(outbox.next_expiry(), Some(SECOND * 5));
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
fn a_full_outbox_drops_the_oldest_that_expires_then_the_oldest_that_lasts() {
    let mut outbox = outbox(3, QueueFull::DropOldest);
    accept(&mut outbox, Time::ZERO, "lasting 1", None);
    accept(&mut outbox, Time::ZERO, "event 1", Some(300));
    accept(&mut outbox, Time::ZERO, "lasting 2", None);
    accept(&mut outbox, Time::ZERO, "lasting 3", None);
    accept(&mut outbox, Time::ZERO, "lasting 4", None);
    assert_eq!(outbox.counters.dropped_queue_full, 2);
    assert_eq!(
        payloads(&mut outbox, Time::ZERO),
        ["lasting 2", "lasting 3", "lasting 4"]
    );
}

#[test]
fn what_is_in_flight_is_never_dropped() {
    let mut outbox = outbox(2, QueueFull::DropOldest);
    accept(&mut outbox, Time::ZERO, "a", Some(300));
    accept(&mut outbox, Time::ZERO, "b", Some(300));
    let in_flight: Vec<_> = std::iter::from_fn(|| outbox.take(Time::ZERO)).collect();
    let refused = outbox
        .accept(Time::ZERO, message("c"), Some(300), false)
        .expect_err("no room can be made");
    assert_eq!(refused.kind(), ErrorKind::QueueFull);
    assert!(
        refused.to_string().contains("2 of them in flight"),
        "{refused}"
    );
    assert_eq!(outbox.counters.refused_queue_full, 1);
    for entry in &in_flight {
        outbox.end(entry, Outcome::Delivered);
    }
    assert_eq!(outbox.unfinished(), 0);
    assert_eq!(outbox.bytes(), 0);
}

#[test]
fn refuse_newest_keeps_what_is_there() {
    let mut outbox = outbox(1, QueueFull::RefuseNewest);
    accept(&mut outbox, Time::ZERO, "a", Some(300));
    assert!(outbox
        .accept(Time::ZERO, message("b"), Some(300), false)
        .is_err());
    assert_eq!(payloads(&mut outbox, Time::ZERO), ["a"]);
}

#[test]
fn bytes_are_bounded_too() {
    let mut outbox = Outbox::new(Bounds {
        messages: 100,
        bytes: 1000,
        when_full: QueueFull::DropOldest,
    });
    for n in 0..20 {
        accept(&mut outbox, Time::ZERO, &format!("{n:0100}"), Some(300));
        assert!(outbox.bytes() <= 1000);
    }
    let refused = outbox
        .accept(Time::ZERO, message(&"x".repeat(2000)), None, false)
        .expect_err("can never fit");
    assert!(
        refused.to_string().contains("max_queued_bytes 1000"),
        "{refused}"
    );
    assert!(
        outbox.queued() > 0,
        "nothing was dropped for what can never fit"
    );
}

#[test]
fn outcomes_that_nobody_takes_are_bounded() {
    let mut outbox = outbox(5, QueueFull::DropOldest);
    let mut ids = Vec::new();
    let refused = loop {
        match outbox.accept(Time::ZERO, message("x"), Some(300), true) {
            Ok(id) => ids.push(id),
            Err(refused) => break refused,
        }
    };
    assert!(
        refused.to_string().contains("without being waited for"),
        "{refused}"
    );
    assert!(ids.len() <= 10, "{}", ids.len());
    outbox.forget(ids[0]);
    accept(&mut outbox, Time::ZERO, "y", None);
    assert!(
        outbox
            .accept(Time::ZERO, message("z"), Some(300), false)
            .is_ok(),
        "untracked ones always go"
    );
}

#[test]
fn an_outcome_is_given_once_and_not_kept_for_who_does_not_ask() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let tracked = accept(&mut outbox, Time::ZERO, "a", None);
    let untracked = outbox
        .accept(Time::ZERO, message("b"), None, false)
        .expect("there is room");
    let forgotten = accept(&mut outbox, Time::ZERO, "c", None);
    outbox.forget(forgotten);
    while let Some(entry) = outbox.take(Time::ZERO) {
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
fn smaller_bounds_drop_what_no_longer_fits() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for n in 0..10 {
        accept(&mut outbox, Time::ZERO, &n.to_string(), Some(300));
    }
    outbox.set_bounds(Bounds {
        messages: 2,
        bytes: 1 << 20,
        when_full: QueueFull::RefuseNewest,
    });
    assert_eq!(payloads(&mut outbox, Time::ZERO), ["8", "9"]);
}

#[test]
fn at_shutdown_what_was_sent_before_may_have_arrived() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let sent = accept(&mut outbox, Time::ZERO, "sent", None);
    let waiting = accept(&mut outbox, Time::ZERO, "waiting", None);
    let mut entry = outbox.take(Time::ZERO).expect("the first");
    entry.sent_before = true;
    outbox.put_back(entry);
    outbox.end_all_queued();
    assert_eq!(outbox.take_outcome(sent), Some(Some(Outcome::Unknown)));
    assert_eq!(
        outbox.take_outcome(waiting),
        Some(Some(Outcome::Dropped(DropReason::ShutDown)))
    );
}

#[test]
fn nothing_is_dropped_for_a_message_that_is_then_refused() {
    let mut outbox = outbox(1, QueueFull::DropOldest);
    let first = outbox.accept(Time::ZERO, message("x"), Some(60), true);
    let second = outbox.accept(Time::ZERO, message("x"), Some(60), true);
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    // The outcome of the first waits to be taken, which is as much as may wait.
    let third = outbox.accept(Time::ZERO, message("x"), Some(60), true);
    assert!(third.is_err());
    assert_eq!(outbox.queued(), 1, "the second is still there");
}
