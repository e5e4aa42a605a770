//! Handing packets over to rumqttc, and knowing again what its packet ids stand for.

use super::connection::Watch;
use super::Event;
use crate::engine::{ConnectionEnd, EndCause, Input, Packet, Token, MOST_UNWRITTEN_BYTES};
use crate::message::QoS;
use crate::outbox::Time;
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A peer that reads slower than this is not reading.
const SLOWEST_BYTES_PER_SECOND: u64 = 16 * 1024;
/// What a packet may take to be written, beside its own bytes and those that may wait before it.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// The sending half of one version of the protocol.
#[derive(Clone)]
pub(super) enum Client {
    V5(rumqttc::v5::Client),
    V4(rumqttc::Client),
}

/// Rumqttc gives no token for what is handed over; it reports packet ids in the order of handing over, and that
/// order is kept here. Packet ids never leave this module.
pub(crate) struct Sender {
    client: Client,
    /// What was handed over and has not come back as written.
    unwritten: VecDeque<Unwritten>,
    /// What each packet id in use stands for.
    ids: Vec<Option<Token>>,
    watch: Watch,
    /// The last SUBSCRIBE: no other packet is answered by a SUBACK, whatever packet id the broker puts there.
    subscribe: Option<Token>,
}

#[derive(Debug)]
struct Unwritten {
    /// None for DISCONNECT.
    token: Option<Token>,
    /// When it has to be written.
    until: Time,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender")
            .field("unwritten", &self.unwritten)
            .finish_non_exhaustive()
    }
}

impl Sender {
    /// `span`: the highest packet id that will be given out. `watch`: that of the connection.
    pub(super) fn new(client: Client, span: u16, watch: Watch) -> Self {
        Sender {
            client,
            unwritten: VecDeque::new(),
            ids: vec![None; usize::from(span) + 1],
            subscribe: None,
            watch,
        }
    }

    /// Hands a packet over, without waiting. An error means that the connection is of no use any more.
    pub(crate) fn send(&mut self, now: Time, packet: Packet) -> Result<(), ConnectionEnd> {
        let (token, size) = match &packet {
            Packet::Publish {
                token,
                topic,
                payload,
                ..
            } => (Some(*token), (topic.len() + payload.len()) as u64),
            Packet::Subscribe { token, topic } => (Some(*token), topic.len() as u64),
            Packet::Disconnect => (None, 0),
        };
        let is_subscribe = matches!(packet, Packet::Subscribe { .. });
        let accepted = match &self.client {
            Client::V5(client) => super::v5::send(client, packet),
            Client::V4(client) => super::v4::send(client, packet),
        };
        if is_subscribe {
            self.subscribe = token;
        }
        if !accepted {
            return Err(broken("rumqttc did not accept a packet"));
        }
        let bytes = size + MOST_UNWRITTEN_BYTES;
        let limit = WRITE_LIMIT + Duration::from_secs(bytes / SLOWEST_BYTES_PER_SECOND);
        if self.unwritten.is_empty() {
            self.watch.set(Some(Instant::now() + limit));
        }
        let until = now + limit;
        self.unwritten.push_back(Unwritten { token, until });
        Ok(())
    }

    /// What an event of the connection means to the engine.
    pub(crate) fn translate(&mut self, event: Event) -> Option<Input> {
        match event {
            Event::Written(id) => {
                let Unwritten { token, .. } = self.unwritten.pop_front()?;
                if self.unwritten.is_empty() {
                    self.watch.set(None);
                }
                if let Some(slot) = self.ids.get_mut(usize::from(id)).filter(|_| id != 0) {
                    *slot = token;
                }
                token.map(Input::Written)
            }
            Event::Acked(id, result) => Some(Input::Acked(self.take(id)?, result)),
            Event::Subscribed(id, result) => {
                let token = *self.ids.get(usize::from(id))?;
                let token = token.filter(|_| token == self.subscribe)?;
                self.take(id);
                Some(Input::Subscribed(token, result))
            }
            Event::Received(payload) => Some(Input::Received(payload)),
            Event::Broken(what) => Some(Input::Ended(broken(what))),
            Event::Breach(what) => Some(Input::Ended(ConnectionEnd {
                kind: EndCause::ByPeer,
                text: format!("the broker broke the protocol: {what}"),
            })),
        }
    }

    /// Packets handed over that have not come back as written.
    pub(crate) fn unwritten(&self) -> usize {
        self.unwritten.len()
    }

    /// When all that was handed over has to be written; none when it is.
    pub(crate) fn write_limit(&self) -> Option<Time> {
        self.unwritten.iter().map(|packet| packet.until).max()
    }

    /// Makes the thread that polls this connection come back, by saying on `topic` again what is already there.
    pub(crate) fn wake(&mut self, now: Time, topic: &str, payload: &Bytes) {
        let packet = Packet::Publish {
            token: Token::MAX,
            topic: topic.into(),
            payload: payload.clone(),
            qos: QoS::AtMostOnce,
            retain: false,
            expiry_seconds: None,
        };
        let _ = self.send(now, packet);
    }

    fn take(&mut self, id: u16) -> Option<Token> {
        self.ids.get_mut(usize::from(id))?.take()
    }
}

fn broken(what: &str) -> ConnectionEnd {
    ConnectionEnd {
        kind: EndCause::Stalled,
        text: format!("a defect of this library: {what}"),
    }
}
