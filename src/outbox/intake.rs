//! Where publishers put their messages: they wait for each other for moments only, and for whoever uses the outbox not
//! at all.
//!
//! A message that was put here is accepted: it has its id, and there is room for it in the outbox, which takes it over
//! before anything else is done with the outbox. A message about which more has to be decided than whether there is room
//! is not put here.

use super::entry::{millis, Entry};
use super::ready_topics::ReadyTopics;
use super::spent::Spent;
use super::taking_over::Taken;
use super::Time;
use crate::message::Message;
use bytes::Bytes;

/// So many wait here at most: whoever brings the next one moves them on. Enough for several packets' worth of a write,
/// and few enough that moving them takes nobody long.
const MOST: usize = 256;

/// For which messages the background thread has to be woken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wake {
    /// None: it is awake.
    #[default]
    Never,
    /// Those that expire before this.
    Before(Time),
    /// Each: it may be able to send it.
    Always,
}

/// On which terms messages may be put here, until the next ones. By default none may.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    /// The id of the last message that the outbox has.
    pub(crate) last_id: u64,
    /// Room for so many messages and bytes beside those that the outbox has.
    pub(crate) messages: usize,
    pub(crate) bytes: u64,
    /// Whether there is room for outcomes.
    pub(crate) takes_tracked: bool,
    /// Whether nobody has to hear of it when an outcome is forgotten.
    pub(crate) forgets_quietly: bool,
    pub(crate) wake: Wake,
    /// Changes with all that makes a topic ready.
    pub(crate) generation: u64,
}

/// A message that was put here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Put {
    pub(crate) id: u64,
    /// The background thread has to be woken for it.
    pub(crate) wakes_worker: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    pub(super) waiting: Taken,
    bytes: u64,
    terms: Terms,
    /// The terms hold no more, and the next are to come.
    is_suspended: bool,
    pub(crate) ready: ReadyTopics,
    /// For whoever puts messages here.
    pub(crate) spent: Spent,
}

impl Intake {
    /// Puts an event of a camera here. Gives it back where that needs the outbox.
    pub(crate) fn put_event(
        &mut self,
        now: Time,
        camera: &str,
        event: Bytes,
        tracked: bool,
    ) -> Result<Put, Bytes> {
        let Some(ready) = self
            .ready
            .camera(camera)
            .filter(|camera| !camera.is_followed)
        else {
            return Err(event);
        };
        let message = Message {
            topic: ready.topic.clone(),
            payload: event,
            qos: ready.qos,
            retain: ready.retain,
        };
        let lifetime = Some(ready.lifetime_seconds);
        let put = self.put(now, message, lifetime, tracked);
        put.map_err(|message| message.payload)
    }

    /// As [`Intake::put_event`], a message for any topic.
    pub(crate) fn put_message(
        &mut self,
        now: Time,
        mut message: Message,
        lifetime_seconds: Option<u32>,
        tracked: bool,
    ) -> Result<Put, Message> {
        let Some(topic) = self.ready.topic(&message.topic) else {
            return Err(message);
        };
        message.topic = topic;
        self.put(now, message, lifetime_seconds, tracked)
    }

    fn put(
        &mut self,
        now: Time,
        message: Message,
        lifetime_seconds: Option<u32>,
        tracked: bool,
    ) -> Result<Put, Message> {
        let waiting = self.waiting.entries.len();
        let id = self.terms.last_id + waiting as u64 + 1;
        let entry = Entry::new(id, now, message, lifetime_seconds, tracked);
        let cost = entry.cost();
        let has_room = !self.is_suspended
            && waiting < self.terms.messages.min(MOST)
            && self.bytes + cost <= self.terms.bytes
            && (self.terms.takes_tracked || !tracked);
        if !has_room {
            return Err(entry.message);
        }
        let wakes_worker = wakes(self.terms.wake, &entry);
        if wakes_worker {
            self.terms.wake = Wake::Never;
        }
        self.bytes += cost;
        self.waiting.entries.push_back(entry);
        Ok(Put { id, wakes_worker })
    }

    /// Notes that nobody will ask for the outcome of this message; false where that needs the outbox.
    pub(crate) fn forget(&mut self, id: u64) -> bool {
        if self.is_suspended {
            return false;
        }
        // Of what waits here nobody else has heard; of one that is still to come, whoever gets it may ask.
        if let Some(place) = id.checked_sub(self.terms.last_id + 1) {
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            if let Some(entry) = self.waiting.entries.get_mut(place) {
                entry.tracked = false;
            }
            return true;
        }
        let may_wait = self.terms.forgets_quietly && self.waiting.forgotten.len() < MOST;
        if may_wait {
            self.waiting.forgotten.push(id);
        }
        may_wait
    }

    /// Refuses everything until there are new terms. For a call that gives out ids of its own: should it panic, nobody
    /// gives them out again.
    pub(crate) fn suspend(&mut self) {
        self.is_suspended = true;
    }

    /// Gives what waits here, in exchange for what is to hold the next.
    pub(crate) fn take(&mut self, emptied: Taken) -> Taken {
        debug_assert!(emptied.is_empty());
        // What the outbox has from now on.
        let (terms, taken) = (&mut self.terms, self.waiting.entries.len());
        terms.last_id += taken as u64;
        terms.messages = terms.messages.saturating_sub(taken);
        terms.bytes = terms.bytes.saturating_sub(std::mem::take(&mut self.bytes));
        std::mem::replace(&mut self.waiting, emptied)
    }

    /// How many messages and bytes wait here.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> (usize, u64) {
        (self.waiting.entries.len(), self.bytes)
    }

    /// Whether nothing waits here.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// New terms. True when the background thread has to be woken for what waits here.
    pub(crate) fn set_terms(&mut self, terms: Terms) -> bool {
        if terms.generation != self.terms.generation {
            self.ready = ReadyTopics::default();
        }
        self.terms = terms;
        self.is_suspended = false;
        let waiting = &self.waiting.entries;
        // There was room for all of them by the terms before, which new settings may have changed since.
        let is_over = waiting.len() > terms.messages || self.bytes > terms.bytes;
        let wakes_worker = is_over || waiting.iter().any(|entry| wakes(terms.wake, entry));
        if wakes_worker {
            self.terms.wake = Wake::Never;
        }
        wakes_worker
    }
}

fn wakes(wake: Wake, entry: &Entry) -> bool {
    match wake {
        Wake::Never => false,
        Wake::Before(until) => entry.deadline_ms().is_some_and(|at| at < millis(until)),
        Wake::Always => true,
    }
}
