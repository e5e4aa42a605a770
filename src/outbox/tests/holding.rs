//! Messages that are held back, and topics that pause for them.

use super::*;

/// "a 1", "b 1", "a 2", "b 2" on the topics "a" and "b".
fn two_topics() -> Outbox {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for payload in ["a 1", "b 1", "a 2", "b 2"] {
        let message = message_on(&payload[..1], payload);
        let accepted = outbox.accept(ZERO, message, Some(60), true);
        accepted.expect("there is room");
    }
    outbox
}

fn hold_first(outbox: &mut Outbox) -> u64 {
    let first = outbox.take(ZERO).expect("there are messages");
    let id = first.id;
    outbox.hold_back(first);
    id
}

#[test]
fn a_held_message_pauses_its_topic_alone() {
    let mut outbox = two_topics();
    hold_first(&mut outbox);
    assert!(outbox.has_ready() && outbox.held_closes().is_some());
    assert_eq!(payloads(&mut outbox, ZERO), ["b 1", "b 2"]);
    assert!(!outbox.has_ready() && outbox.held_closes().is_some());
    assert_eq!(outbox.queued(), 2);

    let held = outbox.take_held(ZERO).expect("it is held");
    assert_eq!(payload(&held), "a 1");
    assert!(outbox.held_closes().is_none() && outbox.has_ready());
    outbox.end(&held, Outcome::Delivered);
    assert_eq!(payloads(&mut outbox, ZERO), ["a 2"]);
}

#[test]
fn a_held_message_that_is_put_back_is_an_ordinary_one() {
    let mut outbox = two_topics();
    hold_first(&mut outbox);
    let held = outbox.take_held(ZERO).expect("it is held");
    outbox.put_back(held);
    assert!(outbox.held_closes().is_none());
    assert_eq!(payloads(&mut outbox, ZERO), ["a 1", "b 1", "a 2", "b 2"]);
}

#[test]
fn the_oldest_held_message_comes_first() {
    let mut outbox = two_topics();
    let taken: Vec<_> = (0..3).filter_map(|_| outbox.take(ZERO)).collect();
    for entry in taken.into_iter().rev() {
        outbox.hold_back(entry);
    }
    assert!(outbox.take(ZERO).is_none());
    let held: Vec<_> = std::iter::from_fn(|| outbox.take_held(ZERO)).collect();
    let held: Vec<String> = held.iter().map(payload).collect();
    assert_eq!(held, ["a 1", "b 1", "a 2"]);
}

#[test]
fn what_stands_before_a_held_message_goes_before_it() {
    let mut outbox = two_topics();
    let taken: Vec<_> = std::iter::from_fn(|| outbox.take(ZERO)).collect();
    for entry in taken.into_iter().rev() {
        match payload(&entry).as_str() {
            "a 2" => outbox.hold_back(entry),
            _ => outbox.put_back(entry),
        }
    }
    assert!(outbox.held_closes().is_none(), "\"a 1\" goes first");
    assert_eq!(payloads(&mut outbox, ZERO), ["a 1", "b 1", "b 2"]);
    assert!(outbox.held_closes().is_some());
}

#[test]
fn a_held_message_expires_is_dropped_and_ends_like_others() {
    let mut outbox = two_topics();
    let held = hold_first(&mut outbox);
    assert_eq!(outbox.oldest_age(SECOND), Some(SECOND));
    assert_eq!(outbox.next_expiry(), Some(SECOND * 60));
    outbox.expire(SECOND * 60);
    assert_eq!(outbox.take_outcome(held), Some(Some(Outcome::Expired)));
    assert_eq!((outbox.unfinished(), outbox.bytes()), (0, 0));

    let mut outbox = two_topics();
    let held = hold_first(&mut outbox);
    outbox.set_bounds(Bounds {
        messages: 3,
        ..outbox.bounds
    });
    assert_eq!(outbox.take_outcome(held), Some(Some(FULL)));
    assert_eq!(payloads(&mut outbox, ZERO), ["b 1", "a 2", "b 2"]);

    let mut outbox = two_topics();
    let held = hold_first(&mut outbox);
    outbox.end_all_queued();
    assert_eq!(outbox.take_outcome(held), Some(Some(SHUT_DOWN)));
    assert_eq!(outbox.counters.dropped_shutdown, 4);
}

#[test]
fn an_expired_held_message_is_not_taken() {
    let mut outbox = two_topics();
    hold_first(&mut outbox);
    assert!(outbox.take_held(SECOND * 60).is_none());
    assert!(outbox.take(SECOND * 60).is_none());
    assert_eq!(outbox.counters.expired, 4);
}
