//! A model of a broker, by the MQTT specification: what it knows, and what happens there by itself.

use super::air::Air;
use super::manners::Manners;
use super::network::{Down, Link, Up, Will};
use super::states::TOPICS;
use crate::engine::{Connack, EndCause, Token};
use crate::outbox::Time;
use bytes::Bytes;
use std::sync::Arc;

/// What a witness, subscribed to everything, has seen: a PUBLISH of our client that was processed.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) owner: (u32, u64),
    pub(super) payload: Bytes,
    /// Whether the broker had seen a CONNECT, and the birth message, on that connection before.
    pub(super) is_birth: bool,
    /// Somebody was subscribed to its topic.
    pub(super) was_heard: bool,
    /// What was said last on the topics of states.
    pub(super) states: [Option<Bytes>; TOPICS],
}

/// One client id that the broker knows.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) client_id: String,
    /// Of the process that connected.
    pub(super) generation: u32,
    pub(super) link: Option<u32>,
    pub(super) will: Option<Will>,
    /// A will that waits for its delay, or for a broker that is slow with it.
    pub(super) will_due: Option<Time>,
    pub(super) expiry: Time,
    pub(super) expires_at: Time,
    pub(super) keep_alive: Time,
    pub(super) heard_at: Time,
    /// The topics, and whether it does not want its own words back from there, on MQTT 5.
    pub(super) subscribed: Vec<(Arc<str>, bool)>,
    /// Of the connection: the token of the birth message, and whether its acknowledgement was sent.
    pub(super) birth: Option<Token>,
    pub(super) limits: Connack,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Broker {
    pub(super) manners: Manners,
    pub(super) known: Vec<Known>,
    /// Wills of connections that were replaced, and when they are said.
    pub(super) late: Vec<(Time, Will)>,
    pub(super) retained: Vec<(Arc<str>, Bytes, Time)>,
    /// What somebody who only listens took from each availability topic last.
    pub(super) live: Vec<(Arc<str>, Bytes)>,
    /// Another client is connected with the client id of ours.
    pub(super) twin: Option<Will>,
    pub(super) heard: Vec<Heard>,
    /// What the client did against the specification.
    pub(super) broken: Option<String>,
    /// Home Assistant is subscribed to the events, and somebody who watches everything.
    pub(super) home_listens: bool,
    pub(super) recorder_listens: bool,
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
                    self.close(air, links, id, EndCause::ByPeer);
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
            Up::Subscribe {
                token,
                topic,
                no_local,
            } => {
                self.subscribe(air, links, at, token, (topic, no_local));
            }
            Up::Ping => {
                let arrives = air.arrival().max(self.mute_until);
                links[at].answer(arrives, Down::Pingresp);
            }
            Up::Disconnect { with_will } => {
                if let Some(known) = self.known.iter_mut().find(|known| known.link == Some(id)) {
                    known.expiry = Time::ZERO;
                    known.will = known.will.take().filter(|_| with_will);
                }
                self.close(air, links, id, EndCause::ByPeer);
            }
            Up::Closed => self.close(air, links, id, EndCause::ByPeer),
        }
    }

    /// The broker ends a connection, or hears that it has ended.
    pub(super) fn close(&mut self, air: &mut Air, links: &mut [Link], id: u32, kind: EndCause) {
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
            link.close_by_broker(arrives, EndCause::ByPeer);
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

    /// How late a broker that is slow with wills is this time.
    pub(super) fn lateness(&self, air: &mut Air) -> Time {
        match self.manners.late_wills && air.dice.coin() {
            true => air.dice.millis(3000),
            false => Time::ZERO,
        }
    }
}

impl Known {
    /// Whether it is subscribed to the topic, and then whether without its own words.
    pub(super) fn subscription(&self, topic: &str) -> Option<bool> {
        let found = self.subscribed.iter().find(|(name, _)| &**name == topic);
        found.map(|(_, no_local)| *no_local)
    }

    /// When the broker takes the client for gone.
    fn silent_at(&self) -> Time {
        match self.keep_alive.is_zero() {
            true => Time::MAX,
            false => self.heard_at + self.keep_alive * 3 / 2,
        }
    }
}
