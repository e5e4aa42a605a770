//! How a script is played on one connection.

use super::script::{Kind, Script, Step};
use argus_mqtt_fuzz::acknowledger::answer;
use argus_mqtt_fuzz::codec::{read_frame, Packet, Properties, Version};
use std::io::{ErrorKind, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long a script waits for a packet that may not come, and how long it does so when none came before.
const A_MOMENT: Duration = Duration::from_millis(4);
const NO_TIME: Duration = Duration::from_millis(1);
/// What a packet that is certain to come, or the room for one, may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(1);

pub struct Player<'a> {
    stream: &'a TcpStream,
    version: Version,
    patience: Duration,
}

impl<'a> Player<'a> {
    pub fn new(stream: &'a TcpStream) -> Player<'a> {
        Player {
            stream,
            version: Version::V5,
            patience: PATIENCE,
        }
    }

    /// Plays it to its end, or to that of the connection.
    pub fn play(mut self, script: &Script) -> Result<()> {
        self.stream.set_nodelay(true)?;
        self.stream.set_write_timeout(Some(PATIENCE))?;
        if let Some(Packet::Connect(connect)) = self.read()? {
            self.version = connect.version();
        }
        let Some(connack) = script.opening.bytes(self.version) else {
            return Ok(());
        };
        self.send(&connack)?;
        self.patience = 20 * A_MOMENT;
        self.serve(script.orderly % 4)?;
        self.patience = A_MOMENT;
        script.steps.0.iter().try_for_each(|step| self.take(step))
    }

    fn take(&mut self, step: &Step) -> Result<()> {
        match step {
            Step::Serve => self.serve(1),
            Step::ServeMany(most) => self.serve(most % 32),
            Step::Ignore => self.answer_next(|_| None).map(drop),
            Step::Answer(code) => {
                let answered = self.answer_next(|packet| answer_with(packet, *code));
                answered.map(drop)
            }
            Step::Confuse(kind) => {
                let answered = self.answer_next(|packet| confused(packet, kind));
                answered.map(drop)
            }
            Step::Say(saying) => self.send(&saying.bytes(self.version)),
            Step::SayDamaged { saying, damage } => self.send(&saying.damaged(damage, self.version)),
            Step::Bytes(bytes) => self.send(bytes),
            Step::Flood { bytes, thousands } => {
                let bytes = bytes.repeat(1000);
                (0..*thousands % 16).try_for_each(|_| self.send(&bytes))
            }
        }
    }

    /// Is an ordinary broker for so many packets, as long as there are any.
    fn serve(&mut self, most: u8) -> Result<()> {
        for _ in 0..most {
            if !self.answer_next(answer)? {
                break;
            }
        }
        Ok(())
    }

    /// Answers the next packet; false when none comes.
    fn answer_next(&mut self, answer: impl Fn(&Packet) -> Option<Packet>) -> Result<bool> {
        let Some(packet) = self.read()? else {
            self.patience = NO_TIME;
            return Ok(false);
        };
        if let Some(answer) = answer(&packet) {
            self.send(&answer.encode(self.version))?;
        }
        Ok(true)
    }

    /// The next packet, if one comes. What comes from the library must be one.
    fn read(&mut self) -> Result<Option<Packet>> {
        self.stream.set_read_timeout(Some(self.patience))?;
        match self.stream.peek(&mut [0]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            other => other?,
        };
        self.stream.set_read_timeout(Some(PATIENCE))?;
        let frame = read_frame(&mut self.stream)?;
        let packet = Packet::decode(&frame, self.version);
        Ok(Some(packet.unwrap_or_else(|fault| {
            panic!("the library sent {frame:02x?}: {fault}")
        })))
    }

    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes)
    }
}

fn answer_with(packet: &Packet, code: u8) -> Option<Packet> {
    let (kind, id) = match packet {
        Packet::Publish(publish) if publish.qos == 1 => (Kind::PubAck, publish.id),
        Packet::Subscribe(subscribe) => (Kind::SubAck, subscribe.id),
        other => return answer(other),
    };
    Some(kind.answer(id, code, Properties::default()))
}

fn confused(packet: &Packet, kind: &Kind) -> Option<Packet> {
    let id = match packet {
        Packet::Publish(publish) => publish.id,
        Packet::Subscribe(subscribe) => subscribe.id,
        other => return answer(other),
    };
    Some(kind.answer(id, 0, Properties::default()))
}
