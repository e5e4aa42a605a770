//! Which topics somebody is subscribed to, as far as an MQTT 5 broker says: its PUBACK has a reason code of its own for
//! a message that no subscriber matched (MQTT 5, section 3.4.2.1: 0x10).

use super::Engine;
use crate::outbox::{Entry, IdHash, Time};
use crate::outcome::Outcome;
use crate::settings::WaitForSubscriber;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashSet};
use std::hash::BuildHasher;
use std::sync::Arc;

/// So many topics are remembered that had a subscriber.
const MOST_HEARD: usize = 16_384;
/// So many topics are named that have none.
const MOST_UNHEARD: usize = 100;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Subscribers {
    /// Topics that had one since the client was made, as hashes: what two share costs at most a wait.
    heard: HashSet<u64, IdHash>,
    hasher: RandomState,
    /// Topics that had none when something was last published there.
    unheard: BTreeSet<Arc<str>>,
}

impl Subscribers {
    /// Somebody heard a message on this topic. Only of those that may wait it is remembered.
    fn heard(&mut self, topic: &str, may_wait: bool) {
        if may_wait && self.heard.len() < MOST_HEARD {
            self.heard.insert(self.hasher.hash_one(topic));
        }
        if !self.unheard.is_empty() {
            self.unheard.remove(topic);
        }
    }

    /// Nobody heard a message on this topic.
    fn unheard(&mut self, topic: &Arc<str>) {
        if self.unheard.len() < MOST_UNHEARD {
            self.unheard.insert(topic.clone());
        }
    }

    fn was_heard(&self, topic: &str) -> bool {
        self.heard.contains(&self.hasher.hash_one(topic))
    }

    /// The topics that have none, in order.
    pub(super) fn missing(&self) -> impl Iterator<Item = &Arc<str>> {
        self.unheard.iter()
    }
}

impl Engine {
    /// The broker took this message, and somebody was subscribed to its topic.
    pub(super) fn message_heard(&mut self, entry: &Entry) {
        let topic = &entry.message.topic;
        self.subscribers.heard(topic, entry.may_wait());
        if self.outbox.has_unheard() {
            self.outbox.heard(topic);
        }
    }

    /// The broker took this message, and nobody was subscribed to its topic.
    pub(super) fn message_unheard(&mut self, now: Time, entry: Entry) {
        let topic = &entry.message.topic;
        self.subscribers.unheard(topic);
        let waits = match self.broker.settings.wait_for_subscriber {
            WaitForSubscriber::Never => false,
            WaitForSubscriber::Always => true,
            WaitForSubscriber::Auto => {
                self.subscribers.was_heard(topic) || self.home_assistant.has_camera(topic)
            }
        };
        if !waits || !entry.may_wait() {
            self.outbox.end(&entry, Outcome::Delivered);
        } else if self.stop.is_some() || self.outbox.is_marked(&entry) {
            // Whoever waits for it has no time for that.
            self.outbox.end_unheard(&entry);
        } else {
            self.outbox.put_back_unheard(now, entry);
        }
    }

    /// When what nobody heard is to be tried again.
    pub(super) fn retry_at(&self) -> Option<Time> {
        self.connection()?;
        self.outbox.next_retry()
    }

    /// The topics that nobody is subscribed to, for a person.
    pub(super) fn subscribers_warning(&self) -> Option<String> {
        if !self.outbox.has_unheard() {
            return None;
        }
        let mut topics = self.subscribers.missing();
        let named: Vec<_> = topics
            .by_ref()
            .take(3)
            .map(|topic| format!("{topic:?}"))
            .collect();
        let more = match topics.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(format!(
            "nobody is subscribed to {}{more}: events that can wait do so until somebody subscribes, or until they expire",
            named.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_topics_and_no_more_are_remembered() {
        let mut subscribers = Subscribers::default();
        for n in 0..=MOST_HEARD {
            let topic = n.to_string();
            subscribers.heard(&topic, true);
            subscribers.unheard(&topic.into());
        }
        assert_eq!(subscribers.heard.len(), MOST_HEARD);
        assert_eq!(subscribers.missing().count(), MOST_UNHEARD);
    }
}
