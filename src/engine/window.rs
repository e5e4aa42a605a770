//! What is in flight on one connection.

use super::input::Token;
use crate::message::QoS;
use crate::outbox::{Entry, Time};
use std::collections::VecDeque;

/// A packet handed over whose acknowledgement is awaited.
#[derive(Debug)]
pub(super) enum Flight {
    Message(Entry),
    /// The birth message, first or again.
    Birth,
    Subscribe,
    Offline,
}

impl Flight {
    /// Whether it is not acknowledged.
    fn is_silent(&self) -> bool {
        matches!(self, Flight::Message(entry) if entry.message.qos == QoS::AtMostOnce)
    }

    fn is_publish(&self) -> bool {
        !matches!(self, Flight::Subscribe)
    }

    /// The bytes of its message.
    fn size(&self) -> u64 {
        match self {
            Flight::Message(entry) => {
                (entry.message.topic.len() + entry.message.payload.len()) as u64
            }
            // Short, and never many.
            Flight::Birth | Flight::Subscribe | Flight::Offline => 0,
        }
    }
}

/// A place in the window.
#[derive(Debug)]
struct Slot {
    flight: Option<Flight>,
    size: u64,
    /// The bytes of what was handed over before it and is not acknowledged by itself.
    ahead: u64,
    written_at: Option<Time>,
}

/// A window that slides: a token is given out only while the oldest one in flight is near. So the packet ids that
/// are made of the tokens, in a circle of the same size, never meet one still in use, even when a broker
/// acknowledges out of order.
#[derive(Debug)]
pub(super) struct Window {
    span: usize,
    first: Token,
    slots: VecDeque<Slot>,
    /// The bytes of messages of QoS 0 since the last acknowledgement.
    silent_bytes: u64,
    unwritten: usize,
    unwritten_bytes: u64,
    /// Messages, those of availability included.
    publishes: usize,
}

impl Window {
    pub(super) fn new(span: u16) -> Self {
        Window {
            span: usize::from(span),
            first: 1,
            slots: VecDeque::new(),
            silent_bytes: 0,
            unwritten: 0,
            unwritten_bytes: 0,
            publishes: 0,
        }
    }

    /// Whether another packet may be handed over when this many places are to stay free.
    pub(super) fn has_room(&self, reserve: usize) -> bool {
        self.slots.len() + reserve < self.span
    }

    /// How many packets are in flight that the broker counts.
    pub(super) fn publishes(&self) -> usize {
        self.publishes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// How many bytes the broker has to read before it can acknowledge the oldest packet in flight.
    pub(super) fn oldest_bytes(&self) -> u64 {
        self.slots.front().map_or(0, |slot| slot.size + slot.ahead)
    }

    /// The broker acknowledged something: what was handed over before it has passed.
    pub(super) fn acknowledged(&mut self) {
        self.silent_bytes = 0;
    }

    /// Packets not written yet.
    #[cfg(test)]
    pub(super) fn unwritten(&self) -> usize {
        self.unwritten
    }

    /// The bytes of the messages among them.
    pub(super) fn unwritten_bytes(&self) -> u64 {
        self.unwritten_bytes
    }

    /// When the oldest packet in flight was written; none when it has not been, or nothing is in flight.
    pub(super) fn oldest_written_at(&self) -> Option<Time> {
        self.slots.front()?.written_at
    }

    /// When this packet was written; none when it has not been.
    pub(super) fn written_at(&self, token: Token) -> Option<Time> {
        self.slots.get(self.index(token)?)?.written_at
    }

    pub(super) fn put(&mut self, flight: Flight) -> Token {
        let size = flight.size();
        let ahead = self.silent_bytes;
        if flight.is_silent() {
            self.silent_bytes += size;
        }
        self.unwritten += 1;
        self.publishes += usize::from(flight.is_publish());
        self.unwritten_bytes += size;
        self.slots.push_back(Slot {
            flight: Some(flight),
            size,
            ahead,
            written_at: None,
        });
        self.first + self.slots.len() as Token - 1
    }

    pub(super) fn get(&self, token: Token) -> Option<&Flight> {
        self.slots.get(self.index(token)?)?.flight.as_ref()
    }

    /// The packet was written.
    pub(super) fn written(&mut self, now: Time, token: Token) {
        let index = self.index(token);
        let slot = index.and_then(|index| self.slots.get_mut(index));
        if let Some(slot) = slot.filter(|slot| slot.written_at.is_none()) {
            slot.written_at = Some(now);
            self.unwritten -= 1;
            self.unwritten_bytes -= slot.size;
        }
    }

    pub(super) fn take(&mut self, token: Token) -> Option<Flight> {
        let index = self.index(token)?;
        let slot = self.slots.get_mut(index)?;
        let flight = slot.flight.take()?;
        self.publishes -= usize::from(flight.is_publish());
        if slot.written_at.is_none() {
            // A broker can't answer what was not written; one that does it all the same has read it.
            slot.written_at = Some(Time::ZERO);
            self.unwritten -= 1;
            self.unwritten_bytes -= slot.size;
        }
        while self.slots.front().is_some_and(|slot| slot.flight.is_none()) {
            self.slots.pop_front();
            self.first += 1;
        }
        Some(flight)
    }

    /// Everything still in flight, the newest first.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Flight> + '_ {
        (self.silent_bytes, self.unwritten, self.unwritten_bytes) = (0, 0, 0);
        self.publishes = 0;
        self.slots.drain(..).rev().filter_map(|slot| slot.flight)
    }

    fn index(&self, token: Token) -> Option<usize> {
        usize::try_from(token.checked_sub(self.first)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_slides_only_when_the_oldest_is_acknowledged() {
        let mut window = Window::new(3);
        let tokens: Vec<_> = (0..3).map(|_| window.put(Flight::Birth)).collect();
        assert!(!window.has_room(0));
        assert!(window.take(tokens[1]).is_some());
        assert!(window.take(tokens[2]).is_some());
        assert!(!window.has_room(0), "the oldest is still in flight");
        assert!(window.take(tokens[0]).is_some());
        assert!(window.is_empty());
        assert_eq!(window.put(Flight::Birth), 4);
    }

    #[test]
    fn a_token_is_good_once() {
        let mut window = Window::new(3);
        let token = window.put(Flight::Offline);
        assert!(window.take(token).is_some());
        assert!(window.take(token).is_none());
        assert!(window.take(token + 7).is_none());
        assert!(window.take(0).is_none());
    }

    #[test]
    fn what_waits_to_be_written_is_counted_until_it_is_written_or_answered() {
        let mut window = Window::new(3);
        let tokens: Vec<_> = (0..3).map(|_| window.put(Flight::Birth)).collect();
        assert_eq!(window.unwritten(), 3);
        assert_eq!(window.oldest_written_at(), None);
        let now = Time::from_secs(7);
        window.written(now, tokens[0]);
        window.written(now, tokens[0]);
        assert_eq!(window.unwritten(), 2);
        assert_eq!(window.oldest_written_at(), Some(now));
        assert!(window.take(tokens[2]).is_some());
        window.written(now, tokens[2]);
        assert_eq!(window.unwritten(), 1);
        assert!(window.take(tokens[0]).is_some());
        assert_eq!(window.oldest_written_at(), None);
    }
}
