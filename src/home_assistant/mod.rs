//! Cameras in Home Assistant without YAML: the messages that announce them and keep their states correct.
//!
//! [`HomeAssistant`] takes the cameras of a system and their events, and returns the messages that make Home Assistant
//! show them: discovery configs, from which Home Assistant creates a device for each camera, and the states and events
//! that update its entities. It is plain data and publishes nothing; a program passes the messages to
//! [`Client::publish`](crate::Client::publish).
//!
//! ```
//! use argus_mqtt::home_assistant::{Camera, CameraStatus, HomeAssistant, Message, System};
//! use argus_mqtt::{Client, Error, Settings};
//! use std::time::SystemTime;
//!
//! fn publish(client: &Client, messages: Vec<Message>) -> Result<(), Error> {
//!     for message in messages {
//!         client.publish(&message.topic, message.payload, message.options)?;
//!     }
//!     Ok(())
//! }
//!
//! let settings = Settings::from_json(r#"{"broker_host": "127.0.0.1", "broker_port": 1}"#)?;
//! let mut home = HomeAssistant::new(&settings, System::default())?;
//! let client = Client::connect(settings)?;
//!
//! let mut camera = Camera::new("front_door", "Front door");
//! camera.doorbell = true;
//! let now = SystemTime::now();
//! let announcement = home.announce(camera, CameraStatus::Online, now)?;
//! let doorbell = "homeassistant/event/argusai_front_door_doorbell/config";
//! assert!(announcement.iter().any(|message| message.topic == doorbell));
//! publish(&client, announcement)?;
//!
//! let event = r#"{"description": "A person at the door", "smart_detection_type": "person"}"#;
//! publish(&client, home.event("front_door", event, now)?)?;
//! publish(&client, vec![home.activity("front_door", false)?])?;
//!
//! // After every connect, and when Home Assistant says that it is back:
//! publish(&client, home.all())?;
//! # Ok::<(), argus_mqtt::Error>(())
//! ```
//!
//! # Entities
//!
//! | entity | shows | feeds on | available while |
//! |---|---|---|---|
//! | sensor Event | the description of the last event, cut to 255 characters; all of the event as attributes | [`event`](HomeAssistant::event) | system and camera are online |
//! | sensor Status | `online`, `offline` or `unavailable` | [`status`](HomeAssistant::status) | the system is online |
//! | sensor Last event | when it was | [`event`](HomeAssistant::event), [`last_event`](HomeAssistant::last_event) | the system is online |
//! | sensors Events today, Events this week | how many | [`counts`](HomeAssistant::counts) | the system is online |
//! | binary sensor Activity | whether something moves | [`event`](HomeAssistant::event), [`activity`](HomeAssistant::activity) | system and camera are online |
//! | event Detection | motion, person, vehicle, animal, package or other | [`event`](HomeAssistant::event) | system and camera are online |
//! | event Doorbell | `ring`; doorbells only | [`event`](HomeAssistant::event) | system and camera are online |
//! | image Snapshot | the picture of the last event; only where asked for | [`snapshot`](HomeAssistant::snapshot) | the system is online |
//! | binary sensor Connection, of the system | whether the program is connected | the client's availability topic | always |
//! | sensors Queued messages, Dropped messages, MQTT version, of the system; disabled unless a person enables them | | [`diagnostics`](HomeAssistant::diagnostics) | the system is online |
//!
//! # Identities
//!
//! The identifier of a device is `{discovery_id_prefix}_{camera}`; the `unique_id` of an entity is that and the key of
//! the entity. They depend on nothing else, so names, topics and areas can change without losing the user's changes or
//! the history.

mod announcing;
mod camera;
mod config;
mod entity;
mod event;
mod fields;
mod ghosts;
mod message;
mod parts;
mod picture;
mod public_text;
mod saying;
mod state;
mod template;
#[cfg(test)]
mod tests;
mod timestamp;
mod topics;
mod undo;

pub use announcing::HomeAssistant;
pub use camera::{Camera, System};
pub(crate) use ghosts::OwnConfig;
pub use message::{Message, MessageKind};
pub use state::{CameraStatus, Diagnostics};
