//! What may be said on a connection, and how it may be cut, for the property of `cuts`.

use super::pipe::Close;
use super::{message, Told, TOPIC};
use crate::engine::{Packet, Token};
use crate::message::QoS::{AtLeastOnce, AtMostOnce};
use crate::support::codec::{self, Ack, AckKind, Codes, Properties, Publish};
use crate::wire::frame::MOST_KEPT;
use proptest::prelude::*;

/// Where Home Assistant says whether it is there.
const HOME: &str = "homeassistant/status";

/// What is handed over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Handed {
    Qos0(usize),
    Qos1(usize),
    Subscribe,
}

/// What the broker says after its answer to a packet.
#[derive(Clone, Debug)]
pub(super) enum Extra {
    Nothing,
    Message {
        qos: u8,
        size: usize,
    },
    OtherTopic,
    /// Of Home Assistant, live or as the broker kept it.
    Home {
        retain: bool,
    },
    /// A state of ours that the broker kept.
    State,
    Unsolicited,
    /// To no UNSUBSCRIBE of ours.
    UnsubAck {
        codes: usize,
    },
    /// To no SUBSCRIBE of ours.
    SubAck {
        codes: usize,
    },
    PingResp,
}

#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) packets: Vec<(Handed, Extra)>,
    pub(super) close: Close,
    /// How many packets are handed over before each step.
    pub(super) hand_over: Vec<usize>,
    pub(super) reads: Vec<usize>,
    pub(super) writes: Vec<usize>,
}

/// Some sizes, at least one of which is not 0.
fn sizes() -> impl Strategy<Value = Vec<usize>> {
    let size =
        prop_oneof![3 => Just(0_usize), 4 => 1..8_usize, 4 => 8..3000_usize, 1 => Just(usize::MAX)];
    (proptest::collection::vec(size, 0..12), 1..5000_usize).prop_map(|(mut sizes, last)| {
        sizes.push(last);
        sizes
    })
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let size = prop_oneof![6 => 0..200_usize, 1 => 3000..20_000_usize];
    let handed = prop_oneof![
        2 => size.clone().prop_map(Handed::Qos0),
        4 => size.prop_map(Handed::Qos1),
        1 => Just(Handed::Subscribe),
    ];
    let extra = prop_oneof![
        4 => Just(Extra::Nothing),
        2 => (0..3_u8, prop_oneof![6 => 0..200_usize, 1 => 60_000..150_000_usize])
            .prop_map(|(qos, size)| Extra::Message { qos, size }),
        1 => Just(Extra::OtherTopic),
        1 => any::<bool>().prop_map(|retain| Extra::Home { retain }),
        1 => Just(Extra::State),
        1 => Just(Extra::Unsolicited),
        1 => (1..200_usize).prop_map(|codes| Extra::UnsubAck { codes }),
        1 => (1..200_usize).prop_map(|codes| Extra::SubAck { codes }),
        1 => Just(Extra::PingResp),
    ];
    (
        proptest::collection::vec((handed, extra), 1..30),
        prop_oneof![Just(Close::Orderly), Just(Close::Reset)],
        proptest::collection::vec(0..6_usize, 1..8).prop_map(|mut counts| {
            counts.push(1);
            counts
        }),
        sizes(),
        sizes(),
    )
        .prop_map(|(packets, close, hand_over, reads, writes)| Case {
            packets,
            close,
            hand_over,
            reads,
            writes,
        })
}

/// A payload that shows where it was cut.
pub(super) fn payload(size: usize) -> Vec<u8> {
    (0..size).map(|place| (place % 251) as u8).collect()
}

pub(super) fn packet(token: Token, handed: Handed) -> Packet {
    let (qos, size) = match handed {
        Handed::Subscribe => {
            return Packet::Subscribe {
                token,
                topic: TOPIC.into(),
                no_local: true,
            }
        }
        Handed::Qos0(size) => (AtMostOnce, size),
        Handed::Qos1(size) => (AtLeastOnce, size),
    };
    match message(token, qos) {
        Packet::Publish {
            token,
            topic,
            qos,
            retain,
            expiry_seconds,
            ..
        } => Packet::Publish {
            token,
            topic,
            payload: payload(size).into(),
            qos,
            retain,
            expiry_seconds,
        },
        other => other,
    }
}

/// What a broker answers to a packet, apart from what it says besides.
pub(super) fn answer(packet: &codec::Packet) -> Option<codec::Packet> {
    match packet {
        codec::Packet::Publish(publish) if publish.qos == 1 => {
            Some(codec::Packet::Ack(Ack::new(AckKind::PubAck, publish.id)))
        }
        codec::Packet::Subscribe(subscribe) => Some(codec::Packet::SubAck(Codes {
            id: subscribe.id,
            codes: vec![0],
            properties: Properties::default(),
        })),
        _ => None,
    }
}

/// The answer to a packet with an id that none of ours has.
fn unasked(codes: usize) -> Codes {
    Codes {
        id: 60_000,
        codes: vec![0; codes],
        properties: Properties::default(),
    }
}

impl Extra {
    pub(super) fn packet(&self) -> Option<codec::Packet> {
        let publish = |topic: &str, qos: u8, size: usize| {
            codec::Packet::Publish(Publish {
                topic: topic.into(),
                payload: payload(size),
                qos,
                id: u16::from(qos > 0) * 77,
                ..Publish::default()
            })
        };
        match self {
            Extra::Nothing => None,
            Extra::Message { qos, size } => Some(publish(TOPIC, *qos, *size)),
            Extra::OtherTopic => Some(publish("b", 0, 10)),
            Extra::Home { retain } => Some(codec::Packet::Publish(Publish {
                topic: HOME.into(),
                payload: b"online".into(),
                retain: *retain,
                ..Publish::default()
            })),
            Extra::State => Some(codec::Packet::Publish(Publish {
                topic: "argusai/camera/door/activity".into(),
                payload: payload(3000),
                retain: true,
                ..Publish::default()
            })),
            Extra::UnsubAck { codes } => Some(codec::Packet::UnsubAck(unasked(*codes))),
            Extra::SubAck { codes } => Some(codec::Packet::SubAck(unasked(*codes))),
            Extra::Unsolicited => Some(codec::Packet::Ack(Ack::new(AckKind::PubAck, 999))),
            Extra::PingResp => Some(codec::Packet::PingResp),
        }
    }

    /// What the client is told of it.
    fn told(&self) -> Option<Told> {
        match self {
            Extra::Message { qos, size } => {
                // What is kept of the packet, without topic, packet id and property length.
                let most = MOST_KEPT - 4 - 2 * usize::from(*qos > 0);
                Some(Told::Received(payload((*size).min(most)).into()))
            }
            Extra::Home { retain } => Some(Told::FromHomeAssistant("online".into(), *retain)),
            Extra::Unsolicited | Extra::UnsubAck { .. } | Extra::SubAck { .. } => {
                Some(Told::Unsolicited)
            }
            _ => None,
        }
    }
}

pub(super) fn expected(case: &Case) -> Vec<Told> {
    let mut expected = Vec::new();
    for (token, (handed, extra)) in (1..).zip(&case.packets) {
        match handed {
            Handed::Qos0(_) => {}
            Handed::Qos1(_) => expected.push(Told::Acked(token)),
            Handed::Subscribe => expected.push(Told::Subscribed(token, Ok(()))),
        }
        expected.extend(extra.told());
    }
    expected
}
