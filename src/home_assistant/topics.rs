//! The topics that the settings yield.

use super::state::{State, STATES};
use crate::error::Error;
use crate::message::PublishOptions;
use crate::settings::{EventTopic, Settings, StateTopic};
use std::time::Duration;

/// What of the settings matters to Home Assistant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Topics {
    pub(super) is_discovery_on: bool,
    pub(super) availability: String,
    pub(super) birth_message: String,
    pub(super) will_message: String,
    /// How events are published.
    pub(super) event_options: PublishOptions<'static>,
    pub(super) id_prefix: String,
    discovery_prefix: String,
    topic_prefix: String,
    /// With cameras, and without.
    heartbeats: (u32, u32),
    event: EventTopic,
    state: StateTopic,
}

impl Topics {
    pub(super) fn new(settings: &Settings) -> Self {
        Topics {
            is_discovery_on: settings.homeassistant_discovery,
            availability: settings.availability_topic.clone(),
            birth_message: settings.birth_message.clone(),
            will_message: settings.will_message.clone(),
            event_options: PublishOptions {
                qos: settings.qos,
                retain: settings.retain_events,
                expiry: Some(Duration::from_secs(settings.message_expiry_seconds.into())),
                ..PublishOptions::new()
            },
            id_prefix: settings.discovery_id_prefix.clone(),
            discovery_prefix: settings.discovery_prefix.clone(),
            topic_prefix: settings.topic_prefix.clone(),
            heartbeats: (
                settings.heartbeat_seconds(true),
                settings.heartbeat_seconds(false),
            ),
            event: settings.event_topic.clone(),
            state: settings.state_topic.clone(),
        }
    }

    /// The topic of a camera's events, if it will do.
    pub(super) fn event(&self, camera: &str) -> Result<String, Error> {
        self.event.topic(camera)
    }

    pub(super) fn state(&self, camera: &str, state: State) -> String {
        self.state.topic(camera, state.name())
    }

    /// Whether a topic can be that of a camera's events or states, or of the system's diagnostics.
    pub(super) fn is_ours(&self, topic: &str) -> bool {
        let is_state = |state: &State| self.state.camera(topic, state.name()).is_some();
        topic != self.availability
            && (topic == self.diagnostics()
                || self.event.camera(topic).is_some()
                || STATES.iter().any(is_state))
    }

    /// How often the birth message is said again.
    pub(super) fn heartbeat_seconds(&self, has_cameras: bool) -> u32 {
        match has_cameras {
            true => self.heartbeats.0,
            false => self.heartbeats.1,
        }
    }

    /// Where the system's diagnostics stand.
    pub(super) fn diagnostics(&self) -> String {
        format!("{}/diagnostics", self.topic_prefix)
    }

    pub(super) fn config(&self, component: &str, unique_id: &str) -> String {
        format!("{}/{component}/{unique_id}/config", self.discovery_prefix)
    }

    /// Whether a topic is one of a discovery config: prefix, component, id, `config`.
    pub(super) fn is_config(&self, topic: &str) -> bool {
        let rest = topic
            .strip_prefix(self.discovery_prefix.as_str())
            .and_then(|rest| rest.strip_prefix('/'));
        let levels: Vec<_> = rest.unwrap_or_default().split('/').collect();
        matches!(levels[..], [_, _, "config"])
    }
}
