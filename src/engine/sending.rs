//! What is said on an open connection, and in which order.

use super::attempt::Version;
use super::broker::{Availability, Broker};
use super::connection::{Birth, Connection, Farewell, Trial, CLOSE_LIMIT};
use super::link::Packet;
use super::look::Look;
use super::notice::Level;
use super::subscription::Subscription;
use super::window::Flight;
use super::{Engine, Phase};
use crate::message::{Message, QoS};
use crate::outbox::{Entry, Outbox, Time};
use crate::outcome::Outcome;
use crate::topic::is_config;
use bytes::Bytes;
use std::sync::Arc;

impl Engine {
    /// The next packet to hand over, if any may go now.
    ///
    /// The birth message is the first, and alone until it is acknowledged; at the end, the offline message is the
    /// last before DISCONNECT. Both go ahead of all that is queued. The states follow the birth message, then what is
    /// queued.
    pub(crate) fn next_packet(&mut self, now: Time) -> Option<Packet> {
        let Phase::Connected(connection) = &mut self.phase else {
            return self.last_packet.take();
        };
        if connection.look == Look::Due {
            let token = connection.hand_over(Flight::Subscribe);
            connection.look = Look::asked(now, token);
            return Some(Packet::Subscribe {
                token,
                topic: self.broker.availability.topic.clone(),
                no_local: false,
            });
        }
        let has_room = connection.has_room_for_availability();
        match (&connection.birth, connection.farewell) {
            (Birth::Due, _) if has_room => return self.say_birth(now),
            (Birth::Due | Birth::Sent(_), _) => return None,
            (_, Farewell::OfflineDue) if !connection.is_announced => {
                // In place of the acknowledgement of an offline message, which comes after those of all before it.
                if !connection.window.is_empty() {
                    return None;
                }
                connection.farewell = Farewell::DisconnectDue;
                return self.next_packet(now);
            }
            (_, Farewell::OfflineDue) if has_room => {
                return Some(connection.say_offline(&self.broker.availability))
            }
            (_, Farewell::DisconnectDue) => {
                connection.farewell = Farewell::DisconnectSent {
                    until: now + CLOSE_LIMIT,
                };
                return Some(Packet::Disconnect { with_will: false });
            }
            (_, Farewell::NotBegun) => {}
            _ => return None,
        }
        // Not on the way to the offline message, which the birth message must not follow.
        if connection.repairs.is_due() && has_room {
            connection.repairs.done(now);
            self.outbox.counters.guard_repairs += 1;
            let topic = &self.broker.availability.topic;
            self.notice_queue.log(Level::Warning, || {
                format!("{topic:?} held another message than the birth message; publishing the birth message again")
            });
            return self.say_birth(now);
        }
        if connection.heartbeat.is_due() && has_room {
            // In the long run those that are counted and never come would hide those of others.
            connection.repeats_birth();
            return self.say_birth(now);
        }
        // What it would bring is not of before the birth message.
        let is_looking = connection.look.is_pending();
        if connection.subscription == Subscription::Due
            && !is_looking
            && connection.window.has_room(0)
        {
            let token = connection.hand_over(Flight::Subscribe);
            connection.subscription = Subscription::asked(now, token);
            return Some(Packet::Subscribe {
                token,
                topic: self.broker.availability.topic.clone(),
                no_local: true,
            });
        }
        if connection.status_subscription == Subscription::Due
            && (connection.subscription.is_settled() || is_looking)
            && connection.window.has_room(0)
        {
            let token = connection.hand_over(Flight::Subscribe);
            connection.status_subscription = Subscription::asked(now, token);
            return Some(Packet::Subscribe {
                token,
                topic: self
                    .broker
                    .settings
                    .home_assistant_status_topic
                    .as_str()
                    .into(),
                no_local: true,
            });
        }
        let packet = connection.next_message(now, &mut self.outbox);
        if let Some(Packet::Publish { topic, .. }) = &packet {
            if is_config(&self.broker.settings.discovery_prefix, topic) {
                connection.heartbeat.config_sent(now);
            }
        }
        packet
    }

    fn say_birth(&mut self, now: Time) -> Option<Packet> {
        let Phase::Connected(connection) = &mut self.phase else {
            return None;
        };
        let Broker { availability, .. } = &self.broker;
        let message = connection.availability_message(&availability.topic, &availability.birth);
        if let Err(why) = connection.can_carry(&message, false) {
            // Nothing that waiting for this broker could cure; tried again all the same, as its limit may change.
            self.birth_refused(now, &why);
            return self.next_packet(now);
        }
        let token = connection.hand_over(Flight::Birth);
        connection.heartbeat.said(now);
        if connection.birth == Birth::Due {
            connection.birth = Birth::Sent(token);
        }
        self.broker.offline_acknowledged = false;
        Some(packet(token, message, None))
    }
}

impl Connection {
    fn say_offline(&mut self, availability: &Availability) -> Packet {
        let message = self.availability_message(&availability.topic, &availability.offline);
        let token = self.hand_over(Flight::Offline);
        self.farewell = Farewell::OfflineSent(token);
        packet(token, message, None)
    }

    fn availability_message(&self, topic: &Arc<str>, payload: &Bytes) -> Message {
        Message {
            topic: topic.clone(),
            payload: payload.clone(),
            qos: self.flags.qos,
            retain: self.flags.retain,
        }
    }

    fn next_message(&mut self, now: Time, outbox: &mut Outbox) -> Option<Packet> {
        while self.has_room_for_message() {
            let mut entry = self.next_entry(now, outbox)?;
            if entry.is_state() {
                (entry.message.qos, entry.message.retain) = (self.flags.qos, self.flags.retain);
            }
            // 3.1.1 has no such property; there a message ages only until it is handed over.
            let expiry = entry
                .expiry_left(now)
                .filter(|_| self.version == Version::V5);
            if let Err(why) = self.can_carry(&entry.message, expiry.is_some()) {
                if let Trial::Sent { .. } = self.trial {
                    self.trial = Trial::None;
                }
                if entry.is_state() {
                    self.refused_states
                        .answered(&entry.message.topic, Some(&why));
                }
                outbox.end(&entry, Outcome::Rejected(why));
                continue;
            }
            outbox.counters.resent += u64::from(entry.sent_before);
            let message = entry.message.clone();
            let token = self.hand_over(Flight::Message(entry));
            if let Trial::Sent { token: sent, .. } = &mut self.trial {
                *sent = token;
            }
            return Some(packet(token, message, expiry));
        }
        None
    }

    /// The next message to send: the oldest, or one that was held back, alone, when its turn has come.
    fn next_entry(&mut self, now: Time, outbox: &mut Outbox) -> Option<Entry> {
        match self.trial {
            Trial::None | Trial::From(_) => outbox.take(now),
            Trial::Due if self.window.is_empty() => match outbox.take_held(now) {
                Some(entry) => {
                    self.trial = Trial::Sent { token: 0, at: now };
                    Some(entry)
                }
                None => {
                    self.trial = Trial::None;
                    outbox.take(now)
                }
            },
            Trial::Due | Trial::Sent { .. } => None,
        }
    }

    /// Whether this broker takes such a message, or why not (MQTT 5, sections 3.2.2.3.4 to 3.2.2.3.6).
    fn can_carry(&self, message: &Message, has_expiry: bool) -> Result<(), String> {
        let size = message.packet_size(self.version == Version::V5, has_expiry);
        if size > u64::from(self.limits.maximum_packet_size) {
            let most = self.limits.maximum_packet_size;
            return Err(format!(
                "the broker accepts packets of at most {most} bytes; this one has {size}"
            ));
        }
        if message.qos == QoS::AtLeastOnce && self.limits.maximum_qos == QoS::AtMostOnce {
            return Err("the broker supports QoS 0 only; publish with qos 0".into());
        }
        if message.retain && !self.limits.retain_available {
            return Err("the broker supports no retained messages; publish without retain".into());
        }
        Ok(())
    }
}

fn packet(token: u64, message: Message, expiry_seconds: Option<u32>) -> Packet {
    Packet::Publish {
        token,
        topic: message.topic,
        payload: message.payload,
        qos: message.qos,
        retain: message.retain,
        expiry_seconds,
    }
}
