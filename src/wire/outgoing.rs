//! What waits to be written, many packets for one write.

use super::codec::{self, Answer, Fault};
use super::requests::{Need, Request};
use super::stream::Stream;
use crate::engine::{passing_time, Token, Version};
use crate::outbox::Time;
use bytes::{Buf, BytesMut};
use std::collections::VecDeque;
use std::io;
use std::time::Duration;

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
    SLACK + passing_time(bytes as u64)
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
    packet: Packet,
}

/// When bytes have to be written.
#[derive(Debug)]
struct Limit {
    /// The place of their end in all that was ever written.
    end: u64,
    until: Time,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    buffer: BytesMut,
    /// Bytes written before those in the buffer.
    written: u64,
    marks: VecDeque<Mark>,
    /// Those that come before the limits of all packets ahead of them; each is later than the one before it.
    limits: VecDeque<Limit>,
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
        let end = self.written + self.buffer.len() as u64;
        let packet = Packet { kind, size };
        self.marks.push_back(Mark { end, packet });
        self.limit(end, now + write_limit(self.buffer.len()));
    }

    /// What goes ahead of a packet has to be written by the packet's limit too. That may be the earlier one, as most of
    /// what was ahead when the others were handed over may have been written since.
    fn limit(&mut self, end: u64, until: Time) {
        while (self.limits.back()).is_some_and(|limit| limit.until >= until) {
            self.limits.pop_back();
        }
        self.limits.push_back(Limit { end, until });
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
            while (self.limits.front()).is_some_and(|limit| limit.end <= self.written) {
                self.limits.pop_front();
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

    /// When something of what waits has to be written.
    pub(super) fn deadline(&self) -> Option<Time> {
        self.limits.front().map(|limit| limit.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Packet as Handed;
    use crate::message::QoS;
    use crate::wire::requests::channel;
    use bytes::Bytes;

    /// Takes as many bytes as it is allowed to.
    #[derive(Default)]
    struct Narrow {
        taken: Vec<u8>,
        room: usize,
    }

    impl Stream for Narrow {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::WouldBlock.into())
        }

        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let size = self.room.min(bytes.len());
            if size == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            self.room -= size;
            self.taken.extend_from_slice(&bytes[..size]);
            Ok(size)
        }

        fn finish(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Some packets that were handed over, of so many bytes of payload.
    fn handed_over(now: Time, sizes: &[usize]) -> Outgoing {
        let (mut client, requests) = channel(Version::V5, sizes.len());
        for (token, size) in (1..).zip(sizes) {
            assert!(client.send(Handed::Publish {
                token,
                topic: "a".into(),
                payload: Bytes::from(vec![b'x'; *size]),
                qos: QoS::AtLeastOnce,
                retain: false,
                expiry_seconds: None,
            }));
        }
        let mut outgoing = Outgoing::default();
        let mut token = 0;
        requests.take(|request| {
            token += 1;
            outgoing
                .hand_over(now, request, token, token as u16)
                .expect("it is a packet");
        });
        outgoing
    }

    #[test]
    fn a_packet_is_written_with_its_last_byte_and_not_before() {
        let sizes = [0, 1, 200, 3];
        let mut outgoing = handed_over(Time::ZERO, &sizes);
        let whole = outgoing.buffer.clone();
        let ends: Vec<_> = outgoing
            .marks
            .iter()
            .map(|mark| mark.end as usize)
            .collect();
        let mut stream = Narrow::default();
        let mut written = 0;
        for byte in 1..=whole.len() {
            stream.room = 1;
            outgoing
                .write(&mut stream, |_| written += 1)
                .expect("it is taken");
            assert_eq!(stream.taken, whole[..byte], "nothing is lost or doubled");
            assert_eq!(written, ends.iter().filter(|end| **end <= byte).count());
        }
        assert_eq!((written, outgoing.is_empty()), (sizes.len(), true));
    }

    #[test]
    fn what_a_write_may_take_depends_on_what_is_to_be_written_before_it_and_never_grows() {
        let at = Time::from_secs;
        let mut outgoing = handed_over(at(100), &[10, 160 << 10, 10]);
        let mut stream = Narrow::default();
        assert_eq!(outgoing.deadline(), Some(at(120)));
        stream.room = 40;
        outgoing.write(&mut stream, |_| {}).expect("it is taken");
        assert_eq!(outgoing.deadline(), Some(at(130)));
        for _ in 0..1000 {
            stream.room = 1;
            outgoing.write(&mut stream, |_| {}).expect("it is taken");
            assert_eq!(outgoing.deadline(), Some(at(130)));
        }
        stream.room = usize::MAX;
        outgoing.write(&mut stream, |_| {}).expect("it is taken");
        assert_eq!(outgoing.deadline(), None);
    }

    #[test]
    fn the_earliest_limit_of_all_that_waits_counts() {
        let at = Time::from_secs;
        let mut outgoing = handed_over(at(100), &[160 << 10]);
        let mut stream = Narrow::default();
        assert_eq!(outgoing.deadline(), Some(at(130)));
        stream.room = 160 << 10;
        outgoing.write(&mut stream, |_| {}).expect("it is taken");
        assert!(!outgoing.is_empty());
        outgoing.ping(at(101));
        assert_eq!(outgoing.deadline(), Some(at(121)));
        // One with more before it comes after.
        outgoing.ping(at(102));
        assert_eq!(outgoing.deadline(), Some(at(121)));
        stream.room = outgoing.buffer.len() - codec::PINGREQ.len();
        outgoing.write(&mut stream, |_| {}).expect("it is taken");
        assert_eq!(outgoing.deadline(), Some(at(122)));
        stream.room = usize::MAX;
        outgoing.write(&mut stream, |_| {}).expect("it is taken");
        assert_eq!(outgoing.deadline(), None);
    }
}
