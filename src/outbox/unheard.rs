//! Messages that a broker took while nobody was subscribed to their topic: they wait, and are tried again.

use super::entry::{millis, OVERHEAD};
use super::queues::Queues;
use super::{Entry, Outbox, Time};
use crate::outcome::{DropReason, Outcome};
use std::time::Duration;

/// What becomes of one that is given up.
pub(super) const NO_SUBSCRIBER: Outcome = Outcome::Dropped(DropReason::NoSubscriber);

/// After this a message is tried again for the first time, and after twice the time for each further time.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(60);

/// When the head of a topic that nobody is subscribed to is tried again. What is behind it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// At this time, in milliseconds.
    At(u64),
    Due,
    /// It is on its way.
    InFlight,
}

impl Outbox {
    /// Puts back a message that the broker took while nobody was subscribed to its topic, which pauses.
    pub(crate) fn put_back_unheard(&mut self, now: Time, mut entry: Entry) {
        self.land(&entry);
        entry.tries = entry.tries.saturating_add(1);
        let doublings = u32::from(entry.tries - 1).min(10);
        let rest = (FIRST_REST * 2_u32.pow(doublings)).min(LONGEST_REST);
        let topic = entry.message.topic.clone();
        self.queues.put_back(entry, false);
        self.queues.pause(&topic, millis(now + rest));
    }

    /// Ends a message that the broker took while nobody was subscribed to its topic.
    pub(crate) fn end_unheard(&mut self, entry: &Entry) {
        self.end(entry, NO_SUBSCRIBER);
    }

    /// Somebody is subscribed to this topic: it flows again.
    pub(crate) fn heard(&mut self, topic: &str) {
        self.queues.flow(topic);
    }

    /// Whether messages wait for a subscriber.
    pub(crate) fn has_unheard(&self) -> bool {
        self.queues.unheard.first().is_some()
    }

    /// When to call [`Outbox::retry_unheard_until`].
    pub(crate) fn next_retry(&self) -> Option<Time> {
        let (at, _) = self.queues.retries.first()?;
        Some(Time::from_millis(at))
    }

    /// Lets what has waited until now be tried again.
    pub(crate) fn retry_unheard_until(&mut self, now: Time) {
        let now = millis(now);
        while let Some((_, topic)) = self.queues.retries.first().filter(|(at, _)| *at <= now) {
            self.queues.set_retry(topic, Some(Retry::Due));
        }
    }

    /// Lets the head of each topic be tried again: there is a reason to hope.
    pub(crate) fn retry_unheard(&mut self) {
        for topic in self.queues.unheard_topics() {
            self.queues.set_retry(topic, Some(Retry::Due));
        }
    }

    /// Lets all topics flow again.
    pub(crate) fn release_unheard(&mut self) {
        for topic in self.queues.unheard_topics() {
            self.queues.set_retry(topic, None);
        }
    }

    /// Ends what was tried and not heard, and lets the rest of the topics flow: there is no time to wait.
    pub(crate) fn end_all_unheard(&mut self) {
        for topic in self.queues.unheard_topics() {
            let tried = |queues: &Queues| {
                let lane = queues.head(topic)?;
                queues.front(lane).filter(|front| front.tries > 0)?;
                Some(lane)
            };
            while let Some(lane) = tried(&self.queues) {
                let Some(entry) = self.queues.pop_front(lane) else {
                    break;
                };
                self.record(&entry, NO_SUBSCRIBER);
            }
            self.queues.set_retry(topic, None);
        }
    }
}

impl Queues {
    /// The lane whose front is the oldest message of those that wait for a subscriber.
    pub(super) fn oldest_unheard(&self) -> Option<u32> {
        self.head(self.unheard.first()?.1)
    }

    /// Whether so many messages and bytes wait for subscribers, and so can be dropped before anything else.
    pub(super) fn has_unheard(&self, messages: usize, bytes: u64) -> bool {
        let (mut found, mut found_bytes) = (0, 0);
        for number in self.unheard.members() {
            let lanes = self.head(number).and_then(|lane| self.lanes.get(lane));
            let (Some(topic), Some(lane)) = (self.topics.get(number), lanes) else {
                continue;
            };
            // Of a topic with several lanes, no more than the head is known to wait.
            let (most, most_bytes) = match topic.only_lane() {
                Some(_) => (messages, bytes),
                None => (1, 0),
            };
            let (count, payloads) = lane.may_wait_at_front(most, most_bytes);
            found += count;
            found_bytes += payloads + count as u64 * (topic.name.len() as u64 + OVERHEAD);
            if found >= messages && found_bytes >= bytes {
                return true;
            }
        }
        false
    }

    /// The topic whose head is to be tried again.
    pub(super) fn next_to_retry(&self) -> Option<u32> {
        let (_, topic) = self.due.first().filter(|_| !self.holds_events)?;
        Some(topic)
    }

    /// The head of this topic is on its way again.
    pub(super) fn begin_retry(&mut self, topic: u32) {
        self.set_retry(topic, Some(Retry::InFlight));
    }

    /// What was on its way has ended: the next may be tried.
    pub(super) fn retry(&mut self, topic: &str) {
        if let Some(number) = self.names.get(topic) {
            let topic = self.topics.get(number);
            if topic.is_some_and(|topic| topic.retry == Some(Retry::InFlight)) {
                self.set_retry(number, Some(Retry::Due));
            }
        }
    }

    /// The topic waits until then, if it did not before.
    fn pause(&mut self, topic: &str, until_ms: u64) {
        let Some(number) = self.names.get(topic) else {
            return;
        };
        let retry = self.topics.get(number).and_then(|topic| topic.retry);
        if matches!(retry, None | Some(Retry::InFlight)) {
            self.set_retry(number, Some(Retry::At(until_ms)));
        }
    }

    fn flow(&mut self, topic: &str) {
        if let Some(number) = self.names.get(topic) {
            self.set_retry(number, None);
        }
    }

    /// The topics that nobody is subscribed to, as far as they have something to say or on its way.
    fn unheard_topics(&self) -> Vec<u32> {
        self.unheard.members().collect()
    }

    fn set_retry(&mut self, topic: u32, retry: Option<Retry>) {
        if let Some(topic) = self.topics.get_mut(topic) {
            topic.retry = retry;
        }
        let head = self.head(topic).and_then(|lane| self.front(lane));
        self.rank_topic(topic, head);
    }
}
