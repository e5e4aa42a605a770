//! What the broker's answers on an open connection mean.

use super::attempt::Version;
use super::connection::{Birth, Connection, Farewell, Trial, BIRTH_AGAIN};
use super::input::Token;
use super::look::Look;
use super::notice::Level;
use super::read_back::ReadBack;
use super::subscription::Subscription;
use super::window::Flight;
use super::{Engine, Phase};
use crate::message::QoS;
use crate::outbox::{Entry, Time};
use crate::outcome::Outcome;
use bytes::Bytes;
use std::time::Duration;

/// A connection has to last so long without a message that was held back before it is sent alone, twice as long after
/// each close on it: so a link that breaks now and then, or every so often, is told from a broker that closes on it.
const TRIAL_AFTER: Duration = Duration::from_secs(2);

impl Engine {
    pub(super) fn written(&mut self, now: Time, token: Token) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        connection.window.written(now, token);
        let qos = match connection.window.get(token) {
            Some(Flight::Message(entry)) => entry.message.qos,
            Some(Flight::Birth | Flight::Offline) => connection.flags.qos,
            Some(Flight::Subscribe) | None => return,
        };
        if qos == QoS::AtMostOnce {
            if let Some(flight) = connection.window.take(token) {
                self.answered(now, token, flight, Ok(true));
            }
        }
    }

    /// The broker took what was handed over, and whether somebody heard it, or refused it.
    pub(super) fn acknowledged(&mut self, now: Time, token: Token, result: Result<bool, String>) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        let written_at = connection.window.written_at(token);
        if let Some(flight) = connection.window.take(token) {
            connection.acknowledged_at = now;
            connection.window.acknowledged();
            if let (Flight::Message(_), Some(written_at)) = (&flight, written_at) {
                self.acknowledgements.add(now.saturating_sub(written_at));
            }
            self.answered(now, token, flight, result);
        }
    }

    /// What was handed over is done with: acknowledged, refused, or, at QoS 0, written.
    fn answered(&mut self, now: Time, token: Token, flight: Flight, result: Result<bool, String>) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        match (flight, result) {
            (Flight::Message(entry), result) => {
                if matches!(connection.trial, Trial::Sent { token: sent, .. } if sent == token) {
                    connection.trial = Trial::None;
                }
                self.message_answered(now, entry, result);
            }
            (Flight::Birth, Ok(_)) => {
                // Only the first counts as the moment since which we are online.
                if !matches!(connection.birth, Birth::Acknowledged(_)) {
                    connection.birth = Birth::Acknowledged(now);
                    connection.open_from.get_or_insert(now);
                    if connection.online_from.is_none() {
                        connection.online_from = Some(now);
                        let hold = self.broker.settings.hold_seconds;
                        self.home_assistant.broker_is_back(now, hold);
                    }
                    self.broker.last_error = None;
                }
            }
            (Flight::Birth, Err(why)) => self.birth_refused(now, &why),
            (Flight::Offline, Ok(_)) => {
                connection.farewell = Farewell::DisconnectDue;
                self.broker.offline_acknowledged = true;
            }
            (Flight::Offline, Err(why)) => {
                let text = format!("the broker refuses the offline message: {why}");
                connection.farewell = Farewell::OfflineRefused;
                self.notice_queue.log(Level::Error, || text.clone());
                self.broker.last_error = Some(text);
            }
            (Flight::Subscribe, _) => {}
        }
    }

    /// Sets the turn of the next message that was held back, if there is one that has none.
    pub(super) fn schedule_trial(&mut self) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        if connection.trial != Trial::None {
            return;
        }
        if let (Some(closes), Some(since)) = (self.outbox.held_closes(), connection.open_from) {
            connection.trial = Trial::From(since + TRIAL_AFTER * (1 << closes.min(8)));
        }
    }

    fn message_answered(&mut self, now: Time, entry: Entry, result: Result<bool, String>) {
        if let (true, Phase::Connected(connection)) = (entry.is_state(), &mut self.phase) {
            let refused = result.as_ref().err();
            connection
                .refused_states
                .answered(&entry.message.topic, refused.map(String::as_str));
            // If the broker closed connections on what was there before, it takes this.
            self.broker
                .closed_states
                .answered(&entry.message.topic, None);
        }
        let why = match result {
            Ok(false) => return self.message_unheard(now, entry),
            Ok(true) => {
                // No other version says so, and nothing is said of QoS 0.
                let is_v5 = (self.connection()).is_some_and(|one| one.version == Version::V5);
                if is_v5 && entry.message.qos == QoS::AtLeastOnce {
                    self.message_heard(&entry);
                }
                return self.outbox.delivered(entry);
            }
            Err(why) => why,
        };
        let topic = &entry.message.topic;
        self.notice_queue.log(Level::Warning, || {
            format!("the broker refuses a message on {topic:?}: {why}")
        });
        self.outbox.end(&entry, Outcome::Rejected(why));
    }

    pub(super) fn birth_refused(&mut self, now: Time, why: &str) {
        let topic = &self.broker.availability.topic;
        let reason = format!("the broker refuses the birth message on {topic:?}: {why}");
        self.broker.last_error = Some(reason.clone());
        self.notice_queue.log(Level::Error, || reason.clone());
        // Messages go out all the same.
        let hold = self.broker.settings.hold_seconds;
        self.home_assistant.broker_is_back(now, hold);
        if let Phase::Connected(connection) = &mut self.phase {
            connection.open_from.get_or_insert(now);
            connection.birth = Birth::Refused {
                again: now + BIRTH_AGAIN,
                reason,
            };
        }
    }

    pub(super) fn subscribed(&mut self, now: Time, token: Token, result: Result<(), String>) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        if connection.look.is_asked(token) {
            return self.look_answered(now, token, result);
        }
        if !connection.subscription.is_asked(token) {
            return self.status_subscribed(now, token, result);
        }
        match result {
            Ok(()) => {
                connection.window.take(token);
                connection.subscription = Subscription::Granted;
                self.broker.has_granted = true;
                self.broker.looks_closed = 0;
                // It keeps messages: 3.1.1 has no word for a broker that does not.
                if connection.version == Version::V311 {
                    connection.read_back.granted(now);
                }
                self.broker.subscription_rest.granted();
            }
            Err(why) => {
                self.subscription_failed(
                    now,
                    format!("the broker refuses the subscription: {why}"),
                );
            }
        }
    }

    /// What was not answered in time may be granted all the same.
    pub(super) fn subscription_unanswered(&mut self, now: Time) {
        if let Phase::Connected(connection) = &mut self.phase {
            connection.may_be_subscribed = true;
        }
        self.subscription_failed(now, "the broker did not answer".into());
    }

    /// The connection does without the subscription for a while.
    pub(super) fn subscription_failed(&mut self, now: Time, reason: String) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        if let Subscription::Asked { token, .. } = connection.subscription {
            connection.window.take(token);
        }
        self.notice_queue.log(Level::Warning, || {
            format!("the availability topic is not watched: {reason}")
        });
        let again = self.broker.subscription_rest.failed(now);
        connection.subscription = Subscription::Failed { again, reason };
    }

    /// What the broker keeps for our availability topic has not come.
    pub(super) fn birth_not_read_back(&mut self) {
        if let Phase::Connected(connection) = &mut self.phase {
            connection.read_back = ReadBack::Missing;
            self.notice_queue
                .log(Level::Warning, || ReadBack::MISSING.into());
        }
    }

    /// A message on our availability topic: while we are online, it has to be the birth message.
    pub(super) fn received(&mut self, now: Time, payload: &Bytes, retain: bool) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        match (retain, connection.look.is_pending()) {
            (true, true) => connection.look = Look::Over,
            (true, false) => connection.read_back.came(),
            (false, _) => connection.look.came_back(),
        }
        if *payload != self.broker.availability.birth {
            if connection.is_online() {
                connection.repairs.needed(now);
            }
        } else if !retain {
            let was_alone = !connection.has_foreign_birth();
            connection.heard_birth();
            if was_alone && connection.has_foreign_birth() {
                let text = Connection::FOREIGN_BIRTH;
                self.notice_queue.log(Level::Warning, || text.into());
            }
        }
    }
}
