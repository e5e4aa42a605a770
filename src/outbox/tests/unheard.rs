//! Messages that nobody heard, and the topics that wait with them.

use super::*;
use crate::outbox::unheard::NO_SUBSCRIBER;

/// "a 1" to "a 3" and "b 1" to "b 3", of which "a 1" was not heard.
fn waiting(when_full: QueueFull) -> (Outbox, u64) {
    let mut outbox = outbox(6, when_full);
    for number in 1..=3 {
        for topic in ["a", "b"] {
            let message = message_on(topic, &format!("{topic} {number}"));
            let accepted = outbox.accept(ZERO, message, Some(100), true);
            accepted.expect("there is room");
        }
    }
    let id = unheard(&mut outbox, ZERO);
    (outbox, id)
}

/// The next message is not heard.
fn unheard(outbox: &mut Outbox, now: Time) -> u64 {
    let entry = outbox.take(now).expect("there is one");
    let id = entry.id;
    outbox.put_back_unheard(now, entry);
    id
}

fn at(seconds: u32) -> Time {
    SECOND * seconds
}

#[test]
fn only_its_topic_waits_and_its_oldest_is_tried_again_alone() {
    let (mut outbox, _) = waiting(QueueFull::DropOldest);
    assert_eq!(payloads(&mut outbox, ZERO), ["b 1", "b 2", "b 3"]);
    let mut now = ZERO;
    for rest in [1, 2, 4, 8, 16, 32] {
        assert_eq!(outbox.next_retry(), Some(now + at(rest)));
        now += at(rest);
        outbox.retry_unheard_until(now - Time::from_millis(1));
        assert!(outbox.take(now).is_none());
        outbox.retry_unheard_until(now);
        assert_eq!(outbox.next_retry(), None, "it is due");
        let again = outbox.take(now).expect("it is due");
        assert_eq!(payload(&again), "a 1");
        assert!(outbox.take(now).is_none(), "one at a time");
        outbox.put_back_unheard(now, again);
    }
    assert_eq!(outbox.next_retry(), Some(now + at(60)));
    outbox.retry_unheard();
    let heard = outbox.take(now).expect("there is hope");
    outbox.heard("a");
    outbox.end(&heard, Outcome::Delivered);
    assert_eq!(payloads(&mut outbox, now), ["a 2", "a 3"]);
}

#[test]
fn several_that_were_on_their_way_keep_their_order() {
    let mut outbox = waiting(QueueFull::DropOldest).0;
    outbox.heard("a");
    let taken: Vec<_> = std::iter::from_fn(|| outbox.take(ZERO)).collect();
    let (others, mut of_a): (Vec<_>, Vec<_>) =
        (taken.into_iter()).partition(|entry| &*entry.message.topic == "b");
    others
        .iter()
        .for_each(|entry| outbox.end(entry, Outcome::Delivered));
    // Of three on their way the first and the last are not heard, and then the connection ends.
    let last = of_a.pop().expect("there are three");
    let second = of_a.pop().expect("there are three");
    outbox.put_back_unheard(ZERO, of_a.remove(0));
    outbox.put_back_unheard(ZERO, last);
    outbox.put_back(second);
    assert!(outbox.take(ZERO).is_none());
    outbox.release_unheard();
    assert_eq!(payloads(&mut outbox, ZERO), ["a 1", "a 2", "a 3"]);
}

#[test]
fn one_that_ends_otherwise_lets_the_next_be_tried() {
    for is_put_back in [false, true] {
        let (mut outbox, _) = waiting(QueueFull::DropOldest);
        payloads(&mut outbox, ZERO);
        outbox.retry_unheard();
        let again = outbox.take(ZERO).expect("it is due");
        match is_put_back {
            true => outbox.put_back(again),
            false => outbox.end(&again, Outcome::Rejected("no".into())),
        }
        let next = outbox.take(ZERO).expect("it is its turn");
        assert_eq!(payload(&next), if is_put_back { "a 1" } else { "a 2" });
        assert!(outbox.take(ZERO).is_none());
    }
}

#[test]
fn what_was_tried_had_no_subscriber_and_the_rest_has_expired() {
    let (mut outbox, id) = waiting(QueueFull::DropOldest);
    payloads(&mut outbox, ZERO);
    outbox.expire(at(100));
    assert_eq!(outbox.take_outcome(id), Some(Some(NO_SUBSCRIBER)));
    assert_eq!(outbox.counters.dropped_no_subscriber, 1);
    assert_eq!(outbox.counters.expired, 2);
    assert_eq!(outbox.queued(), 0);
    assert_eq!(outbox.next_retry(), None);
    // The topic is forgotten with them.
    let message = message_on("a", "a 4");
    outbox
        .accept(at(100), message, Some(100), false)
        .expect("there is room");
    assert_eq!(payloads(&mut outbox, at(100)), ["a 4"]);
}

#[test]
fn it_is_dropped_first_whatever_is_to_be_done_when_full() {
    for when_full in [QueueFull::DropOldest, QueueFull::RefuseNewest] {
        let (mut outbox, id) = waiting(when_full);
        let accept =
            |outbox: &mut Outbox| outbox.accept(ZERO, message_on("c", "c"), Some(100), false);
        for left in [2, 1, 0] {
            accept(&mut outbox).expect("what waits makes room");
            assert_eq!(outbox.has_unheard(), left > 0);
        }
        assert_eq!(outbox.take_outcome(id), Some(Some(FULL)));
        let accepted = accept(&mut outbox);
        assert_eq!(accepted.is_ok(), when_full == QueueFull::DropOldest);
        let left = payloads(&mut outbox, ZERO);
        let b = left.iter().filter(|one| one.starts_with('b')).count();
        assert_eq!(b, if accepted.is_ok() { 2 } else { 3 }, "{left:?}");
    }
}

#[test]
fn nothing_is_dropped_for_one_that_finds_no_room_all_the_same() {
    let (mut outbox, _) = waiting(QueueFull::RefuseNewest);
    outbox.set_bounds(Bounds {
        bytes: outbox.bytes(),
        ..outbox.bounds
    });
    let large = message_on("c", &"x".repeat(4 * 448));
    assert!(outbox.accept(ZERO, large, None, false).is_err());
    assert_eq!(outbox.queued(), 6);
}

#[test]
fn who_has_no_time_ends_what_was_tried_and_lets_the_rest_go() {
    let (mut outbox, id) = waiting(QueueFull::DropOldest);
    let second = {
        outbox.heard("a");
        let taken: Vec<_> = (0..3).filter_map(|_| outbox.take(ZERO)).collect();
        let mut ids = Vec::new();
        for entry in taken {
            if &*entry.message.topic == "a" {
                ids.push(entry.id);
                outbox.put_back_unheard(ZERO, entry);
            } else {
                outbox.end(&entry, Outcome::Delivered);
            }
        }
        ids[1]
    };
    outbox.end_all_unheard();
    for id in [id, second] {
        assert_eq!(outbox.take_outcome(id), Some(Some(NO_SUBSCRIBER)));
    }
    assert_eq!(outbox.counters.dropped_no_subscriber, 2);
    let left = payloads(&mut outbox, ZERO);
    assert!(left.contains(&"a 3".into()), "{left:?}");
}

#[test]
fn what_need_not_be_heard_does_not_wait() {
    let (mut outbox, _) = waiting(QueueFull::DropOldest);
    outbox.expire(ZERO);
    payloads(&mut outbox, ZERO);
    let lasting = message_on("a", "lasting");
    let mut outbox = super::outbox(6, QueueFull::DropOldest);
    let first = message_on("a", "a 1");
    outbox
        .accept(ZERO, first, Some(10), false)
        .expect("there is room");
    outbox
        .accept(ZERO, lasting, None, false)
        .expect("there is room");
    unheard(&mut outbox, ZERO);
    assert!(outbox.take(ZERO).is_none(), "it is behind one that waits");
    assert_eq!(payloads(&mut outbox, at(10)), ["lasting"]);
}

#[test]
fn while_events_are_held_nothing_is_tried_again() {
    let (mut outbox, _) = waiting(QueueFull::DropOldest);
    outbox.hold_events(true);
    outbox.retry_unheard();
    assert!(outbox.take(ZERO).is_none());
    outbox.hold_events(false);
    assert_eq!(
        outbox.take(ZERO).map(|entry| payload(&entry)),
        Some("a 1".into())
    );
}

#[test]
fn of_a_topic_with_several_lifetimes_only_what_comes_next_makes_room() {
    let mut outbox = super::outbox(10, QueueFull::RefuseNewest);
    for (topic, payload, lifetime) in [
        ("a", "a 1", Some(100)),
        ("a", "a 2", None),
        ("b", "b 1", Some(100)),
        ("a", "a 3", Some(100)),
    ] {
        let accepted = outbox.accept(ZERO, message_on(topic, payload), lifetime, false);
        accepted.expect("there is room");
    }
    unheard(&mut outbox, ZERO);
    outbox.set_bounds(Bounds {
        bytes: outbox.bytes(),
        ..outbox.bounds
    });
    let larger = message_on("c", "larger than a 1");
    assert!(outbox.accept(ZERO, larger, Some(100), false).is_err());
    assert_eq!(outbox.queued(), 4);
}

#[test]
fn so_much_waits_for_a_subscriber_and_no_more() {
    let (mut outbox, _) = waiting(QueueFull::RefuseNewest);
    let cost = outbox.bytes() / 6;
    let check = |outbox: &Outbox, most: usize| {
        let bytes = most as u64 * cost;
        assert!(outbox.queues.has_unheard(most, bytes));
        assert!(outbox.queues.has_unheard(0, bytes));
        assert!(!outbox.queues.has_unheard(0, bytes + 1));
        assert!(!outbox.queues.has_unheard(most + 1, 0));
    };
    check(&outbox, 3);
    // Of a topic with several lifetimes no more than one is known to wait, until it has one again.
    let accepted = outbox.accept(ZERO, message_on("a", "a 4"), None, false);
    assert!(accepted.is_ok(), "one of the others makes room");
    check(&outbox, 1);
    payloads(&mut outbox, ZERO);
    outbox.release_unheard();
    while let Some(entry) = outbox.take(ZERO) {
        let is_lasting = entry.expiry_left(ZERO).is_none();
        outbox.end(&entry, Outcome::Delivered);
        if is_lasting {
            break;
        }
    }
    assert_eq!(outbox.queued(), 0);
}
