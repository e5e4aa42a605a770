//! The clock, chance, and how long packets are under way.

use super::dice::Dice;
use crate::outbox::Time;

/// See the module.
#[derive(Debug)]
pub(super) struct Air {
    pub(super) now: Time,
    pub(super) dice: Dice,
    /// What is sent before this arrives after it.
    pub(super) blocked_until: Time,
    /// The longest that a packet is under way otherwise, in milliseconds.
    pub(super) latency: u64,
}

impl Air {
    /// When a packet that is sent now arrives.
    pub(super) fn arrival(&mut self) -> Time {
        self.now.max(self.blocked_until) + self.dice.millis(self.latency)
    }
}
