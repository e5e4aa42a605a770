//! How connections come about.

use super::attempt::{Attempt, AvailabilityFlags, Connack, Failure, FailureKind, Version};
use super::connection::Connection;
use super::home_assistant::is_watched;
use super::notice::Level;
use super::subscription::Subscription;
use super::{Engine, Phase};
use crate::message::QoS;
use crate::outbox::Time;
use crate::settings::{Protocol, Settings};
use std::time::Duration;

/// MQTT 5 brokers answer in milliseconds; one that is silent for so long may not speak it.
const SILENCE: Duration = Duration::from_secs(3);

impl Engine {
    /// The pause is over.
    pub(super) fn begin_attempt(&mut self, now: Time) {
        let Phase::Waiting { next, .. } = self.phase else {
            return;
        };
        let (version, will) =
            next.unwrap_or_else(|| (self.broker.version.first(now), AvailabilityFlags::FULL));
        let settings = &self.broker.settings;
        self.last_attempt += 1;
        self.rounds += u64::from(next.is_none());
        let attempt = Attempt {
            number: self.last_attempt,
            version,
            will,
            has_will: settings.announce_availability,
            wants_configs: false,
            clean_start: settings.will_delay_seconds == 0
                || !settings.announce_availability
                || self.leaves_a_topic,
            limit: attempt_limit(settings, version),
        };
        self.phase = Phase::Connecting {
            attempt,
            is_begun: false,
        };
    }

    pub(super) fn opened(&mut self, now: Time, connack: Connack) {
        let Phase::Connecting { attempt, .. } = &self.phase else {
            return;
        };
        let broker = &mut self.broker;
        broker.version.opened(now, attempt.version);
        broker.refusal = None;
        broker.has_accepted = true;
        if let Some(seconds) = connack.server_keep_alive_seconds {
            broker.keep_alive = broker.keep_alive.max(Duration::from_secs(seconds.into()));
        }
        self.leaves_a_topic = false;
        self.connections += 1;
        let is_announced = broker.settings.announce_availability;
        if !is_announced {
            // Nothing has to be acknowledged before it is online.
            broker.last_error = None;
            // It does not watch Home Assistant's status topic, so nothing waits.
            self.home_assistant.release();
        }
        let subscription = match is_announced && broker.settings.guard_availability {
            true => broker.subscription_rest.begin(now),
            false => Subscription::Unwanted,
        };
        let status_subscription = match is_watched(&broker.settings) {
            true => broker.status_subscription_rest.begin(now),
            false => Subscription::Unwanted,
        };
        let mut connection = Connection::new(now, attempt, connack, &broker.settings, subscription);
        connection.status_subscription = status_subscription;
        let (address, version) = (broker.settings.broker(), connection.version.name());
        let why = &broker.version.reason;
        self.notice_queue.log(Level::Info, || {
            format!("connected to {address} with MQTT {version}: {why}")
        });
        for warning in connection.warnings(now) {
            self.notice_queue.log(Level::Warning, || warning);
        }
        connection.look = self.begin_look(&connection);
        match connection.version {
            // Somebody may have come meanwhile.
            Version::V5 => self.outbox.retry_unheard(),
            Version::V311 => self.outbox.release_unheard(),
        }
        self.phase = Phase::Connected(Box::new(connection));
        self.outbox.connected(now);
    }

    pub(super) fn failed(&mut self, now: Time, failure: Failure) {
        let Phase::Connecting { attempt, .. } = &self.phase else {
            return;
        };
        let (version, will) = (attempt.version, attempt.will);
        if failure.kind == FailureKind::NotRunning {
            self.home_assistant.broker_is_gone();
        }
        let broker = &mut self.broker;
        let again = match broker.version.next(version, failure.kind, &failure.text) {
            Some(version) => Some((version, will)),
            None => lesser_will(failure.kind, will).map(|will| (version, will)),
        };
        if again.is_some() {
            self.phase = Phase::Waiting {
                until: now,
                next: again,
            };
            return;
        }
        broker.twin.attempt_failed();
        if matches!(
            failure.kind,
            FailureKind::Unreachable
                | FailureKind::NotRunning
                | FailureKind::Undecided
                | FailureKind::Closed
                | FailureKind::Silent
        ) {
            broker.version.broker_may_have_changed();
        }
        let text = match broker.version.earlier_failure() {
            Some(earlier) => format!("MQTT 5: {earlier}; then MQTT 3.1.1: {}", failure.text),
            None => format!("MQTT {}: {}", version.name(), failure.text),
        };
        let is_permanent = matches!(
            failure.kind,
            FailureKind::Permanent | FailureKind::NotAuthorized | FailureKind::WrongVersion
        );
        broker.refusal = is_permanent.then(|| text.clone());
        let is_gone = matches!(
            failure.kind,
            FailureKind::NotRunning | FailureKind::Unreachable
        );
        let is_awaited = is_gone && self.home_assistant.is_awaited(&broker.settings);
        let until = match failure.kind {
            FailureKind::NotAuthorized if !broker.has_accepted => broker.reconnect.login_pause(now),
            _ if is_permanent => broker.reconnect.longest_pause(now),
            _ if is_awaited => broker.reconnect.shortest_pause(now),
            _ => broker.reconnect.pause(now),
        };
        let level = match is_permanent {
            true => Level::Error,
            false => Level::Warning,
        };
        let (address, pause) = (broker.settings.broker(), until.saturating_sub(now));
        // Attempts that follow one another so quickly have nothing new to tell.
        if !is_awaited || broker.last_error.as_ref() != Some(&text) {
            self.notice_queue.log(level, || {
                let seconds = pause.as_secs_f32();
                format!(
                    "cannot connect to {address}: {text}; the next attempt is in {seconds:.1} s"
                )
            });
        }
        broker.last_error = Some(text);
        self.phase = Phase::Waiting { until, next: None };
    }
}

/// How long an attempt with this version may take.
pub(crate) fn attempt_limit(settings: &Settings, version: Version) -> Duration {
    let limit = Duration::from_secs(settings.connect_timeout_seconds.into());
    match version == Version::V5 && settings.protocol == Protocol::Auto {
        true => limit.min(SILENCE),
        false => limit,
    }
}

/// What to ask of a broker that refuses the will as it is.
fn lesser_will(refused: FailureKind, will: AvailabilityFlags) -> Option<AvailabilityFlags> {
    match refused {
        FailureKind::NoRetain if will.retain => Some(AvailabilityFlags {
            retain: false,
            ..will
        }),
        FailureKind::NoQos1 if will.qos != QoS::AtMostOnce => Some(AvailabilityFlags {
            qos: QoS::AtMostOnce,
            ..will
        }),
        _ => None,
    }
}
