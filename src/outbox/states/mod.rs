//! The latest state of each topic: what the broker is to keep, and what of it is to be said.
//!
//! A state is retained and never expires. It is remembered after it was delivered, and said again where the broker may
//! have forgotten it. A topic that is to be cleared stays here until that is done.

mod ahead;
mod clearing;
mod kept;
mod round;
mod turns;

pub(super) use ahead::Step;
pub(super) use kept::cost;
pub(crate) use kept::Rank;

use super::entry::{millis, Entry};
use super::Time;
use crate::error::{Error, ErrorKind};
use bytes::Bytes;
use clearing::Missed;
use kept::{Kept, Key, Place, Waiting};
use round::Round;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// So many states are remembered, and so many topics that are to be cleared.
pub(crate) const MOST_STATES: usize = 10_000;
/// And so many bytes: topics and payloads, and what each state costs beside.
pub(crate) const MOST_STATE_BYTES: u64 = 64 << 20;

/// The ids of what nobody asked for: no message has one of them.
const QUIET: u64 = 1 << 63;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct States {
    kept: BTreeMap<Key, Kept>,
    topics: HashMap<Arc<str>, Key>,
    /// What is to be said as soon as it may.
    due: BTreeSet<Key>,
    /// What is to be said in the round.
    again: BTreeSet<Key>,
    held: BTreeSet<Key>,
    round: Round,
    /// The client shuts down: nothing is said twice any more.
    is_closing: bool,
    cleared: usize,
    /// Topics that were cleared quietly.
    quiet: u64,
    missed: Missed,
    /// Of all but those that are to be cleared, and of what is in flight and replaced.
    bytes: u64,
    /// The topics of which a message waits, by when that was accepted, in milliseconds.
    waiting: BTreeSet<(u64, Key)>,
    in_flight: usize,
    /// How many states in a row were said outside of a round.
    in_a_row: usize,
}

/// What comes next.
pub(super) enum Next {
    Say(Entry),
    /// States are to be said first, and not yet.
    Later,
    /// Nothing of the states.
    Others,
}

/// A message that says a state and is given up for a newer one.
pub(super) struct Superseded {
    pub(super) id: u64,
    pub(super) tracked: bool,
}

impl States {
    /// States remembered.
    pub(super) fn len(&self) -> usize {
        self.kept.len() - self.cleared
    }

    /// The bytes they take.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Messages that say one, or clear a topic, and wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// When the first of them was accepted, in milliseconds.
    pub(super) fn oldest(&self) -> Option<u64> {
        let (accepted_at_ms, _) = self.waiting.first()?;
        Some(*accepted_at_ms)
    }

    /// Those that were taken and have not ended.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Refuses states, each of another topic, that there is no room for together. One without a payload makes room.
    pub(super) fn check_room<'a>(
        &self,
        states: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<(), Error> {
        let (mut count, mut bytes, mut grows) = (self.len(), self.bytes, false);
        for (topic, payload) in states {
            let before = self.topics.get(topic).and_then(|key| self.kept.get(key));
            bytes += before.map_or(0, |kept| kept.replaced() - kept.replaced_bytes);
            let before = before.filter(|kept| !kept.is_cleared());
            count -= usize::from(before.is_some());
            bytes -= before.map_or(0, Kept::cost);
            if !payload.is_empty() {
                grows = true;
                count += 1;
                bytes += cost(topic, payload);
            }
        }
        if grows && (count > MOST_STATES || bytes > MOST_STATE_BYTES) {
            return Err(Error::new(
                ErrorKind::QueueFull,
                format!(
                    "{} states of {} bytes are remembered; there is room for {MOST_STATES} states of {MOST_STATE_BYTES} \
                     bytes; forget_state those that are no longer needed, or say less",
                    self.len(),
                    self.bytes
                ),
            ));
        }
        Ok(())
    }

    /// The topic has a new state, or, without a payload, is to be cleared. Gives the message that waited for the same
    /// topic, if one did.
    pub(super) fn set(
        &mut self,
        now: Time,
        id: u64,
        topic: &Arc<str>,
        payload: Bytes,
        rank: Rank,
        tracked: bool,
    ) -> Option<Superseded> {
        let waiting = Waiting {
            tracked,
            accepted_at_ms: millis(now),
            sent_before: false,
        };
        self.replace(id, topic, payload, (rank, id), Some(waiting))
    }

    /// As [`States::set`], with or without a message; `new` is the key of a topic that is not known or was of another
    /// rank.
    fn replace(
        &mut self,
        id: u64,
        topic: &Arc<str>,
        payload: Bytes,
        new: Key,
        waiting: Option<Waiting>,
    ) -> Option<Superseded> {
        let (rank, order) = new;
        let is_outside = (self.topics.get(topic)).is_some_and(|key| self.due.contains(key));
        let before = self.remove(topic);
        let rank = match (payload.is_empty(), &before) {
            (true, Some((key, _))) => key.0.cleared(),
            (true, None) => rank.cleared(),
            (false, _) => rank,
        };
        // One that stays what it was keeps its turn; but what is cleared quietly has none that a message could keep.
        let is_asked_for = |key: &Key| !payload.is_empty() || key.1 < QUIET;
        let order = match &before {
            Some((key, _)) if key.0 == rank && is_asked_for(key) => key.1,
            _ => order,
        };
        let superseded = before.as_ref().and_then(|(_, kept)| kept.superseded());
        let place = before.as_ref().map_or(Place::Said, |(_, kept)| kept.place);
        // What is to be cleared is cleared before anything else.
        let ahead_of = before.as_ref().and_then(|(_, kept)| kept.ahead_of);
        let ahead_of = ahead_of.filter(|_| !payload.is_empty());
        let kept = Kept {
            topic: topic.clone(),
            payload,
            id,
            waiting,
            place,
            is_said: false,
            ahead_of,
            replaced_bytes: before.as_ref().map_or(0, |(_, kept)| kept.replaced()),
            closes: before.as_ref().map_or(0, |(_, kept)| kept.closes),
            closes_alone: before.as_ref().map_or(0, |(_, kept)| kept.closes_alone),
        };
        let key = (rank, order);
        self.insert(key, kept);
        match place {
            Place::InFlight => {}
            Place::Ahead if ahead_of.is_some() => {}
            Place::Ahead => self.put_due(key),
            Place::Held => self.put(key, Place::Held),
            Place::GivenUp => {
                self.pardon(key);
                self.put(key, Place::Due);
            }
            // It has had its turn on this connection.
            Place::Said if before.is_some_and(|(before, _)| before == key) => self.put_due(key),
            Place::Due if is_outside => self.put_due(key),
            Place::Said | Place::Due => self.put(key, Place::Due),
        }
        superseded
    }

    /// Takes the first message that waits out of its state, for the end of all, and says whether it was sent before.
    pub(super) fn end_first_waiting(&mut self) -> Option<(Superseded, bool)> {
        let (_, key) = self.waiting.pop_first()?;
        let kept = self.kept.get_mut(&key)?;
        let waiting = kept.waiting.take()?;
        let message = Superseded {
            id: kept.id,
            tracked: waiting.tracked,
        };
        Some((message, waiting.sent_before))
    }

    /// What is to be done about the topic from now on.
    fn put(&mut self, key: Key, place: Place) {
        self.take_out(key);
        let Some(kept) = self.kept.get_mut(&key) else {
            return;
        };
        kept.place = place;
        match place {
            Place::Due if self.round.is_first => self.again.insert(key),
            Place::Due => self.due.insert(key),
            Place::Held => self.held.insert(key),
            Place::Said | Place::InFlight | Place::Ahead | Place::GivenUp => false,
        };
    }

    /// It is to be said outside of the round, which would not end if what was said in it came back to it.
    fn put_due(&mut self, key: Key) {
        self.take_out(key);
        if let Some(kept) = self.kept.get_mut(&key) {
            kept.place = Place::Due;
            self.due.insert(key);
        }
    }

    fn take_out(&mut self, key: Key) {
        let _ = self.due.remove(&key) || self.again.remove(&key) || self.held.remove(&key);
    }

    fn insert(&mut self, key: Key, kept: Kept) {
        self.note_waiting(key, kept.waiting);
        match kept.is_cleared() {
            true => self.cleared += 1,
            false => self.bytes += kept.cost(),
        }
        self.bytes += kept.replaced_bytes;
        self.topics.insert(kept.topic.clone(), key);
        self.kept.insert(key, kept);
    }

    fn remove(&mut self, topic: &str) -> Option<(Key, Kept)> {
        let key = self.topics.remove(topic)?;
        self.take_out(key);
        let kept = self.kept.remove(&key)?;
        self.note_not_waiting(key, kept.waiting);
        match kept.is_cleared() {
            true => self.cleared -= 1,
            false => self.bytes -= kept.cost(),
        }
        self.bytes -= kept.replaced_bytes;
        Some((key, kept))
    }

    /// This message, if it is one, waits to say what is to stand on this topic.
    fn note_waiting(&mut self, key: Key, waiting: Option<Waiting>) {
        self.waiting
            .extend(waiting.map(|waiting| (waiting.accepted_at_ms, key)));
    }

    fn note_not_waiting(&mut self, key: Key, waiting: Option<Waiting>) {
        if let Some(waiting) = waiting {
            self.waiting.remove(&(waiting.accepted_at_ms, key));
        }
    }
}

impl Kept {
    fn superseded(&self) -> Option<Superseded> {
        self.waiting.map(|waiting| Superseded {
            id: self.id,
            tracked: waiting.tracked,
        })
    }
}
