//! One message with its age and history.

use super::Time;
use crate::message::{Message, QoS};

/// What a message takes beside payload and topic, at worst: when no other has its topic, none its lifetime, and its
/// outcome is wanted. Measured by tests/outbox_memory.rs.
pub(super) const OVERHEAD: u64 = 448;

/// The lifetime of the messages that never expire.
pub(super) const LASTING: u32 = u32::MAX;

/// What is handed over with an [`Entry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// A message of the queue.
    Queued,
    /// A message that says the state of a topic, or clears it.
    State,
    /// A state that was said before. It is no message of anybody, and has no outcome.
    StateAgain,
    /// A state that goes ahead of the message whose id it has.
    Ahead,
}

/// A message with its age and history.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Names the message for as long as the client lives; later messages have higher ids.
    pub(crate) id: u64,
    pub(crate) message: Message,
    pub(super) accepted_at_ms: u64,
    /// In seconds, or [`LASTING`].
    pub(super) lifetime: u32,
    pub(super) tracked: bool,
    /// How many connections in a row the broker closed while this message was unacknowledged.
    pub(crate) closes: u8,
    /// How many it closed on this message alone.
    pub(crate) closes_alone: u8,
    /// Whether it was handed to the network before: what is sent again may arrive twice.
    pub(crate) sent_before: bool,
    /// How often the broker took it while nobody was subscribed to its topic.
    pub(super) tries: u8,
    /// Whether its topic waits for what becomes of it.
    pub(super) is_retry: bool,
    pub(super) nature: Nature,
}

impl Entry {
    /// A message that was just accepted.
    pub(super) fn new(
        id: u64,
        now: Time,
        message: Message,
        lifetime_seconds: Option<u32>,
        tracked: bool,
    ) -> Self {
        Entry {
            id,
            message,
            accepted_at_ms: millis(now),
            lifetime: lifetime_seconds.unwrap_or(LASTING),
            tracked,
            closes: 0,
            closes_alone: 0,
            sent_before: false,
            tries: 0,
            is_retry: false,
            nature: Nature::Queued,
        }
    }

    /// See [`deadline_ms`].
    pub(super) fn deadline_ms(&self) -> Option<u64> {
        deadline_ms(self.accepted_at_ms, self.lifetime)
    }

    /// The Message Expiry Interval to send (MQTT 5, section 3.3.2.3.3): the lifetime less the whole
    /// seconds waited here, as a broker lowers it. `None` when the message never expires.
    pub(crate) fn expiry_left(&self, now: Time) -> Option<u32> {
        if self.lifetime == LASTING {
            return None;
        }
        let waited = (millis(now).saturating_sub(self.accepted_at_ms)) / 1000;
        Some(
            self.lifetime
                .saturating_sub(u32::try_from(waited).unwrap_or(u32::MAX)),
        )
    }

    /// Whether it says what is to stand on its topic, and so goes out as well as the broker takes it.
    pub(crate) fn is_state(&self) -> bool {
        self.nature != Nature::Queued
    }

    /// Whether it is of use only to whoever is subscribed when it is sent, and can be sent again.
    pub(crate) fn may_wait(&self) -> bool {
        may_wait(self.lifetime, self.message.qos, self.message.retain)
    }

    /// The bytes that count against the bound: what the message takes when it shares nothing with another.
    pub(super) fn cost(&self) -> u64 {
        self.message.payload.len() as u64 + self.message.topic.len() as u64 + OVERHEAD
    }
}

/// See [`Entry::may_wait`].
pub(super) fn may_wait(lifetime: u32, qos: QoS, retain: bool) -> bool {
    lifetime != LASTING && qos == QoS::AtLeastOnce && !retain
}

/// When a message is no longer worth sending, in milliseconds. `None` when it never expires.
pub(super) fn deadline_ms(accepted_at_ms: u64, lifetime: u32) -> Option<u64> {
    (lifetime != LASTING).then(|| accepted_at_ms.saturating_add(u64::from(lifetime) * 1000))
}

pub(super) fn millis(time: Time) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
