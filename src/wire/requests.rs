//! The channel from those who publish to the thread that writes: a synchronous rumqttc client on one end.

use super::recent_topics::RecentTopics;
use super::{codec_v4, codec_v5};
use crate::engine::{Packet, Version};
use flume::{Receiver, Sender};
use rumqttc::mqttbytes::v4::Publish as PublishV4;
use rumqttc::v5::mqttbytes::v5::{Filter, Publish as PublishV5, PublishProperties};
use rumqttc::{v5, Disconnect};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

/// What was handed over, in the types of one version of rumqttc.
#[derive(Debug)]
pub(super) enum Request {
    /// And, for DISCONNECT, whether the will is to be published.
    V5(v5::Request, bool),
    V4(rumqttc::Request),
}

/// The end that takes packets.
pub(super) enum Client {
    V5 {
        client: v5::Client,
        /// The same channel, for what the client would copy.
        requests: Sender<v5::Request>,
        topics: RecentTopics,
        /// rumqttc's DISCONNECT has no reason code.
        with_will: Arc<AtomicBool>,
    },
    V4 {
        client: rumqttc::Client,
        /// The same channel, for what the client would copy.
        requests: Sender<rumqttc::Request>,
    },
}

/// The end that gives them to be written.
#[derive(Debug)]
pub(super) enum Requests {
    V5(Receiver<v5::Request>, Arc<AtomicBool>),
    V4(Receiver<rumqttc::Request>),
}

/// A channel with room for so many packets.
pub(super) fn channel(version: Version, room: usize) -> (Client, Requests) {
    match version {
        Version::V5 => {
            let (requests, receiver) = flume::bounded(room);
            let with_will = Arc::new(AtomicBool::new(false));
            let client = Client::V5 {
                client: v5::Client::from_sender(requests.clone()),
                requests,
                topics: RecentTopics::default(),
                with_will: with_will.clone(),
            };
            (client, Requests::V5(receiver, with_will))
        }
        Version::V311 => {
            let (requests, receiver) = flume::bounded(room);
            let client = rumqttc::Client::from_sender(requests.clone());
            (Client::V4 { client, requests }, Requests::V4(receiver))
        }
    }
}

impl Client {
    /// False when it could not be handed over.
    pub(super) fn send(&mut self, packet: Packet) -> bool {
        match self {
            Client::V5 {
                client,
                requests,
                topics,
                with_will,
            } => send_v5(client, requests, topics, with_will, packet),
            Client::V4 { client, requests } => send_v4(client, requests, packet),
        }
    }
}

fn send_v5(
    client: &v5::Client,
    requests: &Sender<v5::Request>,
    topics: &mut RecentTopics,
    will: &AtomicBool,
    packet: Packet,
) -> bool {
    match packet {
        // `try_publish_with_properties` would copy the topic three times.
        Packet::Publish {
            topic,
            payload,
            qos,
            retain,
            expiry_seconds,
            ..
        } => {
            let publish = PublishV5 {
                topic: topics.bytes(&topic),
                payload,
                qos: codec_v5::wire_qos(qos),
                retain,
                properties: Some(PublishProperties {
                    message_expiry_interval: expiry_seconds,
                    ..PublishProperties::default()
                }),
                ..PublishV5::default()
            };
            requests.try_send(v5::Request::Publish(publish)).is_ok()
        }
        Packet::Subscribe {
            topic, no_local, ..
        } => {
            let filter = Filter {
                nolocal: no_local,
                ..Filter::new(&*topic, v5::mqttbytes::QoS::AtMostOnce)
            };
            client.try_subscribe_many([filter]).is_ok()
        }
        Packet::Disconnect { with_will } => {
            will.store(with_will, Ordering::Release);
            client.try_disconnect().is_ok()
        }
    }
}

fn send_v4(client: &rumqttc::Client, requests: &Sender<rumqttc::Request>, packet: Packet) -> bool {
    match packet {
        // `try_publish` would copy the payload.
        Packet::Publish {
            topic,
            payload,
            qos,
            retain,
            ..
        } => {
            let mut publish = PublishV4::from_bytes(&*topic, codec_v4::wire_qos(qos), payload);
            publish.retain = retain;
            requests
                .try_send(rumqttc::Request::Publish(publish))
                .is_ok()
        }
        Packet::Subscribe { topic, .. } => {
            let qos = rumqttc::mqttbytes::QoS::AtMostOnce;
            client.try_subscribe(&*topic, qos).is_ok()
        }
        Packet::Disconnect { with_will: false } => client.try_disconnect().is_ok(),
        // 3.1.1 can't ask for the will; a connection that closes without DISCONNECT does. PINGRESP, which no client
        // sends, says so in the channel.
        Packet::Disconnect { with_will: true } => {
            let close = rumqttc::Request::PingResp(rumqttc::PingResp);
            requests.try_send(close).is_ok()
        }
    }
}

impl Requests {
    /// Gives everything that was handed over.
    pub(super) fn take(&self, mut each: impl FnMut(Request)) {
        match self {
            Requests::V5(requests, with_will) => {
                for request in requests.try_iter() {
                    each(Request::V5(request, with_will.load(Ordering::Acquire)));
                }
            }
            Requests::V4(requests) => requests.try_iter().for_each(|one| each(Request::V4(one))),
        }
    }
}

/// What a request needs of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// To be acknowledged under its packet id.
    Acknowledgement,
    /// As that, by a SUBACK.
    Subscription,
    /// Nothing: QoS 0.
    Nothing,
    /// It is the last, and has no token.
    Farewell,
    /// As that, and nothing is written: the connection closes.
    Close,
}

impl Request {
    pub(super) fn need(&self) -> Need {
        use rumqttc::mqttbytes::QoS as V4QoS;
        use rumqttc::Request as V4;
        use v5::mqttbytes::QoS as V5QoS;
        match self {
            Request::V5(v5::Request::Publish(publish), _) if publish.qos == V5QoS::AtMostOnce => {
                Need::Nothing
            }
            Request::V5(v5::Request::Subscribe(_), _) => Need::Subscription,
            Request::V5(v5::Request::Disconnect, _) => Need::Farewell,
            Request::V4(V4::Publish(publish)) if publish.qos == V4QoS::AtMostOnce => Need::Nothing,
            Request::V4(V4::Subscribe(_)) => Need::Subscription,
            Request::V4(V4::Disconnect(Disconnect)) => Need::Farewell,
            Request::V4(V4::PingResp(_)) => Need::Close,
            _ => Need::Acknowledgement,
        }
    }
}
