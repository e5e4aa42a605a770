//! The latest state of each topic: what the broker is to keep, and what of it is to be said.
//!
//! A state is retained and never expires. It is remembered after it was delivered, and said again where the broker may
//! have forgotten it. A topic that is to be cleared stays here until that is done.

mod kept;
mod round;

pub(crate) use kept::Rank;

use super::entry::{millis, Entry, Nature};
use super::Time;
use crate::error::{Error, ErrorKind};
use bytes::Bytes;
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
    /// Of all but those that are to be cleared.
    bytes: u64,
    waiting: usize,
    in_flight: usize,
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
        self.waiting
    }

    /// When the first of them was accepted, in milliseconds.
    pub(super) fn oldest(&self) -> Option<u64> {
        let all = self.kept.values().filter(|_| self.waiting > 0);
        all.filter_map(|kept| Some(kept.waiting?.accepted_at_ms))
            .min()
    }

    /// Those that were taken and have not ended.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Refuses a state that there is no room for.
    pub(super) fn check_room(&self, topic: &str, payload: &[u8]) -> Result<(), Error> {
        let before = self.topics.get(topic).and_then(|key| self.kept.get(key));
        let before = before.filter(|kept| !kept.is_cleared());
        let bytes = self.bytes - before.map_or(0, Kept::cost) + kept::cost(topic, payload);
        if before.is_none() && self.len() >= MOST_STATES || bytes > MOST_STATE_BYTES {
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
        let before = self.remove(topic);
        let rank = match (payload.is_empty(), &before) {
            (true, Some((key, _))) => key.0.cleared(),
            (true, None) => rank.cleared(),
            (false, _) => rank,
        };
        // One that stays what it was keeps its turn.
        let order = match &before {
            Some((key, _)) if key.0 == rank => key.1,
            _ => id,
        };
        let superseded = before.as_ref().and_then(|(_, kept)| kept.superseded());
        let place = before.as_ref().map_or(Place::Said, |(_, kept)| kept.place);
        let kept = Kept {
            topic: topic.clone(),
            payload,
            id,
            waiting: Some(Waiting {
                tracked,
                accepted_at_ms: millis(now),
                sent_before: false,
            }),
            place,
            closes: before.as_ref().map_or(0, |(_, kept)| kept.closes),
            closes_alone: before.as_ref().map_or(0, |(_, kept)| kept.closes_alone),
        };
        let key = (rank, order);
        self.insert(key, kept);
        match place {
            Place::InFlight => {}
            Place::Held => self.put(key, Place::Held),
            Place::GivenUp => {
                self.pardon(key);
                self.put(key, Place::Due);
            }
            // It has had its turn on this connection.
            Place::Said if before.is_some_and(|(before, _)| before == key) => self.put_due(key),
            Place::Said | Place::Due => self.put(key, Place::Due),
        }
        superseded
    }

    /// The topic is to be cleared, unless it holds a state or is to be cleared anyway.
    pub(super) fn clear_quietly(&mut self, topic: &Arc<str>) {
        if self.topics.contains_key(topic) {
            return;
        }
        let id = QUIET + self.quiet;
        self.quiet += 1;
        let key = (Rank::Cleared, id);
        let kept = Kept {
            topic: topic.clone(),
            payload: Bytes::new(),
            id,
            waiting: None,
            place: Place::Said,
            closes: 0,
            closes_alone: 0,
        };
        self.insert(key, kept);
        self.put(key, Place::Due);
    }

    /// This topic, or without one any, is not to be cleared quietly any more. For the time between connections.
    pub(super) fn forget_clearings(&mut self, topic: Option<&str>) {
        let cleared = self.kept.range((Rank::Cleared, 0)..);
        let quiet = cleared.filter(|(_, kept)| kept.waiting.is_none());
        let topics = quiet.map(|(_, kept)| kept.topic.clone());
        let topics: Vec<_> = topics
            .filter(|one| topic.is_none_or(|topic| topic == &**one))
            .collect();
        for topic in topics {
            self.remove(&topic);
        }
    }

    /// Of the topics that are to be cleared and wait, the one that has waited longest, if they are too many.
    pub(super) fn drop_surplus(&mut self) -> Option<Superseded> {
        if self.cleared <= MOST_STATES {
            return None;
        }
        let first = |from: Rank, to: Rank| {
            let mut of_rank = self.kept.range((from, 0)..=(to, u64::MAX));
            of_rank.find(|(_, kept)| kept.place != Place::InFlight)
        };
        let surplus = first(Rank::Cleared, Rank::Cleared)
            .or_else(|| first(Rank::ClearedConfig, Rank::ClearedConfig));
        let topic = surplus.map(|(_, kept)| kept.topic.clone())?;
        self.remove(&topic)?.1.superseded()
    }

    /// The next state to say, if one is to be said now.
    pub(super) fn take(&mut self, now: Time) -> Next {
        if let Some(key) = self.due.first().copied() {
            return self.hand_out(now, key);
        }
        let Some(key) = self.again.first().copied() else {
            self.round.is_first = false;
            return Next::Others;
        };
        match self.round.take(now) {
            true => self.hand_out(now, key),
            false if self.round.is_first => Next::Later,
            false => Next::Others,
        }
    }

    /// How often the broker closed on the state alone that [`States::take_held`] would give.
    pub(super) fn held_closes(&self) -> Option<u8> {
        Some(self.kept.get(self.held.first()?)?.closes_alone)
    }

    /// The first state that is to be said alone.
    pub(super) fn take_held(&mut self, now: Time) -> Option<Entry> {
        let key = self.held.first().copied()?;
        match self.hand_out(now, key) {
            Next::Say(entry) => Some(entry),
            Next::Later | Next::Others => None,
        }
    }

    /// None is to be said alone any more. With the settings, those that were given up get another chance.
    pub(super) fn release(&mut self, given_up_too: bool) {
        if self.held.is_empty() && !given_up_too {
            return;
        }
        let keys: Vec<Key> = self.kept.keys().copied().collect();
        for key in keys {
            let place = self.kept.get(&key).map(|kept| kept.place);
            if place == Some(Place::Held) || given_up_too && place == Some(Place::GivenUp) {
                self.pardon(key);
                self.put(key, Place::Due);
            }
        }
    }

    /// Takes back what was handed over and has not ended: to be said again, or alone. Gives it as superseded where
    /// there is a newer state.
    pub(super) fn put_back(&mut self, entry: &Entry, is_held: bool) -> Option<Superseded> {
        self.landed(entry);
        let given_up = || {
            (entry.nature == Nature::State).then_some(Superseded {
                id: entry.id,
                tracked: entry.tracked,
            })
        };
        let Some((key, kept)) = self.in_flight_on(&entry.message.topic) else {
            return given_up();
        };
        (kept.closes, kept.closes_alone) = (entry.closes, entry.closes_alone);
        let is_newest = kept.id == entry.id;
        let is_again = is_newest && entry.nature == Nature::StateAgain;
        if is_newest && !is_again {
            kept.waiting = Some(Waiting {
                tracked: entry.tracked,
                accepted_at_ms: entry.accepted_at_ms,
                sent_before: entry.sent_before,
            });
            self.waiting += 1;
        }
        let place = match (is_held, is_again) {
            (true, _) => Place::Held,
            // With the next connection.
            (false, true) => Place::Said,
            (false, false) => Place::Due,
        };
        self.put(key, place);
        (!is_newest).then(given_up).flatten()
    }

    /// What was handed over has ended. `is_given_up` says that the broker closes on it.
    pub(super) fn end(&mut self, entry: &Entry, is_given_up: bool) {
        self.landed(entry);
        let topic = &entry.message.topic;
        let Some((key, kept)) = self.in_flight_on(topic) else {
            return;
        };
        (kept.closes, kept.closes_alone) = (0, 0);
        match kept.id == entry.id {
            false => self.put_due(key),
            true if kept.is_cleared() => drop(self.remove(topic)),
            true if is_given_up => self.put(key, Place::GivenUp),
            true => self.put(key, Place::Said),
        }
    }

    /// A connection is open: the broker may have forgotten everything.
    pub(super) fn connected(&mut self, now: Time) {
        self.due.clear();
        self.again.clear();
        for (key, kept) in &mut self.kept {
            let is_to_be_said = kept.waiting.is_some() || !self.is_closing;
            if is_to_be_said && matches!(kept.place, Place::Said | Place::Due) {
                kept.place = Place::Due;
                self.again.insert(*key);
            }
        }
        self.round.begin(now, self.again.len(), true);
        if self.is_closing {
            self.hurry();
        }
    }

    /// The connection is over.
    pub(super) fn disconnected(&mut self) {
        self.round.stop();
    }

    /// Somebody may not know the states: they are said again, but not too often.
    pub(super) fn want_again(&mut self, now: Time) {
        if !self.is_closing {
            self.round.want(now);
        }
    }

    /// When there is something to do.
    pub(super) fn round_due(&self) -> Option<Time> {
        self.round.due(!self.again.is_empty())
    }

    /// The time has come for it.
    pub(super) fn turn_round(&mut self, now: Time) {
        self.round.turn(now);
        if !self.round.is_wanted(now) {
            return;
        }
        for (key, kept) in &mut self.kept {
            if kept.place == Place::Said {
                kept.place = Place::Due;
                self.again.insert(*key);
            }
        }
        let is_first = self.round.is_first;
        self.round.begin(now, self.again.len(), is_first);
    }

    /// Says what waits, and nothing twice: the client shuts down.
    pub(super) fn hurry(&mut self) {
        self.is_closing = true;
        self.round.stop();
        for key in std::mem::take(&mut self.again) {
            let place = match self.kept.get(&key) {
                Some(kept) if kept.waiting.is_some() => Place::Due,
                _ => Place::Said,
            };
            self.put(key, place);
        }
    }

    /// The topics of which a message waits, for the end of all.
    pub(super) fn waiting_keys(&self) -> Vec<Key> {
        let waiting = self.kept.iter().filter(|(_, kept)| kept.waiting.is_some());
        waiting.map(|(key, _)| *key).collect()
    }

    /// Takes the message that waits out of its state, and says whether it was sent before.
    pub(super) fn end_waiting(&mut self, key: Key) -> Option<(Superseded, bool)> {
        let kept = self.kept.get_mut(&key)?;
        let waiting = kept.waiting.take()?;
        self.waiting -= 1;
        let message = Superseded {
            id: kept.id,
            tracked: waiting.tracked,
        };
        Some((message, waiting.sent_before))
    }

    fn hand_out(&mut self, now: Time, key: Key) -> Next {
        self.take_out(key);
        let Some(kept) = self.kept.get_mut(&key) else {
            return Next::Others;
        };
        let entry = kept.hand_out(now);
        if entry.nature == Nature::State {
            self.waiting -= 1;
            self.in_flight += 1;
        }
        Next::Say(entry)
    }

    fn landed(&mut self, entry: &Entry) {
        if entry.nature == Nature::State {
            self.in_flight -= 1;
        }
    }

    fn in_flight_on(&mut self, topic: &str) -> Option<(Key, &mut Kept)> {
        let key = *self.topics.get(topic)?;
        let kept = self.kept.get_mut(&key)?;
        (kept.place == Place::InFlight).then_some((key, kept))
    }

    fn pardon(&mut self, key: Key) {
        if let Some(kept) = self.kept.get_mut(&key) {
            (kept.closes, kept.closes_alone) = (0, 0);
        }
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
            Place::Said | Place::InFlight | Place::GivenUp => false,
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
        self.waiting += usize::from(kept.waiting.is_some());
        match kept.is_cleared() {
            true => self.cleared += 1,
            false => self.bytes += kept.cost(),
        }
        self.topics.insert(kept.topic.clone(), key);
        self.kept.insert(key, kept);
    }

    fn remove(&mut self, topic: &str) -> Option<(Key, Kept)> {
        let key = self.topics.remove(topic)?;
        self.take_out(key);
        let kept = self.kept.remove(&key)?;
        self.waiting -= usize::from(kept.waiting.is_some());
        match kept.is_cleared() {
            true => self.cleared -= 1,
            false => self.bytes -= kept.cost(),
        }
        Some((key, kept))
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
