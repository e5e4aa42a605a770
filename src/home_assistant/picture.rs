//! What must stand at the broker, topic by topic, and what to publish so that it does.

use super::message::Message;
use crate::outbox::Rank;
use bytes::Bytes;
use std::collections::HashMap;

/// Every retained topic of a device, in the order in which a broker that has nothing is to be told.
#[derive(Default)]
pub(super) struct Picture(Vec<Slot>);

/// One retained topic.
struct Slot {
    topic: String,
    rank: Rank,
    /// What must stand there; empty: nothing. `None`: whatever does, as it is not known here.
    payload: Option<Bytes>,
}

impl Picture {
    pub(super) fn add(&mut self, rank: Rank, topic: String, payload: Option<Bytes>) {
        self.0.push(Slot {
            topic,
            rank,
            payload,
        });
    }

    pub(super) fn append(&mut self, mut other: Picture) {
        self.0.append(&mut other.0);
    }

    pub(super) fn topics(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|slot| slot.topic.as_str())
    }

    /// Everything that is known, for a broker that has nothing.
    pub(super) fn all(&self) -> Vec<Message> {
        let mut slots: Vec<_> = self.0.iter().filter(|slot| slot.is_said()).collect();
        sort(&mut slots);
        slots.into_iter().filter_map(Slot::message).collect()
    }

    /// What to publish so that this picture takes the place of another.
    ///
    /// Configs that go come first, as Home Assistant refuses a second config of one entity, then what is new, in
    /// order; what configs named before is cleared last.
    pub(super) fn replacing(&self, other: &Picture) -> Vec<Message> {
        let (own, others) = (self.by_topic(), other.by_topic());
        let gone = other.0.iter();
        let gone: Vec<&Slot> = gone
            .filter(|slot| !own.contains_key(slot.topic.as_str()))
            .collect();
        let changed = self.0.iter();
        let mut changed: Vec<&Slot> = changed
            .filter(|slot| slot.differs_from(others.get(slot.topic.as_str()).copied()))
            .collect();
        sort(&mut changed);
        let (said, emptied): (Vec<&Slot>, Vec<&Slot>) =
            changed.into_iter().partition(|slot| slot.is_said());

        let (first, last): (Vec<&Slot>, Vec<&Slot>) = gone
            .into_iter()
            .chain(emptied)
            .partition(|slot| slot.rank == Rank::Config);
        let clear = |slot: &Slot| Message::state(slot.rank, slot.topic.as_str(), "");
        first
            .into_iter()
            .map(clear)
            .chain(said.into_iter().filter_map(Slot::message))
            .chain(last.into_iter().map(clear))
            .collect()
    }

    fn by_topic(&self) -> HashMap<&str, &Slot> {
        let slots = self.0.iter();
        slots.map(|slot| (slot.topic.as_str(), slot)).collect()
    }
}

/// In the order in which they are published.
#[inline(never)]
fn sort(slots: &mut [&Slot]) {
    slots.sort_by_key(|slot| slot.rank);
}

impl Slot {
    fn is_said(&self) -> bool {
        self.payload
            .as_ref()
            .is_some_and(|payload| !payload.is_empty())
    }

    fn differs_from(&self, before: Option<&Slot>) -> bool {
        self.payload.is_some() && before.is_none_or(|slot| slot.payload != self.payload)
    }

    fn message(&self) -> Option<Message> {
        let payload = self.payload.clone()?;
        Some(Message::state(self.rank, self.topic.as_str(), payload))
    }
}
