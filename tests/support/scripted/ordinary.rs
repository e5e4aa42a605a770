//! What the scripted broker does when no script says otherwise.

use std::io::Result;

use super::Connection;
use crate::support::codec::{Ack, AckKind, Codes, Packet, Properties};

/// What [`Connection::serve_but`] is to do about a packet.
pub enum Answer {
    /// What an ordinary broker does.
    Ordinary,
    /// Nothing: the hook has answered, or nobody shall.
    Nothing,
    /// Serve no longer: the script goes on.
    End,
}

impl Connection {
    /// An ordinary broker from the CONNECT on.
    pub fn run_ordinary(&mut self) -> Result<()> {
        self.accept()?;
        self.serve()
    }

    /// An ordinary broker after the CONNACK: acknowledges all, until the client disconnects.
    pub fn serve(&mut self) -> Result<()> {
        self.serve_but(|_, _| Ok(Answer::Ordinary))
    }

    /// As [`Connection::serve`], but the hook sees every packet first.
    pub fn serve_but(
        &mut self,
        mut hook: impl FnMut(&mut Connection, &Packet) -> Result<Answer>,
    ) -> Result<()> {
        loop {
            let packet = self.read()?;
            match hook(self, &packet)? {
                Answer::Ordinary if matches!(packet, Packet::Disconnect(_)) => return Ok(()),
                Answer::Ordinary => self.answer(&packet)?,
                Answer::Nothing => {}
                Answer::End => return Ok(()),
            }
        }
    }

    fn answer(&mut self, packet: &Packet) -> Result<()> {
        match packet {
            Packet::Publish(publish) => self.acknowledge(publish),
            Packet::Ack(ack) if ack.kind == AckKind::PubRel => {
                self.send(&Packet::Ack(Ack::new(AckKind::PubComp, ack.id)))
            }
            Packet::Subscribe(subscribe) => {
                let codes = subscribe.filters.iter().map(|(_, options)| options & 0x03);
                self.send(&Packet::SubAck(Codes {
                    id: subscribe.id,
                    codes: codes.collect(),
                    properties: Properties::default(),
                }))
            }
            Packet::Unsubscribe(unsubscribe) => self.send(&Packet::UnsubAck(Codes {
                id: unsubscribe.id,
                codes: vec![0; unsubscribe.filters.len()],
                properties: Properties::default(),
            })),
            Packet::PingReq => self.send(&Packet::PingResp),
            Packet::Ack(_) => Ok(()),
            other => panic!("a client does not send {other:?} here"),
        }
    }
}
