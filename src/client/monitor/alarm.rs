//! A call that panics tells nobody what it has come to. The next one tells everybody, and the background thread is woken
//! to be the next.

use super::Surroundings;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a call has panicked since somebody was last told of a call.
#[derive(Debug, Default)]
pub(super) struct Alarm(AtomicBool);

impl Alarm {
    /// For as long as a call of the driver lasts.
    pub(super) fn guard<'a, S: Surroundings>(&'a self, surroundings: &'a S) -> Guard<'a, S> {
        Guard {
            alarm: self,
            surroundings,
        }
    }

    /// Whether it was raised. Lowers it.
    pub(super) fn take(&self) -> bool {
        // The order of all that it is about is that of the lock.
        self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed)
    }
}

/// Raises the alarm when a panic drops it.
pub(super) struct Guard<'a, S: Surroundings> {
    alarm: &'a Alarm,
    surroundings: &'a S,
}

impl<S: Surroundings> Drop for Guard<'_, S> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.alarm.0.store(true, Ordering::Relaxed);
            self.surroundings.wake_worker();
        }
    }
}
