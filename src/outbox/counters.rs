//! What has happened to messages so far.

use crate::outcome::{DropReason, Outcome};
use serde::Serialize;

/// Counters of accepted messages and their outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counters {
    /// Messages accepted by a publish call.
    pub accepted: u64,
    /// Messages acknowledged by the broker (QoS 1) or written to the network (QoS 0).
    pub delivered: u64,
    /// Messages whose expiry passed before they could be delivered.
    pub expired: u64,
    /// Messages dropped because the outbox was full.
    pub dropped_queue_full: u64,
    /// Messages not yet sent when the client shut down.
    pub dropped_shutdown: u64,
    /// Messages that the broker accepted, but that had no subscriber until they expired or the client shut down.
    pub dropped_no_subscriber: u64,
    /// States replaced by a newer one of the same topic before they were delivered.
    pub superseded: u64,
    /// Messages that could not be delivered to this broker.
    pub rejected: u64,
    /// Messages sent but not acknowledged when the client shut down.
    pub unknown: u64,
    /// Messages refused by a publish call because the outbox was full, or there was no room for another state. They were
    /// not accepted.
    pub refused_queue_full: u64,
    /// States that a message named and that did not go ahead of it: there was no room for them, or the broker would not
    /// take them.
    pub states_left_out: u64,
    /// Times a message was sent again after a connection ended.
    pub resent: u64,
    /// How often the availability topic was corrected after another client published to it.
    pub guard_repairs: u64,
    /// Acknowledgements of unknown messages, or repeated ones. They are ignored.
    pub ignored_acknowledgements: u64,
}

impl Counters {
    /// The counter of messages that ended like this.
    pub(super) fn of(&mut self, outcome: &Outcome) -> &mut u64 {
        match outcome {
            Outcome::Delivered => &mut self.delivered,
            Outcome::Expired => &mut self.expired,
            Outcome::Dropped(DropReason::QueueFull) => &mut self.dropped_queue_full,
            Outcome::Dropped(DropReason::ShutDown) => &mut self.dropped_shutdown,
            Outcome::Dropped(DropReason::NoSubscriber) => &mut self.dropped_no_subscriber,
            Outcome::Superseded => &mut self.superseded,
            Outcome::Rejected(_) => &mut self.rejected,
            Outcome::Unknown => &mut self.unknown,
        }
    }

    /// How many of the accepted messages have ended.
    pub(crate) fn ended(&self) -> u64 {
        self.delivered
            + self.expired
            + self.dropped_queue_full
            + self.dropped_shutdown
            + self.dropped_no_subscriber
            + self.superseded
            + self.rejected
            + self.unknown
    }

    /// What was lost without its sender's doing: how many, and how.
    pub(crate) fn losses(&self) -> [(u64, &'static str); 6] {
        [
            (self.expired, "expired before they could be sent"),
            (
                self.dropped_queue_full,
                "dropped because the outbox was full",
            ),
            (
                self.refused_queue_full,
                "refused because the outbox was full",
            ),
            (self.rejected, "rejected"),
            (
                self.dropped_no_subscriber,
                "dropped because nobody was subscribed to their topics",
            ),
            (
                self.dropped_shutdown + self.unknown,
                "not delivered before the shutdown",
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_loss_is_told_of() {
        let counters = Counters {
            expired: 1,
            dropped_queue_full: 2,
            refused_queue_full: 3,
            rejected: 4,
            dropped_no_subscriber: 5,
            dropped_shutdown: 6,
            unknown: 7,
            ..Counters::default()
        };
        assert_eq!(
            counters.losses().map(|(count, _)| count),
            [1, 2, 3, 4, 5, 13]
        );
    }
}
