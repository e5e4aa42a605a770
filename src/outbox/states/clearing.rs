//! Topics that are to be cleared.

use super::kept::{Kept, Place, Rank};
use super::{States, Superseded, MOST_STATES, QUIET};
use bytes::Bytes;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Discovery configs that were cleared while Home Assistant may not have been subscribed: after an outage it may come back
/// later than we do, and would show the entities for good.
#[derive(Debug, Default)]
pub(super) struct Missed {
    /// Whether it may be so at present.
    may_be: bool,
    topics: BTreeSet<Arc<str>>,
}

impl Missed {
    /// The connection is over, perhaps for everybody.
    pub(super) fn begin(&mut self) {
        self.may_be = true;
    }

    /// A config was cleared.
    pub(super) fn add(&mut self, topic: &Arc<str>) {
        if self.may_be && self.topics.len() < MOST_STATES {
            self.topics.insert(topic.clone());
        }
    }
}

impl States {
    /// Home Assistant has subscribed: what it may have missed is cleared again.
    pub(in crate::outbox) fn clear_missed(&mut self) {
        self.missed.may_be = false;
        for topic in std::mem::take(&mut self.missed.topics) {
            // What was asked for comes before what is repeated.
            if self.cleared < MOST_STATES {
                self.clear_as(Rank::ClearedConfig, &topic);
            }
        }
    }

    /// The topic is to be cleared, unless it holds a state or is to be cleared anyway.
    pub(in crate::outbox) fn clear_quietly(&mut self, topic: &Arc<str>) {
        self.clear_as(Rank::Cleared, topic);
    }

    fn clear_as(&mut self, rank: Rank, topic: &Arc<str>) {
        if self.topics.contains_key(topic) {
            return;
        }
        let id = QUIET + self.quiet;
        self.quiet += 1;
        let key = (rank, id);
        let kept = Kept {
            topic: topic.clone(),
            payload: Bytes::new(),
            id,
            waiting: None,
            place: Place::Said,
            is_said: false,
            ahead_of: None,
            replaced_bytes: 0,
            closes: 0,
            closes_alone: 0,
        };
        self.insert(key, kept);
        self.put(key, Place::Due);
    }

    /// This topic, or without one any, is not to be cleared quietly any more. For the time between connections.
    pub(in crate::outbox) fn forget_clearings(&mut self, topic: Option<&str>) {
        let quiet = (Rank::Cleared, QUIET)..;
        let topics: Vec<_> = match topic {
            Some(topic) => {
                let key = self.topics.get_key_value(topic);
                let key = key.filter(|(_, key)| quiet.contains(key));
                key.map(|(topic, _)| topic.clone()).into_iter().collect()
            }
            None => {
                let all = self.kept.range(quiet);
                all.map(|(_, kept)| kept.topic.clone()).collect()
            }
        };
        for topic in topics {
            self.remove(&topic);
        }
    }

    /// If too many topics are to be cleared, gives up those that are cleared again, and then the one that has waited
    /// longest. What is in flight stays, which is no more than may be in flight at a time.
    pub(in crate::outbox) fn drop_surplus(&mut self) -> Option<Superseded> {
        while self.cleared > MOST_STATES {
            let first = |rank, least| {
                let mut all = self.kept.range((rank, least)..=(rank, u64::MAX));
                all.find(|(_, kept)| kept.place != Place::InFlight)
            };
            let surplus = first(Rank::ClearedConfig, QUIET)
                .or_else(|| first(Rank::Cleared, 0))
                .or_else(|| first(Rank::ClearedConfig, 0));
            let topic = surplus.map(|(_, kept)| kept.topic.clone())?;
            let dropped = self.remove(&topic)?.1.superseded();
            if dropped.is_some() {
                return dropped;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_that_may_have_been_missed_and_no_more_are_remembered() {
        let mut missed = Missed::default();
        missed.begin();
        for n in 0..=MOST_STATES {
            missed.add(&n.to_string().into());
        }
        assert_eq!(missed.topics.len(), MOST_STATES);
    }
}
