//! How much an outbox may hold, and what it says when that is reached.

use super::entry::OVERHEAD;
use super::Outbox;
use crate::error::{Error, ErrorKind};
use crate::settings::QueueFull;

/// The bounds of an outbox, and what to do at them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) messages: usize,
    pub(crate) bytes: u64,
    pub(crate) when_full: QueueFull,
}

impl Bounds {
    /// Refuses a message that costs more than all of the outbox.
    pub(super) fn check_cost(&self, cost: u64) -> Result<(), Error> {
        if cost <= self.bytes {
            return Ok(());
        }
        Err(full(format!(
            "payload: with its topic {} bytes, and {OVERHEAD} for each message, can never fit into max_queued_bytes {}; \
             send less, or raise the setting",
            cost - OVERHEAD,
            self.bytes
        )))
    }

    /// Refuses a message whose outcome is wanted while so many outcomes, of so many bytes, wait to be taken.
    pub(super) fn check_kept(&self, outcomes: usize, bytes: u64) -> Result<(), Error> {
        let (setting, bound) = if outcomes >= self.messages {
            ("max_queued_messages", self.messages as u64)
        } else if bytes >= self.bytes {
            ("max_queued_bytes", self.bytes)
        } else {
            return Ok(());
        };
        Err(full(format!(
            "{outcomes} deliveries have ended without being waited for or forgotten, as many as {setting} {bound} allows"
        )))
    }
}

impl Outbox {
    pub(super) fn is_full(&self) -> Error {
        full(format!(
            "the outbox is full: {} messages ({} of them in flight) and {} bytes; \
             max_queued_messages is {}, max_queued_bytes {}",
            self.unfinished(),
            self.in_flight(),
            self.bytes(),
            self.bounds.messages,
            self.bounds.bytes
        ))
    }
}

fn full(message: String) -> Error {
    Error::new(ErrorKind::QueueFull, message)
}
