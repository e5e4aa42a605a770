//! States: the latest of each topic, said before what is queued.

use super::*;
use crate::outbox::states::{MOST_STATES, MOST_STATE_BYTES};
use std::sync::Arc;

fn say_as(outbox: &mut Outbox, rank: Rank, topic: &str, payload: &str) -> u64 {
    let payload = Bytes::copy_from_slice(payload.as_bytes());
    outbox
        .set_state(ZERO, &topic.into(), payload, rank, true)
        .expect("there is room")
}

fn say(outbox: &mut Outbox, topic: &str, payload: &str) -> u64 {
    say_as(outbox, Rank::State, topic, payload)
}

fn clear(outbox: &mut Outbox, topic: &str) -> u64 {
    outbox
        .set_state(ZERO, &topic.into(), Bytes::new(), Rank::State, true)
        .expect("it is never refused")
}

fn ended(outbox: &mut Outbox, id: u64) -> Option<Outcome> {
    outbox.take_outcome(id).expect("somebody waits for it")
}

fn deliver_all(outbox: &mut Outbox, now: Time) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(entry) = outbox.take(now) {
        all.push(format!("{}={}", entry.message.topic, payload(&entry)));
        outbox.end(&entry, Outcome::Delivered);
    }
    all
}

#[test]
fn a_thousand_updates_are_one_message() {
    let mut outbox = outbox(1000, QueueFull::RefuseNewest);
    let ids: Vec<u64> = (0..1000)
        .map(|n| say(&mut outbox, "s", &n.to_string()))
        .collect();
    assert_eq!((outbox.queued(), outbox.bytes()), (1, 0));
    assert_eq!(ended(&mut outbox, ids[0]), Some(Outcome::Superseded));
    assert_eq!(outbox.counters.superseded, 999);
    assert_eq!(deliver_all(&mut outbox, ZERO), ["s=999"]);
    assert_eq!(ended(&mut outbox, ids[999]), Some(Outcome::Delivered));
    assert_eq!((outbox.unfinished(), outbox.states().0), (0, 1));
}

#[test]
fn they_go_before_what_is_queued_and_configs_before_states() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    accept(&mut outbox, ZERO, "event", None);
    say(&mut outbox, "counts", "1");
    say_as(&mut outbox, Rank::Config, "config", "2");
    say_as(&mut outbox, Rank::Availability, "status", "3");
    say_as(&mut outbox, Rank::Config, "old config", "4");
    outbox
        .set_state(ZERO, &"old config".into(), Bytes::new(), Rank::State, false)
        .expect("it is never refused");
    clear(&mut outbox, "old counts");
    outbox.connected(ZERO);
    assert_eq!(
        deliver_all(&mut outbox, ZERO),
        [
            "old config=",
            "status=3",
            "config=2",
            "counts=1",
            "old counts=",
            "t=event"
        ]
    );
}

#[test]
fn after_a_connect_all_is_said_again_but_what_was_cleared() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for topic in ["a", "b", "c"] {
        say(&mut outbox, topic, "1");
    }
    clear(&mut outbox, "b");
    assert_eq!(deliver_all(&mut outbox, ZERO), ["a=1", "c=1", "b="]);
    assert_eq!(deliver_all(&mut outbox, ZERO), [""; 0], "nothing twice");
    let counters = outbox.counters;
    outbox.connected(ZERO);
    assert_eq!(deliver_all(&mut outbox, ZERO), ["a=1", "c=1"]);
    assert_eq!(outbox.counters, counters, "that is nobody's message");
}

#[test]
fn what_is_in_flight_is_not_overtaken_and_its_successor_follows() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let first = say(&mut outbox, "s", "1");
    let in_flight = outbox.take(ZERO).expect("the first");
    let second = say(&mut outbox, "s", "2");
    let third = say(&mut outbox, "s", "3");
    assert!(outbox.take(ZERO).is_none(), "one of a topic at a time");
    assert_eq!(ended(&mut outbox, second), Some(Outcome::Superseded));
    outbox.end(&in_flight, Outcome::Delivered);
    assert_eq!(ended(&mut outbox, first), Some(Outcome::Delivered));
    assert_eq!(deliver_all(&mut outbox, ZERO), ["s=3"]);
    assert_eq!(ended(&mut outbox, third), Some(Outcome::Delivered));
}

#[test]
fn what_comes_back_gives_way_to_its_successor() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let first = say(&mut outbox, "s", "1");
    let kept = say(&mut outbox, "kept", "1");
    let taken: Vec<_> = (0..2).filter_map(|_| outbox.take(ZERO)).collect();
    say(&mut outbox, "s", "2");
    for mut entry in taken.into_iter().rev() {
        entry.sent_before = true;
        outbox.put_back(entry);
    }
    outbox.disconnected();
    assert_eq!(ended(&mut outbox, first), Some(Outcome::Superseded));
    assert_eq!(ended(&mut outbox, kept), None);
    outbox.connected(ZERO);
    let entry = outbox.take(ZERO).expect("the first topic");
    assert_eq!((payload(&entry).as_str(), entry.sent_before), ("2", false));
    let entry = outbox.take(ZERO).expect("the other");
    assert_eq!((payload(&entry).as_str(), entry.sent_before), ("1", true));
}

#[test]
fn what_was_cleared_while_older_news_were_in_flight_stays_cleared() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    say(&mut outbox, "s", "1");
    let in_flight = outbox.take(ZERO).expect("the first");
    let cleared = clear(&mut outbox, "s");
    outbox.end(&in_flight, Outcome::Delivered);
    assert_eq!(deliver_all(&mut outbox, ZERO), ["s="]);
    assert_eq!(ended(&mut outbox, cleared), Some(Outcome::Delivered));
    outbox.connected(ZERO);
    assert_eq!(deliver_all(&mut outbox, ZERO), [""; 0]);
    say(&mut outbox, "s", "2");
    assert_eq!(deliver_all(&mut outbox, ZERO), ["s=2"]);
}

#[test]
fn at_the_bound_a_state_is_refused_and_what_was_said_stays() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let large = Bytes::from(vec![b'x'; MOST_STATE_BYTES as usize / 2]);
    let set = |outbox: &mut Outbox, topic: &str, payload: &Bytes| {
        outbox.set_state(ZERO, &topic.into(), payload.clone(), Rank::State, false)
    };
    assert!(set(&mut outbox, "a", &large).is_ok());
    let refused = set(&mut outbox, "b", &large).expect_err("too many bytes");
    assert_eq!(refused.kind(), ErrorKind::QueueFull);
    assert!(refused.to_string().contains("67108864"), "{refused}");
    assert!(set(&mut outbox, "a", &large).is_ok(), "in its own place");
    say(&mut outbox, "a", "small");
    for number in 1..MOST_STATES {
        say(&mut outbox, &number.to_string(), "1");
    }
    let refused = set(&mut outbox, "one more", &large.slice(..1)).expect_err("too many");
    assert!(refused.to_string().contains("10000 states"), "{refused}");
    assert_eq!(outbox.counters.refused_queue_full, 2);
    clear(&mut outbox, "a");
    assert!(set(&mut outbox, "one more", &large.slice(..1)).is_ok());
    assert_eq!(outbox.states().0, MOST_STATES);
}

#[test]
fn clearing_is_never_refused_and_takes_bounded_memory() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let clear = |outbox: &mut Outbox, topic: String, tracked: bool| {
        let topic: Arc<str> = topic.into();
        outbox
            .set_state(ZERO, &topic, Bytes::new(), Rank::State, tracked)
            .expect("it is never refused")
    };
    let first = clear(&mut outbox, "first".into(), true);
    for number in 0..MOST_STATES + 5 {
        clear(&mut outbox, number.to_string(), false);
    }
    assert_eq!(ended(&mut outbox, first), Some(FULL));
    assert_eq!(outbox.queued(), MOST_STATES);
    assert_eq!(outbox.counters.dropped_queue_full, 6);
}

#[test]
fn what_is_cleared_again_drops_nothing_that_was_asked_for() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let clear = |outbox: &mut Outbox, rank, topic: String| {
        let topic: Arc<str> = topic.into();
        let set = outbox.set_state(ZERO, &topic, Bytes::new(), rank, false);
        set.expect("it is never refused");
    };
    outbox.disconnected();
    for number in 0..10 {
        clear(&mut outbox, Rank::Config, format!("missed {number}"));
    }
    assert_eq!(deliver_all(&mut outbox, ZERO).len(), 10);
    for number in 0..MOST_STATES - 2 {
        clear(&mut outbox, Rank::State, number.to_string());
    }
    outbox.clear_missed();
    // Of the two that there is room for, one is asked for after all.
    clear(&mut outbox, Rank::Config, "missed 0".into());
    clear(&mut outbox, Rank::State, "one more".into());
    assert_eq!(outbox.queued(), MOST_STATES);
    assert_eq!(outbox.counters.dropped_queue_full, 0);
    assert_eq!(deliver_all(&mut outbox, ZERO).len(), MOST_STATES);
}

#[test]
fn a_held_state_holds_up_no_other_and_is_given_up_until_it_changes() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let poison = say(&mut outbox, "poison", "1");
    say(&mut outbox, "good", "1");
    let entry = outbox.take(ZERO).expect("the first");
    outbox.hold_back(entry);
    assert_eq!(deliver_all(&mut outbox, ZERO), ["good=1"]);
    assert!(outbox.held_closes().is_some());
    outbox.connected(ZERO);
    assert_eq!(deliver_all(&mut outbox, ZERO), ["good=1"]);
    let mut entry = outbox.take_held(ZERO).expect("it is held");
    entry.closes_alone = 3;
    outbox.end(&entry, Outcome::Rejected("why".into()));
    assert_eq!(
        ended(&mut outbox, poison),
        Some(Outcome::Rejected("why".into()))
    );
    outbox.connected(ZERO);
    assert_eq!(deliver_all(&mut outbox, ZERO), ["good=1"]);
    outbox.say_states_again(ZERO);
    let later = 10 * SECOND;
    outbox.turn_states(later);
    assert_eq!(deliver_all(&mut outbox, later), ["good=1"]);
    say(&mut outbox, "poison", "2");
    let entry = outbox.take(later).expect("it has changed");
    assert_eq!((payload(&entry).as_str(), entry.closes_alone), ("2", 0));
    outbox.end(&entry, Outcome::Delivered);
}

#[test]
fn at_shutdown_a_state_that_waits_ends_like_others() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let sent = say(&mut outbox, "sent", "1");
    let mut entry = outbox.take(ZERO).expect("the first");
    entry.sent_before = true;
    outbox.put_back(entry);
    let waiting = clear(&mut outbox, "waiting");
    outbox.end_all_queued();
    assert_eq!(ended(&mut outbox, sent), Some(Outcome::Unknown));
    assert_eq!(ended(&mut outbox, waiting), Some(SHUT_DOWN));
    assert_eq!(outbox.unfinished(), 0);
}

#[test]
fn at_shutdown_states_go_without_a_pause_and_are_not_said_again() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for number in 0..40 {
        say(&mut outbox, &number.to_string(), "1");
    }
    outbox.connected(ZERO);
    assert!(
        deliver_all(&mut outbox, ZERO).len() < 40,
        "they go in slices"
    );
    outbox.say_states_again(SECOND);
    outbox.hurry_states();
    assert_eq!(outbox.states_due(), None);
    deliver_all(&mut outbox, ZERO);
    assert_eq!(outbox.unfinished(), 0);
}

#[test]
fn states_that_change_all_the_time_do_not_hold_up_what_is_queued() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    accept(&mut outbox, ZERO, "event", None);
    let change = |outbox: &mut Outbox, now: Time| {
        for number in 0..40 {
            let (topic, payload) = (format!("s/{number}").into(), format!("{now:?}").into());
            outbox
                .set_state(now, &topic, payload, Rank::State, false)
                .expect("there is room");
        }
    };
    change(&mut outbox, ZERO);
    outbox.connected(ZERO);
    let mut now = ZERO;
    while !deliver_all(&mut outbox, now).contains(&"t=event".into()) {
        now += Time::from_millis(10);
        assert!(now < Time::from_secs(2), "the event waits");
        change(&mut outbox, now);
    }
}

#[test]
fn states_that_change_faster_than_they_go_do_not_hold_up_what_is_queued() {
    let mut outbox = outbox(200, QueueFull::DropOldest);
    for number in 0..50 {
        accept(&mut outbox, ZERO, &number.to_string(), None);
    }
    // Each that went has changed by then, in the first round after a connect and later.
    let change = |outbox: &mut Outbox, number: usize, value: usize| {
        let (topic, payload) = (format!("s/{number}").into(), value.to_string().into());
        outbox
            .set_state(ZERO, &topic, payload, Rank::State, false)
            .expect("there is room");
    };
    (0..40).for_each(|number| change(&mut outbox, number, 0));
    outbox.connected(ZERO);
    let (mut events, mut all, mut now) = (0, 0, ZERO);
    while events < 50 {
        now += Time::from_millis(1);
        let Some(entry) = outbox.take(now) else {
            continue;
        };
        all += 1;
        assert!(all < 2000, "{events} events went");
        events += usize::from(&*entry.message.topic == "t");
        outbox.end(&entry, Outcome::Delivered);
        (0..40).for_each(|number| change(&mut outbox, number, all));
    }
    assert!(all < 40 * 17 + 50 * 17, "{all}");
    let last = deliver_all(&mut outbox, now);
    assert_eq!(last.len(), 40, "and none is lost");
}

#[test]
fn all_of_a_round_are_said_where_there_is_no_message_to_let_pass() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for number in 0..40 {
        say(&mut outbox, &format!("s/{number}"), "1");
    }
    outbox.connected(ZERO);
    let mut now = ZERO;
    for _ in 0..3 {
        let mut said = Vec::new();
        for _ in 0..100 {
            now += Time::from_millis(50);
            outbox.turn_states(now);
            said.extend(deliver_all(&mut outbox, now));
        }
        assert_eq!(said.len(), 40);
        outbox.say_states_again(now);
    }
}

#[test]
fn of_several_all_are_said_or_none() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let half = Bytes::from(vec![b'x'; MOST_STATE_BYTES as usize / 2]);
    let state = |topic: &str, payload: &Bytes| (topic.into(), payload.clone(), Rank::State);
    outbox
        .set_states(ZERO, &[state("a", &half), state("b", &half.slice(..1))])
        .expect("there is room");
    let small = half.slice(..1);
    let refused = outbox.set_states(ZERO, &[state("c", &small), state("d", &half)]);
    assert_eq!(refused.map_err(|e| e.kind()), Err(ErrorKind::QueueFull));
    assert_eq!((outbox.states().0, outbox.queued()), (2, 2));
    assert_eq!(outbox.counters.refused_queue_full, 1);
    // What goes makes room for what comes, in whatever order.
    let gone = state("a", &Bytes::new());
    outbox
        .set_states(ZERO, &[state("c", &small), state("d", &half), gone])
        .expect("there is room");
    assert_eq!(outbox.states().0, 3);
}

#[test]
fn what_is_in_flight_and_replaced_takes_room_until_it_has_landed() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let half = Bytes::from(vec![b'x'; MOST_STATE_BYTES as usize / 2]);
    let set = |outbox: &mut Outbox, topic: &str, payload: &Bytes| {
        outbox.set_state(ZERO, &topic.into(), payload.clone(), Rank::State, false)
    };
    set(&mut outbox, "a", &half).expect("there is room");
    let in_flight = outbox.take(ZERO).expect("the state");
    let small = half.slice(..1);
    set(&mut outbox, "a", &small).expect("it is smaller");
    for _ in 0..2 {
        assert!(
            set(&mut outbox, "b", &half).is_err(),
            "the first is on its way"
        );
    }
    set(&mut outbox, "a", &small).expect("it takes no more");
    outbox.end(&in_flight, Outcome::Delivered);
    set(&mut outbox, "b", &half).expect("there is room");
    clear(&mut outbox, "a");
    clear(&mut outbox, "b");
    assert_eq!(outbox.states(), (0, 0));
}

#[test]
fn what_comes_back_and_was_replaced_takes_room_no_more() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    say(&mut outbox, "a", "a long one");
    let entry = outbox.take(ZERO).expect("the state");
    say(&mut outbox, "a", "x");
    let replaced = outbox.states().1;
    outbox.put_back(entry);
    assert_eq!(outbox.states().1, replaced - "a long one".len() as u64);
    clear(&mut outbox, "a");
    assert_eq!(outbox.states(), (0, 0));
}

#[test]
fn a_held_state_that_is_released_is_an_ordinary_one() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    say(&mut outbox, "poison", "1");
    let mut entry = outbox.take(ZERO).expect("the first");
    (entry.closes, entry.closes_alone) = (3, 2);
    outbox.hold_back(entry);
    outbox.release_held();
    let entry = outbox.take(ZERO).expect("it is released");
    assert_eq!((entry.closes, entry.closes_alone), (0, 0));
}

#[test]
fn one_that_becomes_another_goes_after_those_that_were_so_before() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    say(&mut outbox, "first", "1");
    say_as(&mut outbox, Rank::Config, "config", "2");
    say_as(&mut outbox, Rank::Config, "first", "3");
    outbox.connected(ZERO);
    assert_eq!(deliver_all(&mut outbox, ZERO), ["config=2", "first=3"]);
    outbox.disconnected();
    for topic in ["first", "config"] {
        clear(&mut outbox, topic);
    }
    outbox.connected(ZERO);
    assert_eq!(deliver_all(&mut outbox, ZERO), ["first=", "config="]);
    // Both are cleared again, the first that is asked for before the other.
    outbox.clear_missed();
    clear(&mut outbox, "first");
    assert_eq!(deliver_all(&mut outbox, ZERO), ["first=", "config="]);
}

#[test]
fn a_state_that_is_new_waits_for_its_turn_in_the_first_round() {
    let mut outbox = outbox(100, QueueFull::DropOldest);
    for number in 0..40 {
        say(&mut outbox, &number.to_string(), "1");
    }
    outbox.connected(ZERO);
    deliver_all(&mut outbox, ZERO);
    say(&mut outbox, "new", "1");
    assert!(outbox.take(ZERO).is_none());
    assert!(deliver_all(&mut outbox, SECOND).len() < 25);
}

#[test]
fn of_what_was_cleared_only_configs_are_cleared_again_and_no_more_than_there_is_room_for() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let clear = |outbox: &mut Outbox, rank, topic: &str| {
        let set = outbox.set_state(ZERO, &topic.into(), Bytes::new(), rank, false);
        set.expect("it is never refused");
    };
    outbox.disconnected();
    clear(&mut outbox, Rank::State, "a state");
    for topic in ["config 1", "config 2"] {
        clear(&mut outbox, Rank::Config, topic);
    }
    assert_eq!(deliver_all(&mut outbox, ZERO).len(), 3);
    for number in 1..MOST_STATES {
        clear(&mut outbox, Rank::State, &number.to_string());
    }
    outbox.clear_missed();
    let all = deliver_all(&mut outbox, ZERO);
    assert_eq!(all.len(), MOST_STATES);
    assert_eq!(all[0], "config 1=");
    assert!(!all.contains(&"a state=".into()));
}

#[test]
fn a_state_may_fill_the_bound_to_the_last_byte() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let mut set = |bytes: u64| {
        let payload = vec![b'x'; bytes as usize].into();
        outbox.set_state(ZERO, &"a".into(), payload, Rank::State, false)
    };
    let room = MOST_STATE_BYTES - crate::outbox::states::cost("a", b"");
    assert!(set(room).is_ok());
    assert!(set(room + 1).is_err());
}

#[test]
fn what_is_said_after_a_connect_with_none_is_not_paced() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    outbox.connected(ZERO);
    for n in 0..1000 {
        say(&mut outbox, &n.to_string(), "on");
    }
    assert_eq!(deliver_all(&mut outbox, ZERO).len(), 1000);
}
