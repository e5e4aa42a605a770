//! What would take hours if the cost of a call grew with the number of messages, topics or lifetimes.

use super::*;

/// So many messages, each with a lifetime and a topic of its own, or all on one topic; there is room for no more.
fn many(count: u32, has_topics: bool) -> Outbox {
    let mut outbox = Outbox::new(Bounds {
        messages: count as usize,
        bytes: u64::MAX,
        when_full: QueueFull::DropOldest,
    });
    for n in 0..count {
        accept_one(&mut outbox, has_topics, n, count);
    }
    outbox
}

fn accept_one(outbox: &mut Outbox, has_topics: bool, n: u32, count: u32) {
    let number = if has_topics { n } else { 0 };
    // Neither ascending nor descending, and each once: 7919 is prime.
    let lifetime = 1 + (u64::from(n) * 7919 % u64::from(count)) as u32;
    let message = message_on(&number.to_string(), "x");
    let accepted = outbox.accept(ZERO, message, Some(lifetime), false);
    accepted.expect("room can be made");
}

#[test]
fn messages_with_lifetimes_of_their_own_expire_one_by_one() {
    for (count, has_topics) in [(200_000, true), (20_000, false)] {
        let mut outbox = many(count, has_topics);
        for second in 1..=count {
            assert_eq!(outbox.next_expiry(), Some(SECOND * second));
            outbox.expire(SECOND * second);
            assert_eq!(outbox.counters.expired, u64::from(second));
        }
        assert_eq!(outbox.queued(), 0);
    }
}

#[test]
fn messages_are_dropped_taken_held_and_put_back_one_by_one() {
    const COUNT: u32 = 20_000;
    for has_topics in [true, false] {
        let mut outbox = many(COUNT, has_topics);
        for n in COUNT..2 * COUNT {
            accept_one(&mut outbox, has_topics, n, COUNT);
        }
        assert_eq!(outbox.counters.dropped_queue_full, u64::from(COUNT));
        let taken: Vec<_> = std::iter::from_fn(|| outbox.take(ZERO)).collect();
        assert_eq!(taken.len(), COUNT as usize);
        for entry in taken.into_iter().rev() {
            outbox.hold_back(entry);
        }
        while let Some(entry) = outbox.take_held(ZERO) {
            outbox.put_back(entry);
            let entry = outbox.take(ZERO).expect("it was put back");
            outbox.end(&entry, Outcome::Delivered);
        }
        assert_eq!(outbox.counters.delivered, u64::from(COUNT));
    }
}

#[test]
fn a_mark_after_each_message_is_asked_and_released_one_by_one() {
    const COUNT: u32 = 20_000;
    let mut outbox = many(COUNT, false);
    let mut marks = Vec::new();
    while let Some(entry) = outbox.take(ZERO) {
        outbox.end(&entry, Outcome::Delivered);
        let accepted = outbox.accept(ZERO, message("x"), None, false);
        marks.push((accepted.expect("there is room"), outbox.mark()));
        if marks.len() == COUNT as usize {
            break;
        }
    }
    for (id, mark) in marks {
        assert!(!outbox.is_finished(mark), "message {id} waits");
        let entry = outbox.take(ZERO).expect("it waits");
        assert_eq!(entry.id, id);
        outbox.end(&entry, Outcome::Delivered);
        assert!(outbox.is_finished(mark));
        outbox.release_mark(mark);
    }
}

#[test]
fn a_paused_topic_with_many_lifetimes_costs_the_others_nothing() {
    const COUNT: u32 = 20_000;
    let mut outbox = many(COUNT, false);
    let first = outbox.take(ZERO).expect("there are many");
    outbox.hold_back(first);
    outbox.set_bounds(Bounds {
        messages: COUNT as usize + 1,
        ..outbox.bounds
    });
    for n in 0..COUNT {
        let accepted = outbox.accept(ZERO, message_on("other", "x"), None, false);
        accepted.expect("there is room for one more");
        let entry = outbox.take(ZERO).expect("only one topic is paused");
        outbox.end(&entry, Outcome::Delivered);
        assert_eq!(outbox.counters.delivered, u64::from(n) + 1);
        let held = outbox.take_held(ZERO).expect("it is held");
        outbox.hold_back(held);
    }
}

#[test]
fn messages_of_many_topics_that_name_one_state_go_one_by_one() {
    const COUNT: u32 = 10_000;
    let mut outbox = many(COUNT, true);
    for id in 1..=u64::from(COUNT) {
        let state = NamedState {
            topic: "state".into(),
            payload: id.to_string().into(),
            rank: Rank::State,
        };
        outbox.name_states(id, vec![state]);
    }
    let mut taken = 0;
    loop {
        // Others look whether they may go while the state of one is on its way, and while it stands.
        let round: Vec<_> = std::iter::from_fn(|| outbox.take(ZERO)).collect();
        if round.is_empty() {
            break;
        }
        taken += round.len();
        for entry in round {
            outbox.end(&entry, Outcome::Delivered);
        }
    }
    assert_eq!(taken, 2 * COUNT as usize);
    assert_eq!(outbox.counters.delivered, u64::from(COUNT));
}

#[test]
fn the_oldest_of_many_states_is_known_each_time() {
    const ASKED: u32 = 500_000;
    let mut outbox = many(0, false);
    for n in 0..MOST_STATES {
        let topic = n.to_string().into();
        let said = outbox.set_state(SECOND, &topic, "x".into(), Rank::State, false);
        said.expect("there is room");
    }
    for n in 0..ASKED {
        let age = outbox.oldest_age(SECOND * (n + 1));
        assert_eq!(age, Some(SECOND * n));
    }
}

#[test]
fn what_there_is_no_room_to_clear_is_found_though_many_are_cleared_that_were_before() {
    const MORE: usize = 100_000;
    let mut outbox = many(0, false);
    let clear = |outbox: &mut Outbox, n: usize| {
        let topic = format!("homeassistant/{n}").into();
        let cleared = outbox.set_state(ZERO, &topic, Bytes::new(), Rank::Config, false);
        cleared.expect("it is never refused");
    };
    outbox.disconnected();
    (0..MOST_STATES).for_each(|n| clear(&mut outbox, n));
    while let Some(entry) = outbox.take(ZERO) {
        outbox.end(&entry, Outcome::Delivered);
    }
    outbox.clear_missed();
    assert_eq!(outbox.queued(), 0, "nobody asked for these");
    (0..MOST_STATES + MORE).for_each(|n| clear(&mut outbox, n));
    assert_eq!(outbox.queued(), MOST_STATES);
    assert_eq!(outbox.counters.dropped_queue_full, MORE as u64);
}

#[test]
fn outcomes_are_read_taken_and_given_up_one_by_one() {
    const COUNT: u32 = 200_000;
    let mut outbox = many(0, false);
    outbox.set_bounds(Bounds {
        messages: COUNT as usize,
        ..outbox.bounds
    });
    outbox.announce_outcomes();
    for _ in 0..COUNT {
        accept(&mut outbox, ZERO, "x", None);
    }
    // Of each four, one is given up before it ends, one after it, one is taken, and one is only read.
    (1..=u64::from(COUNT))
        .step_by(4)
        .for_each(|id| outbox.forget(id));
    while let Some(entry) = outbox.take(ZERO) {
        outbox.end(&entry, Outcome::Delivered);
    }
    for id in (1..=u64::from(COUNT)).rev() {
        match id % 4 {
            0 => assert_eq!(outbox.take_outcome(id), Some(Some(Outcome::Delivered))),
            2 => outbox.forget(id),
            _ => {}
        }
    }
    let mut read = 0;
    while let Some((id, _)) = outbox.first_ended() {
        assert_eq!(id % 4, 3);
        outbox.ended_announced();
        read += 1;
    }
    assert_eq!((read, outbox.kept()), (COUNT / 4, COUNT as usize / 4));
}
