//! What is to be published.

use crate::message::{PublishOptions, QoS};
use crate::outbox::Rank;
use bytes::Bytes;
use std::sync::Arc;

/// A message for [`Client::publish`](crate::Client::publish).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// A valid topic name.
    pub topic: String,
    /// Any bytes. An empty payload of a [`MessageKind::State`] deletes what the broker keeps.
    pub payload: Bytes,
    /// What it is.
    pub kind: MessageKind,
    /// How to publish it.
    pub options: PublishOptions<'static>,
    /// Of a state, which others it goes before.
    pub(crate) rank: Rank,
}

/// What a [`Message`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Retained, QoS 1, never expiring: a discovery config or a state. The latest of a topic makes older ones
    /// superfluous.
    State,
    /// One event among others, which expires.
    Event,
}

impl Message {
    /// As a state: its topic, what is to stand there, and which others it goes before.
    pub(crate) fn into_state(self) -> (Arc<str>, Bytes, Rank) {
        (self.topic.into(), self.payload, self.rank)
    }

    pub(super) fn state(rank: Rank, topic: impl Into<String>, payload: impl Into<Bytes>) -> Self {
        Message {
            topic: topic.into(),
            payload: payload.into(),
            kind: MessageKind::State,
            options: PublishOptions {
                qos: QoS::AtLeastOnce,
                retain: true,
                ..PublishOptions::new()
            },
            rank,
        }
    }
}
