//! What the client was told of states, and what the broker has to come to.

use super::coverage::Cause;
use super::ledger::Entry;
use super::world::World;
use crate::message::QoS;
use crate::outbox::{NamedState, Rank, Time};
use crate::settings::Settings;
use bytes::Bytes;
use std::sync::Arc;

pub(super) const TOPICS: usize = 3;

/// See the module. Of one process.
#[derive(Debug, Default)]
pub(super) struct StateBook {
    topics: [Topic; TOPICS],
    said: u32,
    /// Acknowledged, or written where that is all.
    pub(super) answered: u64,
    /// The settings whose availability topics newer ones gave up.
    pub(super) given_up: Vec<Arc<Settings>>,
    /// How often the broker refused to clear one, and closed when it was asked to.
    pub(super) refused_clearings: u32,
    pub(super) closes_on_clearings: u32,
}

#[derive(Debug, Default)]
struct Topic {
    /// What it is to hold, empty for nothing; none where this process has not said.
    wanted: Option<Bytes>,
    /// The message that said so, and the last that said that it is to hold nothing.
    wanted_by: u64,
    forgotten_by: u64,
    /// What messages name for it, by their ids.
    named: Vec<(u64, Bytes)>,
    /// What the broker has answered on this connection, last.
    answered: Option<Bytes>,
    /// How often the broker may have closed on it alone, which makes the client give it up.
    closes_alone: u32,
}

/// The number of a topic that holds a state.
pub(super) fn number(topic: &str) -> Option<usize> {
    topic.strip_prefix("state/")?.parse().ok()
}

pub(super) fn topic(number: usize) -> Arc<str> {
    format!("state/{number}").into()
}

impl StateBook {
    /// Whether this may be handed over now.
    pub(super) fn check(&self, number: usize, payload: &Bytes) -> Result<(), String> {
        let topic = &self.topics[number];
        let is_named = topic.named.iter().any(|(_, named)| named == payload);
        match &topic.wanted {
            Some(wanted) if wanted == payload => Ok(()),
            _ if is_named => Ok(()),
            wanted => Err(format!(
                "state {number} is said to be {payload:?}, and is {wanted:?}"
            )),
        }
    }

    /// A message that is about to be accepted names a state.
    pub(super) fn name(&mut self, which: u8, id: u64) -> ((usize, Bytes), NamedState) {
        let number = usize::from(which) % TOPICS;
        self.said += 1;
        let payload: Bytes = format!("state {}", self.said).into();
        self.topics[number].named.push((id, payload.clone()));
        let state = NamedState {
            topic: topic(number),
            payload: payload.clone(),
            rank: Rank::State,
        };
        ((number, payload), state)
    }

    /// It was not accepted.
    pub(super) fn was_refused(&mut self, id: u64) {
        for topic in &mut self.topics {
            topic.named.retain(|(by, _)| *by != id);
        }
    }

    /// The broker answered what it was told of a topic, on this connection; without an answer, there is a new one.
    pub(super) fn note_answer(&mut self, answer: Option<(usize, Bytes)>) {
        match answer {
            Some((number, payload)) => self.topics[number].answered = Some(payload),
            None => self.topics.iter_mut().for_each(|one| one.answered = None),
        }
    }

    /// Whether a message goes behind the state that it names, as the broker has answered it.
    pub(super) fn is_behind(&self, id: u64, entry: &Entry) -> bool {
        let answered =
            (entry.names.as_ref()).and_then(|(at, _)| self.topics[*at].answered.as_ref());
        self.is_shown(id, entry, answered)
    }

    /// Whether what a message names is what its topic holds. One that was held back goes as it is, and what was forgotten
    /// is not said.
    pub(super) fn is_shown(&self, id: u64, entry: &Entry, held: Option<&Bytes>) -> bool {
        entry.names.as_ref().is_none_or(|(number, payload)| {
            let is_forgotten = self.topics[*number].forgotten_by > id;
            held == Some(payload) || is_forgotten || entry.closes >= 3
        })
    }

    /// What the broker is to hold on a topic in the end.
    fn last_wanted(&self, number: usize) -> Option<&Bytes> {
        let topic = &self.topics[number];
        match topic.named.last() {
            Some((by, named)) if *by > topic.wanted_by => Some(named),
            _ => topic.wanted.as_ref(),
        }
    }

    /// Whether new settings gave this availability topic up.
    pub(super) fn has_given_up(&self, topic: &str) -> bool {
        let mut given_up = self.given_up.iter();
        given_up.any(|settings| settings.availability_topic == topic)
    }

    /// The connection was closed on it alone.
    pub(super) fn closed_on(&mut self, number: usize) {
        self.topics[number].closes_alone += 1;
    }
}

impl World<'_> {
    /// As `Client::publish_state` and `Client::forget_state`.
    pub(super) fn say_state(&mut self, which: u8, forgets: bool) {
        let number = usize::from(which) % TOPICS;
        self.take_over();
        let id = self.ledger.next_id();
        self.ledger.accepted(Entry::of_state(self.air.now));
        self.states.said += 1;
        let named_before = self.states.topics[number].wanted_by;
        let before = self.states.topics[number].wanted.take();
        let payload = match forgets {
            true => Bytes::new(),
            false => format!("state {}", self.states.said).into(),
        };
        let book = &mut self.states.topics[number];
        (book.wanted, book.wanted_by) = (Some(payload.clone()), id);
        let (now, topic) = (self.air.now, topic(number));
        let driver = &mut self.client().driver;
        let (said, effects) = driver.set_state(now, &topic, payload, Rank::State, false);
        match said {
            Ok(given) if given == id => {
                self.coverage.messages += 1;
                if forgets {
                    self.states.topics[number].forgotten_by = id;
                }
            }
            Ok(given) => self.fail(format!("message {id} is called {given}")),
            Err(_) => {
                self.ledger.entries.pop();
                let book = &mut self.states.topics[number];
                (book.wanted, book.wanted_by) = (before, named_before);
            }
        }
        self.follow(&[Cause::Publish], effects);
        self.let_in();
    }

    /// Availability topics that new settings gave up hold nothing, once wills on them must have come.
    pub(super) fn check_given_up(&mut self) {
        // The client does not insist where it is refused, and QoS 0 may be lost.
        let is_excused = self.states.refused_clearings > 0
            || self.states.closes_on_clearings >= 3
            || !self.broker.manners.takes_qos_1();
        if self.fault.is_some() || self.states.given_up.is_empty() || is_excused {
            return;
        }
        // The longest keep alive and will delay of these worlds, and some slack.
        let wills = Time::from_secs(60) * 3 / 2 + Time::from_secs(40);
        self.run_until(self.air.now + wills + Time::from_secs(20));
        let now = self.air.now;
        let mut topics = self.states.given_up.iter();
        let holds = |settings: &&Arc<Settings>| {
            let topic = &settings.availability_topic;
            self.broker.retained(now, topic).is_some()
        };
        if let Some(settings) = topics.find(holds) {
            let topic = &settings.availability_topic;
            self.fail(format!("{topic:?} was given up, and holds something"));
        }
    }

    /// Whether the broker holds what was said, and nothing that was forgotten. With QoS 0, a clearing may be lost with its
    /// connection; states are said on the next one.
    pub(super) fn has_states(&self) -> bool {
        let connack = &self.broker.manners.connack;
        let (now, keeps) = (self.air.now, connack.retain_available);
        let is_acknowledged = connack.maximum_qos == QoS::AtLeastOnce;
        let mut topics = self.states.topics.iter().enumerate();
        topics.all(|(number, state)| {
            let held = self.broker.retained(now, &topic(number));
            let wanted = self.states.last_wanted(number);
            let is_given_up = state.closes_alone >= 3;
            !keeps
                || is_given_up
                || wanted.is_none_or(|wanted| match held {
                    Some(held) => held == wanted || wanted.is_empty() && !is_acknowledged,
                    None => wanted.is_empty(),
                })
        })
    }
}

impl Entry {
    /// One that the ledger says nothing of but that it has this id.
    fn of_state(accepted_at: Time) -> Self {
        Entry {
            delivered: true,
            ..Entry::new(accepted_at)
        }
    }
}
