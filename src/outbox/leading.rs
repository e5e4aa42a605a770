//! Which topics of the queue have states ahead of their head.

use super::lane::Front;
use super::queues::Queues;
use super::unheard::Retry;

/// A topic whose head names states.
#[derive(Debug)]
pub(super) struct Leading {
    /// The head.
    id: u64,
    /// Some of its states were said, or are on their way, and stand until it has gone.
    has_said: bool,
    /// The topic of one of its states is in use: it waits.
    waits: bool,
}

impl Queues {
    /// The head of this topic waits until a topic of its states is free.
    pub(super) fn wait(&mut self, topic: u32, id: u64) {
        self.leading(topic, id).waits = true;
        self.rank_again(topic);
    }

    /// A state goes ahead of the head of this topic.
    pub(super) fn lead(&mut self, topic: u32, id: u64) {
        self.leading(topic, id).has_said = true;
    }

    /// The message with this id need not wait for a topic of its states. Says whether it did, as the head of this topic.
    pub(super) fn go_on(&mut self, topic: u32, id: u64) -> bool {
        let leading = self.leading.get_mut(&topic);
        let Some(leading) = leading.filter(|one| one.id == id && one.waits) else {
            return false;
        };
        leading.waits = false;
        self.rank_again(topic);
        true
    }

    /// What expires does not go for the time being: the topics of its states are for others meanwhile.
    pub(super) fn stop_perishable(&mut self) {
        let topics: Vec<u32> = self.leading.keys().copied().collect();
        for topic in topics {
            let head = self.head(topic).and_then(|lane| self.front(lane));
            if head.is_some_and(|head| head.expires()) {
                self.leads(topic, None);
                self.rank_again(topic);
            }
        }
    }

    /// Whether the head of this topic waits for a topic of its states; `going` is the head if it could go otherwise.
    pub(super) fn leads(&mut self, topic: u32, going: Option<&Front>) -> bool {
        if self.leading.is_empty() {
            return false;
        }
        match self.leading.get(&topic) {
            Some(leading) if going.is_some_and(|head| head.id == leading.id) => leading.waits,
            Some(_) => {
                let leading = self.leading.remove(&topic);
                // One that does not wait may be the one whose turn it is on a topic of its states.
                let leading = leading.filter(|one| one.has_said || !one.waits);
                self.went.extend(leading.map(|one| one.id));
                false
            }
            None => false,
        }
    }

    fn leading(&mut self, topic: u32, id: u64) -> &mut Leading {
        self.leading.entry(topic).or_insert(Leading {
            id,
            has_said: false,
            waits: false,
        })
    }

    fn rank_again(&mut self, topic: u32) {
        let head = self.head(topic).and_then(|lane| self.front(lane));
        self.rank_topic(topic, head);
    }
}

impl Retry {
    /// Whether the head may go, or will when nothing is ahead of it.
    pub(super) fn may_go(retry: Option<Retry>) -> bool {
        matches!(retry, None | Some(Retry::Due))
    }
}
