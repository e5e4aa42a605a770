//! The time that the engine and the connections are told.

use rustix::time::{clock_gettime, ClockId};
#[cfg(any(test, feature = "testing"))]
use skipped::Skipped;
use std::time::Duration;

/// Time since the client was made. Never goes back, and goes on while the machine sleeps (`CLOCK_BOOTTIME`): what
/// expires, expires then too.
///
/// Clones show the same time.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    start: Duration,
    #[cfg(any(test, feature = "testing"))]
    skipped: std::sync::Arc<Skipped>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Clock {
            start: boottime(),
            #[cfg(any(test, feature = "testing"))]
            skipped: std::sync::Arc::default(),
        }
    }

    pub(crate) fn now(&self) -> Duration {
        let now = boottime().saturating_sub(self.start);
        #[cfg(any(test, feature = "testing"))]
        let now = now + self.skipped.time();
        now
    }

    /// What `CLOCK_BOOTTIME` shows when this clock shows `time`.
    pub(crate) fn boottime_at(&self, time: Duration) -> Duration {
        #[cfg(any(test, feature = "testing"))]
        let time = time.saturating_sub(self.skipped.time());
        self.start.saturating_add(time)
    }
}

fn boottime() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    // It counts from the start of the machine, and so is never negative.
    Duration::try_from(now).unwrap_or_default()
}

/// The hook by which tests let time pass at once.
#[cfg(any(test, feature = "testing"))]
mod skipped {
    use super::Clock;
    use rustix::fd::OwnedFd;
    use std::sync::{Arc, Mutex, PoisonError, Weak};
    use std::time::Duration;

    #[derive(Debug, Default)]
    pub(super) struct Skipped(Mutex<(Duration, Vec<Weak<OwnedFd>>)>);

    impl Skipped {
        pub(super) fn time(&self) -> Duration {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).0
        }
    }

    impl Clock {
        /// Lets this much time pass at once, and interrupts whoever waits for a time of this clock.
        #[cfg_attr(
            not(test),
            allow(dead_code, reason = "called by the tests of whoever waits")
        )]
        pub(crate) fn advance(&self, by: Duration) {
            let mut skipped = self
                .skipped
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            skipped.0 += by;
            for event in skipped.1.iter().filter_map(Weak::upgrade) {
                // As a call to the waker that owns it.
                let _ = rustix::io::write(&event, &1_u64.to_ne_bytes());
            }
        }

        /// From now on [`Clock::advance`] signals this descriptor.
        pub(crate) fn interrupt_on_advance(&self, event: &Arc<OwnedFd>) {
            let mut skipped = self
                .skipped
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            skipped.1.push(Arc::downgrade(event));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_show_the_same_time_also_when_it_is_advanced() {
        let clock = Clock::new();
        let other = clock.clone();
        let before = other.now();
        clock.advance(Duration::from_secs(3600));
        assert!(other.now() >= before + Duration::from_secs(3600));
        assert!(other.now() < before + Duration::from_secs(7200));
    }

    #[test]
    fn the_end_of_time_has_a_place_too() {
        assert_eq!(Clock::new().boottime_at(Duration::MAX), Duration::MAX);
    }
}
