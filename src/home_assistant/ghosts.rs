//! Which discovery configs are ours.

use super::config::ORIGIN;
use serde_json::Value;

/// Whether a config was made by this library for the system with this availability topic. Two systems at one broker
/// have different ones.
pub(super) fn is_ours(payload: &[u8], availability_topic: &str) -> bool {
    let Ok(config) = serde_json::from_slice::<Value>(payload) else {
        return false;
    };
    let names_our_topic = |value: &Value| *value == *availability_topic;
    let is_available_with_us = config["availability"]
        .as_array()
        .is_some_and(|all| all.iter().any(|one| names_our_topic(&one["topic"])));
    // The connection sensor has no availability: that is its state.
    config["origin"]["name"] == *ORIGIN
        && (is_available_with_us || names_our_topic(&config["state_topic"]))
}
