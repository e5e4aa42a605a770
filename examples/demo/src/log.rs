//! What happened so far, for those who wait for something to happen.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

pub struct Log<T> {
    entries: Mutex<Vec<(Instant, T)>>,
    grown: Condvar,
}

impl<T: Clone> Log<T> {
    pub fn new() -> Log<T> {
        Log {
            entries: Mutex::new(Vec::new()),
            grown: Condvar::new(),
        }
    }

    pub fn add(&self, entry: T) {
        let mut entries = self
            .entries
            .lock()
            .expect("no thread panics with this lock");
        entries.push((Instant::now(), entry));
        self.grown.notify_all();
    }

    /// Where the log ends now; what is added later stands behind it.
    pub fn end(&self) -> usize {
        self.entries
            .lock()
            .expect("no thread panics with this lock")
            .len()
    }

    /// Everything from there on.
    pub fn since(&self, start: usize) -> Vec<T> {
        let entries = self
            .entries
            .lock()
            .expect("no thread panics with this lock");
        entries[start..]
            .iter()
            .map(|(_, entry)| entry.clone())
            .collect()
    }

    /// The first entry from `start` on that is wanted, and when it came; none if it does not come within the limit.
    pub fn wait(
        &self,
        start: usize,
        limit: Duration,
        wanted: impl Fn(&T) -> bool,
    ) -> Option<(Instant, T)> {
        let deadline = Instant::now() + limit;
        let mut entries = self
            .entries
            .lock()
            .expect("no thread panics with this lock");
        loop {
            if let Some(found) = entries[start..].iter().find(|(_, entry)| wanted(entry)) {
                return Some(found.clone());
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            entries = self
                .grown
                .wait_timeout(entries, left)
                .expect("no thread panics with this lock")
                .0;
        }
    }
}
