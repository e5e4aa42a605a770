//! What is said of cameras, and what is cleared.

mod changes;
mod configs;
mod happenings;
mod refusals;

use super::*;
use crate::settings::Settings;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const ARGUSAI: &str = r#"{"broker_host": "b", "topic_prefix": "liveobject", "discovery_id_prefix": "liveobject",
    "event_topic": "{topic_prefix}/camera/{camera}/event"}"#;

fn settings(more: Value) -> Settings {
    let fields = json!({"broker_host": "b"});
    Settings::from_value(&crate::support::fields::with(fields, &more)).expect("valid settings")
}

fn home(more: Value) -> HomeAssistant {
    HomeAssistant::new(&settings(more), System::default()).expect("a sound system")
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

fn announce(home: &mut HomeAssistant, camera: Camera) -> Vec<Message> {
    home.announce(camera, CameraStatus::Online, now())
        .expect("it is announced")
}

fn full_camera() -> Camera {
    let mut camera = Camera::new("front_door", "Front door");
    camera.doorbell = true;
    camera.snapshots = true;
    camera
}

/// A broker's retained messages.
#[derive(Default)]
struct Broker(BTreeMap<String, Vec<u8>>);

impl Broker {
    fn take(&mut self, messages: impl IntoIterator<Item = Message>) {
        for message in messages.into_iter().filter(|one| one.options.retain) {
            if message.payload.is_empty() {
                self.0.remove(&message.topic);
            } else {
                self.0.insert(message.topic, message.payload.to_vec());
            }
        }
    }

    fn configs(&self) -> Vec<(&str, Value)> {
        let configs = self
            .0
            .iter()
            .filter(|(topic, _)| topic.ends_with("/config"));
        configs
            .map(|(topic, payload)| (topic.as_str(), parse(payload)))
            .collect()
    }
}

fn parse(payload: &[u8]) -> Value {
    serde_json::from_slice(payload).expect("it is JSON")
}

fn position(messages: &[Message], topic: &str) -> usize {
    messages
        .iter()
        .position(|one| one.topic == topic)
        .unwrap_or_else(|| panic!("{topic} is not among {messages:?}"))
}
