//! The driver behind its mutex: who waits, who is woken, and in which order.
//!
//! Whoever brings an input does what follows from it under the lock, so that the order in which packets are handed
//! over is the order of the engine. Threads are told after the lock is given up, which those who wake up want.
//!
//! A message about which there is nothing to decide goes into the [`Intake`], under a mutex of its own that is held for
//! moments. Whoever has the driver takes over what is there before anything else, so that nobody sees the difference. The
//! background thread then does its work with the driver's mutex alone; every other call holds both, in this order, as it
//! may give out ids and change the terms.

mod alarm;
mod publishing;
#[cfg(test)]
mod tests;
mod waiting;

use crate::driver::{Driver, Effects};
use crate::engine::Link;
use crate::outbox::{Intake, Taken, Terms, Time};
use crate::sync::{Condvar, Mutex, MutexGuard};
use alarm::Alarm;

/// What a monitor needs of its surroundings.
pub(crate) trait Surroundings {
    /// The time.
    fn now(&self) -> Time;
    /// Makes the background thread ask for its plan.
    fn wake_worker(&self);
    /// Makes the descriptor of who reads notices readable, or not.
    fn set_readable(&self, readable: bool);
}

/// See the module. `X`: what else the mutex protects.
#[derive(Debug)]
pub(crate) struct Monitor<L, S, X> {
    guarded: Mutex<Guarded<L, X>>,
    intake: Mutex<Intake>,
    /// What a thread may be waiting for has changed.
    changed: Condvar,
    /// There is something to read, or never will be again.
    news: Condvar,
    alarm: Alarm,
    surroundings: S,
}

/// What the mutex protects.
#[derive(Debug)]
pub(crate) struct Guarded<L, X> {
    pub(crate) driver: Driver<L>,
    pub(crate) extra: X,
    /// What is taken over from the intake; empty between two calls.
    taken: Taken,
    /// Threads that wait on `changed`, and on `news`. Waking them costs system calls and a fight for the lock, so it
    /// is done only for somebody.
    waiting: usize,
    reading: usize,
    /// The background thread has ended, and with it every socket.
    is_over: bool,
}

impl<L: Link, S: Surroundings, X> Monitor<L, S, X> {
    pub(crate) fn new(driver: Driver<L>, surroundings: S, extra: X) -> Self {
        let mut intake = Intake::default();
        intake.set_terms(driver.terms());
        Monitor {
            intake: Mutex::new(intake),
            guarded: Mutex::new(Guarded {
                driver,
                extra,
                taken: Taken::default(),
                waiting: 0,
                reading: 0,
                is_over: false,
            }),
            changed: Condvar::new(),
            news: Condvar::new(),
            alarm: Alarm::default(),
            surroundings,
        }
    }

    pub(crate) fn surroundings(&self) -> &S {
        &self.surroundings
    }

    /// Looks at something, and changes nothing that anybody waits for.
    pub(crate) fn look<T>(&self, f: impl FnOnce(&mut Guarded<L, X>, Time) -> T) -> T {
        let mut guarded = crate::sync::lock(&self.guarded);
        let _alarm = self.alarm.guard(&self.surroundings);
        self.take_over(&mut guarded);
        let now = self.surroundings.now();
        f(&mut guarded, now)
    }

    /// Calls the driver, and does what follows.
    pub(crate) fn call<T>(&self, f: impl FnOnce(&mut Guarded<L, X>, Time) -> (T, Effects)) -> T {
        self.call_with_intake(|guarded, _, now| f(guarded, now))
    }

    /// As [`Monitor::call`], for what is to be known to the intake afterwards.
    pub(crate) fn call_with_intake<T>(
        &self,
        f: impl FnOnce(&mut Guarded<L, X>, &mut Intake, Time) -> (T, Effects),
    ) -> T {
        let guarded = crate::sync::lock(&self.guarded);
        self.call_locked(guarded, self.intake(), f)
    }

    /// As [`Monitor::call_with_intake`] if nobody holds a lock; waits for nobody, and gives none otherwise.
    pub(crate) fn try_call_with_intake<T>(
        &self,
        f: impl FnOnce(&mut Guarded<L, X>, &mut Intake, Time) -> (T, Effects),
    ) -> Option<T> {
        let guarded = crate::sync::try_lock(&self.guarded)?;
        let intake = crate::sync::try_lock(&self.intake)?;
        Some(self.call_locked(guarded, intake, f))
    }

    fn call_locked<T>(
        &self,
        mut guarded: MutexGuard<'_, Guarded<L, X>>,
        mut intake: MutexGuard<'_, Intake>,
        f: impl FnOnce(&mut Guarded<L, X>, &mut Intake, Time) -> (T, Effects),
    ) -> T {
        let _alarm = self.alarm.guard(&self.surroundings);
        intake.suspend();
        guarded.take_over_all(&mut intake);
        let now = self.surroundings.now();
        let (result, effects) = f(&mut guarded, &mut intake, now);
        intake.set_terms(guarded.terms());
        drop(intake);
        self.settle(guarded, effects);
        result
    }

    /// Calls the driver for the background thread: publishers put messages into the intake meanwhile.
    pub(crate) fn work<T>(&self, f: impl FnOnce(&mut Guarded<L, X>, Time) -> (T, Effects)) -> T {
        let mut guarded = crate::sync::lock(&self.guarded);
        let _alarm = self.alarm.guard(&self.surroundings);
        self.take_over(&mut guarded);
        let now = self.surroundings.now();
        let (result, mut effects) = f(&mut guarded, now);
        let mut intake = self.intake();
        effects = effects.then(guarded.driver.take_over_forgotten(now, &mut intake));
        guarded.driver.give_back(&mut intake);
        effects.wake_worker |= intake.set_terms(guarded.terms());
        drop(intake);
        self.settle(guarded, effects);
        result
    }

    /// The background thread has ended.
    pub(crate) fn end(&self) {
        let mut guarded = crate::sync::lock(&self.guarded);
        guarded.is_over = true;
        drop(guarded);
        self.changed.notify_all();
        self.news.notify_all();
    }

    /// Takes over what is in the intake, and holds that only for as long as it takes to empty it.
    fn take_over(&self, guarded: &mut Guarded<L, X>) {
        guarded.empty(&mut self.intake());
        guarded.take_over();
    }

    fn intake(&self) -> MutexGuard<'_, Intake> {
        crate::sync::lock(&self.intake)
    }

    /// Does what follows a call, and gives up the lock.
    fn settle(&self, mut guarded: MutexGuard<'_, Guarded<L, X>>, effects: Effects) {
        let told = self.whom_to_tell(&mut guarded, effects);
        drop(guarded);
        self.notify(told);
    }

    /// Does what follows a call of a thread that goes on to wait.
    fn tell(&self, guarded: &mut Guarded<L, X>, effects: Effects) {
        let told = self.whom_to_tell(guarded, effects);
        self.notify(told);
    }

    fn whom_to_tell(&self, guarded: &mut Guarded<L, X>, effects: Effects) -> Told {
        let is_owed = self.alarm.take();
        let has_news = match is_owed {
            true => Some(guarded.driver.has_news()),
            false => effects.has_news,
        };
        // Under the lock: two that change it one after the other leave it as the second does.
        if let Some(readable) = has_news {
            self.surroundings.set_readable(readable);
        }
        let concerns_waiters = effects.notify_waiters || is_owed;
        let concerns_readers = effects.notify_readers || effects.is_finished || is_owed;
        Told {
            worker: effects.wake_worker,
            waiters: concerns_waiters && guarded.waiting > 0,
            readers: concerns_readers && guarded.reading > 0,
        }
    }

    fn notify(&self, told: Told) {
        if told.worker {
            self.surroundings.wake_worker();
        }
        if told.waiters {
            self.changed.notify_all();
        }
        if told.readers {
            self.news.notify_all();
        }
    }
}

/// Whom a call concerns, of those who are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    worker: bool,
    waiters: bool,
    readers: bool,
}

impl<L: Link, X> Guarded<L, X> {
    /// Takes what is in the intake, after what a call that panicked has left of what it took.
    fn empty(&mut self, intake: &mut Intake) {
        self.take_over();
        if !intake.is_empty() {
            self.taken = intake.take(std::mem::take(&mut self.taken));
        }
    }

    /// Takes over what is in the intake.
    fn take_over_all(&mut self, intake: &mut Intake) {
        self.empty(intake);
        self.take_over();
    }

    /// Takes over what was in the intake.
    fn take_over(&mut self) {
        self.driver.take_over(&mut self.taken);
    }

    /// On which terms messages may be put into the intake from now on.
    fn terms(&self) -> Terms {
        let terms = self.driver.terms();
        Terms {
            forgets_quietly: terms.forgets_quietly && self.waiting == 0,
            ..terms
        }
    }
}

impl<L, X> Guarded<L, X> {
    /// Whether the background thread has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }
}
