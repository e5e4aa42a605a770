//! What the host says of a camera and of itself.

use super::public_text::{check_url, tidy_public};
use crate::error::Error;
use crate::topic::{check_level, quote};

/// The longest id of a camera, in bytes: with it, every id in Home Assistant stays below its limit of 255.
const MAX_ID: usize = 128;

/// A camera to announce. Only `id` is needed.
///
/// ```
/// use argus_mqtt::home_assistant::Camera;
///
/// let mut camera = Camera::new("front_door", "Front door");
/// camera.doorbell = true;
/// camera.area = "Entrance".into();
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Camera {
    /// What its topics are named by: one level of a topic, at most 128 bytes. In the ids of Home Assistant,
    /// everything but ASCII letters, digits, `-` and `_` becomes `_`.
    pub id: String,
    /// Its name for people; the id where this is empty.
    pub name: String,
    /// Its model, if it is known.
    pub model: String,
    /// Whether it has a doorbell, which adds an event entity for rings.
    pub doorbell: bool,
    /// The area of the home that Home Assistant suggests for it.
    pub area: String,
    /// Its page in the camera system: an `http` or `https` URL that Home Assistant's users can open, without a user name
    /// and password, as everyone who may read the broker sees it.
    pub url: String,
    /// Where its pictures come from, such as `rtsp`; an attribute of its status.
    pub source_type: String,
    /// Its serial number.
    pub serial_number: String,
    /// The version of its hardware.
    pub hw_version: String,
    /// Whether pictures of events are published. They are pictures of a home, and whoever may read the broker sees
    /// them; so not unless asked for.
    pub snapshots: bool,
}

/// The camera system as a device, which the cameras belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct System {
    /// Its name for people.
    pub name: String,
    /// The manufacturer; also that of the cameras.
    pub manufacturer: String,
    /// The model.
    pub model: String,
    /// The version of the host program; also that of the cameras.
    pub sw_version: String,
    /// Its page: an `http` or `https` URL; left out if empty.
    pub url: String,
    /// Where users find help: a URL as well. Home Assistant adds it to its log lines about these entities.
    pub support_url: String,
    /// Whether there are sensors for the queue and the protocol. Home Assistant shows them once a person enables
    /// them.
    pub diagnostics: bool,
}

impl Camera {
    /// A camera of this id and name.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Camera {
            id: id.into(),
            name: name.into(),
            ..Camera::default()
        }
    }

    /// With names as they are shown.
    pub(super) fn checked(mut self) -> Result<Self, Error> {
        let fault = |what: String| Error::argument(format!("camera: {what}"));
        check_level(&self.id).map_err(|what| fault(format!("id: {what}")))?;
        if self.id.len() > MAX_ID {
            return Err(fault(format!(
                "id: {} is {} bytes long; must be at most {MAX_ID}",
                quote(&self.id),
                self.id.len()
            )));
        }
        check_url("camera: url", &self.url)?;
        for (name, field) in [
            ("name", &mut self.name),
            ("model", &mut self.model),
            ("area", &mut self.area),
            ("source_type", &mut self.source_type),
            ("serial_number", &mut self.serial_number),
            ("hw_version", &mut self.hw_version),
        ] {
            *field = tidy_public(&format!("camera: {name}"), field)?;
        }
        if self.name.is_empty() {
            self.name.clone_from(&self.id);
        }
        Ok(self)
    }

    /// The id as ids in Home Assistant may hold it.
    pub(super) fn clean_id(&self) -> String {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        self.id
            .chars()
            .map(|c| if allowed(c) { c } else { '_' })
            .collect()
    }
}

impl Default for System {
    fn default() -> Self {
        System {
            name: "ArgusAI".into(),
            manufacturer: "ArgusAI".into(),
            model: "Camera system".into(),
            sw_version: env!("CARGO_PKG_VERSION").into(),
            url: String::new(),
            support_url: String::new(),
            diagnostics: false,
        }
    }
}

impl System {
    /// With names as they are shown.
    pub(super) fn checked(mut self) -> Result<Self, Error> {
        check_url("system: url", &self.url)?;
        check_url("system: support_url", &self.support_url)?;
        let defaults = System::default();
        for (name, field, default) in [
            ("name", &mut self.name, defaults.name),
            (
                "manufacturer",
                &mut self.manufacturer,
                defaults.manufacturer,
            ),
            ("model", &mut self.model, defaults.model),
            ("sw_version", &mut self.sw_version, defaults.sw_version),
        ] {
            *field = tidy_public(&format!("system: {name}"), field)?;
            if field.is_empty() {
                *field = default;
            }
        }
        Ok(self)
    }
}
