//! What became of a message, and of the client.

use serde::Serialize;

/// What became of a message. Each one that was accepted ends in exactly one of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "snake_case")]
pub enum Outcome {
    /// QoS 1: the broker acknowledged it. QoS 0: it was written to the network.
    Delivered,
    /// Its expiry passed before it could be delivered.
    Expired,
    /// It was dropped from the outbox, for the reason given.
    Dropped(String),
    /// It can't be delivered to this broker, for the reason given.
    Rejected(String),
    /// It was on its way when the client shut down; it may have arrived.
    Unknown,
}

/// How a shutdown went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShutdownReport {
    /// Messages that had not been delivered when the client closed.
    pub left: usize,
    /// Whether the broker acknowledged the offline message. If not, the broker publishes the will.
    pub offline_acknowledged: bool,
}
