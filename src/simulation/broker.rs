//! A model of a broker, by the MQTT specification: sessions, wills, retained messages, takeovers, keep alive.

use super::air::Air;
use super::manners::{Answer, Manners, Speaks, Subscriptions};
use super::network::{Connect, Down, Link, Publish, Up, Will};
use crate::message::QoS;
use crate::outbox::Time;
use crate::session::{Connack, EndedKind, FailureKind, Token, Version};
use bytes::Bytes;
use std::sync::Arc;

/// What a witness, subscribed to everything, has seen: a PUBLISH of our client that was processed.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) owner: (u32, u64),
    pub(super) payload: Bytes,
    /// Whether the broker had seen a CONNECT, and the birth message, on that connection before.
    pub(super) is_birth: bool,
}

/// One client id that the broker knows.
#[derive(Debug)]
struct Known {
    client_id: String,
    link: Option<u32>,
    will: Option<Will>,
    /// A will that waits for its delay, or for a broker that is slow with it.
    will_due: Option<Time>,
    expiry: Time,
    expires_at: Time,
    keep_alive: Time,
    heard_at: Time,
    subscribed: Option<Arc<str>>,
    /// Of the connection: the token of the birth message, and whether its acknowledgement was sent.
    birth: Option<Token>,
    limits: Connack,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Broker {
    pub(super) manners: Manners,
    known: Vec<Known>,
    /// Wills of connections that were replaced, and when they are said.
    late: Vec<(Time, Will)>,
    retained: Vec<(Arc<str>, Bytes, Time)>,
    /// What somebody who only listens took from each availability topic last.
    live: Vec<(Arc<str>, Bytes)>,
    /// Another client is connected with the client id of ours.
    pub(super) twin: Option<Will>,
    pub(super) heard: Vec<Heard>,
    /// What the client did against the specification.
    pub(super) broken: Option<String>,
    /// Until then nothing is read, acknowledged, or accepted.
    pub(super) reads_from: Time,
    pub(super) mute_until: Time,
    pub(super) down_until: Time,
    /// A restart brought retained messages back while nobody was there to speak for them.
    pub(super) has_stale_state: bool,
    /// Somebody else, or a late will, had the last word on an availability topic.
    pub(super) has_foreign_words: bool,
    /// They were said between birth message and subscription, and left nothing that the subscription would find.
    pub(super) has_unheard_words: bool,
}

impl Broker {
    pub(super) fn new(manners: Manners) -> Self {
        Broker {
            manners,
            ..Broker::default()
        }
    }

    /// When something happens by itself next.
    pub(super) fn next_event(&self) -> Time {
        let known = self.known.iter().map(|known| {
            let will = known.will_due.unwrap_or(Time::MAX);
            match known.link {
                Some(_) => will.min(known.silent_at()),
                None => will.min(known.expires_at),
            }
        });
        let late = self.late.iter().map(|(at, _)| *at);
        known.chain(late).min().unwrap_or(Time::MAX)
    }

    /// Lets time pass: wills that are due, clients that are silent, sessions that expire.
    pub(super) fn tick(&mut self, air: &mut Air, links: &mut [Link]) {
        let now = air.now;
        while let Some(at) = self.late.iter().position(|(at, _)| *at <= now) {
            let (_, will) = self.late.swap_remove(at);
            self.foreign_words(&will.topic, false);
            self.say_will(air, links, &will);
        }
        for at in 0..self.known.len() {
            let known = &mut self.known[at];
            match known.link {
                Some(id) if known.silent_at() <= now => {
                    self.close(air, links, id, EndedKind::ByPeer);
                }
                _ => {}
            }
            let known = &mut self.known[at];
            let over = known.link.is_none() && known.expires_at <= now;
            if over || known.will_due.is_some_and(|due| due <= now) {
                known.will_due = None;
                if let Some(will) = known.will.take() {
                    self.say_will(air, links, &will);
                }
            }
        }
        self.known
            .retain(|known| known.link.is_some() || known.expires_at > now);
    }

    /// Reads the next packet of a connection.
    pub(super) fn read(&mut self, air: &mut Air, links: &mut [Link], at: usize) {
        let Some(packet) = links[at].read_up() else {
            return;
        };
        let id = links[at].id;
        if let Some(known) = self.known.iter_mut().find(|known| known.link == Some(id)) {
            known.heard_at = air.now;
        }
        match packet {
            Up::Connect(connect) => self.connect(air, links, at, *connect),
            Up::Publish(publish) => self.publish(air, links, at, publish),
            Up::Subscribe { token, topic } => self.subscribe(air, links, at, token, topic),
            Up::Ping => {
                let arrives = air.arrival().max(self.mute_until);
                links[at].answer(arrives, Down::Pingresp);
            }
            Up::Disconnect => {
                if let Some(known) = self.known.iter_mut().find(|known| known.link == Some(id)) {
                    known.will = None;
                }
                self.close(air, links, id, EndedKind::ByPeer);
            }
            Up::Closed => self.close(air, links, id, EndedKind::ByPeer),
        }
    }

    /// The broker ends a connection, or hears that it has ended.
    pub(super) fn close(&mut self, air: &mut Air, links: &mut [Link], id: u32, kind: EndedKind) {
        let arrives = air.arrival();
        if let Some(link) = links.iter_mut().find(|link| link.id == id) {
            link.close_by_broker(arrives, kind);
        }
        let late = self.lateness(air);
        let Some(known) = self.known.iter_mut().find(|known| known.link == Some(id)) else {
            return;
        };
        known.link = None;
        known.expires_at = air.now.saturating_add(known.expiry);
        if let Some(will) = &known.will {
            let delay = will.delay.min(known.expiry);
            if known.expiry.is_zero() && !late.is_zero() {
                self.late.push((air.now + late, will.clone()));
                known.will = None;
            } else {
                known.will_due = Some(air.now + delay);
            }
        }
    }

    /// The process or the machine of the broker dies. No will is spoken.
    pub(super) fn crash(&mut self, air: &mut Air, links: &mut [Link], keeps_state: bool) {
        let arrives = air.arrival();
        for link in links.iter_mut() {
            link.close_by_broker(arrives, EndedKind::ByPeer);
        }
        self.late.clear();
        self.twin = None;
        if keeps_state {
            self.has_stale_state = true;
            for known in &mut self.known {
                // Brokers do not write wills to disk.
                known.will = None;
                known.will_due = None;
                known.link = None;
                known.expires_at = air.now.saturating_add(known.expiry);
            }
        } else {
            self.known.clear();
            self.retained.clear();
        }
    }

    /// Another client connects with this client id.
    pub(super) fn connect_twin(&mut self, air: &mut Air, links: &mut [Link], id: &str, will: Will) {
        self.replace(air, links, id, true);
        self.twin = Some(will);
    }

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

    fn connect(&mut self, air: &mut Air, links: &mut [Link], at: usize, connect: Connect) {
        let version = links[at].version;
        let refusal = self.refusal(version, &connect);
        let arrives = air.arrival().max(self.mute_until);
        match refusal {
            Some(FailureKind::Silent) => return,
            Some(FailureKind::Undecided) => {
                return links[at].close_by_broker(arrives, EndedKind::ByPeer);
            }
            Some(kind) => {
                links[at].answer(arrives, Down::Refused(kind));
                return links[at].close_by_broker(arrives, EndedKind::ByPeer);
            }
            None => {}
        }
        self.replace(air, links, &connect.client_id, connect.clean_start);
        if let Some(will) = self.twin.take() {
            self.say_will(air, links, &will);
        }
        let subscribed = self
            .known
            .iter()
            .position(|known| known.client_id == connect.client_id)
            .map(|at| self.known.swap_remove(at))
            .and_then(|known| known.subscribed);
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
        });
    }

    fn refusal(&self, version: Version, connect: &Connect) -> Option<FailureKind> {
        let manners = &self.manners;
        match (manners.speaks, version) {
            (Speaks::Only311(Answer::Refusal), Version::V5) => {
                return Some(FailureKind::WrongVersion)
            }
            (Speaks::Only311(Answer::Close), Version::V5) => return Some(FailureKind::Undecided),
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
            && connect.will.speech.qos == QoS::AtLeastOnce
        {
            return Some(lesser(FailureKind::NoQos1));
        }
        if version == Version::V5 && !manners.connack.retain_available && connect.will.speech.retain
        {
            return Some(lesser(FailureKind::NoRetain));
        }
        None
    }

    /// Makes an end of the connection and, on a clean start, of the session that has this client id.
    fn replace(&mut self, air: &mut Air, links: &mut [Link], client_id: &str, clean_start: bool) {
        let Some(at) = self.known.iter().position(|k| k.client_id == client_id) else {
            return;
        };
        if let Some(id) = self.known[at].link {
            let v5 = links.iter().any(|l| l.id == id && l.version == Version::V5);
            let kind = match v5 && self.manners.says_taken_over {
                true => EndedKind::TakenOver,
                false => EndedKind::ByPeer,
            };
            self.close(air, links, id, kind);
        }
        let late = self.lateness(air);
        let known = &mut self.known[at];
        known.will_due = None;
        if clean_start || known.expiry.is_zero() {
            known.subscribed = None;
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

    fn publish(&mut self, air: &mut Air, links: &mut [Link], at: usize, publish: Publish) {
        let (id, version) = (links[at].id, links[at].version);
        let Some(known) = self.known.iter_mut().find(|known| known.link == Some(id)) else {
            return;
        };
        let is_birth = known.birth.is_none();
        let is_availability = super::ledger::name(&publish.payload).is_none();
        known.birth.get_or_insert(publish.token);
        let nature = if is_birth {
            0
        } else {
            super::ledger::nature(&publish.payload)
        };
        if let Some(broken) = breach(&known.limits, version, &publish) {
            self.broken.get_or_insert(broken);
        }
        if nature == super::ledger::POISON && self.manners.is_picky {
            return self.close(air, links, id, EndedKind::ByPeer);
        }
        let refused = version == Version::V5
            && publish.qos == QoS::AtLeastOnce
            && (nature == super::ledger::UNWANTED && self.manners.is_picky
                || is_availability && self.manners.refuses_availability);
        if publish.qos == QoS::AtLeastOnce {
            let arrives = air.arrival().max(self.mute_until);
            let result = match refused {
                true => Err("not authorized".to_owned()),
                false => Ok(()),
            };
            let answer = Down::Puback(publish.token, result);
            match self.manners.swaps_acknowledgements {
                true => links[at].answer_before_last(arrives, answer),
                false => links[at].answer(arrives, answer),
            }
        }
        self.heard.push(Heard {
            owner: links[at].owner,
            payload: publish.payload.clone(),
            is_birth,
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

    fn subscribe(
        &mut self,
        air: &mut Air,
        links: &mut [Link],
        at: usize,
        token: Token,
        topic: Arc<str>,
    ) {
        let id = links[at].id;
        let arrives = air.arrival().max(self.mute_until);
        match self.manners.subscriptions {
            Subscriptions::Granted => {}
            Subscriptions::Unanswered => return,
            Subscriptions::Refused => {
                return links[at].answer(arrives, Down::Suback(token, Err("no".into())));
            }
            Subscriptions::Closed => return self.close(air, links, id, EndedKind::ByPeer),
        }
        let Some(known) = self.known.iter_mut().find(|known| known.link == Some(id)) else {
            return;
        };
        known.subscribed = Some(topic.clone());
        links[at].answer(arrives, Down::Suback(token, Ok(())));
        if self.manners.sends_too_large {
            links[at].answer(arrives, Down::TooLarge);
        }
        if let Some(payload) = self.retained(air.now, &topic).cloned() {
            links[at].answer(arrives, Down::Publish(payload));
        }
    }

    fn say_will(&mut self, air: &mut Air, links: &mut [Link], will: &Will) {
        self.pass_on(air, links, &will.topic, &will.payload, None);
        if will.speech.retain {
            self.store(&will.topic, &will.payload, Time::MAX);
        }
    }

    /// To the witness, and to our client if it is subscribed: not its own word on MQTT 5, where it said No Local.
    fn pass_on(
        &mut self,
        air: &mut Air,
        links: &mut [Link],
        topic: &Arc<str>,
        payload: &Bytes,
        from: Option<usize>,
    ) {
        let arrives = air.arrival().max(self.mute_until);
        for known in &self.known {
            let Some(id) = known
                .link
                .filter(|_| known.subscribed.as_ref() == Some(topic))
            else {
                continue;
            };
            let own = from.is_some_and(|at| links[at].id == id && links[at].version == Version::V5);
            if let Some(link) = links.iter_mut().find(|link| link.id == id && !own) {
                link.answer(arrives, Down::Publish(payload.clone()));
            }
        }
        match self.live.iter_mut().find(|(said, _)| said == topic) {
            Some((_, last)) => *last = payload.clone(),
            None => self.live.push((topic.clone(), payload.clone())),
        }
    }

    fn foreign_words(&mut self, topic: &Arc<str>, is_deletion: bool) {
        let is_heard = self
            .known
            .iter()
            .any(|known| known.link.is_some() && known.subscribed.as_ref() == Some(topic));
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

    fn lateness(&self, air: &mut Air) -> Time {
        match self.manners.late_wills && air.dice.coin() {
            true => air.dice.millis(3000),
            false => Time::ZERO,
        }
    }
}

impl Known {
    /// When the broker takes the client for gone.
    fn silent_at(&self) -> Time {
        match self.keep_alive.is_zero() {
            true => Time::MAX,
            false => self.heard_at + self.keep_alive * 3 / 2,
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
