//! What is said at the broker: by our client, by wills and by others, and who hears it.

use super::air::Air;
use super::broker::{Broker, Heard};
use super::ledger::{name, nature, POISON, UNWANTED};
use super::manners::Subscriptions;
use super::network::{Down, Link, Publish, Will};
use super::states;
use crate::engine::{Connack, EndCause, Token, Version};
use crate::message::QoS;
use crate::outbox::Time;
use bytes::Bytes;
use std::sync::Arc;

impl Broker {
    /// Somebody publishes to a topic, retained.
    pub(super) fn say(
        &mut self,
        air: &mut Air,
        links: &mut [Link],
        topic: &Arc<str>,
        payload: &Bytes,
    ) {
        self.foreign_words(topic, payload.is_empty());
        self.pass_on(air, links, topic, payload, None);
        self.store(topic, payload, Time::MAX);
    }

    /// What a topic holds for whoever subscribes now.
    pub(super) fn retained(&self, now: Time, topic: &str) -> Option<&Bytes> {
        let (_, payload, _) = self
            .retained
            .iter()
            .find(|(held, _, until)| &**held == topic && *until > now)?;
        Some(payload)
    }

    /// What was said there last.
    pub(super) fn last_said(&self, topic: &str) -> Option<&Bytes> {
        let said = self.live.iter().find(|(said, _)| &**said == topic);
        said.map(|(_, payload)| payload)
    }

    /// A client publishes.
    pub(super) fn publish(
        &mut self,
        air: &mut Air,
        links: &mut [Link],
        at: usize,
        publish: Publish,
    ) {
        let (id, version) = (links[at].id, links[at].version);
        let Some(known) = self.known.iter_mut().find(|known| known.link == Some(id)) else {
            return;
        };
        let is_birth = known.birth.is_none();
        let is_state = states::number(&publish.topic).is_some();
        let is_availability = name(&publish.payload).is_none() && !is_state;
        known.birth.get_or_insert(publish.token);
        let nature = if is_birth {
            0
        } else {
            nature(&publish.payload)
        };
        if let Some(broken) = breach(&known.limits, version, &publish) {
            self.broken.get_or_insert(broken);
        }
        if nature == POISON && self.manners.is_picky {
            return self.close(air, links, id, EndCause::ByPeer);
        }
        let refused = version == Version::V5
            && publish.qos == QoS::AtLeastOnce
            && (nature == UNWANTED && self.manners.is_picky
                || is_availability && self.manners.refuses_availability);
        if publish.qos == QoS::AtLeastOnce {
            let arrives = air.arrival().max(self.mute_until);
            let result = match refused {
                true => Err("not authorized".to_owned()),
                false => Ok(()),
            };
            let is_unheard = !self.is_heard() && !refused && version == Version::V5;
            let answer = match is_unheard && self.manners.says_unheard {
                true => Down::Unmatched(publish.token),
                false => Down::Puback(publish.token, result),
            };
            match self.manners.swaps_acknowledgements {
                true => links[at].answer_before_last(arrives, answer),
                false => links[at].answer(arrives, answer),
            }
        }
        let states = std::array::from_fn(|at| self.last_said(&states::topic(at)).cloned());
        self.heard.push(Heard {
            owner: links[at].owner,
            payload: publish.payload.clone(),
            is_birth,
            was_heard: self.is_heard(),
            states,
        });
        if refused {
            return;
        }
        self.has_foreign_words &= !is_birth;
        self.has_unheard_words &= !is_birth;
        self.pass_on(air, links, &publish.topic, &publish.payload, Some(at));
        if publish.retain {
            let until = publish.expiry_seconds.map_or(Time::MAX, |seconds| {
                air.now + Time::from_secs(seconds.into())
            });
            self.store(&publish.topic, &publish.payload, until);
        }
    }

    /// A client subscribes.
    pub(super) fn subscribe(
        &mut self,
        air: &mut Air,
        links: &mut [Link],
        at: usize,
        token: Token,
        (topic, no_local): (Arc<str>, bool),
    ) {
        let id = links[at].id;
        let arrives = air.arrival().max(self.mute_until);
        match self.manners.subscriptions {
            Subscriptions::Granted => {}
            Subscriptions::Unanswered => return,
            Subscriptions::Refused => {
                return links[at].answer(arrives, Down::Suback(token, Err("no".into())));
            }
            Subscriptions::Closed => return self.close(air, links, id, EndCause::ByPeer),
        }
        let Some(known) = self.known.iter_mut().find(|known| known.link == Some(id)) else {
            return;
        };
        known.subscribed.retain(|(name, _)| *name != topic);
        known.subscribed.push((topic.clone(), no_local));
        links[at].answer(arrives, Down::Suback(token, Ok(())));
        if self.manners.sends_too_large {
            let beginning = Bytes::from_static(b"the beginning of more");
            links[at].answer(arrives, Down::publish(&topic, beginning, true));
        }
        if let Some(payload) = self.retained(air.now, &topic).cloned() {
            links[at].answer(arrives, Down::publish(&topic, payload, true));
        }
    }

    pub(super) fn say_will(&mut self, air: &mut Air, links: &mut [Link], will: &Will) {
        self.pass_on(air, links, &will.topic, &will.payload, None);
        if will.flags.retain {
            self.store(&will.topic, &will.payload, Time::MAX);
        }
    }

    /// To the witness, and to our client if it is subscribed: not its own word on MQTT 5, where it said No Local.
    pub(super) fn pass_on(
        &mut self,
        air: &mut Air,
        links: &mut [Link],
        topic: &Arc<str>,
        payload: &Bytes,
        from: Option<usize>,
    ) {
        let arrives = air.arrival().max(self.mute_until);
        for known in &self.known {
            let (Some(id), Some(no_local)) = (known.link, known.subscription(topic)) else {
                continue;
            };
            let own = from.is_some_and(|at| links[at].id == id && links[at].version == Version::V5)
                && no_local;
            if let Some(link) = links.iter_mut().find(|link| link.id == id && !own) {
                link.answer(arrives, Down::publish(topic, payload.clone(), false));
            }
        }
        match self.live.iter_mut().find(|(said, _)| said == topic) {
            Some((_, last)) => *last = payload.clone(),
            None => self.live.push((topic.clone(), payload.clone())),
        }
    }

    /// Notes that somebody but our client has the word.
    pub(super) fn foreign_words(&mut self, topic: &Arc<str>, is_deletion: bool) {
        let is_heard = self
            .known
            .iter()
            .any(|known| known.link.is_some() && known.subscription(topic).is_some());
        let leaves_nothing = is_deletion || !self.manners.connack.retain_available;
        self.has_foreign_words = true;
        self.has_unheard_words |= leaves_nothing && !is_heard;
    }

    fn store(&mut self, topic: &Arc<str>, payload: &Bytes, until: Time) {
        self.retained.retain(|(held, _, _)| held != topic);
        if !payload.is_empty() && self.manners.connack.retain_available {
            self.retained.push((topic.clone(), payload.clone(), until));
        }
    }
}

/// What in a packet is against what the broker said of itself.
fn breach(limits: &Connack, version: Version, publish: &Publish) -> Option<String> {
    if version == Version::V311 {
        return None;
    }
    let size = publish.size(version);
    if size > u64::from(limits.maximum_packet_size) {
        return Some(format!(
            "a packet of {size} bytes is larger than the broker takes"
        ));
    }
    if publish.qos == QoS::AtLeastOnce && limits.maximum_qos == QoS::AtMostOnce {
        return Some("QoS 1 to a broker that takes QoS 0 only".into());
    }
    if publish.retain && !limits.retain_available {
        return Some("a retained message to a broker that keeps none".into());
    }
    None
}
