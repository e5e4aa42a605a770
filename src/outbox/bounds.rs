//! How much an outbox may hold, and what makes room when that is reached.

use super::entry::OVERHEAD;
use super::Outbox;
use crate::error::{Error, ErrorKind};
use crate::outcome::{DropReason, Outcome};
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
    /// New bounds; what no longer fits is dropped, the oldest first.
    pub(crate) fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
        self.drop_until_there_is_room_for(0, 0);
    }

    /// Drops, the oldest first, what was [taken over](Outbox::take_over) and has no room by new bounds.
    pub(crate) fn drop_excess(&mut self) {
        if std::mem::take(&mut self.may_exceed) {
            self.drop_until_there_is_room_for(0, 0);
        }
    }

    /// Makes room for one more message, or says why there is none. Nothing is dropped for one that is then refused.
    pub(super) fn make_room(&mut self, cost: u64, tracked: bool) -> Result<(), Error> {
        self.bounds.check_cost(cost)?;
        self.check_kept(tracked)?;
        // What is in flight can't be dropped.
        let (least, least_bytes) = match self.bounds.when_full {
            QueueFull::DropOldest => (self.in_flight, self.in_flight_bytes),
            QueueFull::RefuseNewest => (self.bounded(), self.bytes),
        };
        let over = (least + 1).saturating_sub(self.bounds.messages);
        let over_bytes = (least_bytes + cost).saturating_sub(self.bounds.bytes);
        let is_over = over > 0 || over_bytes > 0;
        if is_over
            && !(self.bounds.when_full == QueueFull::RefuseNewest
                && self.queues.has_unheard(over, over_bytes))
        {
            return Err(self.is_full());
        }
        self.drop_until_there_is_room_for(1, cost);
        Ok(())
    }

    /// Refuses a message whose outcome is wanted where too many wait to be taken.
    pub(crate) fn check_kept(&self, tracked: bool) -> Result<(), Error> {
        match tracked {
            true => (self.bounds).check_kept(self.outcomes.kept(), self.outcomes.bytes()),
            false => Ok(()),
        }
    }

    /// Drops messages that wait: the oldest that nobody is subscribed to, or else that expires, or else the oldest.
    fn drop_until_there_is_room_for(&mut self, messages: usize, bytes: u64) {
        while self.bounded() + messages > self.bounds.messages
            || self.bytes + bytes > self.bounds.bytes
        {
            let unheard = self.queues.oldest_unheard();
            let oldest = unheard.or_else(|| self.queues.oldest_expiring());
            let oldest = oldest.or_else(|| self.queues.oldest());
            let Some(entry) = oldest.and_then(|lane| self.queues.pop_front(lane)) else {
                break;
            };
            self.record(&entry, Outcome::Dropped(DropReason::QueueFull));
        }
    }

    fn is_full(&self) -> Error {
        full(format!(
            "the outbox is full: {} messages ({} of them in flight) and {} bytes; \
             max_queued_messages is {}, max_queued_bytes {}",
            self.bounded(),
            self.in_flight,
            self.bytes,
            self.bounds.messages,
            self.bounds.bytes
        ))
    }
}

fn full(message: String) -> Error {
    Error::new(ErrorKind::QueueFull, message)
}
