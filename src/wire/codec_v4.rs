//! Packets of MQTT 3.1.1 by rumqttc, which calls it v4 by its protocol level.

use super::codec::{bare_message, not_from_a_broker, Answer, Fault, Heard, Message};
use super::frame::{packet_type, Frame};
use super::refusal;
use super::said::unnamed;
use crate::engine::{Attempt, Connack, ConnectionEnd, Failure, Version};
use crate::message::QoS;
use crate::settings::Settings;
use bytes::BytesMut;
use rumqttc::mqttbytes::v4::{
    Connect, ConnectReturnCode, LastWill, Packet, PubAck, PubComp, PubRec, Publish,
    SubscribeReasonCode,
};
use rumqttc::mqttbytes::QoS as WireQoS;
use rumqttc::Request;

pub(super) fn wire_qos(qos: QoS) -> WireQoS {
    match qos {
        QoS::AtMostOnce => WireQoS::AtMostOnce,
        QoS::AtLeastOnce => WireQoS::AtLeastOnce,
    }
}

pub(super) fn connect(
    settings: &Settings,
    attempt: &Attempt,
    bytes: &mut BytesMut,
) -> Result<(), Fault> {
    let mut connect = Connect::new(settings.client_id.as_str());
    connect.keep_alive = settings.keep_alive_seconds;
    // 3.1.1 has no session that ends by itself.
    connect.clean_session = true;
    connect.last_will = attempt.has_will.then(|| {
        LastWill::new(
            settings.availability_topic.as_str(),
            settings.will_message.as_bytes(),
            wire_qos(attempt.will.qos),
            attempt.will.retain,
        )
    });
    if let Some(username) = &settings.username {
        connect.set_login(
            username.as_str(),
            settings.password.as_deref().unwrap_or_default(),
        );
    }
    write(&Packet::Connect(connect), bytes)
}

pub(super) fn encode(request: Request, id: u16, bytes: &mut BytesMut) -> Result<(), Fault> {
    match request {
        Request::Publish(mut publish) => {
            if publish.qos != WireQoS::AtMostOnce {
                publish.pkid = id;
            }
            write(&Packet::Publish(publish), bytes)
        }
        Request::Subscribe(mut subscribe) => {
            subscribe.pkid = id;
            write(&Packet::Subscribe(subscribe), bytes)
        }
        Request::Disconnect(_) => write(&Packet::Disconnect, bytes),
        other => Err(format!("{other:?} is never handed over")),
    }
}

pub(super) fn encode_answer(answer: Answer, bytes: &mut BytesMut) -> Result<(), Fault> {
    let packet = match answer {
        Answer::PubAck(id) => Packet::PubAck(PubAck::new(id)),
        Answer::PubRec(id) => Packet::PubRec(PubRec::new(id)),
        Answer::PubComp(id) => Packet::PubComp(PubComp::new(id)),
    };
    write(&packet, bytes)
}

fn write(packet: &Packet, bytes: &mut BytesMut) -> Result<(), Fault> {
    let written = packet.write(bytes, usize::MAX);
    written.map(drop).map_err(|error| error.to_string())
}

fn read(mut frame: Frame) -> Result<Packet, Fault> {
    Packet::read(&mut frame.bytes, usize::MAX).map_err(|error| error.to_string())
}

pub(super) fn connack(frame: Frame) -> Result<Result<Connack, Failure>, Fault> {
    let [_, code, ..] = *frame.body() else {
        return Err("a CONNACK without a code".into());
    };
    match read(frame) {
        Ok(Packet::ConnAck(connack)) => Ok(match connack.code {
            ConnectReturnCode::Success => Ok(Connack::default()),
            refused => Err(refusal::connack_v4(refused)),
        }),
        // In the words of MQTT 5.
        _ if code == 0x84 => Ok(Err(refusal::not_v311())),
        _ => Ok(Err(refusal::unknown_code(code))),
    }
}

pub(super) fn decode(frame: Frame) -> Result<Heard, Fault> {
    let bare = match frame.packet_type() {
        packet_type::PUBLISH => bare_message(Version::V311, &frame),
        _ => None,
    };
    let other = match frame.packet_type() {
        packet_type::CONNACK => return Err("it sent a second CONNACK".into()),
        packet_type::SUBACK => return suback(frame),
        packet_type::DISCONNECT => return Ok(Heard::Disconnected(disconnected(&frame))),
        other => other,
    };
    match read(frame) {
        Ok(Packet::Publish(publish)) => Ok(Heard::Message(message(publish))),
        Ok(Packet::PubAck(ack)) => Ok(Heard::Acked(ack.pkid, Ok(()))),
        Ok(Packet::PubRel(release)) => Ok(Heard::Released(release.pkid)),
        Ok(Packet::PingResp) => Ok(Heard::PingResp),
        Ok(Packet::PubRec(_) | Packet::PubComp(_) | Packet::UnsubAck(_)) => Ok(Heard::Unsolicited),
        Ok(_) => Err(not_from_a_broker(other)),
        Err(fault) => bare.map(Heard::Message).ok_or(fault),
    }
}

fn message(publish: Publish) -> Message {
    Message {
        topic: publish.topic.into(),
        payload: publish.payload,
        retain: publish.retain,
        answer: match publish.qos {
            WireQoS::AtMostOnce => None,
            WireQoS::AtLeastOnce => Some(Answer::PubAck(publish.pkid)),
            WireQoS::ExactlyOnce => Some(Answer::PubRec(publish.pkid)),
        },
    }
}

fn suback(frame: Frame) -> Result<Heard, Fault> {
    let (id, code) = match *frame.body() {
        [high, low, .., code] => (u16::from_be_bytes([high, low]), code),
        _ => return Err("a SUBACK without a code".into()),
    };
    let result = match read(frame) {
        Ok(Packet::SubAck(ack)) if ack.return_codes.contains(&SubscribeReasonCode::Failure) => {
            Err("3.1.1 gives no reason".into())
        }
        Ok(_) => Ok(()),
        // It is about the subscription alone, whatever it says.
        Err(_) => Err(unnamed(code)),
    };
    Ok(Heard::Subscribed(id, result))
}

/// 3.1.1 knows DISCONNECT only from a client; some brokers send it all the same, even with a code of MQTT 5.
fn disconnected(frame: &Frame) -> ConnectionEnd {
    let code = frame.body().first().copied().unwrap_or(0);
    let reason = match code {
        0 => "it gives no reason".into(),
        code => unnamed(code),
    };
    ConnectionEnd {
        kind: refusal::disconnect_cause(code),
        text: format!("the broker disconnected this client: {reason}"),
    }
}
