//! States that a message names, such as the picture of an event: they are said before it.
//!
//! They wait with their message, and become the states of their topics only when it goes: so each of two events in the
//! queue has its own picture. They take what the states leave of their bytes, and refuse nothing: where there is no room
//! for all, the oldest messages go without theirs.

use super::states::{Step, MOST_STATE_BYTES};
use super::{states, Entry, Outbox, Rank, Time};
use crate::outcome::Outcome;
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A state that a message names.
#[derive(Clone, Debug)]
pub(crate) struct NamedState {
    pub(crate) topic: Arc<str>,
    pub(crate) payload: Bytes,
    pub(crate) rank: Rank,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct NamedStates {
    /// By the id of the message, in the order of their topics: so no two messages wait for each other.
    of: BTreeMap<u64, Vec<NamedState>>,
    topics: HashMap<Arc<str>, NamedTopic>,
    bytes: u64,
}

/// A topic of them.
#[derive(Debug, Default)]
struct NamedTopic {
    messages: usize,
    newest: u64,
    /// Messages before this one go without it: the topic was forgotten after them.
    forgotten_at: u64,
    /// The messages that wait until this topic is free, with the number of the topic that each is the head of.
    waiting: BTreeMap<u64, u32>,
}

/// What is to be done before a message may go.
pub(super) enum Ahead {
    Nothing,
    Say(Entry),
    Wait,
}

impl NamedStates {
    fn insert(&mut self, id: u64, mut states: Vec<NamedState>) {
        states.sort_unstable_by(|one, other| one.topic.cmp(&other.topic));
        for state in &states {
            self.bytes += state.cost();
            let topic = self.topics.entry(state.topic.clone()).or_default();
            topic.messages += 1;
            topic.newest = id;
        }
        self.of.insert(id, states);
    }

    /// The message names this state no more. Says whether it is to be said all the same: it was not forgotten, and no
    /// newer message names its topic.
    fn let_go(&mut self, id: u64, state: &NamedState) -> bool {
        self.bytes -= state.cost();
        let Some(topic) = self.topics.get_mut(&state.topic) else {
            return false;
        };
        topic.messages -= 1;
        let is_wanted = id >= topic.newest.max(topic.forgotten_at);
        if topic.messages == 0 {
            self.topics.remove(&state.topic);
        }
        is_wanted
    }

    fn is_forgotten(&self, id: u64, topic: &str) -> bool {
        let topic = self.topics.get(topic);
        topic.is_some_and(|topic| id < topic.forgotten_at)
    }

    fn wait(&mut self, topic: &str, id: u64, queue: u32) {
        if let Some(topic) = self.topics.get_mut(topic) {
            topic.waiting.insert(id, queue);
        }
    }
}

impl NamedState {
    fn cost(&self) -> u64 {
        states::cost(&self.topic, &self.payload)
    }
}

impl Outbox {
    /// The message with this id, which was just accepted, names these states, each of another topic.
    pub(crate) fn name_states(&mut self, id: u64, states: Vec<NamedState>) {
        if !states.is_empty() {
            self.named.insert(id, states);
            self.fit_named_states();
        }
    }

    /// Bytes of the states that messages name.
    pub(super) fn named_bytes(&self) -> u64 {
        self.named.bytes
    }

    /// There is another state, or a larger one: the oldest messages make room for it.
    pub(super) fn fit_named_states(&mut self) {
        while self.states.bytes() + self.named.bytes > MOST_STATE_BYTES {
            let Some((id, states)) = self.named.of.pop_first() else {
                return;
            };
            for state in states {
                self.counters.states_left_out += 1;
                self.wait_no_more(id, &state.topic);
                self.named.let_go(id, &state);
                self.message_went(id, &state.topic);
            }
        }
    }

    /// A topic is to be cleared: what messages accepted before say of it is not said.
    pub(super) fn forget_named_states(&mut self, id: u64, topic: &str) {
        if let Some(topic) = self.named.topics.get_mut(topic) {
            topic.forgotten_at = id;
        }
        self.topic_is_free(topic);
    }

    /// What goes ahead of the message at the front of this lane.
    pub(super) fn ahead_of(&mut self, now: Time, lane: u32) -> Ahead {
        if self.named.of.is_empty() {
            return Ahead::Nothing;
        }
        let front = self.queues.front(lane);
        let Some((id, queue)) =
            front.and_then(|front| Some((front.id, self.queues.topic_of(lane)?)))
        else {
            return Ahead::Nothing;
        };
        let mut at = 0;
        while let Some(state) = self.named.of.get(&id).and_then(|states| states.get(at)) {
            at += 1;
            if self.named.is_forgotten(id, &state.topic) {
                continue;
            }
            match self.states.say_ahead(now, id, state) {
                Step::Said => self.queues.lead(queue, id),
                Step::LeftOut => {
                    at -= 1;
                    self.leave_out(id, at);
                }
                Step::Wait => {
                    let topic = state.topic.clone();
                    self.named.wait(&topic, id, queue);
                    self.queues.wait(queue, id);
                    return Ahead::Wait;
                }
                Step::Say(entry, superseded) => {
                    self.queues.lead(queue, id);
                    if let Some(superseded) = superseded {
                        self.end_waiting(&superseded, Outcome::Superseded);
                    }
                    return Ahead::Say(entry);
                }
            }
        }
        Ahead::Nothing
    }

    /// The message goes without this one, which is said for itself when it may be.
    fn leave_out(&mut self, id: u64, at: usize) {
        let states = self.named.of.get_mut(&id);
        let Some(states) = states.filter(|states| at < states.len()) else {
            return;
        };
        let state = states.remove(at);
        self.counters.states_left_out += 1;
        if self.named.let_go(id, &state) {
            self.adopt(id, &state);
        }
        // It may have been its turn.
        self.topic_is_free(&state.topic);
    }

    /// The message with this id has ended. What of its states was not said before it is said now.
    pub(super) fn forget_message(&mut self, id: u64) {
        if self.named.of.is_empty() {
            return;
        }
        for state in self.named.of.remove(&id).into_iter().flatten() {
            self.wait_no_more(id, &state.topic);
            let is_to_be_said = self.named.let_go(id, &state);
            self.message_went(id, &state.topic);
            if is_to_be_said {
                self.adopt(id, &state);
            }
        }
    }

    /// Notes which messages have gone since this was last asked, or can't go for the time being.
    pub(super) fn follow_messages(&mut self) {
        while let Some(id) = self.queues.went.pop() {
            let states = self.named.of.get(&id).into_iter().flatten();
            let topics: Vec<_> = states.map(|state| state.topic.clone()).collect();
            for topic in topics {
                self.message_went(id, &topic);
            }
        }
    }

    /// The connection is over: nobody waits for a topic any more.
    pub(super) fn stop_leading(&mut self) {
        self.queues.went.clear();
        let topics = self.named.topics.values_mut();
        for (id, queue) in topics.flat_map(|topic| std::mem::take(&mut topic.waiting)) {
            self.queues.go_on(queue, id);
        }
    }

    /// What was on its way on this topic of states has been answered, or a message that names it has gone or does not
    /// go: whoever is to say the next there may look again. The others do so when it is their turn: where many wait for
    /// one topic, each step is for one of them.
    pub(super) fn topic_is_free(&mut self, topic: &str) {
        let Some(named) = self.named.topics.get_mut(topic) else {
            return;
        };
        if let Some(id) = self.states.ahead_of(topic) {
            if let Some(queue) = named.waiting.remove(&id) {
                self.queues.go_on(queue, id);
            }
            return;
        }
        while let Some((id, queue)) = named.waiting.pop_first() {
            if self.queues.go_on(queue, id) {
                break;
            }
        }
    }

    /// The message does not wait for this topic any more.
    fn wait_no_more(&mut self, id: u64, topic: &str) {
        let named = self.named.topics.get_mut(topic);
        if let Some(queue) = named.and_then(|named| named.waiting.remove(&id)) {
            self.queues.go_on(queue, id);
        }
    }

    fn message_went(&mut self, id: u64, topic: &str) {
        self.states.message_went(id, topic);
        self.topic_is_free(topic);
    }

    fn adopt(&mut self, id: u64, state: &NamedState) {
        if let Some(superseded) = self.states.adopt(id, state) {
            self.end_waiting(&superseded, Outcome::Superseded);
        }
    }
}
