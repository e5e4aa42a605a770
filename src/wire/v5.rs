//! MQTT 5 on rumqttc.

use super::connection::{first, runtime, Connection, EventLoop, Inner, Watch};
use super::refusal;
use super::sender::Client as AnyClient;
use super::{Event, Link, Security, Sender, MAX_INCOMING};
use crate::engine::{
    window_span, Attempt, Connack, ConnectionEnd, EndCause, Failure, FailureKind, Packet,
};
use crate::message::QoS;
use crate::settings::Settings;
use crate::topic::quote;
use rumqttc::v5::mqttbytes::v5::{
    ConnAck, ConnectProperties, DisconnectReasonCode, Filter, LastWill, LastWillProperties,
    PubAckReason, Publish, PublishProperties, SubscribeReasonCode,
};
use rumqttc::v5::mqttbytes::{Error as CodecError, QoS as WireQoS};
use rumqttc::v5::{Client, ConnectionError, Event as Raw, Incoming, MqttOptions, StateError};
use rumqttc::{NetworkOptions, Outgoing, Transport};
use std::collections::VecDeque;
use std::future::Future;
use std::time::Duration;

/// Tries one address of the broker.
pub(super) fn open(
    settings: &Settings,
    attempt: &Attempt,
    host: &str,
    security: &Security,
) -> Result<Link, Failure> {
    let span = window_span(settings);
    let runtime = runtime().map_err(refusal::no_runtime)?;
    let watch = Watch::default();
    // Room for all that may be handed over at once, so that handing over never waits.
    let (client, mut connection) = Client::new(
        options(settings, attempt, host, security.transport()),
        usize::from(span) + 8,
    );
    match first(&runtime, &mut connection.eventloop, attempt.limit) {
        Some(Ok(Raw::Incoming(Incoming::ConnAck(connack)))) => {
            let connack = limits(&connack);
            if connack.receive_maximum == 0 {
                let text =
                    "the broker announces a receive maximum of 0, with which nothing can be sent";
                return Err(failure(FailureKind::Undecided, text));
            }
            // rumqttc takes 0, "no keep alive", for a ping without pause. A broker that needs none still lets us
            // find out that it is gone.
            if connack.server_keep_alive_seconds == Some(0) {
                connection
                    .eventloop
                    .options
                    .set_keep_alive(keep_alive(settings));
            }
            let sender = Sender::new(AnyClient::V5(client), span, watch.clone());
            Ok(Link {
                connack,
                sender,
                connection: Connection::new(Inner::V5(Box::new(connection)), runtime, watch),
            })
        }
        Some(Ok(other)) => Err(failure(
            FailureKind::Undecided,
            format!("the broker answered {}", quote(&format!("{other:?}"))),
        )),
        Some(Err(error)) => Err(explain(error, security)),
        None => Err(refusal::silent(attempt.limit)),
    }
}

fn options(
    settings: &Settings,
    attempt: &Attempt,
    host: &str,
    transport: Transport,
) -> MqttOptions {
    let mut options = MqttOptions::new(settings.client_id.as_str(), host, settings.broker_port);
    let delay = settings.will_delay_seconds;
    let properties = (delay > 0).then(|| LastWillProperties {
        delay_interval: Some(delay),
        payload_format_indicator: None,
        message_expiry_interval: None,
        content_type: None,
        response_topic: None,
        correlation_data: None,
        user_properties: Vec::new(),
    });
    options.set_last_will(LastWill::new(
        settings.availability_topic.as_str(),
        settings.will_message.as_bytes(),
        wire_qos(attempt.will.qos),
        attempt.will.retain,
        properties,
    ));
    options.set_clean_start(attempt.clean_start);
    // A delayed will needs a session that outlives the connection (MQTT 5, section 3.1.3.2.2).
    let mut connect = ConnectProperties::new();
    connect.session_expiry_interval = (delay > 0).then_some(delay);
    connect.max_packet_size = Some(MAX_INCOMING);
    options.set_connect_properties(connect);
    if let Some(username) = &settings.username {
        options.set_credentials(username, settings.password.as_deref().unwrap_or_default());
    }
    options.set_keep_alive(keep_alive(settings));
    // Never the one that decides: the limit of the attempt is shorter.
    options.set_connection_timeout(attempt.limit.as_secs() + 2);
    options.set_outgoing_inflight_upper_limit(window_span(settings));
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    options.set_network_options(network);
    options.set_transport(transport);
    options
}

fn keep_alive(settings: &Settings) -> Duration {
    Duration::from_secs(settings.keep_alive_seconds.into())
}

fn wire_qos(qos: QoS) -> WireQoS {
    match qos {
        QoS::AtMostOnce => WireQoS::AtMostOnce,
        QoS::AtLeastOnce => WireQoS::AtLeastOnce,
    }
}

fn limits(connack: &ConnAck) -> Connack {
    let Some(properties) = &connack.properties else {
        return Connack::default();
    };
    let default = Connack::default();
    Connack {
        receive_maximum: properties.receive_max.unwrap_or(default.receive_maximum),
        maximum_packet_size: properties
            .max_packet_size
            .unwrap_or(default.maximum_packet_size),
        maximum_qos: if properties.max_qos == Some(0) {
            QoS::AtMostOnce
        } else {
            default.maximum_qos
        },
        retain_available: properties.retain_available != Some(0),
        server_keep_alive_seconds: properties.server_keep_alive,
    }
}

pub(super) fn send(client: &Client, packet: Packet) -> bool {
    match packet {
        Packet::Publish {
            topic,
            payload,
            qos,
            retain,
            expiry_seconds,
            ..
        } => {
            let properties = PublishProperties {
                message_expiry_interval: expiry_seconds,
                ..Default::default()
            };
            client
                .try_publish_with_properties(&*topic, wire_qos(qos), retain, payload, properties)
                .is_ok()
        }
        Packet::Subscribe { topic, .. } => {
            let filter = Filter {
                nolocal: true,
                ..Filter::new(&*topic, WireQoS::AtMostOnce)
            };
            client.try_subscribe_many([filter]).is_ok()
        }
        Packet::Disconnect => client.try_disconnect().is_ok(),
    }
}

impl EventLoop for rumqttc::v5::EventLoop {
    type Raw = Raw;
    type Error = ConnectionError;

    fn poll(&mut self) -> impl Future<Output = Result<Raw, ConnectionError>> {
        rumqttc::v5::EventLoop::poll(self)
    }

    fn unread(&mut self) -> &mut VecDeque<Raw> {
        &mut self.state.events
    }

    fn is_write(event: &Raw) -> bool {
        matches!(event, Raw::Outgoing(packet) if *packet != Outgoing::PingReq)
    }

    fn read(event: Raw) -> Option<Event> {
        read(event)
    }

    fn end(error: &ConnectionError) -> ConnectionEnd {
        end(error)
    }
}

fn read(event: Raw) -> Option<Event> {
    match event {
        Raw::Outgoing(Outgoing::Publish(id) | Outgoing::Subscribe(id)) => Some(Event::Written(id)),
        Raw::Outgoing(Outgoing::Disconnect) => Some(Event::Written(0)),
        Raw::Outgoing(Outgoing::AwaitAck(_)) => {
            Some(Event::Broken("a packet id was given out twice"))
        }
        Raw::Incoming(Incoming::PubAck(ack)) => Some(Event::Acked(ack.pkid, puback(ack.reason))),
        Raw::Incoming(Incoming::SubAck(ack)) => {
            let refused = ack
                .return_codes
                .iter()
                .find(|code| !matches!(code, SubscribeReasonCode::Success(_)));
            Some(Event::Subscribed(
                ack.pkid,
                refused.map_or(Ok(()), |code| Err(refusal::words(code))),
            ))
        }
        // rumqttc would keep a topic for each alias, and we allow none.
        Raw::Incoming(Incoming::Publish(Publish {
            properties: Some(properties),
            ..
        })) if properties.topic_alias.is_some() => Some(Event::Breach("it uses a topic alias")),
        Raw::Incoming(Incoming::Publish(Publish { payload, .. })) => Some(Event::Received(payload)),
        // rumqttc would give out packet ids by its receive maximum from now on.
        Raw::Incoming(Incoming::ConnAck(_)) => Some(Event::Breach("it sent a second CONNACK")),
        _ => None,
    }
}

fn puback(reason: PubAckReason) -> Result<(), String> {
    match reason {
        PubAckReason::Success | PubAckReason::NoMatchingSubscribers => Ok(()),
        refused => Err(format!(
            "the broker refused the message: {}",
            refusal::words(&refused)
        )),
    }
}

fn end(error: &ConnectionError) -> ConnectionEnd {
    let (kind, text) = match error {
        ConnectionError::MqttState(StateError::ServerDisconnect {
            reason_code,
            reason_string,
        }) => {
            let kind = match reason_code {
                DisconnectReasonCode::SessionTakenOver => EndCause::TakenOver,
                _ => EndCause::ByPeer,
            };
            let detail = reason_string
                .as_deref()
                .map(|text| format!(" ({})", quote(text)))
                .unwrap_or_default();
            (
                kind,
                format!(
                    "the broker disconnected us: {}{detail}",
                    refusal::words(reason_code)
                ),
            )
        }
        ConnectionError::MqttState(StateError::AwaitPingResp) => (
            EndCause::Stalled,
            "the broker did not answer a ping within the keep alive".into(),
        ),
        ConnectionError::MqttState(StateError::ConnectionAborted) => {
            (EndCause::ByPeer, "the broker closed the connection".into())
        }
        ConnectionError::MqttState(StateError::Deserialization(
            CodecError::PayloadSizeLimitExceeded { .. },
        )) => (
            EndCause::TooLarge,
            format!("the broker sent a packet larger than {MAX_INCOMING} bytes"),
        ),
        other => match refusal::io_error(cause(other)) {
            Some(io) => (EndCause::ByPeer, format!("the connection broke: {io}")),
            None => (
                EndCause::ByPeer,
                format!("the broker broke the protocol: {other}"),
            ),
        },
    };
    ConnectionEnd { kind, text }
}

/// Where to look for what went wrong: this version of the client underneath hides what it could not read.
fn cause(error: &ConnectionError) -> &(dyn std::error::Error + 'static) {
    match error {
        ConnectionError::MqttState(StateError::Deserialization(hidden)) => hidden,
        _ => error,
    }
}

fn failure(kind: FailureKind, text: impl Into<String>) -> Failure {
    Failure {
        kind,
        text: text.into(),
    }
}

fn explain(error: ConnectionError, security: &Security) -> Failure {
    if let Some(tls) = security.failure(cause(&error)) {
        return tls;
    }
    match error {
        ConnectionError::Io(error) => refusal::unreachable(&error),
        ConnectionError::Timeout(_) => failure(FailureKind::Silent, "the broker did not answer"),
        ConnectionError::ConnectionRefused(code) => refusal::connack_v5(code),
        ConnectionError::MqttState(StateError::ConnectionAborted) => refusal::closed(),
        other => match refusal::io_error(cause(&other)) {
            Some(_) => refusal::closed(),
            None => failure(
                FailureKind::Undecided,
                format!(
                    "the broker's answer makes no sense: {}",
                    quote(&other.to_string())
                ),
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_needs_no_watching_until_it_is_written() {
        type Loop = rumqttc::v5::EventLoop;
        assert!(Loop::is_write(&Raw::Outgoing(Outgoing::Publish(1))));
        assert!(Loop::is_write(&Raw::Outgoing(Outgoing::Disconnect)));
        assert!(!Loop::is_write(&Raw::Outgoing(Outgoing::PingReq)));
    }
}
