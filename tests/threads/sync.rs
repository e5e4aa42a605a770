//! In the place of `src/sync.rs`: primitives whose every schedule is explored, and on which no time passes, so that
//! a thread that nobody wakes waits for ever.

pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};

use std::time::Duration;

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("a thread has panicked")
}

pub(crate) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    mutex.try_lock().ok()
}

pub(crate) fn wait_timeout<'a, T>(
    condition: &Condvar,
    guard: MutexGuard<'a, T>,
    _: Duration,
) -> MutexGuard<'a, T> {
    condition.wait(guard).expect("a thread has panicked")
}
