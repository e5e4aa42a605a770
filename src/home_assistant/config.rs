//! Discovery configs: what Home Assistant makes an entity of.
//!
//! One retained config for each entity, so that every version of Home Assistant takes it, and one fault costs one
//! entity. Overwriting one in place keeps what the user changed about the entity.

use super::camera::{Camera, System};
use super::entity::{Entity, CONNECTION};
use super::state::State;
use super::template::IS_ONLINE;
use super::topics::Topics;
use serde_json::{json, Map, Value};

/// What our configs are known by.
pub(super) const ORIGIN: &str = "argus-mqtt";

/// The id of an entity, unique in Home Assistant. `device` is the identifier of its device.
pub(super) fn unique_id(device: &str, entity: &Entity) -> String {
    format!("{device}_{}", entity.key)
}

/// What a config says of the device that its entity belongs to.
pub(super) struct Device<'a> {
    pub(super) topics: &'a Topics,
    pub(super) system: &'a System,
    /// `None`: the system itself.
    pub(super) camera: Option<&'a Camera>,
}

impl Device<'_> {
    pub(super) fn identifier(&self) -> String {
        let prefix = &self.topics.id_prefix;
        match self.camera {
            None => prefix.clone(),
            Some(camera) => format!("{prefix}_{}", camera.clean_id()),
        }
    }

    /// The config of one of its entities.
    pub(super) fn config(&self, entity: &Entity) -> Value {
        let unique_id = unique_id(&self.identifier(), entity);
        let mut config = entity.fields.clone();
        // Both names of one thing: the first is read before 2025.10, the second from then on.
        config["default_entity_id"] = format!("{}.{unique_id}", entity.component).into();
        config["object_id"] = unique_id.clone().into();
        config["unique_id"] = unique_id.into();
        config["name"] = entity.name.into();
        config["qos"] = 1.into();
        config["origin"] = filled(&[
            ("name", ORIGIN),
            ("sw_version", env!("CARGO_PKG_VERSION")),
            ("support_url", &self.system.support_url),
        ]);
        config["device"] = self.device();
        if entity.key != CONNECTION {
            config["availability"] = self.availability(entity.needs_camera);
            config["availability_mode"] = "all".into();
        }
        config
    }

    /// Home Assistant refuses an entity for any other key in here.
    fn device(&self) -> Value {
        let system = self.system;
        let mut device = match self.camera {
            None => filled(&[
                ("name", &system.name),
                ("model", &system.model),
                ("configuration_url", &system.url),
            ]),
            Some(camera) => filled(&[
                ("name", &camera.name),
                ("model", &camera.model),
                ("configuration_url", &camera.url),
                ("suggested_area", &camera.area),
                ("serial_number", &camera.serial_number),
                ("hw_version", &camera.hw_version),
                ("via_device", &self.topics.id_prefix),
            ]),
        };
        device["identifiers"] = json!([self.identifier()]);
        device["manufacturer"] = system.manufacturer.as_str().into();
        device["sw_version"] = system.sw_version.as_str().into();
        device
    }

    fn availability(&self, needs_camera: bool) -> Value {
        let topics = self.topics;
        let mut all = vec![json!({
            "topic": topics.availability,
            "payload_available": topics.birth_message,
            "payload_not_available": topics.will_message,
        })];
        if let (true, Some(camera)) = (needs_camera, self.camera) {
            all.push(json!({
                "topic": topics.state(&camera.id, State::Status),
                "value_template": IS_ONLINE,
            }));
        }
        all.into()
    }
}

/// The fields that have a value.
fn filled(fields: &[(&str, &str)]) -> Value {
    let mut filled = Map::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        filled.insert((*name).to_owned(), (*value).into());
    }
    filled.into()
}
