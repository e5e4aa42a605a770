//! Which message goes next, and what is put back.

use super::named::Ahead;
use super::states::Next;
use super::{Entry, Outbox, Time};
use crate::outcome::Outcome;

impl Outbox {
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

    fn take_front(&mut self, lane: u32) -> Option<Entry> {
        let entry = self.queues.pop_front(lane)?;
        self.in_flight += 1;
        self.in_flight_bytes += entry.cost();
        Some(entry)
    }

    /// The message is in flight no more.
    pub(super) fn land(&mut self, entry: &Entry) {
        self.in_flight -= 1;
        self.in_flight_bytes -= entry.cost();
    }
}
