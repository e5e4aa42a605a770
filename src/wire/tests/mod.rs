//! The connections, in both versions of the protocol, against a broker that does what a test says.

mod answers;
mod attempts;
mod endings;
mod opening;
mod packet_ids;
mod packet_size;
mod writes;

use super::{Dialer, Link};
use crate::engine::{
    Attempt, AvailabilityFlags, ConnectionEnd, Failure, Input, Packet, Token, Version,
};
use crate::message::QoS;
use crate::outbox::Time;
use crate::settings::Settings;
use crate::support::wait::PATIENCE;
use bytes::Bytes;
use crossbeam_channel::never;
use serde_json::{json, Value};
use std::sync::Arc;
use std::time::{Duration, Instant};

const BOTH: [Version; 2] = [Version::V5, Version::V311];
const TOPIC: &str = "a";
/// For an attempt that is to fail by it.
const SOON: Duration = Duration::from_millis(200);

fn dialer(port: u16, more: &Value) -> Dialer {
    let mut fields = json!({"broker_host": "127.0.0.1", "broker_port": port});
    for (name, value) in more.as_object().expect("the fields are an object") {
        fields[name] = value.clone();
    }
    let settings = Settings::from_value(&fields).expect("the settings are valid");
    Dialer::new(Arc::new(settings)).expect("there are no files")
}

fn attempt(version: Version, limit: Duration) -> Attempt {
    Attempt {
        number: 1,
        version,
        will: AvailabilityFlags::FULL,
        clean_start: true,
        limit,
    }
}

#[track_caller]
fn outcome(dialer: &Dialer, attempt: Attempt) -> Result<Link, Failure> {
    let mut opening = dialer.open(attempt);
    let done = opening.wait(Instant::now() + PATIENCE, &never());
    done.expect("the attempt comes to something")
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
    Refused(Token, String),
    Subscribed(Token, Result<(), String>),
    Received(Bytes),
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
            Input::Subscribed(token, result) => Told::Subscribed(token, result),
            Input::Received(payload) => Told::Received(payload),
            Input::Ended(ended) => Told::Ended(ended),
            Input::Opened(_) | Input::Failed(_) => unreachable!("the connection is open"),
        }
    }
}

impl Link {
    #[track_caller]
    fn send(&mut self, packet: Packet) {
        self.send_at(Time::ZERO, packet);
    }

    #[track_caller]
    fn send_at(&mut self, now: Time, packet: Packet) {
        self.sender.send(now, packet).expect("it is taken");
    }

    /// Polls once, as the background thread does; no end means that the time passed or something happened.
    fn poll(&mut self, limit: Duration) -> Vec<Told> {
        let mut events = Vec::new();
        let unwritten = self.sender.unwritten();
        let polled = self.connection.poll(limit, unwritten, &mut events);
        let inputs = events
            .into_iter()
            .filter_map(|event| self.sender.translate(event));
        let mut told: Vec<_> = inputs.map(Told::from).collect();
        told.extend(polled.err().map(Told::Ended));
        told
    }

    /// Polls until the condition holds for all that was told; fails the test when it does not in time, or before the
    /// end of the connection.
    #[track_caller]
    fn poll_until(&mut self, condition: impl Fn(&[Told]) -> bool) -> Vec<Told> {
        self.poll_each(PATIENCE, condition)
    }

    #[track_caller]
    fn poll_each(&mut self, limit: Duration, condition: impl Fn(&[Told]) -> bool) -> Vec<Told> {
        let deadline = Instant::now() + PATIENCE;
        let mut told = Vec::new();
        while !condition(&told) {
            let is_over = told.iter().any(|told: &Told| told.ended().is_some());
            assert!(!is_over && Instant::now() < deadline, "told: {told:?}");
            told.extend(self.poll(limit));
        }
        told
    }

    /// Polls until the end, which is the last that is told.
    #[track_caller]
    fn poll_to_the_end(&mut self) -> (Vec<Told>, ConnectionEnd) {
        self.poll_each_to_the_end(PATIENCE)
    }

    #[track_caller]
    fn poll_each_to_the_end(&mut self, limit: Duration) -> (Vec<Told>, ConnectionEnd) {
        let mut told = self.poll_each(limit, |told| told.iter().any(|told| told.ended().is_some()));
        match told.pop() {
            Some(Told::Ended(ended)) => (told, ended),
            other => panic!("after the end: {other:?}"),
        }
    }
}
