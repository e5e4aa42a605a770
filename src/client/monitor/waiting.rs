//! Threads that wait for something that the driver comes to.

use super::{Guarded, Monitor, Surroundings};
use crate::driver::Effects;
use crate::engine::Link;
use crate::outbox::Time;
use crate::sync::Condvar;
use std::time::Duration;

impl<L: Link, S: Surroundings, X> Monitor<L, S, X> {
    /// Waits until `f` finds what it is looking for, for at most `timeout`; gives what it found.
    pub(crate) fn wait<T>(
        &self,
        timeout: Duration,
        f: impl FnMut(&mut Guarded<L, X>, Time) -> (Option<T>, Effects),
    ) -> Option<T> {
        self.wait_on(&self.changed, |guarded| &mut guarded.waiting, timeout, f)
    }

    /// As [`Monitor::wait`], for what there is to read.
    pub(crate) fn wait_to_read<T>(
        &self,
        timeout: Duration,
        f: impl FnMut(&mut Guarded<L, X>, Time) -> (Option<T>, Effects),
    ) -> Option<T> {
        self.wait_on(&self.news, |guarded| &mut guarded.reading, timeout, f)
    }

    /// `count`: of the threads that wait on this condition.
    fn wait_on<T>(
        &self,
        condition: &Condvar,
        count: fn(&mut Guarded<L, X>) -> &mut usize,
        timeout: Duration,
        mut f: impl FnMut(&mut Guarded<L, X>, Time) -> (Option<T>, Effects),
    ) -> Option<T> {
        let deadline = Deadline::after(timeout);
        let mut guarded = crate::sync::lock(&self.guarded);
        let _alarm = self.alarm.guard(&self.surroundings);
        loop {
            let mut intake = self.intake();
            intake.suspend();
            guarded.take_over_all(&mut intake);
            let now = self.surroundings.now();
            let (found, effects) = f(&mut guarded, now);
            let left = deadline.left();
            let is_over = found.is_some() || left.is_zero();
            *count(&mut guarded) += usize::from(!is_over);
            intake.set_terms(guarded.terms());
            drop(intake);
            if is_over {
                self.settle(guarded, effects);
                return found;
            }
            self.tell(&mut guarded, effects);
            guarded = crate::sync::wait_timeout(condition, guarded, left);
            *count(&mut guarded) -= 1;
        }
    }
}

/// When a caller has waited enough; none when the time that it gives never comes.
struct Deadline(Option<std::time::Instant>);

impl Deadline {
    fn after(timeout: Duration) -> Self {
        Deadline(std::time::Instant::now().checked_add(timeout))
    }

    fn left(&self) -> Duration {
        self.0.map_or(Duration::MAX, |deadline| {
            deadline.saturating_duration_since(std::time::Instant::now())
        })
    }
}
