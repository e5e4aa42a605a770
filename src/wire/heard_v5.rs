//! Reading packets of MQTT 5, by rumqttc, and the short forms that it does not read.

use super::codec::{bare_message, not_from_a_broker, Fault, Heard};
use super::frame::{packet_type, Frame};
use super::refusal;
use super::said::{detail, unnamed, words};
use crate::engine::{Connack, ConnectionEnd, Failure, FailureKind, Version};
use crate::message::QoS;
use rumqttc::v5::mqttbytes::v5::{
    ConnAck, ConnectReturnCode, Disconnect, Packet, PubAck, PubAckReason, Publish, SubAck,
    SubscribeReasonCode,
};

/// The largest code of a SUBACK that grants: a maximum QoS (MQTT 5, section 3.9.3).
const MOST_GRANTED: u8 = 2;

fn read(mut frame: Frame) -> Result<Packet, Fault> {
    Packet::read(&mut frame.bytes, None).map_err(|error| error.to_string())
}

/// Reads the packet, or else what is left of it without its properties: what a code says counts also where they
/// can't be read, or were cut.
fn read_or_bare(frame: Frame, bare: &[u8]) -> Result<Packet, Fault> {
    let packet_type = frame.packet_type();
    read(frame).or_else(|_| read(Frame::new(packet_type, bare)))
}

/// The answer to CONNECT. In the form of 3.1.1 it has no property length, and so is 2 bytes long.
pub(super) fn connack(frame: Frame) -> Result<Result<Connack, Failure>, Fault> {
    let (length, code) = match *frame.body() {
        [_, code] => (2, code),
        [_, code, ..] => (3, code),
        _ => return Err("a CONNACK without a code".into()),
    };
    // A broker that answers in the form of 3.1.1, whatever it says there, does not speak MQTT 5.
    if code == 1 || (length == 2 && code < 0x80) {
        return Ok(Err(refusal::not_v5()));
    }
    let packet = match code {
        0 => read(frame),
        _ => read_or_bare(frame, &[0, code, 0]),
    };
    let connack = match packet {
        Ok(Packet::ConnAck(connack)) => connack,
        _ if code != 0 => return Ok(Err(refusal::unknown_code(code))),
        Ok(_) => return Err("a CONNACK that is none".into()),
        Err(fault) => return Err(fault),
    };
    if connack.code != ConnectReturnCode::Success {
        let properties = connack.properties.as_ref();
        let detail = detail(
            properties.and_then(|all| all.reason_string.as_deref()),
            properties.and_then(|all| all.server_reference.as_deref()),
        );
        return Ok(Err(refusal::connack_v5(connack.code, &detail)));
    }
    Ok(limits(&connack))
}

/// What the broker announces; with a limit of 0 nothing could be sent, and the specification forbids it.
fn limits(connack: &ConnAck) -> Result<Connack, Failure> {
    let default = Connack::default();
    let Some(properties) = &connack.properties else {
        return Ok(default);
    };
    for (name, is_0) in [
        ("receive maximum", properties.receive_max == Some(0)),
        ("maximum packet size", properties.max_packet_size == Some(0)),
    ] {
        if is_0 {
            return Err(Failure {
                kind: FailureKind::Undecided,
                text: format!("the broker announces a {name} of 0, with which nothing can be sent"),
            });
        }
    }
    Ok(Connack {
        receive_maximum: properties.receive_max.unwrap_or(default.receive_maximum),
        maximum_packet_size: properties
            .max_packet_size
            .unwrap_or(default.maximum_packet_size),
        maximum_qos: match properties.max_qos {
            Some(0) => QoS::AtMostOnce,
            _ => default.maximum_qos,
        },
        retain_available: properties.retain_available != Some(0),
        server_keep_alive_seconds: properties.server_keep_alive,
        ..default
    })
}

pub(super) fn decode(frame: Frame) -> Result<Heard, Fault> {
    match frame.packet_type() {
        packet_type::CONNACK => Err("it sent a second CONNACK".into()),
        packet_type::PUBLISH => publish(frame),
        packet_type::PUBACK => puback(frame),
        packet_type::SUBACK => suback(frame),
        packet_type::DISCONNECT => Ok(Heard::Disconnected(disconnected(frame))),
        other => match read(frame)? {
            Packet::PubRel(release) => Ok(Heard::Released(release.pkid)),
            Packet::PingResp(_) => Ok(Heard::PingResp),
            Packet::PubRec(_) | Packet::PubComp(_) | Packet::UnsubAck(_) => Ok(Heard::Unsolicited),
            _ => Err(not_from_a_broker(other)),
        },
    }
}

/// rumqttc says whether it has a topic alias, which we do not allow (MQTT 5, section 3.3.2.3.4). Properties that can't be
/// read, or that are longer than what is kept, concern this message alone.
fn publish(frame: Frame) -> Result<Heard, Fault> {
    let bare = bare_message(Version::V5, &frame);
    match (read(frame), bare) {
        (Ok(Packet::Publish(publish)), _) if has_topic_alias(&publish) => {
            Err("it uses a topic alias".into())
        }
        (Ok(_), Some(message)) => Ok(Heard::Message(message)),
        (Err(_), Some(message)) if !message.topic.is_empty() => Ok(Heard::Message(message)),
        (Err(fault), _) => Err(fault),
        (Ok(_), None) => Err("a PUBLISH that is none".into()),
    }
}

fn has_topic_alias(publish: &Publish) -> bool {
    let properties = publish.properties.as_ref();
    properties.is_some_and(|all| all.topic_alias.is_some())
}

fn puback(frame: Frame) -> Result<Heard, Fault> {
    let [high, low, rest @ ..] = frame.body() else {
        return Err("a PUBACK without a packet id".into());
    };
    let (id, code) = (
        u16::from_be_bytes([*high, *low]),
        rest.first().copied().unwrap_or(0),
    );
    let bare = [*high, *low, code];
    let (reason, detail) = match read_or_bare(frame, &bare) {
        Ok(Packet::PubAck(PubAck {
            reason: PubAckReason::Success,
            ..
        })) => return Ok(Heard::Acked(id, Ok(()))),
        Ok(Packet::PubAck(PubAck {
            reason: PubAckReason::NoMatchingSubscribers,
            ..
        })) => return Ok(Heard::Unmatched(id)),
        Ok(Packet::PubAck(ack)) => {
            let reason = ack.properties.and_then(|all| all.reason_string);
            (words(&ack.reason), detail(reason.as_deref(), None))
        }
        _ if code >= 0x80 => (unnamed(code), String::new()),
        // Whatever it means, it is no refusal (MQTT 5, section 2.4).
        _ => return Ok(Heard::Acked(id, Ok(()))),
    };
    let text = format!("the broker refused the message: {reason}{detail}");
    Ok(Heard::Acked(id, Err(text)))
}

fn suback(frame: Frame) -> Result<Heard, Fault> {
    // Without a property length it has the form of 3.1.1.
    let frame = match *frame.body() {
        [high, low, code] => Frame::new(packet_type::SUBACK, &[high, low, 0, code]),
        _ => frame,
    };
    let (id, code) = match *frame.body() {
        [high, low, .., code] => (u16::from_be_bytes([high, low]), code),
        _ => return Err("a SUBACK without a code".into()),
    };
    let SubAck {
        return_codes,
        properties,
        ..
    } = match read(frame) {
        Ok(Packet::SubAck(ack)) => ack,
        // Its properties can't be read, or its code is none: it is about the subscription alone.
        _ if code <= MOST_GRANTED => return Ok(Heard::Subscribed(id, Ok(()))),
        _ => return Ok(Heard::Subscribed(id, Err(unnamed(code)))),
    };
    let refused = return_codes
        .iter()
        .find(|code| !matches!(code, SubscribeReasonCode::Success(_)));
    let result = refused.map_or(Ok(()), |code| {
        let reason = properties.and_then(|all| all.reason_string);
        Err(format!(
            "{}{}",
            words(code),
            detail(reason.as_deref(), None)
        ))
    });
    Ok(Heard::Subscribed(id, result))
}

/// DISCONNECT, with or without its reason code and its properties (MQTT 5, section 3.14.2).
fn disconnected(frame: Frame) -> ConnectionEnd {
    let code = frame.body().first().copied().unwrap_or(0);
    let frame = match frame.body().len() {
        0 | 1 => Frame::new(packet_type::DISCONNECT, &[code, 0]),
        _ => frame,
    };
    let (reason, detail) = match read_or_bare(frame, &[code, 0]) {
        Ok(Packet::Disconnect(Disconnect {
            reason_code,
            properties,
        })) => {
            let properties = properties.as_ref();
            let detail = detail(
                properties.and_then(|all| all.reason_string.as_deref()),
                properties.and_then(|all| all.server_reference.as_deref()),
            );
            (words(&reason_code), detail)
        }
        _ => (unnamed(code), String::new()),
    };
    ConnectionEnd {
        kind: refusal::disconnect_cause(code),
        text: format!("the broker disconnected this client: {reason}{detail}"),
    }
}
