//! What publishers do without the driver.

use super::{Monitor, Surroundings};
use crate::engine::Link;
use crate::outbox::{Intake, Put, Time};
use crate::sync::MutexGuard;

impl<L: Link, S: Surroundings, X> Monitor<L, S, X> {
    /// Puts something into the intake, or gives it back where it is for the driver to decide. Waits for moments only.
    pub(crate) fn put<T>(
        &self,
        input: T,
        f: impl FnOnce(&mut Intake, Time, T) -> Result<Put, T>,
    ) -> Result<u64, T> {
        self.put_into(self.intake(), input, f)
    }

    /// As [`Monitor::put`], but waits for nobody: gives it back if somebody holds the lock.
    pub(crate) fn try_put<T>(
        &self,
        input: T,
        f: impl FnOnce(&mut Intake, Time, T) -> Result<Put, T>,
    ) -> Result<u64, T> {
        match crate::sync::try_lock(&self.intake) {
            Some(intake) => self.put_into(intake, input, f),
            None => Err(input),
        }
    }

    fn put_into<T>(
        &self,
        mut intake: MutexGuard<'_, Intake>,
        input: T,
        f: impl FnOnce(&mut Intake, Time, T) -> Result<Put, T>,
    ) -> Result<u64, T> {
        // Under the lock, so that messages are as old as their order says.
        let now = self.surroundings.now();
        let put = f(&mut intake, now, input)?;
        let spent = intake.spent.some();
        drop(intake);
        drop(spent);
        if put.wakes_worker {
            self.surroundings.wake_worker();
        }
        Ok(put.id)
    }

    /// Forgets a delivery without the driver; false where it has to be asked.
    pub(crate) fn forget(&self, id: u64) -> bool {
        self.intake().forget(id)
    }
}
