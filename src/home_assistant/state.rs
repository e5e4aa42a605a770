//! What the states of a camera say.

use super::camera::Camera;
use super::event::{text, Event};
use super::timestamp::utc;
use crate::outbox::Rank;
use bytes::Bytes;
use serde_json::{json, Value};
use std::time::SystemTime;

/// How it goes with a camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraStatus {
    /// It delivers pictures.
    Online,
    /// It can't be reached, or is disabled.
    Offline,
    /// It is in a state that is neither.
    Unavailable,
}

impl CameraStatus {
    /// What a word means that camera systems say: `online`, `connected` and `starting` are online, `offline` and
    /// `disconnected` offline; everything else is unavailable.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "online" | "connected" | "starting" => CameraStatus::Online,
            "offline" | "disconnected" => CameraStatus::Offline,
            _ => CameraStatus::Unavailable,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            CameraStatus::Online => "online",
            CameraStatus::Offline => "offline",
            CameraStatus::Unavailable => "unavailable",
        }
    }
}

/// How it goes with the client, for the system's diagnostic sensors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// Messages that wait to be delivered.
    pub queued: u64,
    /// Messages that were dropped since the client was made.
    pub dropped: u64,
    /// The version of MQTT in use: `5` or `3.1.1`; empty while there is no connection.
    pub protocol: String,
}

/// The states of a camera, each on a topic of its own, named as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Status,
    LastEvent,
    Counts,
    Activity,
    Snapshot,
}

pub(super) const STATES: [State; 5] = [
    State::Status,
    State::LastEvent,
    State::Counts,
    State::Activity,
    State::Snapshot,
];

impl State {
    /// Configs name the status as an availability topic.
    pub(super) fn rank(self) -> Rank {
        match self {
            State::Status => Rank::Availability,
            _ => Rank::State,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            State::Status => "status",
            State::LastEvent => "last_event",
            State::Counts => "counts",
            State::Activity => "activity",
            State::Snapshot => "snapshot",
        }
    }
}

/// How many characters of a description the last event shows.
const SNIPPET: usize = 100;

pub(super) fn status(camera: &Camera, status: CameraStatus, now: SystemTime) -> Bytes {
    payload(&json!({
        "camera_id": camera.id,
        "camera_name": camera.name,
        "status": status.word(),
        "source_type": camera.source_type,
        "last_updated": utc(now),
    }))
}

pub(super) fn counts(camera: &Camera, today: u64, this_week: u64, now: SystemTime) -> Bytes {
    payload(&json!({
        "camera_id": camera.id,
        "camera_name": camera.name,
        "events_today": today,
        "events_this_week": this_week,
        "last_updated": utc(now),
    }))
}

pub(super) fn activity(camera: &Camera, is_active: bool, last_event_at: Option<&str>) -> Bytes {
    payload(&json!({
        "camera_id": camera.id,
        "state": if is_active { "ON" } else { "OFF" },
        "last_event_at": last_event_at,
    }))
}

pub(super) fn last_event(camera: &Camera, event: &Event, timestamp: &str) -> Bytes {
    payload(&json!({
        "camera_id": camera.id,
        "camera_name": camera.name,
        "event_id": text(&event.event_id),
        "timestamp": timestamp,
        "description_snippet": text(&event.description).chars().take(SNIPPET).collect::<String>(),
        "smart_detection_type": text(&event.smart_detection_type),
    }))
}

pub(super) fn diagnostics(diagnostics: &Diagnostics) -> Bytes {
    payload(&json!({
        "queued": diagnostics.queued,
        "dropped": diagnostics.dropped,
        "protocol": diagnostics.protocol,
    }))
}

fn payload(value: &Value) -> Bytes {
    value.to_string().into()
}
