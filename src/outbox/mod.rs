//! The messages that wait to be sent: bounded, aging, in order; and the states that the broker is to keep.
//!
//! A message is queued, then in flight, and may be put back; it ends once. Whoever takes messages keeps those in
//! flight; here they count against the bounds until they end.

mod bounds;
mod counters;
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
mod slab;
mod spent;
mod states;
#[cfg(test)]
mod tests;
mod unheard;

pub(crate) use bounds::Bounds;
pub use counters::Counters;
pub(crate) use entry::Entry;
pub(crate) use intake::{Intake, Put, Taken, Terms, Wake};
pub(crate) use named::NamedState;
pub(crate) use ready_topics::{ReadyCamera, ReadyTopics};
pub(crate) use states::Rank;

use crate::error::Error;
use crate::message::Message;
use crate::outcome::{DropReason, Outcome};
use entry::{millis, Nature};
use flush_marks::FlushMarks;
use named::{Ahead, NamedStates};
use outcomes::Outcomes;
use queues::Queues;
use spent::Spent;
use states::{Next, States};
use std::time::Duration;
use unheard::NO_SUBSCRIBER;

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

    /// Takes the next state to be said, or else the oldest message that is still worth sending, of the topics that are
    /// not paused.
    pub(crate) fn take(&mut self, now: Time) -> Option<Entry> {
        self.expire(now);
        self.follow_messages();
        match self.states.take(now) {
            Next::Say(entry) => return Some(entry),
            Next::Later => return None,
            Next::Others => {}
        }
        let message = self.take_message(now);
        // Where none goes, their turn is over as well.
        self.states.others_went();
        if message.is_some() {
            return message;
        }
        match self.states.take(now) {
            Next::Say(entry) => Some(entry),
            Next::Later | Next::Others => None,
        }
    }

    /// Takes the message that is next, or a state that goes ahead of it.
    fn take_message(&mut self, now: Time) -> Option<Entry> {
        loop {
            let again = self.queues.next_to_retry();
            let lane = match again {
                Some(topic) => self.queues.head(topic),
                None => self.queues.oldest_flowing(),
            }?;
            match self.ahead_of(now, lane) {
                Ahead::Nothing => {}
                Ahead::Say(entry) => return Some(entry),
                Ahead::Wait => continue,
            }
            if let Some(topic) = again {
                self.queues.begin_retry(topic);
            }
            let mut entry = self.take_front(lane)?;
            entry.is_retry = again.is_some();
            return Some(entry);
        }
    }

    /// Takes the oldest held message that is still worth sending, to be sent alone. Its topic flows again.
    pub(crate) fn take_held(&mut self, now: Time) -> Option<Entry> {
        self.expire(now);
        if let Some(entry) = self.states.take_held(now) {
            return Some(entry);
        }
        if self.queues.holds_events {
            return None;
        }
        let lane = self.queues.oldest_held()?;
        self.take_front(lane)
    }

    /// Whether messages that expire have to wait, with what is behind them on their topics. Messages that are held for
    /// another reason wait as well.
    pub(crate) fn hold_events(&mut self, holds: bool) {
        if holds && !self.queues.holds_events {
            self.queues.stop_perishable();
        }
        self.queues.holds_events = holds;
    }

    /// Whether [`Outbox::take`] would give a message, if none has expired since [`Outbox::expire`].
    #[cfg(test)]
    pub(crate) fn has_ready(&self) -> bool {
        self.queues.oldest_flowing().is_some()
    }

    /// How often the broker closed on the message alone that [`Outbox::take_held`] would give; none where it would give
    /// none, if none has expired since [`Outbox::expire`].
    pub(crate) fn held_closes(&self) -> Option<u8> {
        if let Some(closes) = self.states.held_closes() {
            return Some(closes);
        }
        if self.queues.holds_events {
            return None;
        }
        let front = self.queues.front(self.queues.oldest_held()?)?;
        Some(front.closes_alone)
    }

    /// Lets all topics flow again, and forgets how often the broker closed on the messages that held them.
    pub(crate) fn release_held(&mut self) {
        self.states.release(false);
        while let Some(lane) = self.queues.oldest_held() {
            let Some(mut entry) = self.take_front(lane) else {
                break;
            };
            (entry.closes, entry.closes_alone) = (0, 0);
            self.put_back(entry);
        }
    }

    /// Puts back a message that was taken and has not ended. Of one topic, those taken last go back first.
    pub(crate) fn put_back(&mut self, entry: Entry) {
        self.back(entry, false);
    }

    /// Puts back a message like [`Outbox::put_back`], and holds it: nothing behind it on its topic is taken before it
    /// has gone. It is taken by [`Outbox::take_held`] only; what was in front of it goes first.
    pub(crate) fn hold_back(&mut self, entry: Entry) {
        self.back(entry, true);
    }

    fn back(&mut self, entry: Entry, is_held: bool) {
        if entry.is_state() {
            let superseded = self.states.put_back(&entry, is_held);
            if let Some(superseded) = superseded {
                self.end_waiting(&superseded, Outcome::Superseded);
            }
            self.topic_is_free(&entry.message.topic);
            return;
        }
        self.land(&entry);
        let waiting = entry.is_retry.then(|| entry.message.topic.clone());
        self.queues.put_back(entry, is_held);
        if let Some(topic) = waiting {
            self.queues.retry(&topic);
        }
    }

    /// Ends a message that was taken.
    pub(crate) fn end(&mut self, entry: &Entry, outcome: Outcome) {
        match entry.nature {
            Nature::Queued => {
                self.land(entry);
                if entry.is_retry {
                    self.queues.retry(&entry.message.topic);
                }
                self.record(entry, outcome);
            }
            nature => {
                let is_given_up = entry.closes_alone > 0 && matches!(outcome, Outcome::Rejected(_));
                self.states.end(entry, is_given_up);
                self.topic_is_free(&entry.message.topic);
                if nature == Nature::Ahead && matches!(outcome, Outcome::Rejected(_)) {
                    self.counters.states_left_out += 1;
                }
                if nature == Nature::State {
                    self.count(entry.id, entry.tracked, outcome);
                }
            }
        }
    }

    /// Ends a message that was taken and has been delivered.
    pub(crate) fn delivered(&mut self, entry: Entry) {
        self.end(&entry, Outcome::Delivered);
        if entry.nature == Nature::Queued {
            self.spent.add(entry.message.payload);
        }
    }

    /// Ends every message that waits, at shutdown: what was sent before may have arrived.
    pub(crate) fn end_all_queued(&mut self) {
        for key in self.states.waiting_keys() {
            if let Some((message, was_sent)) = self.states.end_waiting(key) {
                self.end_waiting(&message, ended_by_shutdown(was_sent));
            }
        }
        while let Some(entry) = self.queues.oldest().and_then(|l| self.queues.pop_front(l)) {
            let outcome = match entry.tries {
                0 => ended_by_shutdown(entry.sent_before),
                _ => NO_SUBSCRIBER,
            };
            self.record(&entry, outcome);
        }
    }

    /// Ends what has expired.
    pub(crate) fn expire(&mut self, now: Time) {
        let now = millis(now);
        while let Some((deadline, lane)) = self.queues.first_expiry() {
            if deadline > now {
                break;
            }
            if let Some(entry) = self.queues.pop_front(lane) {
                // Of one that was never tried nobody knows whether there was a subscriber.
                let outcome = match entry.tries > 0 {
                    true => NO_SUBSCRIBER,
                    false => Outcome::Expired,
                };
                self.record(&entry, outcome);
            }
        }
    }

    /// When the next message that waits expires: when to call [`Outbox::expire`].
    pub(crate) fn next_expiry(&self) -> Option<Time> {
        let (deadline, _) = self.queues.first_expiry()?;
        Some(Time::from_millis(deadline))
    }

    /// A mark behind all that was accepted so far, for [`Outbox::is_finished`]. To be released as often as it was made.
    pub(crate) fn mark(&mut self) -> u64 {
        self.marks.mark(self.last_id)
    }

    /// Whether a mark waits for this message, which has not ended.
    pub(crate) fn is_marked(&self, entry: &Entry) -> bool {
        self.marks.is_awaited(entry.id)
    }

    /// Whether every message accepted before this mark was made has ended.
    pub(crate) fn is_finished(&self, mark: u64) -> bool {
        self.marks.is_finished(mark)
    }

    /// How many of the messages accepted before this mark was made have not ended.
    pub(crate) fn unfinished_before(&self, mark: u64) -> usize {
        self.marks.unfinished_before(mark)
    }

    /// How many marks have finished: changes whenever [`Outbox::is_finished`] does for one of them.
    pub(crate) fn marks_finished(&self) -> u64 {
        self.marks.finished()
    }

    /// Says that nobody will ask for this mark again; a mark takes memory until then, or until it is finished.
    pub(crate) fn release_mark(&mut self, mark: u64) {
        self.marks.release(mark);
    }

    fn take_front(&mut self, lane: u32) -> Option<Entry> {
        let entry = self.queues.pop_front(lane)?;
        self.in_flight += 1;
        self.in_flight_bytes += entry.cost();
        Some(entry)
    }

    /// The message is in flight no more.
    fn land(&mut self, entry: &Entry) {
        self.in_flight -= 1;
        self.in_flight_bytes -= entry.cost();
    }

    /// The message of the queue, which is neither queued nor in flight any more, has ended.
    fn record(&mut self, entry: &Entry, outcome: Outcome) {
        self.bytes -= entry.cost();
        self.count(entry.id, entry.tracked, outcome);
        self.forget_message(entry.id);
    }

    fn count(&mut self, id: u64, tracked: bool, outcome: Outcome) {
        self.marks.ended(id);
        *self.counters.of(&outcome) += 1;
        debug_assert_eq!(
            self.counters.accepted,
            self.counters.ended() + self.unfinished() as u64,
            "each message ends once"
        );
        if tracked {
            self.outcomes.record(id, outcome);
        }
    }
}

fn ended_by_shutdown(was_sent: bool) -> Outcome {
    match was_sent {
        true => Outcome::Unknown,
        false => Outcome::Dropped(DropReason::ShutDown),
    }
}
