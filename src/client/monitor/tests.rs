use super::*;
use crate::engine::{ConnectionEnd, Packet};
use crate::message::{Message, QoS};
use crate::settings::Settings;
use crate::support::wait::PATIENCE;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

const NOW: Time = Duration::from_secs(1);

#[derive(Debug)]
struct NoLink;

impl Link for NoLink {
    fn send(&mut self, _: Packet) -> Result<(), ConnectionEnd> {
        Ok(())
    }
}

#[derive(Debug)]
struct Host;

impl Surroundings for Host {
    fn now(&self) -> Time {
        NOW
    }

    fn wake_worker(&self) {}

    fn set_readable(&self, _: bool) {}
}

type Tested = Monitor<NoLink, Host, ()>;

fn monitor() -> Tested {
    let settings = Settings::from_json(r#"{"broker_host": "broker"}"#);
    let settings = Arc::new(settings.expect("they are valid"));
    Monitor::new(Driver::new(settings, NOW, 1), Host, ())
}

fn message() -> Message {
    Message {
        topic: "events/door".into(),
        payload: "{}".into(),
        qos: QoS::AtLeastOnce,
        retain: false,
    }
}

fn publish(guarded: &mut Guarded<NoLink, ()>, intake: &mut Intake) -> (u64, Effects) {
    intake.ready.add_topic(&message().topic);
    let (id, effects) = (guarded.driver).publish(NOW, message(), None, true, Vec::new());
    (id.expect("there is room"), effects)
}

/// Puts a message into the intake if it may.
fn put(monitor: &Tested) -> Option<u64> {
    let put = monitor.put(message(), |intake, now, message| {
        intake.put_message(now, message, None, true)
    });
    put.ok()
}

fn call(monitor: &Tested) -> u64 {
    monitor.call_with_intake(|guarded, intake, _| publish(guarded, intake))
}

#[test]
fn whoever_waits_for_what_has_changed_is_told_and_nobody_else() {
    let monitor = monitor();
    let none = Effects::default();
    let changed = Effects {
        notify_waiters: true,
        ..none
    };
    let news = Effects {
        notify_readers: true,
        ..none
    };
    let closed = Effects {
        is_finished: true,
        ..none
    };
    let told = |waiting, reading, effects| {
        let mut guarded = crate::sync::lock(&monitor.guarded);
        (guarded.waiting, guarded.reading) = (waiting, reading);
        monitor.whom_to_tell(&guarded, effects)
    };
    for (waiting, reading) in [(0, 0), (1, 0), (0, 1), (2, 2)] {
        let (waits, reads) = (waiting > 0, reading > 0);
        assert_eq!(told(waiting, reading, none), (false, false));
        assert_eq!(told(waiting, reading, changed), (waits, false));
        assert_eq!(told(waiting, reading, news), (false, reads));
        assert_eq!(told(waiting, reading, closed), (false, reads));
    }
}

#[test]
fn a_call_that_waits_for_nobody_is_done_where_nobody_has_a_lock() {
    let monitor = monitor();
    let attempt = || monitor.try_call_with_intake(|guarded, intake, _| publish(guarded, intake));
    assert_eq!(attempt(), Some(1));
    let guarded = crate::sync::lock(&monitor.guarded);
    assert_eq!(attempt(), None);
    drop(guarded);
    let intake = monitor.intake();
    assert_eq!(attempt(), None);
    drop(intake);
    assert_eq!(attempt(), Some(2));
}

#[test]
fn a_put_that_waits_for_nobody_gives_the_message_back_where_somebody_has_the_lock() {
    let monitor = monitor();
    call(&monitor);
    let attempt = || {
        let put = monitor.try_put(message(), |intake, now, message| {
            intake.put_message(now, message, None, true)
        });
        put.map_err(|message| message.topic)
    };
    assert_eq!(attempt(), Ok(2));
    let intake = monitor.intake();
    assert_eq!(attempt(), Err(message().topic));
    drop(intake);
    assert_eq!(attempt(), Ok(3));
}

#[test]
fn an_id_is_given_once_though_a_call_panics_after_it_gave_one() {
    let monitor = monitor();
    assert_eq!(call(&monitor), 1);
    assert_eq!(put(&monitor), Some(2));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        monitor.call_with_intake(|guarded, intake, _| -> ((), Effects) {
            assert_eq!(publish(guarded, intake).0, 3);
            panic!("on purpose");
        });
    }));
    assert!(panicked.is_err());
    assert_eq!(put(&monitor), None, "it is for the driver");
    assert!(!monitor.forget(3), "the outbox has it");
    assert_eq!(call(&monitor), 4);
    assert_eq!(put(&monitor), Some(5));
}

#[test]
fn an_id_is_given_once_though_a_wait_panics_after_it_gave_one() {
    let monitor = monitor();
    call(&monitor);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        monitor.wait(Duration::ZERO, |guarded, _| -> (Option<()>, Effects) {
            let (id, _) = (guarded.driver).publish(NOW, message(), None, true, Vec::new());
            assert_eq!(id, Ok(2));
            panic!("on purpose");
        });
    }));
    assert!(panicked.is_err());
    assert_eq!(put(&monitor), None);
    assert_eq!(call(&monitor), 3);
}

#[test]
fn a_thread_that_waits_is_counted_for_as_long_as_it_does() {
    let monitor = monitor();
    let waiting = || crate::sync::lock(&monitor.guarded).waiting;
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| {
            monitor.wait(PATIENCE, |guarded, _| {
                (guarded.is_over().then_some(()), Effects::default())
            })
        });
        while waiting() == 0 {
            std::thread::yield_now();
        }
        monitor.end();
        assert_eq!(waits.join().expect("it does not panic"), Some(()));
    });
    assert_eq!(waiting(), 0);
}
