//! Waiting for conditions, never for a time.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long a condition may take before the test fails: generous, for a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks at a condition.
const PAUSE: Duration = Duration::from_millis(5);

/// Waits until the condition holds; fails the test with `what` when it does not within [`PATIENCE`].
#[track_caller]
pub fn eventually(what: &str, condition: impl FnMut() -> bool) {
    eventually_within(PATIENCE, what, condition);
}

/// As [`eventually`], with a deadline of its own: for what takes longer by nature.
#[track_caller]
pub fn eventually_within(deadline: Duration, what: &str, mut condition: impl FnMut() -> bool) {
    let found = find_within(deadline, || condition().then_some(()));
    assert!(found.is_some(), "not within {deadline:?}: {what}");
}

/// The first value that `look` finds, or none when the deadline passes.
pub fn find_within<T>(deadline: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + deadline;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(PAUSE);
    }
}

/// A gate between a test and a script that runs on another thread: closed until it is opened.
#[derive(Default)]
pub struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    pub fn open(&self) {
        *self.is_open.lock().expect("no thread panics holding it") = true;
        self.opened.notify_all();
    }

    /// Waits until the gate is open; fails the test when that takes longer than [`PATIENCE`].
    #[track_caller]
    pub fn wait(&self) {
        let guard = self.is_open.lock().expect("no thread panics holding it");
        let (_guard, waited) = self
            .opened
            .wait_timeout_while(guard, PATIENCE, |is_open| !*is_open)
            .expect("no thread panics holding it");
        assert!(!waited.timed_out(), "nobody opened the gate");
    }
}
