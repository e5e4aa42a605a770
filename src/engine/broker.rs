//! The broker that one set of settings names, and what this client has found out about it.

use super::reconnect::Reconnect;
use super::refused::RefusedStates;
use super::subscription::SubscriptionRest;
use super::twin::TwinEvidence;
use super::version_choice::VersionChoice;
use crate::settings::Settings;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

/// See the module. New settings for a connection make a new one, so that nothing that was found out under others
/// (a failure, a pause, a suspicion) is held against them.
#[derive(Debug)]
pub(super) struct Broker {
    pub(super) settings: Arc<Settings>,
    pub(super) availability: Availability,
    pub(super) reconnect: Reconnect,
    pub(super) version: VersionChoice,
    pub(super) subscription_rest: SubscriptionRest,
    /// Of the subscription to Home Assistant's status topic.
    pub(super) status_subscription_rest: SubscriptionRest,
    pub(super) twin: TwinEvidence,
    /// It acknowledged the offline message, and was told nothing else since.
    pub(super) offline_acknowledged: bool,
    /// The longest that may be in force: ours, or that of the broker.
    pub(super) keep_alive: Duration,
    /// It has accepted a connection.
    pub(super) has_accepted: bool,
    /// It has granted the subscription to our availability topic.
    pub(super) has_granted: bool,
    /// Connections in a row that ended while they looked what it keeps there, before they were online.
    pub(super) looks_closed: u32,
    /// States that it closed connections on until they were given up.
    pub(super) closed_states: RefusedStates,
    /// What it refuses that waiting cannot cure.
    pub(super) refusal: Option<String>,
    /// The last failure, in plain words.
    pub(super) last_error: Option<String>,
}

/// The texts of availability, shared with every packet that carries them.
#[derive(Debug)]
pub(super) struct Availability {
    pub(super) topic: Arc<str>,
    pub(super) birth: Bytes,
    pub(super) offline: Bytes,
}

impl Broker {
    /// `seed` decides the jitter of the pauses.
    pub(super) fn new(settings: Arc<Settings>, seed: u64) -> Self {
        Broker {
            availability: Availability {
                topic: settings.availability_topic.as_str().into(),
                birth: Bytes::copy_from_slice(settings.birth_message.as_bytes()),
                offline: Bytes::copy_from_slice(settings.will_message.as_bytes()),
            },
            reconnect: Reconnect::new(
                settings.reconnect_min_seconds,
                settings.reconnect_max_seconds,
                seed,
            ),
            version: VersionChoice::new(settings.protocol),
            subscription_rest: SubscriptionRest::default(),
            status_subscription_rest: SubscriptionRest::default(),
            twin: TwinEvidence::default(),
            // One that never says online need not take it back.
            offline_acknowledged: !settings.announce_availability,
            keep_alive: Duration::from_secs(settings.keep_alive_seconds.into()),
            has_accepted: false,
            has_granted: false,
            looks_closed: 0,
            closed_states: RefusedStates::default(),
            refusal: None,
            last_error: None,
            settings,
        }
    }

    /// Takes over settings that the connection does not notice.
    pub(super) fn adjust(&mut self, settings: Arc<Settings>) {
        self.reconnect.set_bounds(
            settings.reconnect_min_seconds,
            settings.reconnect_max_seconds,
        );
        self.settings = settings;
    }
}
