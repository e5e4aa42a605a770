//! One topic that a state stands on, or that is to be cleared.

use crate::message::{Message, QoS};
use crate::outbox::entry::{millis, Entry, Nature, LASTING};
use crate::outbox::Time;
use bytes::Bytes;
use std::sync::Arc;

/// What a state takes beside topic and payload, at worst. Measured by tests/outbox_memory.rs.
const OVERHEAD: u64 = 512;

/// Which states are said before which, on each connect. Of one rank, the topic that came first goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// A discovery config that is to be cleared: Home Assistant refuses a second one of the same entity.
    ClearedConfig,
    /// What configs name as an availability topic has to hold a message before them.
    Availability,
    /// A discovery config.
    Config,
    /// Any other state.
    State,
    /// What is to be cleared: after the configs that named it are gone.
    Cleared,
}

impl Rank {
    /// The same where it is to be cleared.
    pub(super) fn cleared(self) -> Rank {
        match self {
            Rank::ClearedConfig | Rank::Config => Rank::ClearedConfig,
            _ => Rank::Cleared,
        }
    }
}

/// The place of a topic in the order in which states are said.
pub(super) type Key = (Rank, u64);

/// What is to be done about a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing on this connection.
    Said,
    /// It is to be said.
    Due,
    /// It is in flight, or an older state of the same topic is.
    InFlight,
    /// What goes ahead of a message has been said on it, and stands there until that message has gone.
    Ahead,
    /// It is to be said alone, when its turn comes.
    Held,
    /// The broker closed on it each time: not before it changes, or the settings do.
    GivenUp,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) topic: Arc<str>,
    /// Empty: to be cleared.
    pub(super) payload: Bytes,
    /// The message that said it.
    pub(super) id: u64,
    /// That message, as long as it has not ended and is not in flight.
    pub(super) waiting: Option<Waiting>,
    pub(super) place: Place,
    /// The broker answered it on this connection.
    pub(super) is_said: bool,
    /// What is in flight, or was said last, goes ahead of the message with this id.
    pub(super) ahead_of: Option<u64>,
    /// The bytes of what is in flight, where that is another payload.
    pub(super) replaced_bytes: u64,
    pub(super) closes: u8,
    pub(super) closes_alone: u8,
}

/// A message that says a state and waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) tracked: bool,
    pub(super) accepted_at_ms: u64,
    pub(super) sent_before: bool,
}

impl Kept {
    pub(super) fn is_cleared(&self) -> bool {
        self.payload.is_empty()
    }

    /// The bytes that count against the bound.
    pub(super) fn cost(&self) -> u64 {
        cost(&self.topic, &self.payload)
    }

    /// Its payload is replaced by a newer one. Gives the bytes of what is in flight nevertheless.
    pub(super) fn replaced(&self) -> u64 {
        match self.place {
            Place::InFlight if self.ahead_of.is_some() => self.replaced_bytes,
            Place::InFlight => self.replaced_bytes.max(self.payload.len() as u64),
            _ => 0,
        }
    }

    /// What is handed over for it.
    pub(super) fn hand_out(&mut self, now: Time) -> Entry {
        self.place = Place::InFlight;
        let waiting = self.waiting.take();
        Entry {
            id: self.id,
            message: Message {
                topic: self.topic.clone(),
                payload: self.payload.clone(),
                qos: QoS::AtLeastOnce,
                retain: true,
            },
            accepted_at_ms: waiting.map_or(millis(now), |waiting| waiting.accepted_at_ms),
            lifetime: LASTING,
            tracked: waiting.is_some_and(|waiting| waiting.tracked),
            closes: self.closes,
            closes_alone: self.closes_alone,
            tries: 0,
            is_retry: false,
            sent_before: waiting.is_some_and(|waiting| waiting.sent_before),
            nature: match waiting {
                Some(_) => Nature::State,
                None => Nature::StateAgain,
            },
        }
    }
}

/// What a state of this topic and payload counts.
pub(in crate::outbox) fn cost(topic: &str, payload: &[u8]) -> u64 {
    (topic.len() + payload.len()) as u64 + OVERHEAD
}
