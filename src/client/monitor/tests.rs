use super::*;
use crate::engine::{ConnectionEnd, NoticeKinds, Packet};
use crate::message::{Message, QoS};
use crate::settings::Settings;
use crate::support::wait::PATIENCE;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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

#[derive(Debug, Default)]
struct Host {
    /// How often the background thread was woken.
    woken: AtomicUsize,
    is_readable: AtomicBool,
}

impl Surroundings for Host {
    fn now(&self) -> Time {
        NOW
    }

    fn wake_worker(&self) {
        self.woken.fetch_add(1, Ordering::SeqCst);
    }

    fn set_readable(&self, readable: bool) {
        self.is_readable.store(readable, Ordering::SeqCst);
    }
}

type Tested = Monitor<NoLink, Host, ()>;

fn monitor() -> Tested {
    let settings = Settings::from_json(r#"{"broker_host": "broker"}"#);
    let settings = Arc::new(settings.expect("they are valid"));
    Monitor::new(Driver::new(settings, NOW, 1), Host::default(), ())
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
        let told = monitor.whom_to_tell(&mut guarded, effects);
        assert!(!told.worker);
        (told.waiters, told.readers)
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
fn what_a_thread_that_goes_on_to_wait_has_brought_about_is_done() {
    let monitor = monitor();
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| {
            monitor.wait(PATIENCE, |guarded, _| {
                let effects = Effects {
                    wake_worker: true,
                    ..Effects::default()
                };
                (guarded.is_over().then_some(()), effects)
            })
        });
        while monitor.surroundings.woken.load(Ordering::SeqCst) == 0 && !waits.is_finished() {
            std::thread::yield_now();
        }
        monitor.end();
        assert_eq!(waits.join().expect("it does not panic"), Some(()));
    });
}

#[test]
fn what_comes_while_the_background_thread_makes_its_plan_wakes_it_where_the_plan_is_too_long() {
    for (lifetime, is_soon) in [(86_400 * 2, false), (1, true)] {
        let monitor = monitor();
        call(&monitor);
        plan(&monitor);
        monitor.work(|guarded, now| {
            let planned = guarded.driver.plan(now);
            let put = monitor.put(message(), |intake, now, message| {
                intake.put_message(now, message, Some(lifetime), false)
            });
            assert!(put.is_ok());
            planned
        });
        assert_eq!(plan(&monitor), usize::from(is_soon));
    }
}

/// A call that panics after it has done this.
fn panics_after(monitor: &Tested, f: impl FnOnce(&mut Driver<NoLink>)) {
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        monitor.call(|guarded, _| -> ((), Effects) {
            f(&mut guarded.driver);
            panic!("on purpose");
        });
    }));
    assert!(panicked.is_err());
}

/// What the background thread does once it is woken. Gives how often it was since it was last asked.
fn plan(monitor: &Tested) -> usize {
    let woken = monitor.surroundings.woken.swap(0, Ordering::SeqCst);
    monitor.work(|guarded, now| guarded.driver.plan(now));
    woken
}

#[test]
fn the_background_thread_is_woken_for_a_call_that_panics() {
    let monitor = monitor();
    for _ in 0..2 {
        assert_eq!(plan(&monitor), 0);
    }
    panics_after(&monitor, |driver| {
        let (_, effects) = driver.shut_down(NOW, Duration::ZERO);
        assert!(effects.wake_worker, "it is owed");
    });
    assert_eq!(plan(&monitor), 1);
    assert!(!monitor.alarm.take(), "it is done with");
    assert_eq!(plan(&monitor), 0);
}

#[test]
fn what_a_call_that_panics_would_have_told_is_told_by_the_next() {
    let monitor = monitor();
    let waiting = || {
        let guarded = crate::sync::lock(&monitor.guarded);
        guarded.waiting + guarded.reading
    };
    let find = |guarded: &mut Guarded<NoLink, ()>, _| {
        let is_finished = guarded.driver.engine().is_finished();
        (is_finished.then_some(()), Effects::default())
    };
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| monitor.wait(PATIENCE, find));
        let reads = scope.spawn(|| monitor.wait_to_read(PATIENCE, find));
        while waiting() < 2 && !waits.is_finished() && !reads.is_finished() {
            std::thread::yield_now();
        }
        panics_after(&monitor, |driver| {
            let effects = driver.open_notices(NOW, NoticeKinds::DEFAULT);
            let effects = effects.then(driver.finish(NOW));
            assert_eq!(effects.has_news, Some(true), "it is owed");
        });
        assert!(!monitor.surroundings.is_readable.load(Ordering::SeqCst));
        assert_eq!(plan(&monitor), 1);
        assert!(monitor.surroundings.is_readable.load(Ordering::SeqCst));
        for told in [waits, reads] {
            assert_eq!(told.join().expect("it does not panic"), Some(()));
        }
    });
}

#[test]
fn whoever_calls_after_a_panic_takes_over_what_that_has_left() {
    let monitor = monitor();
    call(&monitor);
    // The driver takes it for a defect, and panics, where an id is not the next.
    let terms = crate::sync::lock(&monitor.guarded).terms();
    monitor.intake().set_terms(Terms {
        last_id: 5,
        ..terms
    });
    assert_eq!((put(&monitor), put(&monitor)), (Some(6), Some(7)));
    let look = || {
        let looks = || monitor.look(|guarded, _| guarded.driver.engine().outbox().last_id());
        catch_unwind(AssertUnwindSafe(looks)).ok()
    };
    assert_eq!(look(), None);
    // Of the second this is known as well, and by then somebody has put in another one.
    assert_eq!(put(&monitor), Some(8));
    assert_eq!((look(), look()), (None, None));
    assert_eq!(look(), Some(4));
    assert_eq!(monitor.surroundings.woken.load(Ordering::SeqCst), 3);
    assert_eq!(call(&monitor), 5);
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
