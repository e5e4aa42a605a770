//! What is read out of an event, whatever it lacks.

use super::timestamp::{is_timestamp, utc};
use crate::error::Error;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;
use std::time::SystemTime;

/// The fields of an event that Home Assistant is shown; all may be missing, and are null then.
#[derive(Default)]
pub(super) struct Event {
    pub(super) event_id: Value,
    pub(super) description: Value,
    pub(super) smart_detection_type: Value,
    timestamp: Value,
}

impl Event {
    /// Of an event that was checked: a JSON object.
    pub(super) fn read(event: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(event).map_err(|e| Error::argument(format!("event: {e}")))
    }

    /// Its own time, or now if that is not one that Home Assistant can read.
    pub(super) fn timestamp(&self, now: SystemTime) -> String {
        match &self.timestamp {
            Value::String(text) if is_timestamp(text) => text.clone(),
            _ => utc(now),
        }
    }
}

/// A field as text; empty if there is none.
pub(super) fn text(field: &Value) -> String {
    match field {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    EventId,
    Description,
    SmartDetectionType,
    Timestamp,
    #[serde(other)]
    Other,
}

/// By hand, as fields may be there twice, the last of which counts; the others are passed over, however large or deep.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event, A::Error> {
        let mut event = Event::default();
        while let Some(field) = map.next_key()? {
            match field {
                Field::EventId => event.event_id = map.next_value()?,
                Field::Description => event.description = map.next_value()?,
                Field::SmartDetectionType => event.smart_detection_type = map.next_value()?,
                Field::Timestamp => event.timestamp = map.next_value()?,
                Field::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(event)
    }
}
