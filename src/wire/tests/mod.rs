//! The connections, in both versions of the protocol, against a broker that does what a test says.

mod answers;
mod attempts;
mod cases;
mod cuts;
mod endings;
mod handshake;
mod keep_alive;
mod messages;
mod not_mqtt;
mod opening;
mod packet_ids;
mod packet_size;
mod pipe;
#[cfg(feature = "tls")]
mod tls;
mod writes;

use super::{Connection, Dialer, Opened, Sender};
use crate::clock::Clock;
use crate::engine::{
    Attempt, AvailabilityFlags, Connack, ConnectionEnd, Failure, Input, Link as _, Packet, Subject,
    Token, Version,
};
use crate::message::QoS;
use crate::settings::Settings;
use crate::support::fields;
use crate::support::wait::PATIENCE;
use crate::waker::Waker;
use bytes::Bytes;
use serde_json::{json, Value};
use std::sync::Arc;
use std::time::{Duration, Instant};

const BOTH: [Version; 2] = [Version::V5, Version::V311];
const TOPIC: &str = "a";
/// For an attempt that is to fail by it.
const SOON: Duration = Duration::from_millis(200);

fn dialer(port: u16, more: &Value) -> Dialer {
    let fields = json!({"broker_host": "127.0.0.1", "broker_port": port});
    let settings =
        Settings::from_value(&fields::with(fields, more)).expect("the settings are valid");
    Dialer::new(Arc::new(settings)).expect("there are no files")
}

fn attempt(version: Version, limit: Duration) -> Attempt {
    Attempt {
        has_will: true,
        wants_configs: false,
        number: 1,
        version,
        will: AvailabilityFlags::FULL,
        clean_start: true,
        limit,
    }
}

fn waker() -> Waker {
    Waker::new(Clock::new()).expect("there are descriptors")
}

#[track_caller]
fn outcome(dialer: &Dialer, attempt: Attempt) -> Result<Link, Failure> {
    let waker = waker();
    let mut opening = dialer.open(attempt);
    let done = opening.poll(PATIENCE, &waker);
    let opened = done.expect("the attempt comes to something")?;
    Ok(Link::new(opened, waker))
}

#[track_caller]
fn open_with(port: u16, version: Version, more: &Value) -> Link {
    outcome(&dialer(port, more), attempt(version, PATIENCE)).expect("it opens")
}

#[track_caller]
fn open(port: u16, version: Version) -> Link {
    open_with(port, version, &json!({}))
}

/// A message whose payload is its token.
fn message(token: Token, qos: QoS) -> Packet {
    Packet::Publish {
        token,
        topic: TOPIC.into(),
        payload: token.to_string().into(),
        qos,
        retain: false,
        expiry_seconds: None,
    }
}

/// A message that no buffer of a loopback connection takes.
fn huge_message(token: Token, qos: QoS) -> Packet {
    Packet::Publish {
        token,
        topic: TOPIC.into(),
        payload: Bytes::from(vec![b'x'; 32 << 20]),
        qos,
        retain: false,
        expiry_seconds: None,
    }
}

/// What the session is told, to compare.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    Written(Token),
    Acked(Token),
    Unmatched(Token),
    Refused(Token, String),
    Subscribed(Token, Result<(), String>),
    Received(Bytes),
    /// On Home Assistant's status topic; whether the broker had kept it.
    FromHomeAssistant(Bytes, bool),
    Unsolicited,
    Ended(ConnectionEnd),
}

impl Told {
    fn ended(&self) -> Option<&ConnectionEnd> {
        match self {
            Told::Ended(ended) => Some(ended),
            _ => None,
        }
    }
}

impl From<Input> for Told {
    fn from(input: Input) -> Told {
        match input {
            Input::Written(token) => Told::Written(token),
            Input::Acked(token, Ok(())) => Told::Acked(token),
            Input::Acked(token, Err(why)) => Told::Refused(token, why),
            Input::Unmatched(token) => Told::Unmatched(token),
            Input::Subscribed(token, result) => Told::Subscribed(token, result),
            Input::Received {
                subject: Subject::HomeAssistant,
                payload,
                retain,
            } => Told::FromHomeAssistant(payload, retain),
            Input::Received { payload, .. } => Told::Received(payload),
            Input::Unsolicited => Told::Unsolicited,
            Input::Ended(ended) => Told::Ended(ended),
            Input::Opened(_) | Input::Failed(_) => unreachable!("the connection is open"),
            Input::Config { .. } => unreachable!("none was asked for"),
        }
    }
}

/// An open connection, and what its thread waits on.
#[derive(Debug)]
struct Link {
    connack: Connack,
    sender: Sender,
    connection: Connection,
    waker: Waker,
}

impl Link {
    fn new(opened: Opened, waker: Waker) -> Self {
        Link {
            connack: opened.connack,
            sender: opened.link,
            connection: opened.connection,
            waker,
        }
    }

    #[track_caller]
    fn send(&mut self, packet: Packet) {
        self.sender.send(packet).expect("it is taken");
    }

    /// Polls once, as the background thread does; no end means that the time passed or something happened.
    fn poll(&mut self, limit: Duration) -> Vec<Told> {
        let until = self.waker.clock().now() + limit;
        let mut inputs = Vec::new();
        self.connection.poll(until, &self.waker, &mut inputs);
        inputs.into_iter().map(Told::from).collect()
    }

    /// Polls until the condition holds for all that was told; fails the test when it does not in time, or before the
    /// end of the connection.
    #[track_caller]
    fn poll_until(&mut self, condition: impl Fn(&[Told]) -> bool) -> Vec<Told> {
        let deadline = Instant::now() + PATIENCE;
        let mut told = Vec::new();
        while !condition(&told) {
            let is_over = told.iter().any(|told: &Told| told.ended().is_some());
            assert!(!is_over && Instant::now() < deadline, "told: {told:?}");
            told.extend(self.poll(PATIENCE));
        }
        told
    }

    /// Polls until the end, which is the last that is told.
    #[track_caller]
    fn poll_to_the_end(&mut self) -> (Vec<Told>, ConnectionEnd) {
        let mut told = self.poll_until(|told| told.iter().any(|told| told.ended().is_some()));
        match told.pop() {
            Some(Told::Ended(ended)) => (told, ended),
            other => panic!("after the end: {other:?}"),
        }
    }
}
