//! What waits to be written, many packets for one write.

use super::codec::{self, Answer, Fault};
use super::requests::{Need, Request};
use super::stream::Stream;
use crate::engine::{Token, Version};
use crate::outbox::Time;
use bytes::{Buf, BytesMut};
use std::collections::VecDeque;
use std::io;
use std::time::Duration;

/// A peer that reads slower than this is not reading.
pub(super) const SLOWEST_BYTES_PER_SECOND: u64 = 16 * 1024;
/// What a packet may take beside the time of the bytes.
const SLACK: Duration = Duration::from_secs(20);
/// A buffer that a large message has made larger than this is given back.
const LARGEST_IDLE_BUFFER: usize = 1024 * 1024;
/// While so many bytes of answers wait, nothing more is read that may call for others.
const MOST_ANSWERS: usize = 16 * 1024;

/// What a packet may take that ends so many bytes from what is written. The time is fixed when the packet is handed
/// over: bytes that trickle don't make it longer. What the kernel has taken before does not count, as a peer that reads
/// makes room there at the same rate.
fn write_limit(bytes: usize) -> Duration {
    let bytes = bytes as u64;
    SLACK + Duration::from_secs(bytes / SLOWEST_BYTES_PER_SECOND)
}

/// A packet that is in the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet {
    pub(super) kind: Kind,
    pub(super) size: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One that was handed over, and what it needs.
    HandedOver(Token, Need),
    Farewell,
    Ping,
    Answer,
}

#[derive(Debug)]
struct Mark {
    /// The place of the packet's end in all that was ever written.
    end: u64,
    /// When it has to be written.
    until: Time,
    packet: Packet,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    buffer: BytesMut,
    /// Bytes written before those in the buffer.
    written: u64,
    marks: VecDeque<Mark>,
    answers: usize,
    /// The connection is to close once all is written.
    closes: bool,
}

impl Outgoing {
    /// Appends a packet that was handed over.
    pub(super) fn hand_over(
        &mut self,
        now: Time,
        request: Request,
        token: Token,
        id: u16,
    ) -> Result<(), Fault> {
        let kind = match request.need() {
            Need::Close => {
                self.closes = true;
                return Ok(());
            }
            Need::Farewell => Kind::Farewell,
            need => Kind::HandedOver(token, need),
        };
        let start = self.buffer.len();
        if let Err(fault) = codec::encode(request, id, &mut self.buffer) {
            // Never half a packet.
            self.buffer.truncate(start);
            return Err(fault);
        }
        self.mark(now, kind, start);
        Ok(())
    }

    pub(super) fn ping(&mut self, now: Time) {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&codec::PINGREQ);
        self.mark(now, Kind::Ping, start);
    }

    pub(super) fn answer(
        &mut self,
        now: Time,
        version: Version,
        answer: Answer,
    ) -> Result<(), Fault> {
        let start = self.buffer.len();
        codec::encode_answer(version, answer, &mut self.buffer)?;
        self.answers += self.buffer.len() - start;
        self.mark(now, Kind::Answer, start);
        Ok(())
    }

    fn mark(&mut self, now: Time, kind: Kind, start: usize) {
        let size = (self.buffer.len() - start) as u64;
        self.marks.push_back(Mark {
            end: self.written + self.buffer.len() as u64,
            until: now + write_limit(self.buffer.len()),
            packet: Packet { kind, size },
        });
    }

    /// Writes what the stream takes at once. What it had taken of a packet before counts as written only when it has
    /// the last byte of it; `each` is told then.
    pub(super) fn write(
        &mut self,
        stream: &mut impl Stream,
        mut each: impl FnMut(Packet),
    ) -> io::Result<()> {
        stream.flush()?;
        while !self.buffer.is_empty() {
            let taken = match stream.write(&self.buffer) {
                Ok(taken) => taken,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.buffer.advance(taken);
            self.written += taken as u64;
            while let Some(mark) = self.marks.front().filter(|mark| mark.end <= self.written) {
                if mark.packet.kind == Kind::Answer {
                    self.answers -= mark.packet.size as usize;
                }
                each(mark.packet);
                self.marks.pop_front();
            }
        }
        if self.buffer.is_empty() {
            if self.buffer.capacity() > LARGEST_IDLE_BUFFER {
                self.buffer = BytesMut::new();
            }
            if std::mem::take(&mut self.closes) {
                stream.finish()?;
            }
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Whether more that calls for answers may be read.
    pub(super) fn has_room_for_answers(&self) -> bool {
        self.answers < MOST_ANSWERS
    }

    /// When the next packet has to be written.
    pub(super) fn deadline(&self) -> Option<Time> {
        self.marks.front().map(|mark| mark.until)
    }
}
