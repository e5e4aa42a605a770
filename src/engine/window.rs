//! What is in flight on one connection.

use super::io::Token;
use crate::outbox::Entry;
use std::collections::VecDeque;

/// A packet handed over whose acknowledgement is awaited.
#[derive(Debug)]
pub(crate) enum Flight {
    Message(Entry),
    /// The birth message, first or as a repair.
    Birth,
    Subscribe,
    Offline,
}

/// A window that slides: a token is given out only while the oldest one in flight is near. So the packet ids
/// that the client underneath gives out in a circle of the same size never meet one still in use, even when a
/// broker acknowledges out of order.
#[derive(Debug)]
pub(crate) struct Window {
    span: usize,
    first: Token,
    slots: VecDeque<Option<Flight>>,
}

impl Window {
    pub(crate) fn new(span: u16) -> Self {
        Window {
            span: usize::from(span),
            first: 1,
            slots: VecDeque::new(),
        }
    }

    /// Whether another packet may be handed over when this many places are to stay free.
    pub(crate) fn has_room(&self, reserve: usize) -> bool {
        self.slots.is_empty() || self.slots.len() + reserve < self.span
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The oldest packet in flight.
    pub(crate) fn oldest(&self) -> Option<&Flight> {
        self.slots.front()?.as_ref()
    }

    pub(crate) fn put(&mut self, flight: Flight) -> Token {
        self.slots.push_back(Some(flight));
        self.first + self.slots.len() as Token - 1
    }

    pub(crate) fn get(&self, token: Token) -> Option<&Flight> {
        self.slots.get(self.index(token)?)?.as_ref()
    }

    pub(crate) fn take(&mut self, token: Token) -> Option<Flight> {
        let index = self.index(token)?;
        let flight = self.slots.get_mut(index)?.take();
        while let Some(None) = self.slots.front() {
            self.slots.pop_front();
            self.first += 1;
        }
        flight
    }

    /// Everything still in flight, the newest first.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Flight> + '_ {
        self.slots.drain(..).rev().flatten()
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
}
