//! Writing packets of MQTT 5, by rumqttc.

use super::codec::{Answer, Fault};
use crate::engine::Attempt;
use crate::message::QoS;
use crate::settings::Settings;
use bytes::BytesMut;
use rumqttc::v5::mqttbytes::v5::{
    Connect, ConnectProperties, Disconnect, DisconnectProperties, DisconnectReasonCode, LastWill,
    LastWillProperties, Login, Packet, PubAck, PubComp, PubRec,
};
use rumqttc::v5::mqttbytes::QoS as WireQoS;
use rumqttc::v5::Request;

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
    // What is not left is not delayed, and needs no session.
    let delay = match attempt.has_will {
        true => settings.will_delay_seconds,
        false => 0,
    };
    let will_properties = (delay > 0).then(|| LastWillProperties {
        delay_interval: Some(delay),
        payload_format_indicator: None,
        message_expiry_interval: None,
        content_type: None,
        response_topic: None,
        correlation_data: None,
        user_properties: Vec::new(),
    });
    let will = LastWill::new(
        settings.availability_topic.as_str(),
        settings.will_message.as_bytes(),
        wire_qos(attempt.will.qos),
        attempt.will.retain,
        will_properties,
    );
    // A delayed will needs a session that outlives the connection (MQTT 5, section 3.1.3.2.2). No Maximum Packet Size:
    // what is too large for us we skip, where a broker would drop it without a word.
    let properties = (delay > 0).then(|| ConnectProperties {
        session_expiry_interval: Some(delay),
        ..ConnectProperties::new()
    });
    let connect = Connect {
        keep_alive: settings.keep_alive_seconds,
        client_id: settings.client_id.clone(),
        clean_start: attempt.clean_start,
        properties,
    };
    let login = settings.username.as_ref().map(|username| Login {
        username: username.clone(),
        password: settings.password.clone().unwrap_or_default(),
    });
    let will = attempt.has_will.then_some(will);
    write(&Packet::Connect(connect, will, login), bytes)
}

pub(super) fn encode(
    request: Request,
    with_will: bool,
    id: u16,
    bytes: &mut BytesMut,
) -> Result<(), Fault> {
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
        Request::Disconnect => write(&Packet::Disconnect(disconnect(with_will)), bytes),
        other => Err(format!("{other:?} is never handed over")),
    }
}

/// With the will, the session must not outlive the connection: it would hold the will back (section 3.1.3.2.2).
fn disconnect(with_will: bool) -> Disconnect {
    Disconnect {
        reason_code: match with_will {
            true => DisconnectReasonCode::DisconnectWithWillMessage,
            false => DisconnectReasonCode::NormalDisconnection,
        },
        properties: with_will.then(|| DisconnectProperties {
            session_expiry_interval: Some(0),
            reason_string: None,
            user_properties: Vec::new(),
            server_reference: None,
        }),
    }
}

pub(super) fn encode_answer(answer: Answer, bytes: &mut BytesMut) -> Result<(), Fault> {
    let packet = match answer {
        Answer::PubAck(id) => Packet::PubAck(PubAck::new(id, None)),
        Answer::PubRec(id) => Packet::PubRec(PubRec::new(id, None)),
        Answer::PubComp(id) => Packet::PubComp(PubComp::new(id, None)),
    };
    write(&packet, bytes)
}

fn write(packet: &Packet, bytes: &mut BytesMut) -> Result<(), Fault> {
    let written = packet.write(bytes, None);
    written.map(drop).map_err(|error| error.to_string())
}
