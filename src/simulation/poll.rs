//! Running an open connection: what `wire::Connection::poll` does on a socket.

use super::dial::Opening;
use super::handed::{Request, SharedQueue, SimulatedLink};
use super::network::{Down, Link, Up};
use super::process::Worker;
use super::world::World;
use crate::engine::{Connack, ConnectionEnd, EndCause, Input, Subject};
use crate::outbox::Time;
use std::collections::VecDeque;

/// A connection that is open.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) number: u64,
    pub(super) link: u32,
    pub(super) queue: SharedQueue,
    requests: VecDeque<Request>,
    ping_every: Time,
    next_ping: Time,
    awaits_answer: bool,
    /// A ping waits for room.
    has_ping: bool,
    status_topic: String,
}

impl World<'_> {
    /// A connection came of an attempt.
    pub(super) fn opened(&mut self, opening: &Opening, connack: Connack) {
        let now = self.air.now;
        let Some(link) = opening.link.and_then(|id| self.link(id)) else {
            return;
        };
        let (id, version) = (link.id, link.version);
        let settings = self.client().engine().settings().clone();
        let status_topic = settings.home_assistant_status_topic.clone();
        let own = Time::from_secs(settings.keep_alive_seconds.into());
        // A longer one only lengthens what we owe the broker.
        let ping_every = match connack.server_keep_alive_seconds {
            None | Some(0) => own,
            Some(seconds) => own.min(Time::from_secs(seconds.into())),
        };
        self.coverage.connections += 1;
        let number = opening.number;
        let client = self.client();
        if client.engine().current_number() == Some(number) {
            client.watch.opened(now, number, version, &connack);
            self.states.note_answer(None);
        }
        let client = self.client();
        let queue = SharedQueue::default();
        let link = SimulatedLink::new(&queue);
        client.open = Some(Open {
            number,
            link: id,
            queue,
            requests: VecDeque::new(),
            ping_every,
            next_ping: now + ping_every,
            awaits_answer: false,
            has_ping: false,
            status_topic,
        });
        let cause = self.cause(number, &Input::Opened(connack.clone()));
        self.act(cause, |driver, now| {
            ((), driver.opened(now, number, connack, link))
        });
    }

    /// When polling comes back next.
    pub(super) fn poll_event(&self, open: &Open, until: Time) -> Time {
        let Some(link) = self.links.iter().find(|link| link.id == open.link) else {
            return until;
        };
        let heard = link.next_down().unwrap_or(Time::MAX);
        let mut next = until.min(heard).min(open.next_ping);
        if open.has_ping && link.has_room(2) {
            next = self.air.now;
        }
        if let Some(request) = open.requests.front() {
            let writable = match link.has_room(request.size()) {
                true => Some(request.ready_at),
                false => open.write_deadline(),
            };
            next = next.min(writable.unwrap_or(Time::MAX));
        }
        next
    }

    /// As `Worker::poll`: what happens next on the connection is reported, and the thread is due again.
    pub(super) fn poll(&mut self, until: Time) {
        let now = self.air.now;
        let woken = self.client().woken;
        let Some(mut open) = self.client().open.take() else {
            return;
        };
        open.notice();
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
        match polled {
            Polled::Waits if now < until && !woken => {
                self.client().worker = Worker::Polling(until);
                self.client().open = Some(open);
                return;
            }
            Polled::Ended(kind) => {
                if let Some(link) = self.link(id) {
                    link.close_by_client(arrives);
                }
                let text = String::from("it ended");
                inputs.push(Input::Ended(ConnectionEnd { kind, text }));
            }
            _ => {}
        }
        self.client().open = Some(open);
        self.report(number, inputs);
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

    /// As `wire::Connection::close`: what was handed over goes as far as there is room.
    pub(super) fn close_open(&mut self) {
        let Some(mut open) = self.client().open.take() else {
            return;
        };
        open.notice();
        let arrives = self.air.arrival();
        while let Some(request) = open.requests.pop_front() {
            let Some(link) = self.link(open.link) else {
                return;
            };
            if !link.has_room(request.size()) {
                break;
            }
            link.write(arrives, request.up);
        }
        if let Some(link) = self.link(open.link) {
            link.close_by_client(arrives);
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
    /// Takes what was handed over.
    pub(super) fn notice(&mut self) {
        let mut queue = self.queue.borrow_mut();
        self.requests.append(queue.unnoticed());
    }

    /// When something of what waits has to be written.
    fn write_deadline(&self) -> Option<Time> {
        self.requests.iter().map(Request::until).min()
    }

    fn poll(
        &mut self,
        now: Time,
        arrives: Time,
        link: &mut Link,
        prefers_reading: bool,
        inputs: &mut Vec<Input>,
    ) -> Polled {
        if self.has_ping && link.has_room(2) {
            self.has_ping = false;
            link.write(arrives, Up::Ping);
        }
        let can_read = link.next_down().is_some_and(|at| at <= now);
        let first = self.requests.front();
        let can_write =
            first.is_some_and(|first| first.ready_at <= now && link.has_room(first.size()));
        if can_read && (prefers_reading || !can_write) {
            return self.read(now, link, inputs);
        }
        if can_write {
            return Polled::Writes;
        }
        if self.write_deadline().is_some_and(|until| until <= now) {
            return Polled::Ended(EndCause::Stalled);
        }
        if self.next_ping <= now {
            if self.awaits_answer {
                return Polled::Ended(EndCause::Stalled);
            }
            self.awaits_answer = true;
            self.next_ping = now + self.ping_every;
            match link.has_room(2) {
                true => link.write(arrives, Up::Ping),
                false => self.has_ping = true,
            }
            return Polled::Something;
        }
        Polled::Waits
    }

    /// As the topics of the wire.
    fn subject(&self, topic: &str) -> Subject {
        match topic == self.status_topic {
            true => Subject::HomeAssistant,
            false => Subject::Availability,
        }
    }

    /// Reads all that has arrived. An end hides nothing that came before it.
    fn read(&mut self, now: Time, link: &mut Link, inputs: &mut Vec<Input>) -> Polled {
        while link.next_down().is_some_and(|at| at <= now) {
            let input = match link.read_down() {
                Some(Down::Puback(token, result)) => Input::Acked(token, result),
                Some(Down::Unmatched(token)) => Input::Unmatched(token),
                Some(Down::Suback(token, result)) => Input::Subscribed(token, result),
                Some(Down::Publish {
                    topic,
                    payload,
                    retain,
                }) => Input::Received {
                    subject: self.subject(&topic),
                    payload,
                    retain,
                },
                Some(Down::Closed(kind)) => return Polled::Ended(kind),
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
