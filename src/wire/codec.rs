//! Packets to bytes and bytes to packets, by rumqttc, whichever version of the protocol.

use super::frame::{variable_length, Frame};
use super::requests::Request;
use super::{codec_v4, codec_v5, heard_v5};
use crate::engine::{Attempt, Connack, ConnectionEnd, Failure, FailureKind, Version};
use crate::settings::Settings;
use bytes::{Bytes, BytesMut};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// What a broker sent, as far as it concerns us.
#[derive(Debug)]
pub(super) enum Heard {
    Acked(u16, Result<(), String>),
    /// PUBACK with the reason that no subscriber matched.
    Unmatched(u16),
    Subscribed(u16, Result<(), String>),
    Message(Message),
    /// PUBREL, the second step of a message of QoS 2 to us.
    Released(u16),
    PingResp,
    /// An acknowledgement of something that we never send.
    Unsolicited,
    /// DISCONNECT.
    Disconnected(ConnectionEnd),
}

/// A PUBLISH that a broker sent.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) topic: Bytes,
    pub(super) payload: Bytes,
    pub(super) retain: bool,
    pub(super) answer: Option<Answer>,
}

/// What is owed for a message to us. We subscribe with QoS 0, so an orderly broker is owed none.
#[allow(
    clippy::enum_variant_names,
    reason = "these are their names in the specification"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    PubAck(u16),
    PubRec(u16),
    PubComp(u16),
}

impl Answer {
    fn id(self) -> u16 {
        match self {
            Answer::PubAck(id) | Answer::PubRec(id) | Answer::PubComp(id) => id,
        }
    }
}

/// Why bytes are no packet, or one that must not be.
pub(super) type Fault = String;

const PANICKED: &str = "the client underneath panicked over it";

/// What a packet after CONNACK says.
pub(super) fn decode(version: Version, frame: Frame) -> Result<Heard, Fault> {
    guarded(|| match version {
        Version::V5 => heard_v5::decode(frame),
        Version::V311 => codec_v4::decode(frame),
    })
}

/// What the answer to CONNECT says.
pub(super) fn connack(version: Version, frame: Frame) -> Result<Connack, Failure> {
    let read = guarded(|| match version {
        Version::V5 => heard_v5::connack(frame),
        Version::V311 => codec_v4::connack(frame),
    });
    read.unwrap_or_else(|fault| {
        Err(Failure {
            kind: FailureKind::Undecided,
            text: format!("the broker's answer makes no sense: {fault}"),
        })
    })
}

/// The CONNECT of an attempt.
pub(super) fn connect(settings: &Settings, attempt: &Attempt) -> Result<BytesMut, Fault> {
    let mut bytes = BytesMut::new();
    guarded(|| match attempt.version {
        Version::V5 => codec_v5::connect(settings, attempt, &mut bytes),
        Version::V311 => codec_v4::connect(settings, attempt, &mut bytes),
    })?;
    Ok(bytes)
}

/// Appends a packet that was handed over, under this packet id if it needs one.
pub(super) fn encode(request: Request, id: u16, buffer: &mut BytesMut) -> Result<(), Fault> {
    guarded(|| match request {
        Request::V5(request, with_will) => codec_v5::encode(request, with_will, id, buffer),
        Request::V4(request) => codec_v4::encode(request, id, buffer),
    })
}

/// Appends what is owed for a message to us.
pub(super) fn encode_answer(
    version: Version,
    answer: Answer,
    buffer: &mut BytesMut,
) -> Result<(), Fault> {
    guarded(|| match version {
        Version::V5 => codec_v5::encode_answer(answer, buffer),
        Version::V311 => codec_v4::encode_answer(answer, buffer),
    })
}

/// PINGREQ, which is the same in both versions (MQTT 5, section 3.12).
pub(super) const PINGREQ: [u8; 2] = [0xc0, 0x00];

/// A panic of rumqttc concerns the packet that it was given, and nothing else.
fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(PANICKED.into()))
}

/// The name of a packet, by its type.
pub(super) fn name(packet_type: u8) -> &'static str {
    const NAMES: [&str; 16] = [
        "a packet of the reserved type 0",
        "CONNECT",
        "CONNACK",
        "PUBLISH",
        "PUBACK",
        "PUBREC",
        "PUBREL",
        "PUBCOMP",
        "SUBSCRIBE",
        "SUBACK",
        "UNSUBSCRIBE",
        "UNSUBACK",
        "PINGREQ",
        "PINGRESP",
        "DISCONNECT",
        "AUTH",
    ];
    NAMES[usize::from(packet_type & 0x0f)]
}

/// What only a client sends, or nobody.
pub(super) fn not_from_a_broker(packet_type: u8) -> Fault {
    format!("it sent {}", name(packet_type))
}

/// The message of a PUBLISH without its properties, where these can't be read or were cut: then without its payload too.
pub(super) fn bare_message(version: Version, frame: &Frame) -> Option<Message> {
    let mut rest = frame.body();
    let mut take = |count: usize| {
        let (taken, left) = rest.split_at_checked(count)?;
        rest = left;
        Some(taken)
    };
    let number = |two: &[u8]| Some(u16::from_be_bytes(two.try_into().ok()?));
    let topic_length = number(take(2)?)?;
    let topic = take(topic_length.into())?;
    let answer = match frame.bytes[0] >> 1 & 3 {
        0 => None,
        1 => Some(Answer::PubAck(number(take(2)?)?)),
        2 => Some(Answer::PubRec(number(take(2)?)?)),
        _ => return None,
    };
    if answer.is_some_and(|answer| answer.id() == 0) {
        return None;
    }
    let payload = match (version, variable_length(rest)) {
        (Version::V311, _) => rest,
        (Version::V5, Some((read, length))) => rest.get(read + length..).unwrap_or_default(),
        (Version::V5, None) => &[],
    };
    Some(Message {
        topic: Bytes::copy_from_slice(topic),
        payload: Bytes::copy_from_slice(payload),
        retain: frame.bytes[0] & 1 != 0,
        answer,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_panic_below_is_a_fault_of_the_packet() {
        let fault = guarded::<()>(|| panic!("the client underneath gives up"));
        assert_eq!(fault, Err(PANICKED.into()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_a_broker_sends_is_a_packet_or_a_fault(
            packet_type in 0..16_u8,
            body in proptest::collection::vec(prop_oneof![any::<u8>(), 0..40_u8], 0..60),
            is_cut in any::<bool>(),
        ) {
            for version in [Version::V5, Version::V311] {
                let frame = || Frame { is_cut, ..Frame::new(packet_type, &body) };
                // What is shown of it is short.
                match decode(version, frame()) {
                    Err(fault) => prop_assert!(fault.len() < 300, "{fault}"),
                    Ok(Heard::Disconnected(end)) => prop_assert!(end.text.len() < 500, "{end:?}"),
                    Ok(_) => {}
                }
                let connack = connack(version, frame());
                prop_assert!(connack.err().is_none_or(|failure| failure.text.len() < 500));
            }
        }
    }
}
