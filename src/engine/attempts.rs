//! How connections come about and what their ends mean.

use super::connection::{self, Connection, Farewell, Guard};
use super::io::{
    Attempt, AvailabilityFlags, Connack, ConnectionEnd, EndCause, Failure, FailureKind, Plan,
    Version,
};
use super::notice::Level;
use super::window::Flight;
use super::{Engine, Phase};
use crate::message::QoS;
use crate::outbox::{End, Time};
use crate::settings::Protocol;
use std::time::Duration;

/// MQTT 5 brokers answer in milliseconds; one that is silent for so long may not speak it.
const SILENCE: Duration = Duration::from_secs(3);

impl Engine {
    pub(super) fn open(&mut self, version: Version, will: AvailabilityFlags) -> Plan {
        self.last_attempt += 1;
        let limit = Duration::from_secs(self.settings.connect_timeout_seconds.into());
        let may_fall_back = version == Version::V5 && self.settings.protocol == Protocol::Auto;
        let attempt = Attempt {
            number: self.last_attempt,
            version,
            will,
            clean_start: self.settings.will_delay_seconds == 0 || self.leaves_a_topic,
            limit: if may_fall_back {
                limit.min(SILENCE)
            } else {
                limit
            },
        };
        self.phase = Phase::Connecting(attempt.clone());
        self.say_state();
        Plan::Open(attempt)
    }

    pub(super) fn opened(&mut self, now: Time, connack: Connack) {
        let Phase::Connecting(attempt) = &self.phase else {
            return;
        };
        let attempt = attempt.clone();
        if let Some((settings, _)) = self.next_settings.take() {
            // Closed without DISCONNECT, so that its will speaks.
            return self.adopt(now, settings);
        }
        self.version.opened(now, attempt.version);
        self.refusal = None;
        self.leaves_a_topic = false;
        self.connections += 1;
        let guard = match self.settings.guard_availability {
            false => Guard::Off(None),
            true if self.guard_rest.allows() => Guard::Due,
            true => Guard::Off(Some(
                "the broker ended an earlier connection over the subscription".into(),
            )),
        };
        let connection = Connection::new(now, &attempt, connack, &self.settings, guard);
        let (broker, version) = (self.settings.broker(), connection.version.name());
        let why = &self.version.reason;
        self.notice_queue.log(Level::Info, || {
            format!("connected to {broker} with MQTT {version}: {why}")
        });
        for warning in connection.warnings() {
            self.notice_queue.log(Level::Warning, || warning);
        }
        self.phase = Phase::Connected(Box::new(connection));
    }

    pub(super) fn failed(&mut self, now: Time, failure: Failure) {
        let Phase::Connecting(attempt) = &self.phase else {
            return;
        };
        let (version, will) = (attempt.version, attempt.will);
        let again = |next| Phase::Waiting {
            until: now,
            next: Some(next),
        };
        if let Some((settings, _)) = self.next_settings.take() {
            return self.adopt(now, settings);
        }
        if self
            .version
            .falls_back(version, failure.kind, &failure.text)
        {
            self.phase = again((Version::V311, will));
            return;
        }
        if self.version.falls_forward(version, failure.kind) {
            self.phase = again((Version::V5, will));
            return;
        }
        match failure.kind {
            FailureKind::NoRetain if will.retain => {
                return self.phase = again((
                    version,
                    AvailabilityFlags {
                        retain: false,
                        ..will
                    },
                ));
            }
            FailureKind::NoQos1 if will.qos != QoS::AtMostOnce => {
                return self.phase = again((
                    version,
                    AvailabilityFlags {
                        qos: QoS::AtMostOnce,
                        ..will
                    },
                ));
            }
            FailureKind::Unreachable => {
                self.version.broker_may_have_changed();
                self.reconnect.no_twin();
            }
            FailureKind::Undecided | FailureKind::Silent => self.version.broker_may_have_changed(),
            _ => {}
        }
        let text = match self.version.earlier_failure() {
            Some(earlier) => format!("MQTT 5: {earlier}; then MQTT 3.1.1: {}", failure.text),
            None => format!("MQTT {}: {}", version.name(), failure.text),
        };
        let permanent = matches!(
            failure.kind,
            FailureKind::Permanent | FailureKind::WrongVersion
        );
        self.refusal = permanent.then(|| text.clone());
        let (level, until) = if permanent {
            (Level::Error, self.reconnect.slow_pause(now))
        } else {
            (Level::Warning, self.reconnect.pause(now))
        };
        let (broker, pause) = (self.settings.broker(), until.saturating_sub(now));
        self.notice_queue.log(level, || {
            let seconds = pause.as_secs_f32();
            format!("cannot connect to {broker}: {text}; the next attempt is in {seconds:.1} s")
        });
        self.last_error = Some(text);
        self.phase = Phase::Waiting { until, next: None };
    }

    pub(super) fn ended(&mut self, now: Time, ended: &ConnectionEnd) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        let by_peer = matches!(ended.kind, EndCause::ByPeer | EndCause::TakenOver);
        let orderly = matches!(connection.farewell, Farewell::DisconnectSent { .. });
        let lasted = now.saturating_sub(connection.opened_at);
        if by_peer && matches!(connection.guard, Guard::Asked { .. }) {
            self.guard_rest.failed();
        }
        // A twin is no fault of the messages that were on their way.
        let may_blame = ended.kind == EndCause::ByPeer;
        let mut blames_a_message = false;
        for flight in connection.window.drain() {
            let Flight::Message(mut entry) = flight else {
                continue;
            };
            if may_blame && entry.closes >= connection::SUSPECT {
                let why = format!(
                    "each time it was sent the connection ended, the last time with it alone: {}",
                    ended.text
                );
                self.outbox.end(&entry, End::Rejected(why));
                blames_a_message = true;
                continue;
            }
            entry.closes += u8::from(may_blame);
            entry.sent_before = true;
            blames_a_message |= may_blame && entry.closes >= connection::SUSPECT;
            self.outbox.put_back(entry);
        }
        let twin =
            self.reconnect.connection_ended(lasted, by_peer && !orderly) && !blames_a_message;
        if blames_a_message {
            self.reconnect.no_twin();
        }
        let drained = self.outbox.unfinished() == 0;
        if self.stop.is_some() && (orderly || drained) {
            return self.finish();
        }
        if let Some((settings, _)) = self.next_settings.take() {
            return self.adopt(now, settings);
        }
        let (text, until) = if ended.kind == EndCause::TakenOver || twin {
            let text = format!(
                "another client seems to use our client id {:?}: {}. Stop it, or give each its own client_id",
                self.settings.client_id, ended.text
            );
            (text, self.reconnect.twin_pause(now))
        } else {
            (ended.text.clone(), self.reconnect.pause(now))
        };
        let pause = until.saturating_sub(now);
        self.notice_queue.log(Level::Warning, || {
            let seconds = pause.as_secs_f32();
            format!("the connection ended: {text}; the next attempt is in {seconds:.1} s")
        });
        self.last_error = Some(text);
        self.phase = Phase::Waiting { until, next: None };
    }
}
