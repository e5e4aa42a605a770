use super::*;
use crate::outbox::{Intake, Put, ReadyCamera, Taken, Terms, Wake};

const TERMS: Terms = Terms {
    last_id: 0,
    messages: 10,
    bytes: 1 << 20,
    takes_tracked: true,
    forgets_quietly: true,
    wake: Wake::Never,
    generation: 1,
};

fn intake(terms: Terms) -> Intake {
    let mut intake = Intake::default();
    intake.set_terms(terms);
    intake.ready.add_topic(&"t".into());
    intake
}

fn put(intake: &mut Intake, lifetime: Option<u32>) -> Option<Put> {
    let put = intake.put_message(ZERO, message("x"), lifetime, false);
    put.ok()
}

fn wakes(intake: &mut Intake, lifetime: Option<u32>) -> bool {
    put(intake, lifetime).expect("there is room").wakes_worker
}

#[test]
fn what_was_put_is_in_the_outbox_with_its_id_its_age_and_its_place() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    accept(&mut outbox, ZERO, "first", None);
    let mut intake = intake(Terms {
        last_id: outbox.last_id(),
        ..TERMS
    });
    let put = intake.put_message(SECOND, message("second"), Some(2), true);
    let id = put.expect("there is room").id;
    assert!(intake.forget(1));
    let mut taken = intake.take(Taken::default());
    outbox.take_over(&mut taken);
    assert!(taken.is_empty() && intake.is_empty());
    assert_eq!(outbox.last_id(), id);
    assert_eq!(outbox.next_expiry(), Some(3 * SECOND));
    assert_eq!(outbox.take_outcome(1), None, "it was forgotten");
    assert_eq!(outbox.take_outcome(id), Some(None));
    assert_eq!(payloads(&mut outbox, SECOND), ["first", "second"]);
}

#[test]
fn an_id_that_nobody_has_yet_is_not_forgotten() {
    let mut intake = intake(TERMS);
    assert!(put(&mut intake, None).is_some());
    assert!(intake.forget(2));
    let second = intake.put_message(ZERO, message("x"), None, true);
    let mut outbox = outbox(10, QueueFull::DropOldest);
    outbox.take_over(&mut intake.take(Taken::default()));
    let id = second.expect("there is room").id;
    assert_eq!((id, outbox.take_outcome(id)), (2, Some(None)));
}

#[test]
fn what_is_forgotten_before_it_is_taken_over_was_never_tracked() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let mut intake = intake(Terms {
        forgets_quietly: false,
        ..TERMS
    });
    let mut tracked = || {
        let put = intake.put_message(ZERO, message("x"), None, true);
        put.expect("there is room").id
    };
    let (forgotten, kept) = (tracked(), tracked());
    assert!(intake.forget(forgotten));
    outbox.take_over(&mut intake.take(Taken::default()));
    assert_eq!(outbox.take_outcome(forgotten), None);
    assert_eq!(outbox.take_outcome(kept), Some(None));
    assert!(!intake.forget(kept), "the outbox has it now");
}

#[test]
fn the_room_is_that_of_the_outbox_less_what_was_put_and_what_was_taken() {
    let mut intake = intake(Terms {
        messages: 3,
        ..TERMS
    });
    assert!(put(&mut intake, None).is_some() && put(&mut intake, None).is_some());
    let _ = intake.take(Taken::default());
    assert!(put(&mut intake, None).is_some());
    assert_eq!(put(&mut intake, None), None);
    intake.set_terms(Terms {
        messages: 2,
        ..TERMS
    });
    assert!(put(&mut intake, None).is_some(), "one is there already");
    assert_eq!(put(&mut intake, None), None);
}

#[test]
fn less_room_than_was_put_is_for_the_thread_to_deal_with() {
    let mut intake = intake(TERMS);
    assert!(put(&mut intake, None).is_some() && put(&mut intake, None).is_some());
    assert!(intake.set_terms(Terms {
        messages: 1,
        ..TERMS
    }));
    assert_eq!(put(&mut intake, None), None);
    let mut outbox = outbox(1, QueueFull::RefuseNewest);
    outbox.take_over(&mut intake.take(Taken::default()));
    assert_eq!(outbox.bounded(), 2);
    outbox.drop_excess();
    assert_eq!(
        (outbox.bounded(), outbox.counters.dropped_queue_full),
        (1, 1)
    );
}

#[test]
fn bytes_are_counted_as_messages_are() {
    let cost = {
        let mut outbox = outbox(1, QueueFull::DropOldest);
        accept(&mut outbox, ZERO, "x", None);
        outbox.bytes()
    };
    let mut intake = intake(Terms {
        bytes: 3 * cost,
        ..TERMS
    });
    assert!(put(&mut intake, None).is_some() && put(&mut intake, None).is_some());
    let _ = intake.take(Taken::default());
    assert!(put(&mut intake, None).is_some());
    assert_eq!(put(&mut intake, None), None);
}

#[test]
fn what_has_no_room_or_is_not_known_is_given_back_and_takes_no_id() {
    let refused = Terms {
        takes_tracked: false,
        ..TERMS
    };
    let mut intake = intake(refused);
    let tracked = intake.put_message(ZERO, message("x"), None, true);
    assert_eq!(tracked, Err(message("x")), "no room for its outcome");
    let unknown = intake.put_message(ZERO, message_on("other", "x"), None, false);
    assert_eq!(unknown, Err(message_on("other", "x")));
    let event = intake.put_event(ZERO, "door", "{}".into(), false);
    assert_eq!(event, Err("{}".into()));
    assert_eq!(put(&mut intake, None).map(|put| put.id), Some(1));
}

#[test]
fn an_event_has_what_its_camera_says_unless_states_follow_from_it() {
    let mut intake = intake(TERMS);
    let camera = ReadyCamera {
        topic: "events/door".into(),
        lifetime_seconds: 60,
        qos: QoS::AtMostOnce,
        retain: true,
        is_followed: false,
    };
    let followed = ReadyCamera {
        is_followed: true,
        ..camera.clone()
    };
    intake.ready.add_camera("door", camera);
    intake.ready.add_camera("yard", followed);
    let put = intake.put_event(ZERO, "yard", "{}".into(), false);
    assert_eq!(put, Err("{}".into()));
    let put = intake.put_event(ZERO, "door", "{}".into(), false);
    assert!(put.is_ok());
    let mut outbox = outbox(10, QueueFull::DropOldest);
    outbox.take_over(&mut intake.take(Taken::default()));
    assert_eq!(outbox.next_expiry(), Some(60 * SECOND));
    let entry = outbox.take(ZERO).expect("it was taken over");
    assert_eq!(&*entry.message.topic, "events/door");
    assert_eq!(entry.message.qos, QoS::AtMostOnce);
    assert!(entry.message.retain);
}

#[test]
fn the_thread_is_woken_once_and_for_what_it_does_not_wait_for_anyway() {
    let mut intake = intake(Terms {
        wake: Wake::Always,
        ..TERMS
    });
    assert!(wakes(&mut intake, None));
    assert!(!wakes(&mut intake, None), "it is on its way");
    intake.set_terms(Terms {
        wake: Wake::Before(10 * SECOND),
        ..TERMS
    });
    assert!(!wakes(&mut intake, None));
    assert!(!wakes(&mut intake, Some(10)));
    assert!(wakes(&mut intake, Some(9)));
    assert!(!wakes(&mut intake, Some(9)));
}

#[test]
fn the_thread_that_goes_to_sleep_is_woken_for_what_came_meanwhile() {
    let always = Terms {
        wake: Wake::Always,
        ..TERMS
    };
    let mut intake = intake(TERMS);
    assert!(!intake.set_terms(always), "nothing came");
    intake.set_terms(TERMS);
    assert!(!wakes(&mut intake, None), "it is awake");
    assert!(intake.set_terms(always));
    assert!(!wakes(&mut intake, None), "it is on its way");
}

#[test]
fn a_new_generation_knows_no_topics() {
    let mut intake = intake(TERMS);
    intake.set_terms(TERMS);
    assert!(put(&mut intake, None).is_some());
    intake.set_terms(Terms {
        generation: 2,
        ..TERMS
    });
    assert_eq!(put(&mut intake, None), None);
}

#[test]
fn what_is_put_and_forgotten_while_nobody_takes_it_over_is_bounded() {
    let mut intake = intake(Terms {
        messages: usize::MAX,
        ..TERMS
    });
    let most = (0..).take_while(|_| put(&mut intake, None).is_some());
    assert_eq!(most.count(), 256);
    let most = (0..).take_while(|_| intake.forget(0));
    assert_eq!(most.count(), 256);
    intake.set_terms(Terms {
        forgets_quietly: false,
        ..TERMS
    });
    let _ = intake.take(Taken::default());
    assert!(!intake.forget(0), "somebody has to hear of it");
}

#[test]
fn topics_that_are_kept_ready_are_bounded() {
    let mut intake = intake(TERMS);
    let name = |number: usize| format!("{number:05}{}", "x".repeat(60_000));
    for number in 0..100 {
        intake.ready.add_topic(&name(number).into());
    }
    let known = |intake: &mut Intake, number| {
        let put = intake.put_message(ZERO, message_on(&name(number), ""), None, false);
        put.is_ok()
    };
    assert!(known(&mut intake, 99));
    assert!(!known(&mut intake, 0));
}

#[test]
fn what_the_outbox_has_is_forgotten_and_payloads_come_back() {
    let mut outbox = outbox(10, QueueFull::DropOldest);
    let ids = ["1", "2"].map(|payload| accept(&mut outbox, ZERO, payload, None));
    let mut intake = intake(Terms {
        last_id: outbox.last_id(),
        ..TERMS
    });
    for id in ids {
        assert!(intake.forget(id));
    }
    outbox.take_over_forgotten(&mut intake);
    assert_eq!(ids.map(|id| outbox.take_outcome(id)), [None, None]);
    assert!(intake.is_empty());
    let entry = outbox.take(ZERO).expect("it waits");
    outbox.delivered(entry);
    outbox.give_back(&mut intake);
    assert!(!intake.spent.is_empty());
}
