//! The messages that wait to be sent: bounded, aging, in order.
//!
//! Messages of one lifetime wait in one lane. In a lane the oldest message is also the first to
//! expire, so sending, expiring and dropping each take the front of a lane and cost the same
//! however long the queue is.

mod counters;
mod entry;
mod outcomes;
#[cfg(test)]
mod tests;

pub use counters::Counters;
pub(crate) use entry::Entry;

use crate::error::{Error, ErrorKind};
use crate::message::Message;
use crate::outcome::{DropReason, Outcome};
use crate::settings::QueueFull;
use entry::{millis, Lane, LASTING, OVERHEAD};
use outcomes::Outcomes;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A point in time: since the client was made, on a clock that never goes back.
pub(crate) type Time = Duration;

/// The bounds of an outbox, and what to do at them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) messages: usize,
    pub(crate) bytes: u64,
    pub(crate) when_full: QueueFull,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Outbox {
    bounds: Bounds,
    lanes: BTreeMap<Lane, VecDeque<Entry>>,
    /// The id at the front of each lane, so that the oldest message of all is found at once.
    fronts: BTreeMap<u64, Lane>,
    /// No message expires before this: so that the lanes are looked through only when one may have.
    none_expires_before: Time,
    last_id: u64,
    queued: usize,
    /// Messages taken out to be sent and not ended yet.
    taken: usize,
    /// Bytes of the messages queued and taken.
    bytes: u64,
    outcomes: Outcomes,
    pub(crate) counters: Counters,
}

impl Outbox {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Outbox {
            bounds,
            lanes: BTreeMap::new(),
            fronts: BTreeMap::new(),
            none_expires_before: Time::MAX,
            last_id: 0,
            queued: 0,
            taken: 0,
            bytes: 0,
            outcomes: Outcomes::default(),
            counters: Counters::default(),
        }
    }

    /// Messages waiting to be sent.
    pub(crate) fn queued(&self) -> usize {
        self.queued
    }

    /// Messages taken out to be sent that have not ended.
    pub(crate) fn in_flight(&self) -> usize {
        self.taken
    }

    /// Messages accepted that have not ended.
    pub(crate) fn unfinished(&self) -> usize {
        self.queued + self.taken
    }

    /// Bytes held: payloads, and what each message costs beside.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Outcomes that nobody has taken yet.
    pub(crate) fn kept(&self) -> usize {
        self.outcomes.kept()
    }

    /// How often an outcome came, was taken or was forgotten.
    pub(crate) fn outcome_changes(&self) -> u64 {
        self.outcomes.changes()
    }

    /// How long the oldest message has been waiting.
    pub(crate) fn oldest_age(&self, now: Time) -> Option<Duration> {
        let (_, lane) = self.fronts.first_key_value()?;
        let oldest = self.lanes.get(lane)?.front()?;
        Some(now.saturating_sub(Time::from_millis(oldest.accepted_at_ms)))
    }

    /// Puts a message at the end, making room by the rule of the settings. Gives its id.
    pub(crate) fn accept(
        &mut self,
        now: Time,
        message: Message,
        lifetime_seconds: Option<u32>,
        tracked: bool,
    ) -> Result<u64, Error> {
        self.expire(now);
        let entry = Entry {
            id: self.last_id + 1,
            message,
            accepted_at_ms: millis(now),
            lane: lifetime_seconds.unwrap_or(LASTING),
            tracked,
            closes: 0,
            sent_before: false,
        };
        if tracked && self.kept() >= self.bounds.messages {
            self.counters.refused_queue_full += 1;
            return Err(Error::new(
                ErrorKind::QueueFull,
                format!(
                    "{} deliveries have ended without being waited for or forgotten, as many as max_queued_messages allows",
                    self.kept()
                ),
            ));
        }
        self.make_room(entry.cost())?;
        self.last_id = entry.id;
        self.counters.accepted += 1;
        if tracked {
            self.outcomes.track(entry.id);
        }
        self.bytes += entry.cost();
        self.queued += 1;
        self.note_deadline(&entry);
        let id = entry.id;
        let waiting = self.lanes.entry(entry.lane).or_default();
        if waiting.is_empty() {
            self.fronts.insert(id, entry.lane);
        }
        waiting.push_back(entry);
        Ok(id)
    }

    /// Takes the oldest message that is still worth sending.
    pub(crate) fn take(&mut self, now: Time) -> Option<Entry> {
        self.expire(now);
        let lane = *self.fronts.first_key_value()?.1;
        let entry = self.pop(lane)?;
        self.taken += 1;
        Some(entry)
    }

    /// Puts back a message that was taken and not delivered. Those taken last go back first.
    pub(crate) fn put_back(&mut self, entry: Entry) {
        self.taken -= 1;
        self.queued += 1;
        self.note_deadline(&entry);
        let lane = self.lanes.entry(entry.lane).or_default();
        if let Some(front) = lane.front() {
            debug_assert!(
                entry.id < front.id,
                "messages go back in the reverse order of their taking"
            );
            self.fronts.remove(&front.id);
        }
        self.fronts.insert(entry.id, entry.lane);
        lane.push_front(entry);
    }

    /// Ends a message that was taken.
    pub(crate) fn end(&mut self, entry: &Entry, outcome: Outcome) {
        self.taken -= 1;
        self.record(entry, outcome);
    }

    /// Ends every message that waits, at shutdown: what was sent before may have arrived.
    pub(crate) fn end_all_queued(&mut self) {
        while let Some((_, &lane)) = self.fronts.first_key_value() {
            if let Some(entry) = self.pop(lane) {
                self.record(
                    &entry,
                    if entry.sent_before {
                        Outcome::Unknown
                    } else {
                        Outcome::Dropped(DropReason::ShutDown)
                    },
                );
            }
        }
    }

    /// Ends what has expired.
    pub(crate) fn expire(&mut self, now: Time) {
        if now < self.none_expires_before {
            return;
        }
        loop {
            let next = self
                .lanes
                .iter()
                .filter_map(|(&lane, waiting)| Some((waiting.front()?.deadline()?, lane)))
                .min();
            match next {
                Some((deadline, lane)) if deadline <= now => {
                    if let Some(entry) = self.pop(lane) {
                        self.record(&entry, Outcome::Expired);
                    }
                }
                Some((deadline, _)) => return self.none_expires_before = deadline,
                None => return self.none_expires_before = Time::MAX,
            }
        }
    }

    /// When to call [`Outbox::expire`] next; never later than the next message expires.
    pub(crate) fn next_expiry(&self) -> Option<Time> {
        (self.queued > 0 && self.none_expires_before < Time::MAX)
            .then_some(self.none_expires_before)
    }

    /// Whether a message expires before this, so that whoever waits for it has to be told.
    pub(crate) fn expires_before(&self, known: Option<Time>) -> bool {
        let next = self.next_expiry();
        next.is_some_and(|next| known.is_none_or(|known| next < known))
    }

    fn note_deadline(&mut self, entry: &Entry) {
        if let Some(deadline) = entry.deadline() {
            self.none_expires_before = self.none_expires_before.min(deadline);
        }
    }

    /// Whether the message with this id has ended; takes its outcome if so. `None` for an id that nobody waits for.
    pub(crate) fn take_outcome(&mut self, id: u64) -> Option<Option<Outcome>> {
        self.outcomes.take(id)
    }

    /// Says that nobody will ask for the outcome of this message.
    pub(crate) fn forget(&mut self, id: u64) {
        self.outcomes.forget(id);
    }

    /// Keeps in line, for [`Outbox::first_ended`], the outcomes to come.
    pub(crate) fn announce_outcomes(&mut self) {
        self.outcomes.announce();
    }

    /// The next message that ended and has not been announced, with its outcome, which stays.
    pub(crate) fn first_ended(&mut self) -> Option<(u64, &Outcome)> {
        self.outcomes.first()
    }

    /// The one that [`Outbox::first_ended`] gave has been announced.
    pub(crate) fn ended_announced(&mut self) {
        self.outcomes.advance();
    }

    /// New bounds; what no longer fits is dropped, the oldest first.
    pub(crate) fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
        while self.is_over(0, 0) && self.drop_oldest() {}
    }

    fn is_over(&self, more_messages: usize, more_bytes: u64) -> bool {
        self.unfinished() + more_messages > self.bounds.messages
            || self.bytes + more_bytes > self.bounds.bytes
    }

    fn make_room(&mut self, cost: u64) -> Result<(), Error> {
        if cost > self.bounds.bytes {
            self.counters.refused_queue_full += 1;
            return Err(Error::new(
                ErrorKind::QueueFull,
                format!(
                    "payload: {} bytes can never fit into max_queued_bytes {}; send less, or raise the setting",
                    cost - OVERHEAD,
                    self.bounds.bytes
                ),
            ));
        }
        while self.is_over(1, cost) {
            if self.bounds.when_full == QueueFull::RefuseNewest || !self.drop_oldest() {
                self.counters.refused_queue_full += 1;
                return Err(Error::new(
                    ErrorKind::QueueFull,
                    format!(
                        "the outbox is full: {} messages ({} of them in flight) and {} bytes; \
                         max_queued_messages is {}, max_queued_bytes {}",
                        self.unfinished(),
                        self.taken,
                        self.bytes,
                        self.bounds.messages,
                        self.bounds.bytes
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Drops the oldest message that expires anyway, or else the oldest. False when nothing waits.
    fn drop_oldest(&mut self) -> bool {
        let oldest_expiring = self.fronts.values().find(|&&lane| lane != LASTING);
        let Some(&lane) = oldest_expiring.or_else(|| self.fronts.values().next()) else {
            return false;
        };
        let Some(entry) = self.pop(lane) else {
            return false;
        };
        self.record(&entry, Outcome::Dropped(DropReason::QueueFull));
        true
    }

    fn pop(&mut self, lane: Lane) -> Option<Entry> {
        let lanes = self.lanes.len();
        let waiting = self.lanes.get_mut(&lane)?;
        let entry = waiting.pop_front()?;
        self.fronts.remove(&entry.id);
        self.queued -= 1;
        match waiting.front() {
            Some(front) => drop(self.fronts.insert(front.id, lane)),
            // A lane that held a long outage gives its memory back; the few in everyday use stay.
            None if waiting.capacity() > 1024 || lanes > 4 => drop(self.lanes.remove(&lane)),
            None => {}
        }
        Some(entry)
    }

    fn record(&mut self, entry: &Entry, outcome: Outcome) {
        self.bytes -= entry.cost();
        *self.counters.of(&outcome) += 1;
        debug_assert_eq!(
            self.counters.accepted,
            self.counters.ended() + self.unfinished() as u64,
            "each message ends once"
        );
        if entry.tracked {
            self.outcomes.record(entry.id, outcome);
        }
    }
}
