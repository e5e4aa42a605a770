//! What is read out of an event, whatever it lacks.

use super::timestamp::{is_timestamp, utc};
use crate::error::Error;
use crate::payload::check_event;
use serde_json::{Map, Value};
use std::time::SystemTime;

/// The fields of an event that Home Assistant is shown; all may be missing.
pub(super) struct Event(Map<String, Value>);

impl Event {
    pub(super) fn read(event: &[u8]) -> Result<Self, Error> {
        check_event(event)?;
        serde_json::from_slice(event)
            .map(Event)
            .map_err(|e| Error::argument(format!("event: {e}")))
    }

    /// A field as text; empty if there is none.
    pub(super) fn text(&self, field: &str) -> String {
        match self.0.get(field) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    }

    /// Its own time, or now if that is not one that Home Assistant can read.
    pub(super) fn timestamp(&self, now: SystemTime) -> String {
        match self.0.get("timestamp") {
            Some(Value::String(text)) if is_timestamp(text) => text.clone(),
            _ => utc(now),
        }
    }
}
