//! What is said on an open connection, in which order, and what the answers mean.

use super::io::{Packet, Token, Version};
use super::live::{self, Birth, Ending, Guard, Live};
use super::notice::Level;
use super::window::Flight;
use super::{Availability, Phase, Session};
use crate::message::{Message, QoS};
use crate::outbox::{End, Outbox, Time};
use bytes::Bytes;
use std::sync::Arc;

impl Session {
    /// The next packet to hand over, if any may go now.
    ///
    /// The birth message is the first, and alone until it is acknowledged; at the end, the offline message is the
    /// last before DISCONNECT. Both go ahead of all that is queued.
    pub(crate) fn next_packet(&mut self, now: Time) -> Option<Packet> {
        let Phase::Live(live) = &mut self.phase else {
            return None;
        };
        match (&live.birth, &live.ending) {
            (Birth::Due, _) if live.window.has_room(0) => {
                return Some(live.say_birth(now, &self.availability))
            }
            (Birth::Due | Birth::Sent(_), _) => return None,
            (_, Ending::OfflineDue) if live.window.has_room(0) => {
                return Some(live.say_offline(now, &self.availability))
            }
            (_, Ending::DisconnectDue) => {
                live.ending = Ending::DisconnectSent {
                    until: now + live::CLOSE_LIMIT,
                };
                return Some(Packet::Disconnect);
            }
            (_, Ending::No) => {}
            _ => return None,
        }
        if live.repair_due().is_some_and(|due| due <= now) {
            live.repairs.done(now);
            self.outbox.counters.guard_repairs += 1;
            let topic = &self.availability.topic;
            self.journal.log(Level::Warning, || {
                format!("{topic:?} held something else than our birth message; saying it again")
            });
            return Some(live.say_birth(now, &self.availability));
        }
        if live.guard == Guard::Due && live.window.has_room(0) {
            let token = live.hand_over(now, Flight::Subscribe);
            live.guard_asked(now, token);
            return Some(Packet::Subscribe {
                token,
                topic: self.availability.topic.clone(),
            });
        }
        live.next_message(now, &mut self.outbox)
    }

    pub(super) fn written(&mut self, now: Time, token: Token) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        live.written(now, token);
        let qos = match live.window.get(token) {
            Some(Flight::Message(entry)) => entry.message.qos,
            Some(Flight::Birth | Flight::Offline) => live.speech.qos,
            Some(Flight::Subscribe) | None => return,
        };
        if qos == QoS::AtMostOnce {
            self.acknowledged(now, token, Ok(()));
        }
    }

    pub(super) fn acknowledged(&mut self, now: Time, token: Token, result: Result<(), String>) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        let Some(flight) = live.window.take(token) else {
            return;
        };
        live.progress_at = now;
        match (flight, result) {
            (Flight::Message(entry), Ok(())) => self.outbox.end(&entry, End::Delivered),
            (Flight::Message(entry), Err(why)) => {
                let topic = &entry.message.topic;
                self.journal.log(Level::Warning, || {
                    format!("the broker refuses a message on {topic:?}: {why}")
                });
                self.outbox.end(&entry, End::Rejected(why));
            }
            (Flight::Birth, Ok(())) => {
                // Only the first counts as the moment since which we are online.
                if !matches!(live.birth, Birth::Acknowledged(_)) {
                    live.birth = Birth::Acknowledged(now);
                    self.last_error = None;
                }
            }
            (Flight::Birth, Err(why)) => {
                let topic = &self.availability.topic;
                let reason = format!("the broker refuses the birth message on {topic:?}: {why}");
                self.last_error = Some(reason.clone());
                self.journal.log(Level::Error, || reason.clone());
                live.birth = Birth::Refused {
                    again: now + live::BIRTH_AGAIN,
                    reason,
                };
            }
            (Flight::Offline, Ok(())) => {
                live.ending = Ending::DisconnectDue;
                self.report.offline_acknowledged = true;
            }
            // No DISCONNECT: perhaps the broker lets the will say what it did not let us say.
            (Flight::Offline, Err(why)) => {
                let text = format!("the broker refuses the offline message: {why}");
                live.ending = Ending::DisconnectSent { until: now };
                self.journal.log(Level::Error, || text.clone());
                self.last_error = Some(text);
            }
            (Flight::Subscribe, _) => {}
        }
    }

    pub(super) fn subscribed(&mut self, token: Token, result: Result<(), String>) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        live.window.take(token);
        if !matches!(live.guard, Guard::Asked { token: asked, .. } if asked == token) {
            return;
        }
        match result {
            Ok(()) => {
                live.guard = Guard::On;
                self.guard_rest.worked();
            }
            Err(why) => {
                self.journal.log(Level::Warning, || {
                    format!("the availability topic is not watched: the broker refuses the subscription: {why}")
                });
                live.guard = Guard::Off(Some(format!("the broker refuses the subscription: {why}")))
            }
        }
    }

    /// A message on our availability topic: while we are online, it has to be the birth message.
    pub(super) fn received(&mut self, now: Time, payload: &Bytes) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        if live.is_online() && *payload != self.availability.birth {
            live.repairs.needed(now);
        }
    }
}

impl Live {
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
        self.ending = Ending::OfflineSent(token);
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
            qos: self.speech.qos,
            retain: self.speech.retain,
            expiry_seconds: None,
        };
        (token, packet)
    }

    fn next_message(&mut self, now: Time, outbox: &mut Outbox) -> Option<Packet> {
        while self.takes_messages() {
            let entry = outbox.take(now)?;
            if entry.closes >= live::SUSPECT && !self.window.is_empty() {
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

    /// A session that is online, with its number, and so many messages of so many bytes queued.
    fn online_with(messages: usize, bytes: usize) -> (Session, u64) {
        let settings = r#"{"broker_host": "broker", "guard_availability": false}"#;
        let settings = Settings::from_json(settings).expect("they are valid");
        let mut session = Session::new(settings.into(), NOW, 1);
        let Plan::Open(attempt) = session.plan(NOW) else {
            panic!("it does not connect");
        };
        session.input(NOW, attempt.number, Input::Opened(Connack::default()));
        let Some(Packet::Publish { token, .. }) = session.next_packet(NOW) else {
            panic!("it does not say the birth message");
        };
        session.input(NOW, attempt.number, Input::Written(token));
        session.input(NOW, attempt.number, Input::Acked(token, Ok(())));
        for _ in 0..messages {
            let message = Message {
                topic: "argusai/events/door".into(),
                payload: vec![0; bytes].into(),
                qos: QoS::AtLeastOnce,
                retain: false,
            };
            let published = session.publish(NOW, message, Some(60), false);
            published.expect("there is room");
        }
        (session, attempt.number)
    }

    fn tokens(session: &mut Session) -> Vec<Token> {
        let packets = std::iter::from_fn(|| session.next_packet(NOW));
        packets
            .map(|packet| match packet {
                Packet::Publish { token, .. } => token,
                other => panic!("{other:?} is no message"),
            })
            .collect()
    }

    #[test]
    fn messages_wait_here_while_others_wait_to_be_written() {
        let (mut session, number) = online_with(90, 10);
        let first = tokens(&mut session);
        assert_eq!(first.len(), 32);
        session.input(NOW, number, Input::Written(first[0]));
        session.input(NOW, number, Input::Written(first[1]));
        assert_eq!(tokens(&mut session).len(), 2);
    }

    #[test]
    fn large_messages_are_handed_over_one_at_a_time() {
        let (mut session, number) = online_with(3, 100_000);
        for _ in 0..3 {
            let handed_over = tokens(&mut session);
            assert_eq!(handed_over.len(), 1);
            session.input(NOW, number, Input::Written(handed_over[0]));
        }
        assert!(!session.has_backlog());
    }
}
