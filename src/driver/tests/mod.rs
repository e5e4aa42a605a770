//! The driver, engine and outbox together, in time that the tests choose.

mod endings;
mod given_up;
mod heartbeat;
mod holds;
mod intake;
mod look;
mod new_settings;
mod news;
mod refused_states;
mod shutdown;
mod stalls;
mod states;
mod status;
mod subscribers;
mod subscription;
mod suspects;
mod twins;
mod unannounced;
mod versions;

use super::{Driver, Effects};
use crate::engine::{
    Attempt, Connack, ConnectionEnd, EndCause, Failure, FailureKind, Input, Link, Packet, Plan,
    Subject, Token, Version,
};
use crate::message::{Message, QoS};
use crate::outbox::Time;
use crate::settings::Settings;
use bytes::Bytes;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

const SECOND: Time = Duration::from_secs(1);

/// Keeps what is handed over.
#[derive(Debug, Default)]
struct Recorder(Rc<RefCell<Vec<Packet>>>);

impl Link for Recorder {
    fn send(&mut self, packet: Packet) -> Result<(), ConnectionEnd> {
        self.0.borrow_mut().push(packet);
        Ok(())
    }
}

/// A client, its background thread and its broker, at one moment.
struct Host {
    driver: Driver<Recorder>,
    now: Time,
    number: u64,
    sent: Rc<RefCell<Vec<Packet>>>,
    /// Of the last call.
    effects: Effects,
}

/// Without a status topic of Home Assistant, unless it is given.
fn settings(json: &str) -> Arc<Settings> {
    let name = "home_assistant_status_topic";
    let topic = match json.contains(name) {
        true => String::new(),
        false => format!(r#", "{name}": """#),
    };
    let comma = if json.is_empty() { "" } else { ", " };
    let all = format!(r#"{{"broker_host": "broker"{topic}{comma}{json}}}"#);
    Arc::new(Settings::from_json(&all).expect("they are valid"))
}

impl Host {
    fn new(json: &str) -> Self {
        let now = 1000 * SECOND;
        Host {
            driver: Driver::new(settings(json), now, 1),
            now,
            number: 0,
            sent: Rc::default(),
            effects: Effects::default(),
        }
    }

    /// One that is online.
    fn online(json: &str) -> Self {
        let mut host = Host::new(json);
        host.come_online();
        host
    }

    /// The background thread asks for its plan.
    fn plan(&mut self) -> Plan {
        let (plan, effects) = self.driver.plan(self.now);
        self.effects = effects;
        plan
    }

    /// Lets time pass, with the background thread asking as often as it was told to.
    fn wait(&mut self, time: Time) {
        let end = self.now + time;
        loop {
            let until = match self.plan() {
                Plan::Wait(until) | Plan::Opening(until) | Plan::Run(until) => until,
                Plan::Finished => Time::MAX,
                Plan::Open(attempt) => panic!("it connects before its time: {attempt:?}"),
            };
            if until > end {
                self.now = end;
                return;
            }
            self.now = self.now.max(until);
        }
    }

    /// Lets the time until the next attempt pass. Gives the attempt and how long that took.
    fn next_attempt(&mut self) -> (Attempt, Time) {
        let start = self.now;
        loop {
            match self.plan() {
                Plan::Open(attempt) => return (attempt, self.now - start),
                Plan::Wait(until) => self.now = self.now.max(until),
                other => panic!("no pause: {other:?}"),
            }
        }
    }

    /// The next attempt comes to a connection.
    fn connect_to(&mut self, connack: Connack) -> Attempt {
        let (attempt, _) = self.next_attempt();
        self.number = attempt.number;
        self.sent = Rc::default();
        let link = Recorder(self.sent.clone());
        self.effects = self.driver.opened(self.now, self.number, connack, link);
        attempt
    }

    fn connect(&mut self) -> Attempt {
        self.connect_to(Connack::default())
    }

    /// The next attempt comes to nothing.
    fn fail(&mut self, kind: FailureKind) -> Attempt {
        let (attempt, _) = self.next_attempt();
        let text = "it failed".into();
        let failed = Input::Failed(Failure { kind, text });
        self.effects = self.driver.report(self.now, attempt.number, [failed]);
        attempt
    }

    /// Connects, and has the birth message and the subscription answered.
    fn come_online(&mut self) {
        self.connect();
        self.acknowledge_all();
        self.acknowledge_all();
        assert!(self.driver.engine().is_online());
    }

    fn report(&mut self, input: Input) {
        self.effects = self.driver.report(self.now, self.number, [input]);
    }

    fn end(&mut self, kind: EndCause) {
        let text = "it ended".into();
        self.report(Input::Ended(ConnectionEnd { kind, text }));
    }

    /// What was handed over since this was last asked.
    fn sent(&mut self) -> Vec<Packet> {
        self.sent.borrow_mut().split_off(0)
    }

    fn write(&mut self, packet: &Packet) {
        if let Some(token) = token(packet) {
            self.report(Input::Written(token));
        }
    }

    fn acknowledge(&mut self, packet: &Packet) {
        self.write(packet);
        match packet {
            Packet::Publish { token, .. } => self.report(Input::Acked(*token, Ok(()))),
            Packet::Subscribe { token, .. } => self.report(Input::Subscribed(*token, Ok(()))),
            Packet::Disconnect { .. } => {}
        }
    }

    /// The next attempt comes to a connection, on which the broker refuses the birth message. Gives what else was
    /// handed over first.
    fn connect_without_birth(&mut self) -> Vec<Packet> {
        self.connect();
        let mut sent = self.sent();
        let birth = sent.pop().expect("it is said");
        assert_eq!(text(&birth), "online");
        self.write(&birth);
        let refused = Err("not authorized".into());
        self.report(Input::Acked(token(&birth).expect("it has one"), refused));
        sent
    }

    /// The broker acknowledges what was handed over, and gives it.
    fn acknowledge_all(&mut self) -> Vec<Packet> {
        let sent = self.sent();
        for packet in &sent {
            self.acknowledge(packet);
        }
        sent
    }

    fn publish_to(&mut self, topic: &str, lifetime: Option<u32>) -> u64 {
        self.publish_as(QoS::AtLeastOnce, topic, Bytes::from_static(b"{}"), lifetime)
    }

    fn publish_as(
        &mut self,
        qos: QoS,
        topic: &str,
        payload: impl Into<Bytes>,
        lifetime: Option<u32>,
    ) -> u64 {
        let message = Message {
            topic: topic.into(),
            payload: payload.into(),
            qos,
            retain: false,
        };
        let (id, effects) = self
            .driver
            .publish(self.now, message, lifetime, true, Vec::new());
        self.effects = effects;
        id.expect("there is room")
    }

    fn publish(&mut self, lifetime: Option<u32>) -> u64 {
        self.publish_to("events/door", lifetime)
    }

    fn outcome(&mut self, id: u64) -> Option<crate::outcome::Outcome> {
        let (outcome, effects) = self.driver.take_outcome(self.now, id);
        self.effects = effects;
        outcome.expect("somebody waits for it")
    }

    fn last_error(&self) -> String {
        self.driver.engine().last_error().unwrap_or_default().into()
    }
}

fn token(packet: &Packet) -> Option<Token> {
    match packet {
        Packet::Publish { token, .. } | Packet::Subscribe { token, .. } => Some(*token),
        Packet::Disconnect { .. } => None,
    }
}

/// What a PUBLISH says, or the name of another packet.
fn text(packet: &Packet) -> String {
    match packet {
        Packet::Publish { payload, .. } => String::from_utf8_lossy(payload).into_owned(),
        Packet::Subscribe { .. } => "SUBSCRIBE".into(),
        Packet::Disconnect { with_will: true } => "DISCONNECT with the will".into(),
        Packet::Disconnect { with_will: false } => "DISCONNECT".into(),
    }
}

fn texts(packets: &[Packet]) -> Vec<String> {
    packets.iter().map(text).collect()
}
