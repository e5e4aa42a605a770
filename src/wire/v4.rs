//! MQTT 3.1.1 on rumqttc, which calls it v4 by its protocol level.

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
use rumqttc::mqttbytes::v4::{LastWill, Publish, SubscribeReasonCode};
use rumqttc::mqttbytes::{Error as CodecError, QoS as WireQoS};
use rumqttc::{Client, ConnectionError, Event as Raw, Incoming, MqttOptions, Outgoing, StateError};
use rumqttc::{NetworkOptions, Transport};
use std::collections::VecDeque;
use std::future::Future;
use std::time::Duration;

/// The largest packet there is (MQTT 3.1.1, section 2.2.3); 3.1.1 brokers don't say what they take.
const MAX_OUTGOING: usize = 268_435_455 + 5;
/// rumqttc limits each flush by the time it allows for connecting; ours is the limit for writes.
const NO_FLUSH_LIMIT_SECONDS: u64 = 24 * 3600;

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
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    network.set_connection_timeout(NO_FLUSH_LIMIT_SECONDS);
    connection.eventloop.set_network_options(network);
    match first(&runtime, &mut connection.eventloop, attempt.limit) {
        Some(Ok(Raw::Incoming(Incoming::ConnAck(_)))) => Ok(Link {
            connack: Connack::default(),
            sender: Sender::new(AnyClient::V4(client), span, watch.clone()),
            connection: Connection::new(Inner::V4(Box::new(connection)), runtime, watch),
        }),
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
    options.set_last_will(LastWill::new(
        settings.availability_topic.as_str(),
        settings.will_message.as_bytes(),
        wire_qos(attempt.will.qos),
        attempt.will.retain,
    ));
    options.set_clean_session(true);
    if let Some(username) = &settings.username {
        options.set_credentials(username, settings.password.as_deref().unwrap_or_default());
    }
    options.set_keep_alive(Duration::from_secs(settings.keep_alive_seconds.into()));
    options.set_inflight(window_span(settings));
    options.set_max_packet_size(MAX_INCOMING as usize, MAX_OUTGOING);
    options.set_transport(transport);
    options
}

fn wire_qos(qos: QoS) -> WireQoS {
    match qos {
        QoS::AtMostOnce => WireQoS::AtMostOnce,
        QoS::AtLeastOnce => WireQoS::AtLeastOnce,
    }
}

pub(super) fn send(client: &Client, packet: Packet) -> bool {
    match packet {
        Packet::Publish {
            topic,
            payload,
            qos,
            retain,
            ..
        } => client
            .try_publish(&*topic, wire_qos(qos), retain, payload)
            .is_ok(),
        Packet::Subscribe { topic, .. } => {
            client.try_subscribe(&*topic, WireQoS::AtMostOnce).is_ok()
        }
        Packet::Disconnect => client.try_disconnect().is_ok(),
    }
}

impl EventLoop for rumqttc::EventLoop {
    type Raw = Raw;
    type Error = ConnectionError;

    fn poll(&mut self) -> impl Future<Output = Result<Raw, ConnectionError>> {
        rumqttc::EventLoop::poll(self)
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
        Raw::Incoming(Incoming::PubAck(ack)) => Some(Event::Acked(ack.pkid, Ok(()))),
        Raw::Incoming(Incoming::SubAck(ack)) => {
            let refused = ack.return_codes.contains(&SubscribeReasonCode::Failure);
            let result = if refused {
                Err("3.1.1 gives no reason".into())
            } else {
                Ok(())
            };
            Some(Event::Subscribed(ack.pkid, result))
        }
        Raw::Incoming(Incoming::Publish(Publish { payload, .. })) => Some(Event::Received(payload)),
        _ => None,
    }
}

fn end(error: &ConnectionError) -> ConnectionEnd {
    let (kind, text) = match error {
        ConnectionError::MqttState(StateError::AwaitPingResp) => (
            EndCause::Stalled,
            "the broker did not answer a ping within the keep alive".into(),
        ),
        ConnectionError::FlushTimeout => return super::connection::write_stalled(),
        ConnectionError::MqttState(StateError::ConnectionAborted) => {
            (EndCause::ByPeer, "the broker closed the connection".into())
        }
        ConnectionError::MqttState(StateError::Deserialization(
            CodecError::PayloadSizeLimitExceeded(_),
        )) => (
            EndCause::TooLarge,
            format!("the broker sent a packet larger than {MAX_INCOMING} bytes"),
        ),
        other => match refusal::io_error(other) {
            Some(io) => (EndCause::ByPeer, format!("the connection broke: {io}")),
            None => (
                EndCause::ByPeer,
                format!("the broker broke the protocol: {other}"),
            ),
        },
    };
    ConnectionEnd { kind, text }
}

fn failure(kind: FailureKind, text: impl Into<String>) -> Failure {
    Failure {
        kind,
        text: text.into(),
    }
}

fn explain(error: ConnectionError, security: &Security) -> Failure {
    if let Some(tls) = security.failure(&error) {
        return tls;
    }
    match error {
        ConnectionError::Io(error) => refusal::unreachable(&error),
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => {
            failure(FailureKind::Silent, "the broker did not answer")
        }
        ConnectionError::ConnectionRefused(code) => refusal::connack_v4(code),
        ConnectionError::MqttState(StateError::ConnectionAborted) => refusal::closed(),
        other => match refusal::io_error(&other) {
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
        type Loop = rumqttc::EventLoop;
        assert!(Loop::is_write(&Raw::Outgoing(Outgoing::Publish(1))));
        assert!(Loop::is_write(&Raw::Outgoing(Outgoing::Disconnect)));
        assert!(!Loop::is_write(&Raw::Outgoing(Outgoing::PingReq)));
    }
}
