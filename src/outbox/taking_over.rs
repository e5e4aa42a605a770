//! What publishers put into the intake, on its way into the outbox.

use super::entry::Entry;
use super::{Intake, Outbox};
use std::collections::VecDeque;

/// What was put here, to be taken over.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(super) entries: VecDeque<Entry>,
    pub(super) forgotten: Vec<u64>,
}

impl Taken {
    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.forgotten.is_empty()
    }
}

impl Outbox {
    /// Takes over what publishers have put into an [`Intake`], and leaves `taken` empty. They were given ids and room by
    /// the terms of this outbox; if its bounds have changed since, [`Outbox::drop_excess`] is for the rest. One by one:
    /// should it panic, the others are there still.
    pub(crate) fn take_over(&mut self, taken: &mut Taken) {
        while let Some(entry) = taken.entries.pop_front() {
            let id = self.admit(entry.tracked);
            debug_assert_eq!(id, entry.id, "ids are given by one at a time");
            self.enqueue(entry);
            self.may_exceed = true;
        }
        while let Some(id) = taken.forgotten.pop() {
            self.forget(id);
        }
    }

    /// Forgets what was noted in the intake, but for messages that still wait there.
    pub(crate) fn take_over_forgotten(&mut self, intake: &mut Intake) {
        let last_id = self.last_id;
        intake.waiting.forgotten.retain(|&id| {
            let waits = id > last_id;
            if !waits {
                self.forget(id);
            }
            waits
        });
    }

    /// Leaves payloads of messages that were delivered to those who publish, if they have none left.
    pub(crate) fn give_back(&mut self, intake: &mut Intake) {
        if intake.spent.is_empty() {
            std::mem::swap(&mut intake.spent, &mut self.spent);
        }
    }

    /// The id of the message that was accepted last.
    pub(crate) fn last_id(&self) -> u64 {
        self.last_id
    }

    /// How many messages and bytes more there is room for, without dropping any.
    pub(crate) fn room(&self) -> (usize, u64) {
        let messages = self.bounds.messages.saturating_sub(self.bounded());
        (messages, self.bounds.bytes.saturating_sub(self.bytes))
    }
}
