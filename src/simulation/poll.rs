//! Running an open connection: what `wire::Connection::poll` does over rumqttc.

use super::dial::Opening;
use super::network::{Down, Link, Up};
use super::process::Worker;
use super::world::World;
use crate::engine::{
    Connack, ConnectionEnd, EndCause, Input, Token, Version, MOST_UNWRITTEN_BYTES,
};
use crate::outbox::Time;
use std::collections::VecDeque;

/// How long rumqttc itself waits for a write on 3.1.1.
const FLUSH_LIMIT: Time = Time::from_secs(5);
/// What a write may take, as in `wire::Sender`.
const WRITE_LIMIT: Time = Time::from_secs(10);
const SLOWEST_BYTES_PER_SECOND: u64 = 16 * 1024;

/// A packet that was handed over and not written.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) token: Option<Token>,
    pub(super) up: Up,
    pub(super) handed_at: Time,
    pub(super) ready_at: Time,
}

impl Request {
    /// By when it has to be written, as in `wire::Sender`.
    pub(super) fn until(&self) -> Time {
        let bytes = self.size() + MOST_UNWRITTEN_BYTES;
        self.handed_at + WRITE_LIMIT + Time::from_secs(bytes / SLOWEST_BYTES_PER_SECOND)
    }

    pub(super) fn size(&self) -> u64 {
        match &self.up {
            Up::Publish(publish) => (publish.topic.len() + publish.payload.len()) as u64,
            _ => 16,
        }
    }
}

/// A connection that is open.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) number: u64,
    pub(super) link: u32,
    version: Version,
    pub(super) requests: VecDeque<Request>,
    ping_every: Time,
    next_ping: Time,
    awaits_answer: bool,
    /// A write has been waiting for room since then: of the first request, or of a ping.
    blocked: Option<(Time, Blocked)>,
    /// A ping waits in the buffer.
    has_ping: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blocked {
    Request,
    Ping,
}

impl Open {
    pub(super) fn write_limit(&self) -> Option<Time> {
        self.requests.iter().map(Request::until).max()
    }

    /// Whether a ping waited for room; it stays in the buffer for the next write.
    fn keeps_ping(&mut self) -> bool {
        let is_ping = matches!(self.blocked, Some((_, Blocked::Ping)));
        if is_ping {
            self.blocked = None;
            self.has_ping = true;
        }
        is_ping
    }

    fn blocked_size(&self, blocked: Blocked) -> u64 {
        match blocked {
            Blocked::Ping => 2,
            Blocked::Request => self.requests.front().map_or(0, Request::size),
        }
    }
}

impl World<'_> {
    /// A connection came of an attempt: the end of `Worker::wait_for_opening`.
    pub(super) fn opened(&mut self, opening: &Opening, connack: Connack) {
        let now = self.air.now;
        let Some(link) = opening.link.and_then(|id| self.link(id)) else {
            return;
        };
        let (id, version) = (link.id, link.version);
        let own = Time::from_secs(self.client().engine.settings().keep_alive_seconds.into());
        let ping_every = match connack.server_keep_alive_seconds {
            None | Some(0) => own,
            Some(seconds) => Time::from_secs(seconds.into()),
        };
        self.coverage.connections += 1;
        self.client()
            .watch
            .opened(now, opening.number, version, &connack);
        self.input(opening.number, Input::Opened(connack));
        let process = self.client();
        process.sender = Some(opening.number);
        process.open = Some(Open {
            number: opening.number,
            link: id,
            version,
            requests: VecDeque::new(),
            ping_every,
            next_ping: now + ping_every,
            awaits_answer: false,
            blocked: None,
            has_ping: false,
        });
    }

    /// When polling comes back next.
    pub(super) fn poll_event(&self, open: &Open, until: Time) -> Time {
        let Some(link) = self.links.iter().find(|link| link.id == open.link) else {
            return until;
        };
        if let Some((since, blocked)) = open.blocked {
            if link.has_room(open.blocked_size(blocked)) {
                return self.air.now;
            }
            return match open.version {
                Version::V5 => until,
                Version::V311 => until.min(since + FLUSH_LIMIT),
            };
        }
        let ready = open
            .requests
            .front()
            .map_or(Time::MAX, |request| request.ready_at);
        let heard = link.next_down().unwrap_or(Time::MAX);
        until.min(ready).min(heard).min(open.next_ping)
    }

    /// As `Worker::poll`: what happens next on the connection is reported, and the thread is due again.
    pub(super) fn poll(&mut self, until: Time, is_writing: bool) {
        let now = self.air.now;
        let Some(mut open) = self.client().open.take() else {
            return;
        };
        self.client().worker = Worker::Due;
        let (number, id) = (open.number, open.link);
        let mut inputs = Vec::new();
        let prefers_reading = self.air.dice.coin();
        let arrives = self.air.arrival();
        let polled = match self.link(id) {
            Some(link) => open.poll(now, arrives, link, prefers_reading, &mut inputs),
            None => Polled::Ended(EndCause::ByPeer),
        };
        if polled == Polled::Writes {
            self.write(&mut open, &mut inputs, arrives);
        }
        let ended = match polled {
            Polled::Ended(kind) => Some(kind),
            Polled::Waits if now < until => {
                self.client().worker = Worker::Polling { until, is_writing };
                self.client().open = Some(open);
                return;
            }
            // A ping that waits for room is not lost when the time is over.
            Polled::Waits if open.keeps_ping() => is_writing.then_some(EndCause::Stalled),
            Polled::Waits if is_writing || open.blocked.is_some() => Some(EndCause::Stalled),
            _ => None,
        };
        if ended.is_none() {
            self.client().open = Some(open);
        } else {
            let arrives = self.air.arrival();
            if let Some(link) = self.link(id) {
                link.close_by_client(arrives);
            }
        }
        for input in inputs {
            // As `Core::report`: what a connection says whose sender is gone is not heard.
            if self.client().sender == Some(number) {
                self.input(number, input);
            }
        }
        if let Some(kind) = ended {
            let text = String::from("it ended");
            self.input(number, Input::Ended(ConnectionEnd { kind, text }));
        }
    }

    /// The first request goes to the network.
    fn write(&mut self, open: &mut Open, inputs: &mut Vec<Input>, arrives: Time) {
        let Some(request) = open.requests.pop_front() else {
            return;
        };
        self.check_write(&request);
        inputs.extend(request.token.map(Input::Written));
        if let Some(link) = self.link(open.link) {
            link.write(arrives, request.up);
        }
    }
}

/// What came of polling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Polled {
    Something,
    /// The first request can be written.
    Writes,
    Waits,
    Ended(EndCause),
}

impl Open {
    fn poll(
        &mut self,
        now: Time,
        arrives: Time,
        link: &mut Link,
        prefers_reading: bool,
        inputs: &mut Vec<Input>,
    ) -> Polled {
        if let Some((since, blocked)) = self.blocked {
            if link.has_room(self.blocked_size(blocked)) {
                self.blocked = None;
                if blocked == Blocked::Request {
                    return Polled::Writes;
                }
                link.write(arrives, Up::Ping);
                return Polled::Something;
            }
            if self.version == Version::V311 && now >= since + FLUSH_LIMIT {
                // This version reports as written what it could not write in the end.
                return Polled::Ended(EndCause::Stalled);
            }
            return Polled::Waits;
        }
        if self.has_ping && link.has_room(2) {
            self.has_ping = false;
            link.write(arrives, Up::Ping);
        }
        let can_read = link.next_down().is_some_and(|at| at <= now);
        let can_write = self
            .requests
            .front()
            .is_some_and(|first| first.ready_at <= now);
        if can_read && (prefers_reading || !can_write) {
            return self.read(now, link, inputs);
        }
        if can_write {
            let size = self.requests.front().map_or(0, Request::size);
            if !link.has_room(size) {
                self.blocked = Some((now, Blocked::Request));
                return Polled::Waits;
            }
            return Polled::Writes;
        }
        if self.next_ping <= now {
            if self.awaits_answer {
                return Polled::Ended(EndCause::Stalled);
            }
            self.awaits_answer = true;
            self.next_ping = now + self.ping_every;
            match link.has_room(2) {
                true => link.write(arrives, Up::Ping),
                false => self.blocked = Some((now, Blocked::Ping)),
            }
            return match self.blocked {
                None => Polled::Something,
                Some(_) => Polled::Waits,
            };
        }
        Polled::Waits
    }

    /// Reads all that has arrived. An end hides nothing that came before it.
    fn read(&mut self, now: Time, link: &mut Link, inputs: &mut Vec<Input>) -> Polled {
        while link.next_down().is_some_and(|at| at <= now) {
            let input = match link.read_down() {
                Some(Down::Puback(token, result)) => Input::Acked(token, result),
                Some(Down::Suback(token, result)) => Input::Subscribed(token, result),
                Some(Down::Publish(payload)) => Input::Received {
                    payload,
                    retain: true,
                },
                Some(Down::Closed(kind)) => return Polled::Ended(kind),
                Some(Down::TooLarge) => Input::Received {
                    payload: "the beginning of a large message".into(),
                    retain: true,
                },
                Some(Down::Pingresp) => {
                    self.awaits_answer = false;
                    continue;
                }
                Some(Down::Connack(_) | Down::Refused(_)) | None => continue,
            };
            inputs.push(input);
        }
        Polled::Something
    }
}
