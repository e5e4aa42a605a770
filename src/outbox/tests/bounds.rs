//! What happens when the outbox is full.

use super::*;

/// What a message on the topic "t" costs beside its payload.
fn overhead() -> u64 {
    let mut outbox = outbox(1, QueueFull::DropOldest);
    accept(&mut outbox, ZERO, "", None);
    outbox.bytes()
}

fn outbox_of_bytes(bytes: u64) -> Outbox {
    Outbox::new(Bounds {
        messages: 100,
        bytes,
        when_full: QueueFull::DropOldest,
    })
}

fn accept_untracked(outbox: &mut Outbox, payload: &str) -> Result<u64, Error> {
    outbox.accept(ZERO, message(payload), Some(300), false)
}

#[test]
fn a_full_outbox_drops_the_oldest_that_expires_then_the_oldest_that_lasts() {
    let mut outbox = outbox(4, QueueFull::DropOldest);
    // In the order in which they are dropped: neither that of their age nor that of their expiry alone.
    let mut accept = |topic: &str, payload: &str, lifetime| {
        outbox
            .accept(ZERO, message_on(topic, payload), lifetime, true)
            .expect("room can be made")
    };
    let lasting_1 = accept("s", "lasting 1", None);
    let late_event = accept("t", "late event", Some(300));
    let lasting_2 = accept("t", "lasting 2", None);
    let soon_event = accept("s", "soon event", Some(5));
    let order = [late_event, soon_event, lasting_1, lasting_2];
    for (number, dropped) in order.into_iter().enumerate() {
        let new = format!("new {number}");
        let accepted = outbox.accept(ZERO, message_on("s", &new), None, false);
        accepted.expect("room can be made");
        assert_eq!(outbox.take_outcome(dropped), Some(Some(FULL)), "{number}");
        for kept in &order[number + 1..] {
            assert_eq!(outbox.take_outcome(*kept), Some(None), "{number}");
        }
        assert_eq!(outbox.counters.dropped_queue_full, number as u64 + 1);
    }
    assert_eq!(
        payloads(&mut outbox, ZERO),
        ["new 0", "new 1", "new 2", "new 3"]
    );
}

#[test]
fn what_is_in_flight_is_never_dropped() {
    let mut outbox = outbox(2, QueueFull::DropOldest);
    accept(&mut outbox, ZERO, "a", Some(300));
    accept(&mut outbox, ZERO, "b", Some(300));
    let in_flight: Vec<_> = std::iter::from_fn(|| outbox.take(ZERO)).collect();
    let refused = accept_untracked(&mut outbox, "c").expect_err("no room can be made");
    assert_eq!(refused.kind(), ErrorKind::QueueFull);
    assert!(
        refused.to_string().contains("2 of them in flight"),
        "{refused}"
    );
    assert_eq!(outbox.counters.refused_queue_full, 1);
    for entry in &in_flight {
        outbox.end(entry, Outcome::Delivered);
    }
    assert_eq!((outbox.unfinished(), outbox.bytes()), (0, 0));
}

#[test]
fn refuse_newest_keeps_what_is_there() {
    let mut outbox = outbox(1, QueueFull::RefuseNewest);
    accept(&mut outbox, ZERO, "a", Some(300));
    assert!(accept_untracked(&mut outbox, "b").is_err());
    assert_eq!(payloads(&mut outbox, ZERO), ["a"]);
}

#[test]
fn payloads_and_topics_count_as_bytes() {
    let room = 5 * overhead() + 500;
    let mut outbox = outbox_of_bytes(room);
    for n in 0..20 {
        accept_untracked(&mut outbox, &format!("{n:0100}")).expect("room can be made");
        assert!(outbox.bytes() <= room);
    }
    assert_eq!(outbox.queued(), 5);
    let topic = "t".repeat(room as usize);
    for message in [
        message(&"x".repeat(room as usize)),
        message_on(&topic, "small"),
    ] {
        let refused = outbox.accept(ZERO, message, None, false);
        let refused = refused.expect_err("can never fit").to_string();
        let says = format!("max_queued_bytes {room}");
        assert!(refused.contains(&says), "{refused}");
    }
    assert_eq!(outbox.queued(), 5, "none is dropped for what never fits");
}

#[test]
fn none_is_dropped_for_a_message_that_does_not_fit_beside_those_in_flight() {
    let mut outbox = outbox_of_bytes(4 * overhead() + 1000);
    accept_untracked(&mut outbox, &"x".repeat(600)).expect("there is room");
    let in_flight = outbox.take(ZERO).expect("it was accepted");
    for payload in ["a", "b"] {
        accept_untracked(&mut outbox, payload).expect("there is room");
    }
    // Fits alone, but not beside the one in flight.
    let large = "y".repeat(2 * overhead() as usize + 900);
    assert!(accept_untracked(&mut outbox, &large).is_err());
    assert_eq!(outbox.counters.dropped_queue_full, 0);
    outbox.end(&in_flight, Outcome::Delivered);
    accept_untracked(&mut outbox, &large).expect("now room can be made");
    assert_eq!(outbox.counters.dropped_queue_full, 1);
}

#[test]
fn outcomes_that_nobody_takes_are_bounded() {
    let mut outbox = outbox(5, QueueFull::DropOldest);
    let mut ids = Vec::new();
    let refused = loop {
        match outbox.accept(ZERO, message("x"), Some(300), true) {
            Ok(id) => ids.push(id),
            Err(refused) => break refused,
        }
    };
    let refused = refused.to_string();
    assert!(refused.contains("without being waited for"), "{refused}");
    assert!(refused.contains("max_queued_messages 5"), "{refused}");
    assert!(ids.len() <= 10, "{}", ids.len());
    outbox.forget(ids[0]);
    accept(&mut outbox, ZERO, "y", None);
    accept_untracked(&mut outbox, "z").expect("untracked ones always go");
}

#[test]
fn the_bytes_of_outcomes_that_nobody_takes_are_bounded() {
    let mut outbox = outbox_of_bytes(64 << 10);
    let reason = "x".repeat(40 << 10);
    let reject = |outbox: &mut Outbox| {
        let id = outbox.accept(ZERO, message("x"), None, true)?;
        let entry = outbox.take(ZERO).expect("it was accepted");
        outbox.end(&entry, Outcome::Rejected(reason.clone()));
        Ok::<u64, Error>(id)
    };
    reject(&mut outbox).expect("there is room");
    let second = reject(&mut outbox).expect("there is room");
    let refused = reject(&mut outbox).expect_err("too much is kept");
    assert!(
        refused.to_string().contains("max_queued_bytes"),
        "{refused}"
    );
    outbox.forget(second);
    reject(&mut outbox).expect("there is room again");
}

#[test]
fn smaller_bounds_drop_what_no_longer_fits() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for n in 0..10 {
        accept(&mut outbox, ZERO, &n.to_string(), Some(300));
    }
    outbox.set_bounds(Bounds {
        messages: 2,
        bytes: 1 << 20,
        when_full: QueueFull::RefuseNewest,
    });
    assert_eq!(payloads(&mut outbox, ZERO), ["8", "9"]);
}

#[test]
fn nothing_is_dropped_for_a_message_that_is_then_refused() {
    let mut outbox = outbox(1, QueueFull::DropOldest);
    let first = outbox.accept(ZERO, message("x"), Some(60), true);
    let second = outbox.accept(ZERO, message("x"), Some(60), true);
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    // The outcome of the first waits to be taken, which is as much as may wait.
    let third = outbox.accept(ZERO, message("x"), Some(60), true);
    assert!(third.is_err());
    assert_eq!(outbox.queued(), 1, "the second is still there");
}

#[test]
fn as_many_outcomes_are_kept_as_the_bounds_say() {
    let bounds = outbox(3, QueueFull::DropOldest).bounds;
    assert!(bounds.check_cost(bounds.bytes).is_ok());
    assert!(bounds.check_cost(bounds.bytes + 1).is_err());
    assert!(bounds.check_kept(2, bounds.bytes - 1).is_ok());
    for (outcomes, bytes, names) in [
        (3, 0, "max_queued_messages 3"),
        (0, bounds.bytes, "max_queued_bytes 1048576"),
    ] {
        let refused = bounds.check_kept(outcomes, bytes);
        let refused = refused.expect_err("too much is kept").to_string();
        assert!(refused.contains(names), "{refused}");
    }
}
