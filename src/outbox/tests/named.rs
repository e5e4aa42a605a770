//! States that messages name: each is said before its message.

use super::*;
use crate::outbox::states::MOST_STATE_BYTES;

fn state(topic: &str, payload: &[u8]) -> NamedState {
    NamedState {
        topic: topic.into(),
        payload: Bytes::copy_from_slice(payload),
        rank: Rank::State,
    }
}

/// Accepts an event that names one state.
fn event(outbox: &mut Outbox, topic: &str, payload: &str, named: (&str, &[u8])) -> u64 {
    let accepted = outbox.accept(ZERO, message_on(topic, payload), Some(100), true);
    let id = accepted.expect("there is room");
    outbox.name_states(id, vec![state(named.0, named.1)]);
    id
}

fn say(outbox: &mut Outbox, topic: &str, payload: &str) -> u64 {
    let payload = Bytes::copy_from_slice(payload.as_bytes());
    outbox
        .set_state(ZERO, &topic.into(), payload, Rank::State, true)
        .expect("it is not refused")
}

fn text(entry: &Entry) -> String {
    format!("{}={}", entry.message.topic, payload(entry))
}

/// Takes and delivers all, each before the next is taken.
fn one_by_one(outbox: &mut Outbox) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(entry) = outbox.take(ZERO) {
        all.push(text(&entry));
        outbox.end(&entry, Outcome::Delivered);
    }
    all
}

/// Takes as much as there is before anything is delivered, as often as that.
fn in_rounds(outbox: &mut Outbox) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    loop {
        let round: Vec<_> = std::iter::from_fn(|| outbox.take(ZERO)).collect();
        if round.is_empty() {
            return all;
        }
        all.push(round.iter().map(text).collect());
        for entry in round {
            outbox.end(&entry, Outcome::Delivered);
        }
    }
}

#[test]
fn each_of_two_that_wait_has_its_own_and_what_came_later_stands_in_the_end() {
    for delivers_at_once in [false, true] {
        let mut outbox = outbox(10, QueueFull::DropOldest);
        event(&mut outbox, "e", "1", ("s", b"one"));
        event(&mut outbox, "e", "2", ("s", b"two"));
        let later = say(&mut outbox, "s", "later");
        accept(&mut outbox, ZERO, "other", None);
        outbox.connected(ZERO);
        let all = match delivers_at_once {
            true => one_by_one(&mut outbox),
            false => in_rounds(&mut outbox).concat(),
        };
        let of_e: Vec<_> = all.iter().filter(|one| *one != "t=other").collect();
        let wanted = [
            "s=later", "s=one", "e=1", "s=later", "s=two", "e=2", "s=later",
        ];
        assert_eq!(of_e, wanted);
        assert_eq!(outbox.take_outcome(later), Some(Some(Outcome::Delivered)));
        assert_eq!((outbox.unfinished(), outbox.named_bytes()), (0, 0));
        outbox.connected(ZERO);
        assert_eq!(one_by_one(&mut outbox), ["s=later"]);
    }
}

#[test]
fn other_topics_do_not_wait_and_what_was_said_last_is_remembered() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    event(&mut outbox, "e", "1", ("s", b"one"));
    event(&mut outbox, "e", "2", ("s", b"two"));
    accept(&mut outbox, ZERO, "other", None);
    let rounds = in_rounds(&mut outbox);
    assert_eq!(
        rounds,
        [vec!["s=one", "t=other"], vec!["e=1", "s=two"], vec!["e=2"]]
    );
    outbox.connected(ZERO);
    assert_eq!(one_by_one(&mut outbox), ["s=two"]);
}

#[test]
fn one_that_is_sent_again_has_its_own_again() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    event(&mut outbox, "e", "1", ("s", b"one"));
    event(&mut outbox, "e", "2", ("s", b"two"));
    let picture = outbox.take(ZERO).expect("the picture");
    outbox.end(&picture, Outcome::Delivered);
    let first = outbox.take(ZERO).expect("the event");
    let next = outbox.take(ZERO).expect("the next picture");
    assert_eq!((text(&first), text(&next)), ("e=1".into(), "s=two".into()));
    outbox.put_back(next);
    outbox.put_back(first);
    outbox.disconnected();
    outbox.connected(ZERO);
    assert_eq!(
        one_by_one(&mut outbox),
        ["s=two", "s=one", "e=1", "s=two", "e=2"]
    );
}

#[test]
fn what_the_broker_refuses_holds_up_nothing() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    event(&mut outbox, "e", "1", ("s", b"one"));
    let picture = outbox.take(ZERO).expect("the picture");
    outbox.end(&picture, Outcome::Rejected("no".into()));
    assert_eq!(one_by_one(&mut outbox), ["e=1"]);
    assert_eq!(outbox.counters.states_left_out, 1);
    assert_eq!(outbox.counters.rejected, 0, "it is nobody's message");
}

#[test]
fn nothing_waits_for_what_the_broker_closes_on() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    event(&mut outbox, "e", "1", ("s", b"poison"));
    event(&mut outbox, "e", "2", ("s", b"poison too"));
    let picture = outbox.take(ZERO).expect("the picture");
    outbox.hold_back(picture);
    outbox.disconnected();
    outbox.connected(ZERO);
    assert_eq!(one_by_one(&mut outbox), ["e=1", "e=2"]);
    assert_eq!(outbox.counters.states_left_out, 2);
    let trial = outbox.take_held(ZERO).expect("its turn comes");
    assert_eq!(text(&trial), "s=poison too");
}

#[test]
fn what_was_forgotten_is_not_said_for_what_was_accepted_before() {
    for is_on_its_way in [false, true] {
        let mut outbox = outbox(10, QueueFull::DropOldest);
        event(&mut outbox, "e", "1", ("s", b"one"));
        event(&mut outbox, "e", "2", ("s", b"two"));
        let picture = is_on_its_way.then(|| outbox.take(ZERO).expect("the picture"));
        outbox
            .set_state(ZERO, &"s".into(), Bytes::new(), Rank::State, false)
            .expect("it is never refused");
        event(&mut outbox, "e", "3", ("s", b"three"));
        if let Some(picture) = picture {
            outbox.end(&picture, Outcome::Delivered);
        }
        assert_eq!(
            one_by_one(&mut outbox),
            ["s=", "e=1", "e=2", "s=three", "e=3"]
        );
        assert_eq!(outbox.counters.states_left_out, 0);
    }
}

#[test]
fn what_ends_before_its_turn_leaves_the_newest_of_its_states() {
    let mut outbox = outbox(2, QueueFull::DropOldest);
    event(&mut outbox, "e", "1", ("s", b"one"));
    event(&mut outbox, "e", "2", ("s", b"two"));
    accept(&mut outbox, ZERO, "makes the first go", None);
    assert_eq!(outbox.states().0, 0, "a newer one is to come");
    outbox.expire(SECOND * 100);
    assert_eq!(one_by_one(&mut outbox), ["s=two", "t=makes the first go"]);
}

#[test]
fn the_newest_stands_in_the_end_though_its_message_has_expired() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let older = outbox.accept(ZERO, message_on("e", "1"), None, false);
    outbox.name_states(older.expect("there is room"), vec![state("s", b"one")]);
    event(&mut outbox, "e", "2", ("s", b"two"));
    outbox.expire(SECOND * 100);
    assert_eq!(one_by_one(&mut outbox), ["s=two", "s=one", "e=1", "s=two"]);
}

#[test]
fn while_its_message_does_not_go_its_topic_is_for_others() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    event(&mut outbox, "e", "1", ("s", b"one"));
    let picture = outbox.take(ZERO).expect("the picture");
    say(&mut outbox, "s", "later");
    outbox.hold_events(true);
    outbox.end(&picture, Outcome::Delivered);
    assert_eq!(one_by_one(&mut outbox), ["s=later"]);
    outbox.hold_events(false);
    assert_eq!(one_by_one(&mut outbox), ["s=one", "e=1", "s=later"]);
}

#[test]
fn those_that_name_the_same_topics_do_not_wait_for_each_other_for_ever() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for (topic, states) in [("e", ["a", "b"]), ("f", ["b", "a"]), ("g", ["a", "b"])] {
        let accepted = outbox.accept(ZERO, message_on(topic, "x"), Some(100), false);
        let named = states.map(|name| state(name, topic.as_bytes()));
        outbox.name_states(accepted.expect("there is room"), named.into());
    }
    let all = in_rounds(&mut outbox).concat();
    let place = |one: &str| all.iter().position(|found| found == one);
    for topic in ["e", "f", "g"] {
        let event = place(&format!("{topic}=x"));
        for state in ["a", "b"] {
            let said = place(&format!("{state}={topic}"));
            assert!(said.is_some() && said < event, "{all:?}");
        }
    }
    assert_eq!(all.len(), 9);
}

#[test]
fn they_take_what_states_leave_and_the_oldest_go_without() {
    let mut outbox = outbox(100, QueueFull::DropOldest);
    let half = vec![b'x'; MOST_STATE_BYTES as usize / 2];
    event(&mut outbox, "e", "1", ("s", &half));
    event(&mut outbox, "e", "2", ("s", b"two"));
    assert_eq!(outbox.counters.states_left_out, 0);
    event(&mut outbox, "e", "3", ("s", &half));
    assert_eq!(outbox.counters.states_left_out, 1);
    say(&mut outbox, "large", &"x".repeat(half.len()));
    assert_eq!(outbox.counters.states_left_out, 3, "a state is not refused");
    assert!(outbox.states().1 <= MOST_STATE_BYTES);
    let lengths: Vec<_> = std::iter::from_fn(|| outbox.take(ZERO))
        .map(|entry| entry.message.payload.len())
        .collect();
    assert_eq!(lengths, [half.len(), 1, 1, 1]);
}

#[test]
fn what_nobody_heard_has_its_own_when_it_is_tried_again() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    event(&mut outbox, "e", "1", ("s", b"one"));
    let picture = outbox.take(ZERO).expect("the picture");
    outbox.end(&picture, Outcome::Delivered);
    let tried = outbox.take(ZERO).expect("the event");
    outbox.put_back_unheard(ZERO, tried);
    say(&mut outbox, "s", "later");
    assert_eq!(one_by_one(&mut outbox), ["s=later"]);
    outbox.retry_unheard();
    assert_eq!(one_by_one(&mut outbox), ["s=one", "e=1", "s=later"]);
}

#[test]
fn what_was_said_before_and_stands_is_not_for_others_before_its_message_has_gone() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    for topic in ["a", "b"] {
        let accepted = outbox.accept(ZERO, message_on(topic, "x"), Some(100), true);
        let states = ["s1", "s2"].map(|state_topic| state(state_topic, topic.as_bytes()));
        outbox.name_states(accepted.expect("there is room"), states.into());
    }
    for said in ["s1=a", "s2=a"] {
        let entry = outbox.take(ZERO).expect("it goes first");
        assert_eq!(text(&entry), said);
        outbox.end(&entry, Outcome::Delivered);
    }
    let entry = outbox.take(ZERO).expect("its states were said");
    outbox.put_back_unheard(ZERO, entry);
    say(&mut outbox, "s2", "new");
    outbox.retry_unheard();
    assert_eq!(
        in_rounds(&mut outbox).concat(),
        ["s2=new", "s2=a", "a=x", "s2=new", "s1=b", "s2=b", "b=x", "s2=new"]
    );
}

#[test]
fn whose_turn_it_was_on_a_topic_leaves_it_to_others_when_it_does_not_go() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    accept(&mut outbox, ZERO, "first", None);
    let first = outbox.take(ZERO).expect("there is one");
    event(&mut outbox, "a", "a", ("s", b"a"));
    event(&mut outbox, "b", "b", ("s", b"b"));
    let lasting = outbox.accept(ZERO, message_on("c", "c"), None, true);
    outbox.name_states(lasting.expect("there is room"), vec![state("s", b"c")]);
    for said in ["s=a", "a=a"] {
        let entry = outbox.take(ZERO).expect("it goes first");
        assert_eq!(text(&entry), said);
        assert!(said == "a=a" || outbox.take(ZERO).is_none(), "all wait");
        outbox.end(&entry, Outcome::Delivered);
    }
    outbox.put_back(first);
    let first = outbox.take(ZERO).expect("it is back");
    // It would be the turn of the second event.
    outbox.hold_events(true);
    outbox.end(&first, Outcome::Delivered);
    assert_eq!(one_by_one(&mut outbox), ["s=c", "c=c"]);
    outbox.hold_events(false);
    assert_eq!(one_by_one(&mut outbox), ["s=b", "b=b", "s=c"]);
}

#[test]
fn all_that_waited_for_a_topic_go_without_it_once_the_broker_has_closed_on_it() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    event(&mut outbox, "a", "a", ("s", b"a"));
    event(&mut outbox, "b", "b", ("s", b"b"));
    say(&mut outbox, "s", "new");
    let mut entry = outbox.take(ZERO).expect("it goes first");
    assert!(outbox.take(ZERO).is_none(), "both wait");
    entry.closes_alone = 1;
    outbox.end(&entry, Outcome::Rejected(String::new()));
    assert_eq!(in_rounds(&mut outbox), [["a=a", "b=b"]]);
}

#[test]
fn what_goes_without_its_state_for_want_of_room_does_not_wait_for_it() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    accept(&mut outbox, ZERO, "held", None);
    event(&mut outbox, "t", "older", ("s", b"older"));
    event(&mut outbox, "u", "newer", ("s", b"newer"));
    let held = outbox.take(ZERO).expect("it is first");
    outbox.hold_back(held);
    let ahead = outbox.take(ZERO).expect("it goes ahead of the newer");
    assert_eq!(text(&ahead), "s=newer");
    let held = outbox.take_held(ZERO).expect("it is held");
    outbox.end(&held, Outcome::Delivered);
    assert!(outbox.take(ZERO).is_none(), "the older waits as well");
    let large = vec![0; MOST_STATE_BYTES as usize - 2000];
    event(&mut outbox, "v", "newest", ("large", &large));
    let entry = outbox.take(ZERO).expect("it does not wait any more");
    assert_eq!(text(&entry), "t=older");
}

#[test]
fn what_goes_ahead_of_a_message_is_counted_with_it_and_not_with_what_replaces_it() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    event(&mut outbox, "e", "1", ("s", b"ahead"));
    let ahead = outbox.take(ZERO).expect("it goes ahead");
    assert_eq!(text(&ahead), "s=ahead");
    let one = outbox.named_bytes();
    assert_eq!(outbox.states(), (1, 2 * one));
    say(&mut outbox, "s", "later");
    assert_eq!(outbox.states(), (1, 2 * one));
}

#[test]
fn what_is_not_said_ahead_any_more_takes_the_place_of_a_clearing_that_nobody_asked_for() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    outbox.clear_quietly(&"s".into());
    let clearing = outbox.take(ZERO).expect("it is cleared");
    event(&mut outbox, "e", "1", ("s", b"one"));
    assert!(outbox.take(ZERO).is_none(), "its topic is in use");
    outbox.expire(SECOND * 100);
    outbox.end(&clearing, Outcome::Delivered);
    assert_eq!(one_by_one(&mut outbox), ["s=one"]);
}

#[test]
fn states_that_were_said_ahead_keep_the_order_in_which_they_came() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    event(&mut outbox, "e", "1", ("z", b"one"));
    event(&mut outbox, "e", "2", ("a", b"two"));
    assert_eq!(one_by_one(&mut outbox), ["z=one", "e=1", "a=two", "e=2"]);
    outbox.connected(ZERO);
    assert_eq!(one_by_one(&mut outbox), ["z=one", "a=two"]);
}

#[test]
fn a_topic_that_the_broker_closed_on_is_tried_again_with_a_newer_state() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    event(&mut outbox, "e", "1", ("s", b"poison"));
    let mut entry = outbox.take(ZERO).expect("it goes ahead");
    assert_eq!(text(&entry), "s=poison");
    entry.closes_alone = 3;
    outbox.end(&entry, Outcome::Rejected("closes".into()));
    assert_eq!(one_by_one(&mut outbox), ["e=1"]);
    event(&mut outbox, "e", "2", ("s", b"good"));
    assert_eq!(one_by_one(&mut outbox), ["s=good", "e=2"]);
}

#[test]
fn what_was_not_said_is_remembered_only_where_there_is_room() {
    for has_room in [true, false] {
        let mut outbox = outbox(10, QueueFull::DropOldest);
        let others = MOST_STATES - usize::from(has_room);
        for number in 0..others {
            let topic = format!("topic {number}").into();
            let said = outbox.set_state(ZERO, &topic, "x".into(), Rank::State, false);
            said.expect("there is room");
        }
        event(&mut outbox, "e", "1", ("s", b"one"));
        outbox.expire(SECOND * 100);
        assert_eq!(outbox.states().0, MOST_STATES);
    }
}
