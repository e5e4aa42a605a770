//! One message with its age and history.

use super::Time;
use crate::message::Message;

/// What one message costs beside its payload, counted against the bound of bytes.
pub(super) const OVERHEAD: u64 = 128;

/// A lane is named by the lifetime of its messages in seconds.
pub(super) type Lane = u32;
/// The lane of the messages that never expire.
pub(super) const LASTING: Lane = u32::MAX;

/// A message with its age and history.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Names the message for as long as the client lives; later messages have higher ids.
    pub(crate) id: u64,
    pub(crate) message: Message,
    pub(super) accepted_at_ms: u64,
    pub(super) lane: Lane,
    pub(super) tracked: bool,
    /// How many connections in a row the broker closed while this message was unacknowledged.
    pub(crate) closes: u8,
    /// Whether it was handed to the network before: what is sent again may arrive twice.
    pub(crate) sent_before: bool,
}

impl Entry {
    /// The Message Expiry Interval to send (MQTT 5, section 3.3.2.3.3): the lifetime less the whole
    /// seconds waited here, as a broker lowers it. `None` when the message never expires.
    pub(crate) fn expiry_left(&self, now: Time) -> Option<u32> {
        if self.lane == LASTING {
            return None;
        }
        let waited = (millis(now).saturating_sub(self.accepted_at_ms)) / 1000;
        Some(
            self.lane
                .saturating_sub(u32::try_from(waited).unwrap_or(u32::MAX)),
        )
    }

    /// When the message is no longer worth sending. `None` when it never expires.
    pub(super) fn deadline(&self) -> Option<Time> {
        (self.lane != LASTING)
            .then(|| Time::from_millis(self.accepted_at_ms + u64::from(self.lane) * 1000))
    }

    pub(super) fn cost(&self) -> u64 {
        self.message.payload.len() as u64 + OVERHEAD
    }
}

pub(super) fn millis(time: Time) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
