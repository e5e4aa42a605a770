//! The messages of one topic and one lifetime.

use super::entry::{deadline_ms, Entry, Nature};
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
        })
    }

    pub(super) fn capacity(&self) -> usize {
        self.waiting.capacity()
    }

    pub(super) fn push_back(&mut self, entry: Entry) {
        self.waiting.grow();
        self.waiting.push_back(Waiting::new(entry, false));
    }

    /// Messages go back in the reverse order of their taking.
    pub(super) fn push_front(&mut self, entry: Entry, is_held: bool) {
        debug_assert!(
            self.front().is_none_or(|front| entry.id < front.id),
            "messages go back in the reverse order of their taking"
        );
        self.waiting.grow();
        self.waiting.push_front(Waiting::new(entry, is_held));
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
            nature: Nature::Queued,
        }
    }
}
