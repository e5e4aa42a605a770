//! The time that the engine is told.

use crate::outbox::Time;
use std::time::Instant;

/// Time since the client was made; never goes back.
#[derive(Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn new() -> Self {
        Clock(Instant::now())
    }

    pub(crate) fn now(&self) -> Time {
        self.0.elapsed()
    }

    /// The moment at which this clock will show `time`.
    pub(crate) fn instant(&self, time: Time) -> Instant {
        self.0 + time
    }
}
