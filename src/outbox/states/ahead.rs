//! States that go ahead of a message which names them.

use super::kept::{Kept, Key, Place};
use super::{States, Superseded, MOST_STATES, QUIET};
use crate::message::{Message, QoS};
use crate::outbox::entry::{millis, Entry, Nature, LASTING};
use crate::outbox::named::NamedState;
use crate::outbox::Time;

/// What is to be done about a state before the message that names it may go.
pub(in crate::outbox) enum Step {
    /// Nothing: the broker has answered it, and it stands until the message has gone.
    Said,
    /// Nothing: the broker closes on what is said on its topic, or no other topic can be remembered.
    LeftOut,
    /// Its topic is in use.
    Wait,
    /// It is said, in place of a state that waited.
    Say(Entry, Option<Superseded>),
}

impl States {
    /// The next step towards the message with this id, which names this state.
    pub(in crate::outbox) fn say_ahead(&mut self, now: Time, id: u64, state: &NamedState) -> Step {
        let key = self.key_of(&state.topic);
        let Some(kept) = key.and_then(|key| self.kept.get_mut(&key)) else {
            return match self.len() < MOST_STATES {
                true => self.hand_out_ahead(now, id, state),
                false => Step::LeftOut,
            };
        };
        let is_it = kept.id == id;
        match kept.place {
            Place::Ahead if kept.ahead_of == Some(id) => Step::Said,
            Place::Ahead | Place::InFlight => Step::Wait,
            Place::Said if is_it && kept.is_said => {
                // It has to stand as if it were said again: two messages that name the same topics would wait for each
                // other if one could say here what the other has passed.
                (kept.place, kept.ahead_of) = (Place::Ahead, Some(id));
                Step::Said
            }
            Place::GivenUp if kept.id >= id => Step::LeftOut,
            Place::Held => Step::LeftOut,
            Place::Said | Place::Due | Place::GivenUp => self.hand_out_ahead(now, id, state),
        }
    }

    /// The message that what is on its way on this topic, or stands there, goes ahead of.
    pub(in crate::outbox) fn ahead_of(&self, topic: &str) -> Option<u64> {
        self.kept.get(&self.key_of(topic)?)?.ahead_of
    }

    /// The message with this id has gone, or does not go now: what its topic is to hold stands there from now on.
    pub(in crate::outbox) fn message_went(&mut self, id: u64, topic: &str) {
        let key = self.key_of(topic);
        let Some((key, kept)) = key.and_then(|key| Some((key, self.kept.get_mut(&key)?))) else {
            return;
        };
        if kept.ahead_of != Some(id) {
            return;
        }
        kept.ahead_of = None;
        match kept.place {
            Place::Ahead if kept.id == id => self.put(key, Place::Said),
            Place::Ahead => self.put_due(key),
            _ => {}
        }
    }

    /// Remembers a state that the message with this id names, unless there is a newer one of its topic or no room. Gives
    /// the message that waited to say an older one.
    pub(in crate::outbox) fn adopt(&mut self, id: u64, state: &NamedState) -> Option<Superseded> {
        let kept = self
            .key_of(&state.topic)
            .and_then(|key| self.kept.get(&key));
        let is_older = match kept {
            Some(kept) => kept.id < id || kept.id >= QUIET,
            None => self.len() < MOST_STATES,
        };
        if !is_older {
            return None;
        }
        let new = (state.rank, QUIET + self.quiet);
        self.quiet += 1;
        self.replace(id, &state.topic, state.payload.clone(), new, None)
    }

    fn hand_out_ahead(&mut self, now: Time, id: u64, state: &NamedState) -> Step {
        let superseded = self.adopt(id, state);
        let Some(key) = self.key_of(&state.topic) else {
            return Step::LeftOut;
        };
        self.take_out(key);
        match self.kept.get_mut(&key) {
            Some(kept) => Step::Say(kept.hand_out_ahead(now, id, state), superseded),
            None => Step::LeftOut,
        }
    }

    fn key_of(&self, topic: &str) -> Option<Key> {
        self.topics.get(topic).copied()
    }
}

impl Kept {
    fn hand_out_ahead(&mut self, now: Time, id: u64, state: &NamedState) -> Entry {
        (self.place, self.ahead_of) = (Place::InFlight, Some(id));
        Entry {
            id,
            message: Message {
                topic: self.topic.clone(),
                payload: state.payload.clone(),
                qos: QoS::AtLeastOnce,
                retain: true,
            },
            accepted_at_ms: millis(now),
            lifetime: LASTING,
            tracked: false,
            closes: self.closes,
            closes_alone: self.closes_alone,
            sent_before: false,
            tries: 0,
            is_retry: false,
            nature: Nature::Ahead,
        }
    }
}
