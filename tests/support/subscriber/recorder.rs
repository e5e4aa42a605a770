//! The subscriber's thread: keeps the connection and records what comes.

use std::collections::HashSet;
use std::io::{Error, ErrorKind, Result, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::Message;
use crate::support::access::Access;
use crate::support::client::unexpected;
use crate::support::codec::{
    read_frame, Ack, AckKind, Connect, Packet, Properties, Publish, Subscribe,
};

/// Before it connects again.
const PAUSE: Duration = Duration::from_millis(10);

pub(super) struct Plan {
    pub(super) access: Access,
    pub(super) connect: Connect,
    pub(super) filters: Vec<(String, u8)>,
    pub(super) comes_back: bool,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) stream: Option<Arc<TcpStream>>,
    pub(super) messages: Vec<Message>,
    pub(super) acknowledged: HashSet<u16>,
    pub(super) last_id: u16,
    /// How often it has connected and subscribed.
    pub(super) connections: usize,
    pub(super) is_over: bool,
    /// Why it is gone for good.
    fault: Option<String>,
}

pub(super) struct Recorder {
    pub(super) plan: Plan,
    pub(super) state: Mutex<State>,
    changed: Condvar,
}

impl Recorder {
    pub(super) fn new(plan: Plan) -> Recorder {
        Recorder {
            plan,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics holding it")
    }

    /// Waits for a condition; fails the test when it does not hold in time, or no longer can.
    #[track_caller]
    pub(super) fn wait(
        &self,
        deadline: Duration,
        what: &str,
        mut condition: impl FnMut(&State) -> bool,
    ) -> MutexGuard<'_, State> {
        let end = Instant::now() + deadline;
        let mut state = self.lock();
        loop {
            if condition(&state) {
                return state;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || state.fault.is_some() {
                let report = report(&state);
                drop(state);
                panic!("the subscriber waits for {what} in vain:{report}");
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.expect("no thread panics holding it").0;
        }
    }

    /// Until the subscriber is dropped, or has lost the one connection that it was to have.
    pub(super) fn run(&self) {
        loop {
            let ended = self.record_one_connection();
            let mut state = self.lock();
            state.stream = None;
            if state.is_over {
                return;
            }
            // What is refused will be refused again.
            let is_for_good =
                matches!(&ended, Err(error) if error.kind() == ErrorKind::InvalidData);
            if !self.plan.comes_back || is_for_good {
                let error = ended.expect_err("a connection is recorded until it fails");
                state.fault = Some(format!("its connection ended: {error}"));
                self.changed.notify_all();
                return;
            }
            drop(state);
            std::thread::sleep(PAUSE);
        }
    }

    fn record_one_connection(&self) -> Result<()> {
        let stream = self.connect_and_subscribe()?;
        loop {
            let packet = self.read(&stream)?;
            self.take(&stream, packet)?;
        }
    }

    fn connect_and_subscribe(&self) -> Result<Arc<TcpStream>> {
        let access = &self.plan.access;
        let stream = Arc::new(TcpStream::connect((access.host.as_str(), access.port))?);
        stream.set_nodelay(true)?;
        {
            let mut state = self.lock();
            if state.is_over {
                return Err(ErrorKind::Interrupted.into());
            }
            // From here on, dropping the subscriber interrupts whatever this thread reads.
            state.stream = Some(Arc::clone(&stream));
        }
        self.send(&stream, &Packet::Connect(self.plan.connect.clone()))?;
        match self.read(&stream)? {
            Packet::ConnAck(connack) if connack.code == 0 => {}
            other => return Err(unexpected("CONNACK with success", &other)),
        }
        let subscribe = Packet::Subscribe(Subscribe {
            id: u16::MAX,
            filters: self.plan.filters.clone(),
            properties: Properties::default(),
        });
        self.send(&stream, &subscribe)?;
        loop {
            match self.read(&stream)? {
                Packet::SubAck(codes) if codes.codes.iter().all(|code| *code < 0x80) => break,
                packet @ Packet::SubAck(_) => {
                    return Err(unexpected("SUBACK with success", &packet))
                }
                packet => self.take(&stream, packet)?,
            }
        }
        self.lock().connections += 1;
        self.changed.notify_all();
        Ok(stream)
    }

    fn read(&self, mut stream: &TcpStream) -> Result<Packet> {
        let frame = read_frame(&mut stream)?;
        let packet = Packet::decode(&frame, self.plan.connect.version());
        packet.map_err(|fault| Error::new(ErrorKind::InvalidData, fault))
    }

    fn send(&self, mut stream: &TcpStream, packet: &Packet) -> Result<()> {
        stream.write_all(&packet.encode(self.plan.connect.version()))
    }

    /// Records a message or an acknowledgement, and answers what is to be answered.
    fn take(&self, stream: &TcpStream, packet: Packet) -> Result<()> {
        match packet {
            Packet::Publish(publish) => {
                let (qos, id) = (publish.qos, publish.id);
                self.keep(publish);
                match qos {
                    0 => Ok(()),
                    1 => self.send(stream, &Packet::Ack(Ack::new(AckKind::PubAck, id))),
                    _ => self.send(stream, &Packet::Ack(Ack::new(AckKind::PubRec, id))),
                }
            }
            Packet::Ack(ack) if ack.kind == AckKind::PubRel => {
                self.send(stream, &Packet::Ack(Ack::new(AckKind::PubComp, ack.id)))
            }
            Packet::Ack(ack) if ack.kind == AckKind::PubAck => {
                self.lock().acknowledged.insert(ack.id);
                self.changed.notify_all();
                Ok(())
            }
            Packet::Disconnect(reason) => Err(Error::other(format!("DISCONNECT: {reason:?}"))),
            other => Err(unexpected("a message", &other)),
        }
    }

    fn keep(&self, publish: Publish) {
        let mut state = self.lock();
        // Messages may come before the SUBACK, which is when the connection is counted.
        let connection = state.connections.max(1);
        state.messages.push(Message {
            publish,
            at: Instant::now(),
            connection,
        });
        self.changed.notify_all();
    }
}

fn report(state: &State) -> String {
    let mut text = String::new();
    if let Some(fault) = &state.fault {
        text += &format!("\n{fault}");
    }
    text += &format!("\n{} messages came", state.messages.len());
    // The last ones tell most.
    for message in state.messages.iter().rev().take(50).rev() {
        let Publish {
            topic,
            qos,
            retain,
            dup,
            ..
        } = &message.publish;
        let (payload, expiry) = (message.text(), message.expiry());
        text += &format!(
            "\n  {topic} {payload:?} qos {qos} retain {retain} dup {dup} expiry {expiry:?}"
        );
    }
    text
}
