//! The messages that wait to be sent: bounded, aging, in order; and the states that the broker is to keep.
//!
//! A message is queued, then in flight, and may be put back; it ends once. Whoever takes messages keeps those in
//! flight; here they count against the bounds until they end.

mod bounds;
mod counters;
mod ends;
mod entry;
mod flush_marks;
mod id_hash;
mod intake;
mod lane;
mod leading;
mod named;
mod outcomes;
mod queues;
mod ranking;
mod ready_topics;
mod room;
mod saying;
mod sending;
mod slab;
mod spent;
mod states;
mod taking_over;
#[cfg(test)]
mod tests;
mod topic_numbers;
mod unheard;

pub(crate) use bounds::Bounds;
pub use counters::Counters;
pub(crate) use entry::Entry;
pub(crate) use id_hash::IdHash;
pub(crate) use intake::{Intake, Put, Terms, Wake};
pub(crate) use named::NamedState;
pub(crate) use ready_topics::{ReadyCamera, ReadyTopics};
pub(crate) use states::{Rank, MOST_STATES};
pub(crate) use taking_over::Taken;

use crate::error::Error;
use crate::message::Message;
use flush_marks::FlushMarks;
use named::NamedStates;
use outcomes::Outcomes;
use queues::Queues;
use spent::Spent;
use states::States;
use std::time::Duration;

/// A point in time: since the client was made, on a clock that never goes back.
pub(crate) type Time = Duration;

/// See the module.
#[derive(Debug)]
pub(crate) struct Outbox {
    bounds: Bounds,
    queues: Queues,
    states: States,
    named: NamedStates,
    last_id: u64,
    /// Bytes of the messages queued and in flight, without those that say states.
    bytes: u64,
    /// Messages were accepted that these bounds may have no room for.
    may_exceed: bool,
    /// The messages of the queue.
    in_flight: usize,
    in_flight_bytes: u64,
    outcomes: Outcomes,
    marks: FlushMarks,
    pub(crate) counters: Counters,
    spent: Spent,
}

impl Outbox {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Outbox {
            bounds,
            queues: Queues::default(),
            states: States::default(),
            named: NamedStates::default(),
            last_id: 0,
            bytes: 0,
            may_exceed: false,
            in_flight: 0,
            in_flight_bytes: 0,
            outcomes: Outcomes::default(),
            marks: FlushMarks::default(),
            counters: Counters::default(),
            spent: Spent::default(),
        }
    }

    /// Messages waiting to be sent.
    pub(crate) fn queued(&self) -> usize {
        self.queues.len() + self.states.waiting()
    }

    /// Messages taken out to be sent that have not ended.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight + self.states.in_flight()
    }

    /// Messages accepted that have not ended.
    pub(crate) fn unfinished(&self) -> usize {
        self.queued() + self.in_flight()
    }

    /// Messages that count against the bounds: all that have not ended but those that say states.
    pub(crate) fn bounded(&self) -> usize {
        self.queues.len() + self.in_flight
    }

    /// Bytes held: payloads, topics, and what each message costs beside. States count by themselves.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How long the oldest message has been waiting.
    pub(crate) fn oldest_age(&self, now: Time) -> Option<Duration> {
        let front = self
            .queues
            .oldest()
            .and_then(|lane| self.queues.front(lane));
        let queued = front.map(|front| front.accepted_at_ms);
        let oldest = queued.into_iter().chain(self.states.oldest()).min()?;
        Some(now.saturating_sub(Time::from_millis(oldest)))
    }

    /// Puts a message at the end of the queue of its topic, making room by the rule of the settings. Gives its id.
    pub(crate) fn accept(
        &mut self,
        now: Time,
        message: Message,
        lifetime_seconds: Option<u32>,
        tracked: bool,
    ) -> Result<u64, Error> {
        self.expire(now);
        let entry = Entry::new(self.last_id + 1, now, message, lifetime_seconds, tracked);
        self.make_room(entry.cost(), tracked).inspect_err(|_| {
            self.counters.refused_queue_full += 1;
        })?;
        let id = self.admit(tracked);
        self.enqueue(entry);
        Ok(id)
    }

    fn enqueue(&mut self, entry: Entry) {
        self.bytes += entry.cost();
        self.queues.push_back(entry);
    }

    /// Gives the id of a message that is accepted.
    fn admit(&mut self, tracked: bool) -> u64 {
        self.last_id += 1;
        self.counters.accepted += 1;
        self.marks.accepted();
        if tracked {
            self.outcomes.track(self.last_id);
        }
        self.last_id
    }
}
