//! What is published, how, and what became of it.

use crate::error::Error;
use crate::event;
use bytes::Bytes;
use serde::Serialize;
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
                "qos 2: exactly-once can't be kept over reconnects here; use 1 and let the receiver ignore duplicates",
            )),
            other => Err(Error::argument(format!("qos {other}: must be 0 or 1"))),
        }
    }
}

/// How [`publish`](crate::Client::publish) sends a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublishOptions {
    /// Quality of service; 1 unless set.
    pub qos: QoS,
    /// Whether the broker keeps the message for later subscribers; no unless set.
    pub retain: bool,
    /// How long the message is worth delivering, from now on: whole seconds, at least 1. For ever unless set.
    pub expiry: Option<Duration>,
}

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

/// The largest payload accepted: what MQTT can carry (256 MiB) less the longest topic and properties.
const MAX_PAYLOAD: usize = 268_435_455 - 65_535 - 64;

/// Refuses a payload that no MQTT packet can carry.
pub(crate) fn check_payload(payload: &[u8]) -> Result<(), Error> {
    if payload.len() <= MAX_PAYLOAD {
        return Ok(());
    }
    Err(Error::argument(format!(
        "payload: {} bytes, must be at most {MAX_PAYLOAD}",
        payload.len()
    )))
}

/// Refuses anything but a JSON object, with the position of the fault.
pub(crate) fn check_event(event: &[u8]) -> Result<(), Error> {
    let fault = |what: String| {
        Error::argument(format!(
            "event: {what}; an event is one JSON object, in UTF-8"
        ))
    };
    check_payload(event)?;
    let text = std::str::from_utf8(event)
        .map_err(|e| fault(format!("not UTF-8 at byte {}", e.valid_up_to())))?;
    if let Some((at, found)) = text
        .char_indices()
        .find(|(_, c)| !matches!(c, ' ' | '\t' | '\n' | '\r'))
    {
        if found != '{' {
            return Err(fault(format!(
                "starts with {found:?} at byte {at}, not with '{{'"
            )));
        }
    }
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|e| fault(e.to_string()))?;
    event::refused(text).map_or(Ok(()), |what| Err(fault(what)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_json_object() {
        for good in ["{}", " {\"a\": [1, 2.5, null]}\n", "{\"t\": \"\u{1F4F7}\"}"] {
            assert!(check_event(good.as_bytes()).is_ok(), "{good}");
        }
        for (bad, says) in [
            (&b""[..], "EOF"),
            (b"[1]", "starts with '['"),
            (b"\"x\"", "starts with '\"'"),
            (b"{\"a\":}", "line 1 column 6"),
            (b"{} {}", "trailing characters"),
            (b"{\"a\":\"\xff\"}", "not UTF-8 at byte 6"),
            (b"{\"a\":NaN}", "line 1 column 6"),
        ] {
            let message = check_event(bad).expect_err("must be refused").to_string();
            assert!(message.contains(says), "{message}");
            assert!(message.contains("JSON object"), "{message}");
        }
    }

    #[test]
    fn nesting_without_end_is_refused_not_a_crash() {
        let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
        assert!(check_event(deep.as_bytes()).is_err());
    }

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
