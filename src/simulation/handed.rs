//! What was handed over to a connection and has not been written.

use super::network::{Publish, Up};
use crate::engine::{
    ConnectionEnd, EndCause, Link as Carrier, Packet, Token, MOST_UNWRITTEN_BYTES,
};
use crate::outbox::Time;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

/// What a write may take, as on the wire, beside the time that its bytes and those before them take.
const WRITE_LIMIT: Time = Time::from_secs(20);
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
    /// By when it has to be written.
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

    fn new(packet: Packet, handed_at: Time, ready_at: Time) -> Self {
        let (token, up) = match packet {
            Packet::Publish {
                token,
                topic,
                payload,
                qos,
                retain,
                expiry_seconds,
            } => {
                let publish = Publish {
                    token,
                    topic,
                    payload,
                    qos,
                    retain,
                    expiry_seconds,
                };
                (Some(token), Up::Publish(publish))
            }
            Packet::Subscribe {
                token,
                topic,
                no_local,
            } => (
                Some(token),
                Up::Subscribe {
                    token,
                    topic,
                    no_local,
                },
            ),
            Packet::Disconnect { with_will } => (None, Up::Disconnect { with_will }),
        };
        Request {
            token,
            up,
            handed_at,
            ready_at,
        }
    }
}

/// What was handed over to a connection.
#[derive(Debug, Default)]
pub(super) struct Queue {
    unseen: Vec<Packet>,
    /// Seen by the checks, but not by the background thread, which has to be woken for them.
    unnoticed: VecDeque<Request>,
}

impl Queue {
    /// What was handed over since this was last asked.
    pub(super) fn see(&mut self) -> Vec<Packet> {
        std::mem::take(&mut self.unseen)
    }

    pub(super) fn put(&mut self, packet: Packet, handed_at: Time, ready_at: Time) {
        self.unnoticed
            .push_back(Request::new(packet, handed_at, ready_at));
    }

    /// What the background thread has not seen, for it to take.
    pub(super) fn unnoticed(&mut self) -> &mut VecDeque<Request> {
        &mut self.unnoticed
    }

    pub(super) fn has_unnoticed(&self) -> bool {
        !self.unnoticed.is_empty()
    }
}

/// The end of a connection that the driver holds.
#[derive(Debug)]
pub(super) struct SimulatedLink(Weak<RefCell<Queue>>);

impl SimulatedLink {
    pub(super) fn new(queue: &SharedQueue) -> Self {
        SimulatedLink(Rc::downgrade(queue))
    }
}

impl Carrier for SimulatedLink {
    fn send(&mut self, packet: Packet) -> Result<(), ConnectionEnd> {
        match self.0.upgrade() {
            Some(queue) => queue.borrow_mut().unseen.push(packet),
            None => {
                return Err(ConnectionEnd {
                    kind: EndCause::Stalled,
                    text: "the connection is gone".into(),
                })
            }
        }
        Ok(())
    }
}

/// Shared between the link, which the driver holds, and the connection, which the background thread holds.
pub(super) type SharedQueue = Rc<RefCell<Queue>>;
