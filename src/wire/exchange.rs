//! What goes on over an open connection: packets in and out as far as that is possible without waiting.

use super::codec::{self, Answer, Heard};
use super::ends::{breach, broke, closed, stalled};
use super::frame::FrameCutter;
use super::keep_alive::KeepAlive;
use super::outgoing::{Kind, Outgoing, Packet};
use super::packet_ids::{InUse, PacketIds};
use super::requests::{Need, Requests};
use super::stream::Stream;
use super::topics::Topics;
use crate::engine::{ConnectionEnd, Input, Token, Version};
use crate::outbox::Time;
use std::io::ErrorKind;

/// What is read at once.
const CHUNK: usize = 16 * 1024;
/// So many reads before what was read is reported.
const MOST_READS: usize = 16;

/// What an exchange needs to begin.
pub(super) struct Start<S> {
    pub(super) stream: S,
    pub(super) version: Version,
    pub(super) topics: Topics,
    /// Where packets are handed over.
    pub(super) requests: Requests,
    /// How many tokens the window holds at once.
    pub(super) span: u16,
    pub(super) keep_alive: KeepAlive,
    /// What came behind CONNACK.
    pub(super) incoming: FrameCutter,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Exchange<S> {
    stream: S,
    version: Version,
    topics: Topics,
    requests: Requests,
    next_token: Token,
    ids: PacketIds,
    keep_alive: KeepAlive,
    outgoing: Outgoing,
    incoming: FrameCutter,
    chunk: Box<[u8]>,
    /// What was read may not be all that has arrived.
    has_more: bool,
    /// Why nothing more can be written. What is left to read comes first: the end of it follows.
    write_end: Option<ConnectionEnd>,
}

/// Whether to go on, or how it ended.
type Step = Result<(), ConnectionEnd>;

impl<S: Stream> Exchange<S> {
    pub(super) fn new(start: Start<S>) -> Self {
        Exchange {
            stream: start.stream,
            version: start.version,
            topics: start.topics,
            requests: start.requests,
            next_token: 1,
            ids: PacketIds::new(start.span),
            keep_alive: start.keep_alive,
            outgoing: Outgoing::default(),
            incoming: start.incoming,
            chunk: vec![0; CHUNK].into_boxed_slice(),
            has_more: true,
            write_end: None,
        }
    }

    /// Does all that can be done without waiting. The end, if it has come, is the last that is reported.
    pub(super) fn step(&mut self, now: Time, inputs: &mut Vec<Input>) {
        let stepped = self.send(now, inputs);
        if let Err(end) = stepped.and_then(|()| self.hear_and_keep_alive(now, inputs)) {
            inputs.push(Input::Ended(end));
        }
    }

    /// As [`Exchange::step`], where it is known that there is nothing to read.
    pub(super) fn step_unread(&mut self, now: Time, inputs: &mut Vec<Input>) {
        if let Err(end) = self.send(now, inputs) {
            inputs.push(Input::Ended(end));
        }
    }

    /// Writes what was handed over.
    fn send(&mut self, now: Time, inputs: &mut Vec<Input>) -> Step {
        self.take(now)?;
        self.write(now, inputs);
        Ok(())
    }

    fn hear_and_keep_alive(&mut self, now: Time, inputs: &mut Vec<Input>) -> Step {
        self.read(now, inputs)?;
        // Only now, as the answer may have been there all the time.
        let has_read_all = !self.has_more && self.wants_read();
        if has_read_all && self.keep_alive.is_over(now) {
            let text = "the broker did not answer a ping within the keep alive";
            return Err(stalled(text));
        }
        if self.keep_alive.begins(now) {
            self.outgoing.ping(now);
        }
        self.write(now, inputs);
        if self.outgoing.deadline().is_some_and(|until| until <= now) {
            let end = self.write_end.take();
            return Err(end.unwrap_or_else(|| stalled("the broker stopped reading")));
        }
        Ok(())
    }

    /// Takes what was handed over.
    fn take(&mut self, now: Time) -> Step {
        let Exchange {
            requests,
            outgoing,
            ids,
            next_token,
            ..
        } = self;
        let mut taken = Ok(());
        requests.take(|request| {
            let token = *next_token;
            if !matches!(request.need(), Need::Farewell | Need::Close) {
                *next_token += 1;
            }
            let id = ids.id(token);
            if taken.is_ok() {
                taken = outgoing.hand_over(now, request, token, id);
            }
        });
        taken.map_err(|fault| stalled(&format!("a defect of this library: {fault}")))
    }

    fn write(&mut self, now: Time, inputs: &mut Vec<Input>) {
        if self.write_end.is_some() {
            return;
        }
        let Exchange {
            stream,
            outgoing,
            ids,
            keep_alive,
            ..
        } = self;
        let written = outgoing.write(stream, |packet| {
            keep_alive.sent(now);
            report(packet, now, ids, keep_alive, inputs);
        });
        self.write_end = written.err().map(|error| broke(&error));
    }

    fn read(&mut self, now: Time, inputs: &mut Vec<Input>) -> Step {
        self.hear(now, inputs)?;
        self.has_more = false;
        for _ in 0..MOST_READS {
            if !self.outgoing.has_room_for_answers() && self.write_end.is_none() {
                return Ok(());
            }
            match self.stream.read(&mut self.chunk) {
                Ok(0) => {
                    return Err(self.write_end.take().unwrap_or_else(closed));
                }
                Ok(read) => {
                    self.keep_alive.received(read);
                    self.incoming.push(&self.chunk[..read]);
                    self.hear(now, inputs)?;
                    if self.stream.is_drained_by(read, CHUNK) {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(broke(&error)),
            }
        }
        self.has_more = true;
        Ok(())
    }

    /// Makes inputs of the packets that have arrived.
    fn hear(&mut self, now: Time, inputs: &mut Vec<Input>) -> Step {
        loop {
            if let Some(id) = self.incoming.next_success() {
                self.keep_alive.heard(now);
                inputs.push(self.answered(id, false, |token| Input::Acked(token, Ok(()))));
                continue;
            }
            let frame = match self.incoming.next() {
                Ok(None) => return Ok(()),
                Ok(Some(frame)) => frame,
                Err(_) => return Err(breach("the length of a packet is malformed")),
            };
            self.keep_alive.heard(now);
            let heard = codec::decode(self.version, frame).map_err(|fault| breach(&fault))?;
            match heard {
                Heard::Acked(id, result) => {
                    inputs.push(self.answered(id, false, |token| Input::Acked(token, result)));
                }
                Heard::Unmatched(id) => inputs.push(self.answered(id, false, Input::Unmatched)),
                Heard::Subscribed(id, result) => {
                    inputs.push(self.answered(id, true, |token| Input::Subscribed(token, result)));
                }
                Heard::Message(message) => {
                    if let Some(answer) = message.answer {
                        self.answer(now, answer)?;
                    }
                    if let Some(topic) = self.topics.config(&message.topic) {
                        let payload = message.payload;
                        inputs.push(Input::Config { topic, payload });
                    } else if let Some(subject) = self.topics.subject(&message.topic) {
                        let (payload, retain) = (message.payload, message.retain);
                        inputs.push(Input::Received {
                            subject,
                            payload,
                            retain,
                        });
                    }
                }
                Heard::Released(id) => self.answer(now, Answer::PubComp(id))?,
                Heard::PingResp => self.keep_alive.answered(),
                Heard::Unsolicited => inputs.push(Input::Unsolicited),
                Heard::Disconnected(end) => return Err(end),
            }
        }
    }

    /// What the broker says of the packet with this id, if there is one of the kind that it answers.
    fn answered(
        &mut self,
        id: u16,
        is_subscription: bool,
        input: impl FnOnce(Token) -> Input,
    ) -> Input {
        let token = self.ids.acknowledged(id, is_subscription);
        token.map_or(Input::Unsolicited, input)
    }

    fn answer(&mut self, now: Time, answer: Answer) -> Step {
        let answered = self.outgoing.answer(now, self.version, answer);
        answered.map_err(|fault| breach(&fault))
    }

    /// Writes what was handed over, as far as that is possible at once, and says that no more will come.
    pub(super) fn finish(&mut self) {
        // Nobody waits any more, whatever the time.
        let now = Time::ZERO;
        if self.take(now).is_ok() {
            self.write(now, &mut Vec::new());
        }
        // A socket that is closed with something left to read takes back what the peer has not read yet.
        for _ in 0..MOST_READS {
            if !matches!(self.stream.read(&mut self.chunk), Ok(1..)) {
                break;
            }
        }
        // It closes all the same.
        let _ = self.stream.finish();
    }

    /// When to call [`Exchange::step`] again at the latest, though nothing happens.
    pub(super) fn deadline(&self, now: Time) -> Time {
        if self.has_more {
            return now;
        }
        let both = [self.keep_alive.deadline(), self.outgoing.deadline()];
        both.into_iter().flatten().fold(Time::MAX, Time::min)
    }

    /// Whether to wait until there is room to write.
    pub(super) fn wants_write(&self) -> bool {
        self.write_end.is_none() && (!self.outgoing.is_empty() || self.stream.wants_write())
    }

    /// Whether to wait until there is something to read.
    pub(super) fn wants_read(&self) -> bool {
        self.outgoing.has_room_for_answers() || self.write_end.is_some()
    }

    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    #[cfg(test)]
    pub(super) fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

/// A packet was written.
fn report(
    packet: Packet,
    now: Time,
    ids: &mut PacketIds,
    keep_alive: &mut KeepAlive,
    inputs: &mut Vec<Input>,
) {
    match packet.kind {
        Kind::HandedOver(token, need) => {
            if need != Need::Nothing {
                ids.written(InUse {
                    token,
                    is_subscription: need == Need::Subscription,
                    size: packet.size,
                });
            }
            inputs.push(Input::Written(token));
        }
        Kind::Ping => keep_alive.asked(now, ids.unacknowledged_bytes()),
        Kind::Farewell | Kind::Answer => {}
    }
}
