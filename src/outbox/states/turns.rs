//! What is to be said next, and what becomes of what was handed over.

use super::kept::{Kept, Key, Place, Rank, Waiting};
use super::{Next, States, Superseded};
use crate::outbox::entry::{Entry, Nature};
use crate::outbox::Time;

/// After so many states in a row that changed, a message goes: topics that change all the time must not hold it up.
const MOST_IN_A_ROW: usize = 16;

impl States {
    /// The next state to say, if one is to be said now.
    pub(in crate::outbox) fn take(&mut self, now: Time) -> Next {
        self.round.is_first &= !self.again.is_empty();
        let is_their_turn = self.in_a_row < MOST_IN_A_ROW;
        if is_their_turn && !self.due.is_empty() {
            return self.take_due(now);
        }
        if !is_their_turn && !self.round.is_first {
            return Next::Others;
        }
        if let Some(key) = self.again.first().copied() {
            if self.round.take(now) {
                // In the first round, that is what the others wait for.
                self.in_a_row = match self.round.is_first {
                    true => 0,
                    false => self.in_a_row + 1,
                };
                return self.hand_out(now, key);
            }
        }
        match (self.round.is_first, self.due.is_empty()) {
            (true, false) => self.take_due(now),
            (true, true) => Next::Later,
            (false, _) => Next::Others,
        }
    }

    /// The next of those that need not wait for their turn in a round.
    fn take_due(&mut self, now: Time) -> Next {
        let Some(key) = self.due.first().copied() else {
            return Next::Others;
        };
        self.in_a_row += 1;
        self.hand_out(now, key)
    }

    /// A message has gone, or there was none.
    pub(in crate::outbox) fn others_went(&mut self) {
        self.in_a_row = 0;
    }

    /// How often the broker closed on the state alone that [`States::take_held`] would give.
    pub(in crate::outbox) fn held_closes(&self) -> Option<u8> {
        Some(self.kept.get(self.held.first()?)?.closes_alone)
    }

    /// The first state that is to be said alone.
    pub(in crate::outbox) fn take_held(&mut self, now: Time) -> Option<Entry> {
        let key = self.held.first().copied()?;
        match self.hand_out(now, key) {
            Next::Say(entry) => Some(entry),
            Next::Later | Next::Others => None,
        }
    }

    /// None is to be said alone any more. With the settings, those that were given up get another chance.
    pub(in crate::outbox) fn release(&mut self, given_up_too: bool) {
        let mut keys: Vec<Key> = self.held.iter().copied().collect();
        if given_up_too {
            let given_up = self
                .kept
                .iter()
                .filter(|(_, kept)| kept.place == Place::GivenUp);
            keys.extend(given_up.map(|(key, _)| *key));
        }
        for key in keys {
            self.pardon(key);
            self.put(key, Place::Due);
        }
    }

    /// Takes back what was handed over and has not ended: to be said again, or alone. Gives it as superseded where
    /// there is a newer state.
    pub(in crate::outbox) fn put_back(
        &mut self,
        entry: &Entry,
        is_held: bool,
    ) -> Option<Superseded> {
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
        kept.ahead_of = None;
        let freed = std::mem::take(&mut kept.replaced_bytes);
        let is_newest = kept.id == entry.id;
        let is_again = is_newest && entry.nature != Nature::State;
        let waiting = (is_newest && !is_again).then_some(Waiting {
            tracked: entry.tracked,
            accepted_at_ms: entry.accepted_at_ms,
            sent_before: entry.sent_before,
        });
        kept.waiting = waiting.or(kept.waiting);
        self.note_waiting(key, waiting);
        self.bytes -= freed;
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
    pub(in crate::outbox) fn end(&mut self, entry: &Entry, is_given_up: bool) {
        self.landed(entry);
        let topic = &entry.message.topic;
        let Some((key, kept)) = self.in_flight_on(topic) else {
            return;
        };
        (kept.closes, kept.closes_alone) = (0, 0);
        let freed = std::mem::take(&mut kept.replaced_bytes);
        let is_newest = kept.id == entry.id;
        kept.is_said = is_newest;
        // Until its message has gone nothing else is said there.
        let is_ahead = entry.nature == Nature::Ahead && kept.ahead_of == Some(entry.id);
        let stays = is_ahead && !is_given_up;
        kept.ahead_of = kept.ahead_of.filter(|_| stays);
        let is_cleared = kept.is_cleared();
        self.bytes -= freed;
        match is_newest {
            _ if stays => self.put(key, Place::Ahead),
            false => self.put_due(key),
            true if is_cleared => {
                if key.0 == Rank::ClearedConfig && !is_given_up {
                    self.missed.add(topic);
                }
                self.remove(topic);
            }
            true if is_given_up => self.put(key, Place::GivenUp),
            true => self.put(key, Place::Said),
        }
    }

    /// A connection is open: the broker may have forgotten everything.
    pub(in crate::outbox) fn connected(&mut self, now: Time) {
        self.due.clear();
        self.again.clear();
        for (key, kept) in &mut self.kept {
            (kept.is_said, kept.ahead_of) = (false, None);
            if kept.place == Place::Ahead {
                kept.place = Place::Said;
            }
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
    pub(in crate::outbox) fn disconnected(&mut self) {
        self.round.stop();
        self.missed.begin();
    }

    /// Somebody may not know the states: they are said again, but not too often.
    pub(in crate::outbox) fn want_again(&mut self, now: Time) {
        if !self.is_closing {
            self.round.want(now);
        }
    }

    /// When there is something to do.
    pub(in crate::outbox) fn round_due(&self) -> Option<Time> {
        self.round.due(!self.again.is_empty())
    }

    /// The time has come for it.
    pub(in crate::outbox) fn turn_round(&mut self, now: Time) {
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
    pub(in crate::outbox) fn hurry(&mut self) {
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

    fn hand_out(&mut self, now: Time, key: Key) -> Next {
        self.take_out(key);
        let Some(kept) = self.kept.get_mut(&key) else {
            return Next::Others;
        };
        let waiting = kept.waiting;
        let entry = kept.hand_out(now);
        self.note_not_waiting(key, waiting);
        self.in_flight += usize::from(waiting.is_some());
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

    pub(super) fn pardon(&mut self, key: Key) {
        if let Some(kept) = self.kept.get_mut(&key) {
            (kept.closes, kept.closes_alone) = (0, 0);
        }
    }
}
