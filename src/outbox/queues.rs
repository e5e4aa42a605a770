//! The messages that wait: a queue for each topic, and which message is the next in every respect.

use super::entry::{Entry, LASTING};
use super::lane::{Front, Lane};
use super::leading::Leading;
use super::ranking::Ranking;
use super::slab::Slab;
use super::topic_numbers::TopicNumbers;
use super::unheard::Retry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// So many lanes stay when they are empty, so that a message that does not wait costs no making and removing of one;
/// but none that has had room for more messages, or whose topic is longer.
const KEPT_LANES: usize = 32;
const KEPT_CAPACITY: usize = 4;
const KEPT_TOPIC_BYTES: usize = 128;

/// The queue of a topic consists of a [`Lane`] for each lifetime. The oldest of their fronts is the head of the topic.
/// All order is kept of fronts and heads alone, so what a call costs grows only with the logarithm of their number.
///
/// A topic whose head is held is paused: what is behind the head has to wait for it.
#[derive(Debug, Default)]
pub(super) struct Queues {
    pub(super) names: TopicNumbers,
    pub(super) topics: Slab<Topic>,
    pub(super) lanes: Slab<Lane>,
    /// The lanes of topics that have several, by topic and lifetime. (Of the type of `fronts`, so that the library has the
    /// code of one.)
    by_lifetime: BTreeMap<(u32, u64), u32>,
    /// Those of them that are not empty, by topic and the id of their front.
    fronts: BTreeMap<(u32, u64), u32>,
    /// Topics by the id of their head: those that flow, by whether that expires, and those that are paused.
    lasting: Ranking,
    perishable: Ranking,
    paused: Ranking,
    /// Topics whose head waits for a subscriber, by its id; and as far as it is known when to try it again, by when.
    pub(super) unheard: Ranking,
    pub(super) retries: Ranking,
    /// Those of them whose head is to be tried now, by its id.
    pub(super) due: Ranking,
    /// Topics whose head names states, and those of them, by its id, whose head waits for these.
    pub(super) leading: HashMap<u32, Leading>,
    waiting: Ranking,
    /// Messages ahead of which states were said or may be, and which have gone or do not go now.
    pub(super) went: Vec<u64>,
    /// Lanes whose messages expire: by the id of their front, and by when that expires.
    expiring: Ranking,
    expiries: Ranking,
    len: usize,
    /// What expires has to wait, and what is behind it on its topic.
    pub(super) holds_events: bool,
}

#[derive(Debug)]
pub(super) struct Topic {
    pub(super) name: Arc<str>,
    /// Most topics have one lane; for them no order of lanes is kept.
    only_lane: Option<u32>,
    /// Set while nobody is subscribed to it.
    pub(super) retry: Option<Retry>,
}

impl Topic {
    pub(super) fn only_lane(&self) -> Option<u32> {
        self.only_lane
    }
}

impl Queues {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push_back(&mut self, entry: Entry) {
        let (number, before) = self.lane_of(&entry);
        if let Some(lane) = self.lanes.get_mut(number) {
            lane.push_back(entry);
        }
        self.len += 1;
        self.rank(number, before);
    }

    pub(super) fn put_back(&mut self, entry: Entry, is_held: bool) {
        let (number, before) = self.lane_of(&entry);
        if let Some(lane) = self.lanes.get_mut(number) {
            lane.put_back(entry, is_held);
        }
        self.len += 1;
        self.rank(number, before);
    }

    /// The lane whose front is the oldest message of those that need not wait.
    pub(super) fn oldest_flowing(&self) -> Option<u32> {
        let perishable = self.perishable.first().filter(|_| !self.holds_events);
        let first = [self.lasting.first(), perishable].into_iter().flatten();
        self.head(first.min()?.1)
    }

    /// The lane whose front is the oldest held message.
    pub(super) fn oldest_held(&self) -> Option<u32> {
        self.head(self.paused.first()?.1)
    }

    /// The lane whose front is the oldest message of all.
    pub(super) fn oldest(&self) -> Option<u32> {
        let topics = [
            &self.lasting,
            &self.perishable,
            &self.waiting,
            &self.paused,
            &self.unheard,
        ];
        let heads = topics.map(Ranking::first);
        self.head(heads.into_iter().flatten().min()?.1)
    }

    /// The lane whose front is the oldest message of those that expire.
    pub(super) fn oldest_expiring(&self) -> Option<u32> {
        Some(self.expiring.first()?.1)
    }

    /// When the first message expires, in milliseconds, and the lane whose front it is.
    pub(super) fn first_expiry(&self) -> Option<(u64, u32)> {
        self.expiries.first()
    }

    pub(super) fn front(&self, lane: u32) -> Option<Front> {
        self.lanes.get(lane)?.front()
    }

    /// The topic of a lane.
    pub(super) fn topic_of(&self, lane: u32) -> Option<u32> {
        self.lanes.get(lane).map(|lane| lane.topic)
    }

    /// Takes the front of a lane.
    pub(super) fn pop_front(&mut self, number: u32) -> Option<Entry> {
        let lane = self.lanes.get_mut(number)?;
        let topic = lane.topic;
        let name = &self.topics.get(topic)?.name;
        let entry = lane.pop_front(name)?;
        let is_empty = lane.front().is_none();
        let is_kept = lane.capacity() <= KEPT_CAPACITY
            && name.len() <= KEPT_TOPIC_BYTES
            && self.lanes.span() <= KEPT_LANES;
        self.len -= 1;
        self.rank(number, Some(entry.id));
        if is_empty && !is_kept {
            self.remove_lane(number);
        }
        Some(entry)
    }

    /// The lane whose front is the head of this topic.
    pub(super) fn head(&self, topic: u32) -> Option<u32> {
        if let Some(lane) = self.topics.get(topic)?.only_lane {
            return Some(lane);
        }
        let mut of_topic = self.fronts.range((topic, 0)..=(topic, u64::MAX));
        of_topic.next().map(|(_, &lane)| lane)
    }

    /// The lane of this message, which is made where there is none, and the id of its front.
    fn lane_of(&mut self, entry: &Entry) -> (u32, Option<u64>) {
        let name = &entry.message.topic;
        let lane = match self.names.get_shared(name) {
            Some(topic) => self.lane_of_topic(topic, entry.lifetime),
            None => {
                let topic = self.topics.insert(Topic {
                    name: name.clone(),
                    only_lane: None,
                    retry: None,
                });
                let lane = self.lanes.insert(Lane::new(topic, entry.lifetime));
                if let Some(made) = self.topics.get_mut(topic) {
                    made.only_lane = Some(lane);
                    self.names.insert(made.name.clone(), topic);
                }
                lane
            }
        };
        (lane, self.front(lane).map(|front| front.id))
    }

    fn lane_of_topic(&mut self, topic: u32, lifetime: u32) -> u32 {
        let only_lane = self.topics.get(topic).and_then(|topic| topic.only_lane);
        let only = only_lane.and_then(|number| Some((number, self.lanes.get(number)?)));
        match only {
            Some((number, lane)) if lane.lifetime == lifetime => return number,
            Some((number, lane)) => {
                self.by_lifetime
                    .insert((topic, lane.lifetime.into()), number);
                if let Some(front) = lane.front() {
                    self.fronts.insert((topic, front.id), number);
                }
            }
            None => {
                if let Some(&lane) = self.by_lifetime.get(&(topic, lifetime.into())) {
                    return lane;
                }
            }
        }
        if let Some(topic) = self.topics.get_mut(topic) {
            topic.only_lane = None;
        }
        let lane = self.lanes.insert(Lane::new(topic, lifetime));
        self.by_lifetime.insert((topic, lifetime.into()), lane);
        lane
    }

    /// Removes a lane that is empty, and its topic with the last lane.
    fn remove_lane(&mut self, number: u32) {
        let Some(lane) = self.lanes.remove(number) else {
            return;
        };
        if self
            .topics
            .get(lane.topic)
            .and_then(|topic| topic.only_lane)
            == Some(number)
        {
            if let Some(topic) = self.topics.remove(lane.topic) {
                self.names.remove(&topic.name);
            }
        } else {
            self.by_lifetime.remove(&(lane.topic, lane.lifetime.into()));
            self.note_only_lane(lane.topic);
        }
        // Where no number is in use, those that rankings made room for will not come again.
        if self.lanes.span() == 0 {
            (self.expiring, self.expiries) = Default::default();
            (self.lasting, self.perishable, self.paused) = Default::default();
            (self.unheard, self.retries, self.due) = Default::default();
            self.waiting = Ranking::default();
        }
    }

    /// Where only one lane is left, no order of lanes is kept any more.
    fn note_only_lane(&mut self, topic: u32) {
        let mut lanes = self.by_lifetime.range((topic, 0)..=(topic, u64::MAX));
        let (Some((&key, &number)), None) = (lanes.next(), lanes.next()) else {
            return;
        };
        self.by_lifetime.remove(&key);
        if let Some(front) = self.front(number) {
            self.fronts.remove(&(topic, front.id));
        }
        if let Some(topic) = self.topics.get_mut(topic) {
            topic.only_lane = Some(number);
        }
    }

    /// Puts the lane, and the topic it belongs to, where they now belong in every order. `before` was its front.
    fn rank(&mut self, number: u32, before: Option<u64>) {
        let Some(lane) = self.lanes.get(number) else {
            return;
        };
        let (topic, front) = (lane.topic, lane.front());
        let id = front.map(|front| front.id);
        if id == before {
            return;
        }
        if lane.lifetime != LASTING {
            self.expiring.set(number, id);
            let deadline = front.and_then(|front| front.deadline_ms);
            self.expiries.set(number, deadline);
        }
        let head = if self
            .topics
            .get(topic)
            .is_some_and(|topic| topic.only_lane.is_some())
        {
            front
        } else {
            if let Some(before) = before {
                self.fronts.remove(&(topic, before));
            }
            if let Some(id) = id {
                self.fronts.insert((topic, id), number);
            }
            self.head(topic).and_then(|lane| self.front(lane))
        };
        self.rank_topic(topic, head);
    }

    /// Puts a topic with this head where it belongs.
    pub(super) fn rank_topic(&mut self, topic: u32, head: Option<Front>) {
        let mut retry = None;
        if let Some(topic) = self.topics.get_mut(topic) {
            // One that is empty is not known to be unheard for ever.
            if head.is_none() && topic.retry.is_some_and(|retry| retry != Retry::InFlight) {
                topic.retry = None;
            }
            retry = topic.retry;
        }
        let retry = retry.filter(|_| head.is_some_and(|head| head.may_wait && !head.is_held));
        let id = |belongs: bool| head.filter(|_| belongs).map(|head| head.id);
        let is = |property: fn(&Front) -> bool| head.as_ref().is_some_and(property);
        let is_held = is(|head| head.is_held);
        let going = head.filter(|head| !head.is_held && Retry::may_go(retry));
        let waits = self.leads(topic, going.as_ref());
        let flows = !is_held && retry.is_none() && !waits;
        self.lasting
            .set(topic, id(flows && is(|head| !head.expires())));
        self.perishable.set(topic, id(flows && is(Front::expires)));
        self.waiting.set(topic, id(waits && retry.is_none()));
        self.paused.set(topic, id(is_held));
        self.unheard.set(topic, id(retry.is_some()));
        self.due.set(topic, id(retry == Some(Retry::Due) && !waits));
        let at = retry.and_then(|retry| match retry {
            Retry::At(at) => Some(at),
            Retry::Due | Retry::InFlight => None,
        });
        self.retries.set(topic, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Message, QoS};
    use crate::outbox::Time;

    fn push(queues: &mut Queues, id: u64, topic: &str) {
        let message = Message {
            topic: topic.into(),
            payload: "x".into(),
            qos: QoS::AtLeastOnce,
            retain: false,
        };
        queues.push_back(Entry::new(id, Time::ZERO, message, Some(60), false));
    }

    /// How many topics are known after this many messages on this many topics, whose names are at least so long, came and
    /// went.
    fn kept(topics: usize, messages: usize, name: usize) -> usize {
        let mut queues = Queues::default();
        let names: Vec<_> = (0..topics).map(|n| format!("{n:x>name$}")).collect();
        for number in 0..topics * messages {
            push(&mut queues, number as u64 + 1, &names[number % topics]);
        }
        let known = |queues: &Queues| {
            let known = names.iter().filter(|name| queues.names.get(name).is_some());
            known.count()
        };
        assert_eq!((known(&queues), queues.lanes.span()), (topics, topics));
        while let Some(lane) = queues.oldest() {
            queues.pop_front(lane);
        }
        assert_eq!(queues.len(), 0);
        known(&queues)
    }

    #[test]
    fn a_few_small_lanes_stay_when_they_are_empty() {
        assert_eq!(kept(1, 1, 1), 1);
        assert_eq!(kept(KEPT_LANES, 1, 1), KEPT_LANES);
        assert_eq!(kept(KEPT_LANES + 1, 1, 1), 0);
        assert_eq!(kept(1, KEPT_CAPACITY, 1), 1);
        assert_eq!(kept(1, KEPT_CAPACITY + 1, 1), 0);
        assert_eq!(kept(1, 1, KEPT_TOPIC_BYTES), 1);
        assert_eq!(kept(1, 1, KEPT_TOPIC_BYTES + 1), 0);
    }
}
