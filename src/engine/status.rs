//! What is going on, for a person.

use super::attempt::Connack;
use super::connection::{Birth, Connection};
use super::latency::Histogram;
use super::read_back::ReadBack;
use super::status_topic::NOT_WATCHED;
use super::subscription::Subscription;
use super::{Engine, Phase};
use crate::message::QoS;
use crate::outbox::{Counters, Time};
use serde::Serialize;
use std::time::Duration;

/// The state of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// Not connected; waiting for the next attempt.
    Waiting,
    /// Connecting.
    Connecting,
    /// Connected, but the broker has not acknowledged the birth message yet.
    Connected,
    /// Connected, and the broker has acknowledged the birth message, if there is one.
    Online,
    /// Not connected, for a reason that waiting cannot cure; attempts continue at long intervals.
    Refused,
    /// Shutting down, or leaving the old connection for new settings.
    ShuttingDown,
    /// Closed.
    Closed,
}

/// The limits that a broker announced in CONNACK (MQTT 5, section 3.2.2.3), and what TLS shows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Limits {
    /// How many unacknowledged messages it accepts.
    pub receive_maximum: u16,
    /// The largest packet it accepts, in bytes.
    pub maximum_packet_size: u32,
    /// The highest quality of service it accepts.
    pub maximum_qos: u8,
    /// Whether it stores retained messages.
    pub retain_available: bool,
    /// The keep alive that it demands instead of that of the settings, in seconds.
    pub server_keep_alive_seconds: Option<u16>,
    /// Over TLS, the last day on which its certificate is valid, such as `2026-01-31`, in UTC.
    pub certificate_valid_until: Option<String>,
}

/// A snapshot of a client. It contains no password.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The state.
    pub state: State,
    /// The MQTT version in use: `5` or `3.1.1`.
    pub protocol: Option<&'static str>,
    /// Why this version is used.
    pub protocol_reason: Option<String>,
    /// The broker, as `host:port`.
    pub broker: String,
    /// The client ID in use.
    pub client_id: String,
    /// The topic of the birth and the will message.
    pub availability_topic: String,
    /// How long the client has been online.
    pub online_for_seconds: Option<f64>,
    /// When the client was last online, in seconds since 1970-01-01T00:00:00Z by the clock of this machine: the present
    /// while it is online; none if it never was. New settings do not reset it.
    pub last_online_unix_seconds: Option<u64>,
    /// The last failure, in plain words; none since the client was last online.
    pub last_error: Option<String>,
    /// When the next attempt to connect is due.
    pub next_attempt_in_seconds: Option<f64>,
    /// Attempts since the last stable connection.
    pub reconnect_attempt: u32,
    /// Attempts to connect, each with all of the broker's addresses and both versions of MQTT.
    pub connection_attempts: u64,
    /// Connections that a broker has accepted.
    pub connections: u64,
    /// Messages waiting to be sent.
    pub queued: usize,
    /// The size of the messages that are queued and in flight.
    pub queued_bytes: u64,
    /// The age of the oldest queued message.
    pub oldest_age_seconds: Option<f64>,
    /// Messages sent but not yet acknowledged.
    pub in_flight: usize,
    /// States remembered, which are published again to a broker that may have lost them.
    pub states: usize,
    /// The size of these states.
    pub states_bytes: u64,
    /// Outcomes that have not been fetched yet.
    pub outcomes_kept: usize,
    /// Counters since the client was created; new settings do not reset them.
    pub counters: Counters,
    /// How long brokers took to acknowledge messages with QoS 1, from the moment each was written to the network, since
    /// the client was created.
    pub acknowledgement_seconds: Histogram,
    /// Topics to which nobody was subscribed at the last publication, if an MQTT 5 broker reports it; at most 100.
    pub topics_without_subscriber: Vec<String>,
    /// The limits of the broker; none while not connected.
    pub limits: Option<Limits>,
    /// Conditions that need attention, and their effects.
    pub warnings: Vec<String>,
    /// The version of this library.
    pub version: &'static str,
}

impl Engine {
    /// The engine at this moment, which on the machine's clock is this long after 1970-01-01T00:00:00Z.
    pub(crate) fn status(&self, now: Time, wall_clock: Duration) -> Status {
        let connection = self.connection();
        let settings = &self.broker.settings;
        Status {
            state: self.state(),
            protocol: connection.map(|connection| connection.version.name()),
            protocol_reason: connection.map(|_| self.broker.version.reason.clone()),
            broker: settings.broker(),
            client_id: settings.client_id.clone(),
            availability_topic: settings.availability_topic.clone(),
            online_for_seconds: connection.and_then(|connection| match connection.birth {
                Birth::Acknowledged(at) => Some(now.saturating_sub(at).as_secs_f64()),
                _ => None,
            }),
            last_online_unix_seconds: self.last_online.age(now).and_then(|age| {
                let at = wall_clock.checked_sub(age)?;
                Some(at.as_secs())
            }),
            last_error: self.broker.last_error.clone(),
            next_attempt_in_seconds: match self.phase {
                Phase::Waiting { until, .. } => Some(until.saturating_sub(now).as_secs_f64()),
                _ => None,
            },
            reconnect_attempt: self.broker.reconnect.attempts(),
            connection_attempts: self.rounds,
            connections: self.connections,
            queued: self.outbox.queued(),
            queued_bytes: self.outbox.bytes(),
            oldest_age_seconds: self.outbox.oldest_age(now).map(|age| age.as_secs_f64()),
            in_flight: self.outbox.in_flight(),
            states: self.outbox.states().0,
            states_bytes: self.outbox.states().1,
            outcomes_kept: self.outbox.kept(),
            counters: self.outbox.counters,
            acknowledgement_seconds: self.acknowledgements.clone(),
            topics_without_subscriber: (self.subscribers.missing())
                .map(|topic| topic.to_string())
                .collect(),
            limits: connection.map(|connection| Limits::from(&connection.limits)),
            warnings: settings
                .notes()
                .into_iter()
                .chain(
                    connection
                        .into_iter()
                        .flat_map(|connection| connection.warnings(now)),
                )
                .chain(self.broker.closed_states.closing_warning())
                .chain(self.subscribers_warning())
                .collect(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// Where the client stands.
    pub(crate) fn state(&self) -> State {
        match &self.phase {
            Phase::Closed => State::Closed,
            _ if self.stop.is_some() || self.next_settings.is_some() => State::ShuttingDown,
            Phase::Connected(connection) if connection.is_online() => State::Online,
            Phase::Connected(_) => State::Connected,
            Phase::Connecting { .. } => State::Connecting,
            Phase::Waiting { .. } if self.broker.refusal.is_some() => State::Refused,
            Phase::Waiting { .. } => State::Waiting,
        }
    }
}

impl From<&Connack> for Limits {
    fn from(connack: &Connack) -> Self {
        let certificate = connack.certificate;
        Limits {
            receive_maximum: connack.receive_maximum,
            maximum_packet_size: connack.maximum_packet_size,
            maximum_qos: connack.maximum_qos as u8,
            retain_available: connack.retain_available,
            server_keep_alive_seconds: connack.server_keep_alive_seconds,
            certificate_valid_until: certificate.map(|certificate| certificate.until.to_string()),
        }
    }
}

impl Connection {
    pub(super) const FOREIGN_BIRTH: &'static str =
        "another client publishes the birth message on the availability topic: give each client an availability_topic of its own";

    /// What is not as it should be on this connection, and what it costs.
    pub(super) fn warnings(&self, now: Time) -> Vec<String> {
        let mut warnings = Vec::new();
        let mut warn = |applies: bool, text: &str| {
            if applies {
                warnings.push(text.to_owned());
            }
        };
        warn(
            self.is_announced && (!self.flags.retain || !self.will.retain),
            "the broker supports no retained messages: later subscribers do not learn whether this client is online",
        );
        warn(
            self.is_announced
                && (self.flags.qos == QoS::AtMostOnce || self.will.qos == QoS::AtMostOnce),
            "the broker supports QoS 0 only: it does not acknowledge that this client is online",
        );
        warn(self.has_foreign_birth(), Self::FOREIGN_BIRTH);
        warn(self.read_back.is_missing(), ReadBack::MISSING);
        warnings.extend(self.keep_alive_warning());
        let age = now.saturating_sub(self.opened_at);
        let certificate = self.limits.certificate;
        warnings.extend(certificate.and_then(|certificate| certificate.warning(age)));
        warnings.extend(self.limits.stale_files.clone());
        if let Birth::Refused { reason, .. } = &self.birth {
            warnings.push(reason.clone());
        }
        if let Subscription::Failed { reason, .. } = &self.subscription {
            warnings.push(format!("the availability topic is not watched: {reason}"));
        }
        if let Subscription::Failed { reason, .. } = &self.status_subscription {
            warnings.push(format!("{NOT_WATCHED}: {reason}"));
        }
        warnings.extend(self.refused_states.warning());
        warnings
    }
}
