//! Cameras and systems from JSON objects, with the name of what is wrong in them.

use super::{Camera, System};
use crate::error::Error;
use crate::settings::{kind, Fields};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;

/// Where the value of a field goes.
enum Slot<'a> {
    Text(&'a mut String),
    Switch(&'a mut bool),
}

impl Camera {
    /// Reads a camera from a JSON object with the fields of this struct. One that is `null` has its default.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), with the field or the position of the fault.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        parse(text)
            .and_then(Camera::from_fields)
            .map_err(|what| Error::argument(format!("camera: {what}")))
    }

    fn from_fields(given: Fields) -> Result<Self, String> {
        let mut camera = Camera::default();
        let slots = &mut [
            ("id", Slot::Text(&mut camera.id)),
            ("name", Slot::Text(&mut camera.name)),
            ("model", Slot::Text(&mut camera.model)),
            ("doorbell", Slot::Switch(&mut camera.doorbell)),
            ("area", Slot::Text(&mut camera.area)),
            ("url", Slot::Text(&mut camera.url)),
            ("source_type", Slot::Text(&mut camera.source_type)),
            ("serial_number", Slot::Text(&mut camera.serial_number)),
            ("hw_version", Slot::Text(&mut camera.hw_version)),
            ("snapshots", Slot::Switch(&mut camera.snapshots)),
        ];
        fill(slots, given)?;
        Ok(camera)
    }
}

impl System {
    /// Reads a system from a JSON object with the fields of this struct. One that is missing or `null` has its default.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), with the field or the position of the fault.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        parse(text)
            .and_then(System::from_fields)
            .map_err(|what| Error::argument(format!("system: {what}")))
    }

    fn from_fields(given: Fields) -> Result<Self, String> {
        let mut system = System::default();
        let slots = &mut [
            ("name", Slot::Text(&mut system.name)),
            ("manufacturer", Slot::Text(&mut system.manufacturer)),
            ("model", Slot::Text(&mut system.model)),
            ("sw_version", Slot::Text(&mut system.sw_version)),
            ("url", Slot::Text(&mut system.url)),
            ("support_url", Slot::Text(&mut system.support_url)),
            ("diagnostics", Slot::Switch(&mut system.diagnostics)),
        ];
        fill(slots, given)?;
        Ok(system)
    }
}

impl<'de> Deserialize<'de> for Camera {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Camera::from_fields(Fields::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for System {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        System::from_fields(Fields::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

fn parse(text: &str) -> Result<Fields, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Puts the values where they belong. None is quoted: a URL may hold a password.
fn fill(slots: &mut [(&str, Slot<'_>)], given: Fields) -> Result<(), String> {
    if let Some(name) = given.repeated.first() {
        return Err(format!("{name:?} is given more than once; keep one"));
    }
    for (name, value) in given.fields {
        let Some((_, slot)) = slots.iter_mut().find(|(known, _)| *known == name) else {
            let names: Vec<_> = slots.iter().map(|(known, _)| *known).collect();
            return Err(format!(
                "there is no field {name:?}; the fields are {}",
                names.join(", ")
            ));
        };
        match (slot, value) {
            (_, Value::Null) => {}
            (Slot::Text(slot), Value::String(text)) => **slot = text,
            (Slot::Switch(slot), Value::Bool(is_on)) => **slot = is_on,
            (slot, value) => {
                let expected = match slot {
                    Slot::Text(_) => "text, in quotes",
                    Slot::Switch(_) => "true or false, without quotes",
                };
                let found = kind(&value);
                return Err(format!("{name}: is {found}; must be {expected}"));
            }
        }
    }
    Ok(())
}
