//! What is said on an open connection, in which order, and what the answers mean.

use super::connection::{self, Birth, Connection, Farewell, Guard};
use super::io::{Packet, Token, Version};
use super::notice::Level;
use super::window::Flight;
use super::{Availability, Engine, Phase};
use crate::message::{Message, QoS};
use crate::outbox::{End, Outbox, Time};
use bytes::Bytes;
use std::sync::Arc;

impl Engine {
    /// The next packet to hand over, if any may go now.
    ///
    /// The birth message is the first, and alone until it is acknowledged; at the end, the offline message is the
    /// last before DISCONNECT. Both go ahead of all that is queued.
    pub(crate) fn next_packet(&mut self, now: Time) -> Option<Packet> {
        let Phase::Connected(connection) = &mut self.phase else {
            return None;
        };
        match (&connection.birth, &connection.farewell) {
            (Birth::Due, _) if connection.window.has_room(0) => {
                return Some(connection.say_birth(now, &self.availability))
            }
            (Birth::Due | Birth::Sent(_), _) => return None,
            (_, Farewell::OfflineDue) if connection.window.has_room(0) => {
                return Some(connection.say_offline(now, &self.availability))
            }
            (_, Farewell::DisconnectDue) => {
                connection.farewell = Farewell::DisconnectSent {
                    until: now + connection::CLOSE_LIMIT,
                };
                return Some(Packet::Disconnect { with_will: false });
            }
            (_, Farewell::NotBegun) => {}
            _ => return None,
        }
        if connection.repair_due().is_some_and(|due| due <= now) {
            connection.repairs.done(now);
            self.outbox.counters.guard_repairs += 1;
            let topic = &self.availability.topic;
            self.notice_queue.log(Level::Warning, || {
                format!("{topic:?} held something else than our birth message; saying it again")
            });
            return Some(connection.say_birth(now, &self.availability));
        }
        if connection.guard == Guard::Due && connection.window.has_room(0) {
            let token = connection.hand_over(now, Flight::Subscribe);
            connection.guard_asked(now, token);
            return Some(Packet::Subscribe {
                token,
                topic: self.availability.topic.clone(),
            });
        }
        connection.next_message(now, &mut self.outbox)
    }

    pub(super) fn written(&mut self, now: Time, token: Token) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        connection.written(now, token);
        let qos = match connection.window.get(token) {
            Some(Flight::Message(entry)) => entry.message.qos,
            Some(Flight::Birth | Flight::Offline) => connection.flags.qos,
            Some(Flight::Subscribe) | None => return,
        };
        if qos == QoS::AtMostOnce {
            self.acknowledged(now, token, Ok(()));
        }
    }

    pub(super) fn acknowledged(&mut self, now: Time, token: Token, result: Result<(), String>) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        let Some(flight) = connection.window.take(token) else {
            return;
        };
        connection.progress_at = now;
        match (flight, result) {
            (Flight::Message(entry), Ok(())) => self.outbox.end(&entry, End::Delivered),
            (Flight::Message(entry), Err(why)) => {
                let topic = &entry.message.topic;
                self.notice_queue.log(Level::Warning, || {
                    format!("the broker refuses a message on {topic:?}: {why}")
                });
                self.outbox.end(&entry, End::Rejected(why));
            }
            (Flight::Birth, Ok(())) => {
                // Only the first counts as the moment since which we are online.
                if !matches!(connection.birth, Birth::Acknowledged(_)) {
                    connection.birth = Birth::Acknowledged(now);
                    self.last_error = None;
                }
            }
            (Flight::Birth, Err(why)) => {
                let topic = &self.availability.topic;
                let reason = format!("the broker refuses the birth message on {topic:?}: {why}");
                self.last_error = Some(reason.clone());
                self.notice_queue.log(Level::Error, || reason.clone());
                connection.birth = Birth::Refused {
                    again: now + connection::BIRTH_AGAIN,
                    reason,
                };
            }
            (Flight::Offline, Ok(())) => {
                connection.farewell = Farewell::DisconnectDue;
                self.report.offline_acknowledged = true;
            }
            // No DISCONNECT: perhaps the broker lets the will say what it did not let us say.
            (Flight::Offline, Err(why)) => {
                let text = format!("the broker refuses the offline message: {why}");
                connection.farewell = Farewell::DisconnectSent { until: now };
                self.notice_queue.log(Level::Error, || text.clone());
                self.last_error = Some(text);
            }
            (Flight::Subscribe, _) => {}
        }
    }

    pub(super) fn subscribed(&mut self, token: Token, result: Result<(), String>) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        connection.window.take(token);
        if !matches!(connection.guard, Guard::Asked { token: asked, .. } if asked == token) {
            return;
        }
        match result {
            Ok(()) => {
                connection.guard = Guard::On;
                self.guard_rest.worked();
            }
            Err(why) => {
                self.notice_queue.log(Level::Warning, || {
                    format!("the availability topic is not watched: the broker refuses the subscription: {why}")
                });
                connection.guard =
                    Guard::Off(Some(format!("the broker refuses the subscription: {why}")))
            }
        }
    }

    /// A message on our availability topic: while we are online, it has to be the birth message.
    pub(super) fn received(&mut self, now: Time, payload: &Bytes) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        if connection.is_online() && *payload != self.availability.birth {
            connection.repairs.needed(now);
        }
    }
}

impl Connection {
    fn say_birth(&mut self, now: Time, availability: &Availability) -> Packet {
        let (token, packet) =
            self.say(now, Flight::Birth, &availability.topic, &availability.birth);
        if self.birth == Birth::Due {
            self.birth = Birth::Sent(token);
        }
        packet
    }

    fn say_offline(&mut self, now: Time, availability: &Availability) -> Packet {
        let (token, packet) = self.say(
            now,
            Flight::Offline,
            &availability.topic,
            &availability.offline,
        );
        self.farewell = Farewell::OfflineSent(token);
        packet
    }

    fn say(
        &mut self,
        now: Time,
        flight: Flight,
        topic: &Arc<str>,
        payload: &Bytes,
    ) -> (Token, Packet) {
        let token = self.hand_over(now, flight);
        let packet = Packet::Publish {
            token,
            topic: topic.clone(),
            payload: payload.clone(),
            qos: self.flags.qos,
            retain: self.flags.retain,
            expiry_seconds: None,
        };
        (token, packet)
    }

    fn next_message(&mut self, now: Time, outbox: &mut Outbox) -> Option<Packet> {
        while self.takes_messages() {
            let entry = outbox.take(now)?;
            if entry.closes >= connection::SUSPECT && !self.window.is_empty() {
                outbox.put_back(entry);
                return None;
            }
            if let Err(why) = self.can_carry(&entry.message) {
                outbox.end(&entry, End::Rejected(why));
                continue;
            }
            outbox.counters.resent += u64::from(entry.sent_before);
            let (message, expiry_seconds) = (entry.message.clone(), entry.expiry_left(now));
            let token = self.hand_over(now, Flight::Message(entry));
            return Some(Packet::Publish {
                token,
                topic: message.topic,
                payload: message.payload,
                qos: message.qos,
                retain: message.retain,
                // 3.1.1 has no such property; there a message ages only until it is handed over.
                expiry_seconds: expiry_seconds.filter(|_| self.version == Version::V5),
            });
        }
        None
    }

    /// Whether this broker takes such a message, or why not (MQTT 5, sections 3.2.2.3.4 to 3.2.2.3.6).
    fn can_carry(&self, message: &Message) -> Result<(), String> {
        let is_v5 = self.version == Version::V5;
        let size = message.packet_size(is_v5, is_v5);
        if size > u64::from(self.limits.maximum_packet_size) {
            let most = self.limits.maximum_packet_size;
            return Err(format!(
                "the broker takes packets of at most {most} bytes, this one has {size}"
            ));
        }
        if message.qos == QoS::AtLeastOnce && self.limits.maximum_qos == QoS::AtMostOnce {
            return Err("the broker takes QoS 0 only; publish with qos 0".into());
        }
        if message.retain && !self.limits.retain_available {
            return Err("the broker keeps no retained messages; publish without retain".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Connack, Input, Plan};
    use super::*;
    use crate::settings::Settings;

    const NOW: Time = Time::from_secs(1);

    /// An engine that is online, with its number, and so many messages of so many bytes queued.
    fn online_with(messages: usize, bytes: usize) -> (Engine, u64) {
        let settings = r#"{"broker_host": "broker", "guard_availability": false}"#;
        let settings = Settings::from_json(settings).expect("they are valid");
        let mut engine = Engine::new(settings.into(), NOW, 1);
        let Plan::Open(attempt) = engine.plan(NOW) else {
            panic!("it does not connect");
        };
        engine.input(NOW, attempt.number, Input::Opened(Connack::default()));
        let Some(Packet::Publish { token, .. }) = engine.next_packet(NOW) else {
            panic!("it does not say the birth message");
        };
        engine.input(NOW, attempt.number, Input::Written(token));
        engine.input(NOW, attempt.number, Input::Acked(token, Ok(())));
        for _ in 0..messages {
            let message = Message {
                topic: "argusai/events/door".into(),
                payload: vec![0; bytes].into(),
                qos: QoS::AtLeastOnce,
                retain: false,
            };
            let published = engine.publish(NOW, message, Some(60), false);
            published.expect("there is room");
        }
        (engine, attempt.number)
    }

    fn tokens(engine: &mut Engine) -> Vec<Token> {
        let packets = std::iter::from_fn(|| engine.next_packet(NOW));
        packets
            .map(|packet| match packet {
                Packet::Publish { token, .. } => token,
                other => panic!("{other:?} is no message"),
            })
            .collect()
    }

    #[test]
    fn messages_wait_here_while_others_wait_to_be_written() {
        let (mut engine, number) = online_with(90, 10_000);
        let first = tokens(&mut engine);
        assert_eq!(first.len(), 14);
        engine.input(NOW, number, Input::Written(first[0]));
        engine.input(NOW, number, Input::Written(first[1]));
        assert_eq!(tokens(&mut engine).len(), 2);
    }

    #[test]
    fn large_messages_are_handed_over_one_at_a_time() {
        let (mut engine, number) = online_with(3, 200_000);
        for _ in 0..3 {
            let handed_over = tokens(&mut engine);
            assert_eq!(handed_over.len(), 1);
            engine.input(NOW, number, Input::Written(handed_over[0]));
        }
        assert!(!engine.has_backlog());
    }
}
