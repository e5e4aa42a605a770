//! What the documentation promises of an outbox, done with a plain list.

use super::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) id: u64,
    pub(super) topic: u8,
    pub(super) cost: u64,
    pub(super) accepted_at: u64,
    pub(super) deadline: Option<u64>,
    pub(super) is_held: bool,
}

/// What the documentation promises, in the plainest way.
pub(super) struct Model {
    pub(super) bounds: Bounds,
    /// By id.
    pub(super) queued: Vec<Known>,
    /// In the order in which they were taken.
    pub(super) in_flight: Vec<Known>,
    pub(super) last_id: u64,
    pub(super) outcomes: BTreeMap<u64, Option<Outcome>>,
    pub(super) counters: Counters,
    pub(super) holds_events: bool,
    /// A message that costs the overhead alone.
    pub(super) overhead: u64,
}

impl Model {
    pub(super) fn bytes(&self) -> u64 {
        let all = self.queued.iter().chain(&self.in_flight);
        all.map(|known| known.cost).sum()
    }

    pub(super) fn end(&mut self, id: u64, outcome: Outcome) {
        *self.counters.of(&outcome) += 1;
        if let Some(wanted) = self.outcomes.get_mut(&id) {
            *wanted = Some(outcome);
        }
    }

    pub(super) fn remove(&mut self, at: usize, outcome: Outcome) {
        let known = self.queued.remove(at);
        self.end(known.id, outcome);
    }

    pub(super) fn expire(&mut self, now: u64) {
        let expired = |known: &Known| known.deadline.is_some_and(|deadline| deadline <= now);
        while let Some(at) = self.queued.iter().position(expired) {
            self.remove(at, Outcome::Expired);
        }
    }

    pub(super) fn drop_until(&mut self, messages: usize, bytes: u64) {
        while self.queued.len() + self.in_flight.len() + messages > self.bounds.messages
            || self.bytes() + bytes > self.bounds.bytes
        {
            let expiring = self
                .queued
                .iter()
                .position(|known| known.deadline.is_some());
            if self.queued.is_empty() {
                break;
            }
            self.remove(expiring.unwrap_or(0), FULL);
        }
    }

    pub(super) fn has_room(&self, cost: u64, is_tracked: bool) -> bool {
        let kept = self.outcomes.values().flatten().count();
        let in_flight: u64 = self.in_flight.iter().map(|known| known.cost).sum();
        let (messages, bytes) = match self.bounds.when_full {
            QueueFull::DropOldest => (self.in_flight.len(), in_flight),
            QueueFull::RefuseNewest => (self.in_flight.len() + self.queued.len(), self.bytes()),
        };
        cost + bytes <= self.bounds.bytes
            && messages < self.bounds.messages
            && !(is_tracked && kept >= self.bounds.messages)
    }

    /// The first whose topic has no earlier message that is held, and is not held itself; or the first held that has
    /// nothing before it on its topic.
    pub(super) fn next(&self, is_held: bool) -> Option<usize> {
        (0..self.queued.len()).find(|&at| {
            let known = &self.queued[at];
            let is_head = self.queued[..at].iter().all(|k| k.topic != known.topic);
            let waits = self.holds_events && (is_held || known.deadline.is_some());
            is_head && known.is_held == is_held && !waits
        })
    }

    pub(super) fn put_back(&mut self, at: usize, is_held: bool) {
        let known = self.in_flight.remove(at);
        let place = self.queued.partition_point(|k| k.id < known.id);
        self.queued.insert(place, Known { is_held, ..known });
    }
}
