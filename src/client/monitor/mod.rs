//! The driver behind its one mutex: who waits, who is woken, and in which order.
//!
//! Whoever brings an input does what follows from it under the lock, so that the order in which packets are handed
//! over is the order of the engine. Threads are told after the lock is given up, which those who wake up want.

mod waiting;

use crate::driver::{Driver, Effects};
use crate::engine::Link;
use crate::outbox::Time;
use crate::sync::{Condvar, Mutex, MutexGuard};

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
    /// What a thread may be waiting for has changed.
    changed: Condvar,
    /// There is something to read, or never will be again.
    news: Condvar,
    surroundings: S,
}

/// What the mutex protects.
#[derive(Debug)]
pub(crate) struct Guarded<L, X> {
    pub(crate) driver: Driver<L>,
    pub(crate) extra: X,
    /// Threads that wait on `changed`, and on `news`. Waking them costs system calls and a fight for the lock, so it
    /// is done only for somebody.
    waiting: usize,
    reading: usize,
    /// The background thread has ended, and with it every socket.
    is_over: bool,
}

impl<L: Link, S: Surroundings, X> Monitor<L, S, X> {
    pub(crate) fn new(driver: Driver<L>, surroundings: S, extra: X) -> Self {
        Monitor {
            guarded: Mutex::new(Guarded {
                driver,
                extra,
                waiting: 0,
                reading: 0,
                is_over: false,
            }),
            changed: Condvar::new(),
            news: Condvar::new(),
            surroundings,
        }
    }

    pub(crate) fn surroundings(&self) -> &S {
        &self.surroundings
    }

    /// Looks at something, and changes nothing that anybody waits for.
    pub(crate) fn look<T>(&self, f: impl FnOnce(&mut Guarded<L, X>, Time) -> T) -> T {
        let mut guarded = self.lock();
        let now = self.surroundings.now();
        f(&mut guarded, now)
    }

    /// Calls the driver, and does what follows.
    pub(crate) fn call<T>(&self, f: impl FnOnce(&mut Guarded<L, X>, Time) -> (T, Effects)) -> T {
        let mut guarded = self.lock();
        let now = self.surroundings.now();
        let (result, effects) = f(&mut guarded, now);
        self.settle(guarded, effects);
        result
    }

    /// As [`Monitor::call`] if nobody holds the lock; waits for nobody, and gives none otherwise.
    pub(crate) fn try_call<T>(
        &self,
        f: impl FnOnce(&mut Guarded<L, X>, Time) -> (T, Effects),
    ) -> Option<T> {
        let mut guarded = crate::sync::try_lock(&self.guarded)?;
        let now = self.surroundings.now();
        let (result, effects) = f(&mut guarded, now);
        self.settle(guarded, effects);
        Some(result)
    }

    /// The background thread has ended.
    pub(crate) fn end(&self) {
        let mut guarded = self.lock();
        guarded.is_over = true;
        drop(guarded);
        self.changed.notify_all();
        self.news.notify_all();
    }

    /// A panic under the lock is a defect, but not one that should take the callers down.
    fn lock(&self) -> MutexGuard<'_, Guarded<L, X>> {
        crate::sync::lock(&self.guarded)
    }

    /// Does what follows a call, and gives up the lock.
    fn settle(&self, guarded: MutexGuard<'_, Guarded<L, X>>, effects: Effects) {
        let (waiters, readers) = self.whom_to_tell(&guarded, effects);
        drop(guarded);
        self.notify(effects, waiters, readers);
    }

    /// Does what follows a call of a thread that goes on to wait.
    fn tell(&self, guarded: &Guarded<L, X>, effects: Effects) {
        let (waiters, readers) = self.whom_to_tell(guarded, effects);
        self.notify(effects, waiters, readers);
    }

    fn whom_to_tell(&self, guarded: &Guarded<L, X>, effects: Effects) -> (bool, bool) {
        // Under the lock: two that change it one after the other leave it as the second does.
        if let Some(readable) = effects.has_news {
            self.surroundings.set_readable(readable);
        }
        let concerns_readers = effects.notify_readers || effects.is_finished;
        (
            effects.notify_waiters && guarded.waiting > 0,
            concerns_readers && guarded.reading > 0,
        )
    }

    fn notify(&self, effects: Effects, waiters: bool, readers: bool) {
        if effects.wake_worker {
            self.surroundings.wake_worker();
        }
        if waiters {
            self.changed.notify_all();
        }
        if readers {
            self.news.notify_all();
        }
    }
}

impl<L, X> Guarded<L, X> {
    /// Whether the background thread has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }
}
