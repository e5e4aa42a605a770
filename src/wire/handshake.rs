//! From a TCP connection to CONNACK.

use super::codec::{self, name};
use super::frame::{packet_type, FrameCutter};
use super::not_mqtt::{quote_bytes, NotMqtt, MOST_BYTES};
use super::refusal;
use super::stream::Stream;
use crate::engine::{Attempt, Connack, Failure, FailureKind, Version};
use crate::outbox::Time;
use crate::settings::Settings;
use bytes::{Buf, BytesMut};
use std::io::{self, ErrorKind};
use std::time::Duration;

/// A CONNECT on its way, or its answer.
#[derive(Debug)]
pub(super) struct Handshake<S> {
    stream: S,
    version: Version,
    uses_tls: bool,
    connect: BytesMut,
    incoming: FrameCutter,
    /// What the broker said first, to name it if it is no MQTT.
    first: Vec<u8>,
    until: Time,
    limit: Duration,
    broke_in_tls: bool,
}

impl<S: Stream> Handshake<S> {
    /// `started`: when the TCP connection was begun.
    pub(super) fn new(
        stream: S,
        settings: &Settings,
        attempt: &Attempt,
        started: Time,
    ) -> Result<Self, Failure> {
        let connect = codec::connect(settings, attempt).map_err(|fault| Failure {
            kind: FailureKind::Permanent,
            text: format!("these settings make no CONNECT: {fault}"),
        })?;
        Ok(Handshake {
            stream,
            version: attempt.version,
            uses_tls: settings.tls.is_some(),
            connect,
            incoming: FrameCutter::default(),
            first: Vec::new(),
            until: started + attempt.limit,
            limit: attempt.limit,
            broke_in_tls: false,
        })
    }

    /// Does all that can be done without waiting, and says what it came to.
    pub(super) fn step(&mut self, now: Time) -> Option<Result<Connack, Failure>> {
        // What the broker said is read even if it would not listen.
        let written = self.write();
        match self.read() {
            Err(error) => return Some(Err(self.broke(&error))),
            Ok(Some(answer)) => return Some(answer.and_then(|connack| self.accepted(connack))),
            Ok(None) => {}
        }
        if let Err(error) = written {
            return Some(Err(self.broke(&error)));
        }
        (self.until <= now).then(|| Err(self.too_late()))
    }

    fn write(&mut self) -> io::Result<()> {
        self.stream.flush()?;
        while !self.connect.is_empty() {
            match self.stream.write(&self.connect) {
                Ok(taken) => self.connect.advance(taken),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read(&mut self) -> io::Result<Option<Result<Connack, Failure>>> {
        let mut chunk = [0; 4096];
        loop {
            let read = match self.stream.read(&mut chunk) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let missing = MOST_BYTES - self.first.len();
            self.first.extend_from_slice(&chunk[..read.min(missing)]);
            self.incoming.push(&chunk[..read]);
            if let Some(answer) = self.answer() {
                return Ok(Some(answer));
            }
        }
    }

    /// What the broker has answered, if that is all there.
    fn answer(&mut self) -> Option<Result<Connack, Failure>> {
        if let Some(other) = NotMqtt::recognise(&self.first) {
            return other
                .is_complete(&self.first)
                .then(|| Err(self.not_mqtt(other)));
        }
        // The beginning of a text may look like a packet.
        if self.first.len() < 4 && self.first.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        match self.incoming.next() {
            Ok(None) => None,
            Err(_) => Some(Err(self.nonsense())),
            Ok(Some(frame)) if frame.packet_type() == packet_type::CONNACK => {
                Some(codec::connack(self.version, frame))
            }
            Ok(Some(frame)) => Some(Err(undecided(format!(
                "the broker answered {} instead of CONNACK: {}",
                name(frame.packet_type()),
                quote_bytes(&self.first)
            )))),
        }
    }

    /// An answer means that the broker has the whole CONNECT. Over TLS it may have left while that was read: this is
    /// where the stream says so, before anything else is written.
    fn accepted(&mut self, connack: Connack) -> Result<Connack, Failure> {
        let is_written =
            self.connect.is_empty() || (self.write().is_ok() && self.connect.is_empty());
        match is_written {
            true => Ok(connack),
            false => Err(undecided(
                "the broker answered before it had the whole CONNECT".into(),
            )),
        }
    }

    fn not_mqtt(&self, other: NotMqtt) -> Failure {
        undecided(other.explain(&self.first, self.uses_tls))
    }

    fn nonsense(&self) -> Failure {
        undecided(format!(
            "the broker's answer makes no sense: {}",
            quote_bytes(&self.first)
        ))
    }

    /// What is known of an answer that is not all there.
    fn unfinished(&self) -> Option<Failure> {
        match NotMqtt::recognise(&self.first) {
            Some(other) => Some(self.not_mqtt(other)),
            None => (!self.first.is_empty()).then(|| self.nonsense()),
        }
    }

    fn broke(&mut self, error: &io::Error) -> Failure {
        if let Some(failure) = self.stream.tls_failure(error) {
            self.broke_in_tls = true;
            return failure;
        }
        self.unfinished()
            .unwrap_or_else(|| refusal::closed(self.uses_tls))
    }

    fn too_late(&self) -> Failure {
        if self.stream.is_handshaking() {
            return refusal::silent_in_tls(self.limit);
        }
        self.unfinished()
            .unwrap_or_else(|| refusal::silent(self.limit))
    }

    /// When to call [`Handshake::step`] again at the latest.
    pub(super) fn deadline(&self) -> Time {
        self.until
    }

    /// Whether to wait until there is room to write.
    pub(super) fn wants_write(&self) -> bool {
        // While TLS agrees on keys, CONNECT waits for what has to be read.
        self.stream.wants_write() || (!self.connect.is_empty() && !self.stream.is_handshaking())
    }

    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    /// Whether the broker has said nothing at all.
    pub(super) fn is_silent(&self) -> bool {
        self.first.is_empty()
    }

    /// Whether it was TLS that failed, be it after the keys were agreed on, when the broker refuses our certificate.
    pub(super) fn broke_in_tls(&self) -> bool {
        self.broke_in_tls
    }

    /// The connection, and what came behind CONNACK.
    pub(super) fn finish(self) -> (S, FrameCutter) {
        (self.stream, self.incoming)
    }
}

fn undecided(text: String) -> Failure {
    Failure {
        kind: FailureKind::Undecided,
        text,
    }
}
