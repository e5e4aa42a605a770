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

/// Where a client stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// Not connected; the next attempt is due later.
    Waiting,
    /// An attempt to connect is under way.
    Connecting,
    /// Connected, but the broker has not acknowledged the birth message.
    Connected,
    /// Connected, and the broker has acknowledged the birth message, if there is one.
    Online,
    /// Not connected, for a reason that waiting cannot cure; tried again slowly.
    Refused,
    /// Shutting down, or leaving the old connection for new settings.
    ShuttingDown,
    /// Closed.
    Closed,
}

/// What a broker said of itself, in CONNACK (MQTT 5, section 3.2.2.3) and in TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Limits {
    /// How many messages it takes unacknowledged.
    pub receive_maximum: u16,
    /// The largest packet it takes, in bytes.
    pub maximum_packet_size: u32,
    /// The highest quality of service it takes.
    pub maximum_qos: u8,
    /// Whether it keeps retained messages.
    pub retain_available: bool,
    /// The keep alive it asked for instead of ours, in seconds.
    pub server_keep_alive_seconds: Option<u16>,
    /// Over TLS, the day on which its certificate ends, as `2026-01-31`, in UTC.
    pub certificate_valid_until: Option<String>,
}

/// A client at one moment. Holds no password.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// Where it stands.
    pub state: State,
    /// The MQTT version in use: `5` or `3.1.1`.
    pub protocol: Option<&'static str>,
    /// Why that version.
    pub protocol_reason: Option<String>,
    /// The broker, as `host:port`.
    pub broker: String,
    /// The client id in use.
    pub client_id: String,
    /// The topic that says whether we are online.
    pub availability_topic: String,
    /// For how long the broker has known that we are online.
    pub online_for_seconds: Option<f64>,
    /// When it was last online, in seconds since 1970-01-01T00:00:00Z by the clock of this machine: the present while it
    /// is online; none when it never was. It survives new settings.
    pub last_online_unix_seconds: Option<u64>,
    /// The last failure, in plain words; none since the last time online.
    pub last_error: Option<String>,
    /// When the next attempt to connect is due.
    pub next_attempt_in_seconds: Option<f64>,
    /// Attempts since a connection last lasted.
    pub reconnect_attempt: u32,
    /// Attempts to connect, each with all of the broker's addresses and both versions of MQTT.
    pub connection_attempts: u64,
    /// Connections that a broker has accepted.
    pub connections: u64,
    /// Messages waiting to be sent.
    pub queued: usize,
    /// Bytes held for messages queued and in flight.
    pub queued_bytes: u64,
    /// Age of the oldest message waiting.
    pub oldest_age_seconds: Option<f64>,
    /// Messages handed to the network and not yet acknowledged.
    pub in_flight: usize,
    /// States remembered, to be said again where a broker may have forgotten them.
    pub states: usize,
    /// Bytes held for them.
    pub states_bytes: u64,
    /// Outcomes kept for callers that have not asked yet.
    pub outcomes_kept: usize,
    /// What has happened so far, since the client was made; new settings change nothing of it.
    pub counters: Counters,
    /// How long brokers took to acknowledge messages of QoS 1, from the moment each was written to the network; since
    /// the client was made.
    pub acknowledgement_seconds: Histogram,
    /// Topics on which something was published last while nobody was subscribed to them, as far as an MQTT 5 broker says
    /// so; at most 100.
    pub topics_without_subscriber: Vec<String>,
    /// What the broker said of itself; none while not connected.
    pub limits: Option<Limits>,
    /// What is not as it should be, and what it costs.
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
        warnings
    }
}
