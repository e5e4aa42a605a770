//! Which discovery configs are ours, and what else the broker keeps of their entities.

use super::announcing::HomeAssistant;
use super::config::ORIGIN;
use super::entity::shows_events;
use super::message::Message;
use crate::outbox::Rank;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// A config that was made by this library for this system.
pub(crate) struct OwnConfig {
    pub(crate) topic: String,
    /// Where the broker may keep what its entity shows.
    pub(crate) state_topics: Vec<String>,
}

impl HomeAssistant {
    /// Finds ghosts: configs that this library published for this system and that belong to no announced camera, left
    /// by a crash or an older version. `found` is what the broker keeps under `{discovery_prefix}/+/+/config`: topics
    /// and payloads. Gives what clears the ghosts, and the states that no announced camera has; others' configs, and
    /// those of another system, are left alone.
    ///
    /// What stood under other settings is found by a `HomeAssistant` that was made with those settings.
    pub fn ghosts<'a>(&self, found: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<Message> {
        let ours = found
            .into_iter()
            .filter_map(|(topic, payload)| Some(self.own_config(topic, payload)?.0));
        self.clear_others(ours).0
    }

    /// What stands on a topic, if it is a config that was made by this library for this system; and what it says.
    pub(crate) fn own_config(&self, topic: &str, payload: &[u8]) -> Option<(OwnConfig, Value)> {
        let config = serde_json::from_slice(payload).ok()?;
        let availability = self.topics.availability.as_str();
        if !self.topics.is_config(topic) || !is_ours(&config, availability) {
            return None;
        }
        let own = OwnConfig {
            topic: topic.into(),
            state_topics: self.state_topics(&config),
        };
        Some((own, config))
    }

    /// The topics of all that the broker must keep: a config of ours that stands on another is a ghost.
    pub(crate) fn wanted_topics(&self) -> HashSet<String> {
        self.all().into_iter().map(|one| one.topic).collect()
    }

    /// Clears those of our configs that are no longer wanted, then their states. Gives how many configs that are, too.
    pub(crate) fn clear_others(
        &self,
        ours: impl IntoIterator<Item = OwnConfig>,
    ) -> (Vec<Message>, usize) {
        let wanted = self.wanted_topics();
        let (mut messages, mut states) = (Vec::new(), BTreeSet::new());
        for config in ours {
            if !wanted.contains(&config.topic) {
                messages.push(Message::state(Rank::Config, config.topic, ""));
                states.extend(config.state_topics);
            }
        }
        let count = messages.len();
        let states = states.into_iter().filter(|topic| !self.uses(topic));
        messages.extend(states.map(|topic| Message::state(Rank::State, topic, "")));
        (messages, count)
    }

    /// Whether something of what is announced uses a topic.
    pub(crate) fn uses(&self, topic: &str) -> bool {
        let is_of_system = self.is_known && self.system.diagnostics;
        is_of_system && topic == self.topics.diagnostics() || self.used.contains_key(topic)
    }

    /// Where the broker may keep what the entity of this config showed. Anybody may have written it: only topics that
    /// can be ours are cleared with our rights.
    fn state_topics<'a>(&self, config: &'a Value) -> Vec<String> {
        let text = |value: &'a Value| value.as_str().unwrap_or_default();
        let device = text(&config["device"]["identifiers"][0]);
        let of_device = text(&config["unique_id"]).strip_prefix(device);
        let key = of_device.and_then(|rest| rest.strip_prefix('_'));
        if key.is_none_or(shows_events) && !self.topics.event_options.retain {
            return Vec::new();
        }
        let mut topics = Vec::new();
        for field in ["state_topic", "json_attributes_topic", "image_topic"] {
            let topic = text(&config[field]);
            if self.topics.is_ours(topic) && topics.iter().all(|other| other != topic) {
                topics.push(topic.to_owned());
            }
        }
        topics
    }
}

/// Whether a config was made by this library for the system with this availability topic. Two systems at one broker
/// have different ones.
fn is_ours(config: &Value, availability_topic: &str) -> bool {
    let names_our_topic = |value: &Value| *value == *availability_topic;
    let is_available_with_us = config["availability"]
        .as_array()
        .is_some_and(|all| all.iter().any(|one| names_our_topic(&one["topic"])));
    // The connection sensor has no availability: that is its state.
    config["origin"]["name"] == *ORIGIN
        && (is_available_with_us || names_our_topic(&config["state_topic"]))
}
