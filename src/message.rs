//! What is published, and how.

use crate::error::Error;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

/// The quality of service of a message (MQTT 5, section 4.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QoS {
    /// 0: sent once, not acknowledged; delivered means written to the network.
    AtMostOnce = 0,
    /// 1: sent until acknowledged; can arrive more than once.
    #[default]
    AtLeastOnce = 1,
}

impl TryFrom<i64> for QoS {
    type Error = Error;

    fn try_from(qos: i64) -> Result<Self, Error> {
        match qos {
            0 => Ok(QoS::AtMostOnce),
            1 => Ok(QoS::AtLeastOnce),
            2 => Err(Error::argument(
                "qos 2: exactly-once delivery cannot be guaranteed across reconnections; use 1 and let the receiver ignore duplicates",
            )),
            other => Err(Error::argument(format!("qos {other}: must be 0 or 1"))),
        }
    }
}

/// How many states a message may name.
pub(crate) const MOST_NAMED_STATES: usize = 16;

/// How [`publish`](crate::Client::publish) sends a message.
///
/// ```
/// use argus_mqtt::{PublishOptions, QoS};
/// use std::time::Duration;
///
/// let options = PublishOptions::new().qos(QoS::AtMostOnce).expiry(Duration::from_secs(60));
/// assert!(!options.retain);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublishOptions<'a> {
    /// Quality of service; 1 unless set.
    pub qos: QoS,
    /// Whether the broker retains the message for later subscribers; no unless set.
    pub retain: bool,
    /// After how long the message expires, from now: whole seconds, at least 1. Never unless set.
    pub expiry: Option<Duration>,
    /// States that go before the message, by topic, such as the picture that belongs to an event; none unless set. At most
    /// 16, each of another topic.
    ///
    /// Each becomes the [state](crate::Client::publish_state) of its topic when the turn of the message comes: so each of
    /// two messages that wait has its own. The message does not wait for a state that the broker refuses. They count
    /// against the bounds of the states; where there is no room for all, the oldest messages go without theirs, which is
    /// counted as [`states_left_out`](crate::Counters::states_left_out). What a message that expires or is dropped
    /// would have said is said all the same, unless it was forgotten.
    pub states: &'a [(&'a str, Bytes)],
}

impl<'a> PublishOptions<'a> {
    /// QoS 1, not retained, no expiry.
    #[must_use]
    pub fn new() -> Self {
        PublishOptions::default()
    }

    /// Sends with this quality of service.
    #[must_use]
    pub fn qos(self, qos: QoS) -> Self {
        PublishOptions { qos, ..self }
    }

    /// Sets whether the broker retains the message for later subscribers.
    #[must_use]
    pub fn retain(self, retain: bool) -> Self {
        PublishOptions { retain, ..self }
    }

    /// Sets after how long the message expires, from now: whole seconds, at least 1. `None` means never.
    #[must_use]
    pub fn expiry(self, expiry: impl Into<Option<Duration>>) -> Self {
        PublishOptions {
            expiry: expiry.into(),
            ..self
        }
    }

    /// Says which states go before the message: topics and payloads.
    ///
    /// ```
    /// use argus_mqtt::{Bytes, PublishOptions};
    ///
    /// let states = [("argusai/picture/front_door", Bytes::from_static(b"a JPEG"))];
    /// let options = PublishOptions::new().states(&states);
    /// # assert_eq!(options.states.len(), 1);
    /// ```
    #[must_use]
    pub fn states(self, states: &'a [(&'a str, Bytes)]) -> Self {
        PublishOptions { states, ..self }
    }
}

/// A message as it is queued. Its topic is valid and shared between the messages of one camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) topic: Arc<str>,
    pub(crate) payload: Bytes,
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
}

impl Message {
    /// The bytes of this message as a PUBLISH packet (MQTT 5, section 3.3), what precedes the payload included.
    pub(crate) fn packet_size(&self, is_v5: bool, has_expiry: bool) -> u64 {
        let properties = match (is_v5, has_expiry) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => 1 + 5,
        };
        let packet_id = if self.qos == QoS::AtMostOnce { 0 } else { 2 };
        let remaining =
            2 + self.topic.len() as u64 + packet_id + properties + self.payload.len() as u64;
        let length_bytes = match remaining {
            0..=127 => 1,
            128..=16_383 => 2,
            16_384..=2_097_151 => 3,
            _ => 4,
        };
        1 + length_bytes + remaining
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packet_sizes_follow_the_specification() {
        let message = |payload: usize, qos| Message {
            topic: "a/b".into(),
            payload: Bytes::from(vec![0; payload]),
            qos,
            retain: false,
        };
        assert_eq!(message(0, QoS::AtMostOnce).packet_size(false, false), 7);
        assert_eq!(message(0, QoS::AtLeastOnce).packet_size(false, false), 9);
        assert_eq!(message(0, QoS::AtLeastOnce).packet_size(true, true), 15);
        assert_eq!(
            message(200, QoS::AtLeastOnce).packet_size(true, false),
            1 + 2 + 2 + 3 + 2 + 1 + 200
        );
    }

    #[test]
    fn qos_2_is_refused_with_the_reason() {
        let message = QoS::try_from(2).expect_err("must be refused").to_string();
        assert!(message.contains("exactly-once"), "{message}");
    }
}
