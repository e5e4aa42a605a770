//! The messages of one topic and one lifetime.

use super::entry::{deadline_ms, may_wait, Entry, Nature};
use super::room::{Grow, Room};
use crate::message::{Message, QoS};
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;

/// In a lane the oldest message is also the first to expire: so sending, expiring and dropping each take the front.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) topic: u32,
    pub(super) lifetime: u32,
    waiting: VecDeque<Waiting>,
}

/// An [`Entry`] less what is the same for the whole lane.
#[derive(Debug)]
struct Waiting {
    id: u64,
    payload: Bytes,
    accepted_at_ms: u64,
    qos: QoS,
    retain: bool,
    tracked: bool,
    closes: u8,
    closes_alone: u8,
    sent_before: bool,
    tries: u8,
    is_held: bool,
}

/// What the order of lanes and topics needs to know of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Front {
    pub(super) id: u64,
    pub(super) accepted_at_ms: u64,
    pub(super) deadline_ms: Option<u64>,
    pub(super) is_held: bool,
    pub(super) closes_alone: u8,
    /// Whether it waits for a subscriber where there is none.
    pub(super) may_wait: bool,
    pub(super) tries: u8,
}

impl Front {
    pub(super) fn expires(&self) -> bool {
        self.deadline_ms.is_some()
    }
}

impl Lane {
    pub(super) fn new(topic: u32, lifetime: u32) -> Self {
        Lane {
            topic,
            lifetime,
            waiting: VecDeque::new(),
        }
    }

    pub(super) fn front(&self) -> Option<Front> {
        self.waiting.front().map(|waiting| Front {
            id: waiting.id,
            accepted_at_ms: waiting.accepted_at_ms,
            deadline_ms: deadline_ms(waiting.accepted_at_ms, self.lifetime),
            is_held: waiting.is_held,
            closes_alone: waiting.closes_alone,
            may_wait: self.may_wait(waiting),
            tries: waiting.tries,
        })
    }

    pub(super) fn capacity(&self) -> usize {
        self.waiting.capacity()
    }

    pub(super) fn push_back(&mut self, entry: Entry) {
        self.waiting.grow();
        self.waiting.push_back(Waiting::new(entry, false));
    }

    /// How many messages from the front on may wait for a subscriber, and what their payloads take: as many as reach
    /// both of these, if there are so many.
    pub(super) fn may_wait_at_front(&self, messages: usize, bytes: u64) -> (usize, u64) {
        let mut found = (0, 0);
        for waiting in &self.waiting {
            if !self.may_wait(waiting) || found.0 >= messages && found.1 >= bytes {
                break;
            }
            found = (found.0 + 1, found.1 + waiting.payload.len() as u64);
        }
        found
    }

    fn may_wait(&self, waiting: &Waiting) -> bool {
        may_wait(self.lifetime, waiting.qos, waiting.retain)
    }

    /// Puts a message where it belongs by its age: near the front, as it was taken from there.
    pub(super) fn put_back(&mut self, entry: Entry, is_held: bool) {
        self.waiting.grow();
        // No other has its id.
        let older = self.waiting.iter().take_while(|one| one.id < entry.id);
        let place = older.count();
        self.waiting.insert(place, Waiting::new(entry, is_held));
    }

    pub(super) fn pop_front(&mut self, topic: &Arc<str>) -> Option<Entry> {
        let waiting = self.waiting.pop_front()?;
        self.waiting.give_back();
        Some(waiting.entry(topic.clone(), self.lifetime))
    }
}

impl Waiting {
    fn new(entry: Entry, is_held: bool) -> Self {
        Waiting {
            id: entry.id,
            payload: entry.message.payload,
            accepted_at_ms: entry.accepted_at_ms,
            qos: entry.message.qos,
            retain: entry.message.retain,
            tracked: entry.tracked,
            closes: entry.closes,
            closes_alone: entry.closes_alone,
            sent_before: entry.sent_before,
            tries: entry.tries,
            is_held,
        }
    }

    fn entry(self, topic: Arc<str>, lifetime: u32) -> Entry {
        Entry {
            id: self.id,
            message: Message {
                topic,
                payload: self.payload,
                qos: self.qos,
                retain: self.retain,
            },
            accepted_at_ms: self.accepted_at_ms,
            lifetime,
            tracked: self.tracked,
            closes: self.closes,
            closes_alone: self.closes_alone,
            sent_before: self.sent_before,
            tries: self.tries,
            is_retry: false,
            nature: Nature::Queued,
        }
    }
}
