//! How the broker takes a CONNECT: refusals, takeovers, sessions that are kept or ended.

use super::air::Air;
use super::broker::{Broker, Known};
use super::manners::{Answer, Speaks};
use super::network::{Connect, Down, Link};
use crate::engine::{Connack, EndCause, FailureKind, Version};
use crate::message::QoS;
use crate::outbox::Time;

impl Broker {
    /// A client connects.
    pub(super) fn connect(
        &mut self,
        air: &mut Air,
        links: &mut [Link],
        at: usize,
        connect: Connect,
    ) {
        let version = links[at].version;
        let refusal = self.refusal(version, &connect);
        let arrives = air.arrival().max(self.mute_until);
        match refusal {
            Some(FailureKind::Silent) => return,
            Some(FailureKind::Closed) => {
                return links[at].close_by_broker(arrives, EndCause::ByPeer);
            }
            Some(kind) => {
                links[at].answer(arrives, Down::Refused(kind));
                return links[at].close_by_broker(arrives, EndCause::ByPeer);
            }
            None => {}
        }
        let generation = links[at].owner.0;
        // The CONNECT of an attempt that was given up for new settings may overtake that of the next.
        let is_given_up = !links[at].client_open;
        // A process cannot know of the topic of another, whose delayed will it cancels.
        self.has_stale_state |= !connect.clean_start
            && self.known.iter().any(|known| {
                let topic = known.will.as_ref().map(|will| &will.topic);
                known.client_id == connect.client_id
                    && (known.generation != generation || is_given_up)
                    && topic.is_some_and(|topic| *topic != connect.will.topic)
            });
        self.replace(air, links, &connect.client_id, connect.clean_start);
        if let Some(will) = self.twin.take() {
            self.say_will(air, links, &will);
        }
        let subscribed = self
            .known
            .iter()
            .position(|known| known.client_id == connect.client_id)
            .map(|at| self.known.swap_remove(at))
            .map_or(Vec::new(), |known| known.subscribed);
        let limits = match version {
            Version::V5 => self.manners.connack.clone(),
            Version::V311 => Connack::default(),
        };
        links[at].answer(arrives, Down::Connack(limits));
        self.known.push(Known {
            link: Some(links[at].id),
            will: Some(connect.will),
            will_due: None,
            expiry: connect.session_expiry,
            expires_at: Time::MAX,
            keep_alive: match version {
                Version::V5 => self.manners.keep_alive(connect.keep_alive),
                Version::V311 => connect.keep_alive,
            },
            heard_at: air.now,
            subscribed,
            birth: None,
            limits: self.manners.connack.clone(),
            client_id: connect.client_id,
            generation,
        });
    }

    fn refusal(&self, version: Version, connect: &Connect) -> Option<FailureKind> {
        let manners = &self.manners;
        match (manners.speaks, version) {
            (Speaks::Only311(Answer::Refusal), Version::V5) => {
                return Some(FailureKind::WrongVersion)
            }
            (Speaks::Only311(Answer::Close), Version::V5) => return Some(FailureKind::Closed),
            (Speaks::Only311(Answer::Silence), Version::V5) => return Some(FailureKind::Silent),
            (Speaks::Only5, Version::V311) => return Some(FailureKind::WrongVersion),
            _ => {}
        }
        let lesser = |kind| match version {
            Version::V5 => kind,
            Version::V311 => FailureKind::Undecided,
        };
        if manners.refuses.is_some() {
            return manners.refuses;
        }
        // Only MQTT 5 lets a client know that less would do.
        if version == Version::V5
            && !manners.takes_qos_1()
            && connect.will.flags.qos == QoS::AtLeastOnce
        {
            return Some(lesser(FailureKind::NoQos1));
        }
        if version == Version::V5 && !manners.connack.retain_available && connect.will.flags.retain
        {
            return Some(lesser(FailureKind::NoRetain));
        }
        None
    }

    /// Makes an end of the connection and, on a clean start, of the session that has this client id.
    pub(super) fn replace(
        &mut self,
        air: &mut Air,
        links: &mut [Link],
        client_id: &str,
        clean_start: bool,
    ) {
        let Some(at) = self.known.iter().position(|k| k.client_id == client_id) else {
            return;
        };
        if let Some(id) = self.known[at].link {
            let v5 = links.iter().any(|l| l.id == id && l.version == Version::V5);
            let kind = match v5 && self.manners.says_taken_over {
                true => EndCause::TakenOver,
                false => EndCause::ByPeer,
            };
            self.close(air, links, id, kind);
        }
        let late = self.lateness(air);
        let known = &mut self.known[at];
        known.will_due = None;
        if clean_start || known.expiry.is_zero() {
            known.subscribed.clear();
            if let Some(will) = known.will.take() {
                match late.is_zero() {
                    true => self.say_will(air, links, &will),
                    false => self.late.push((air.now + late, will)),
                }
            }
        } else if let Some(will) = known.will.take().filter(|will| will.delay.is_zero()) {
            self.say_will(air, links, &will);
        }
    }
}
