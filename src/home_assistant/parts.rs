//! The retained topics of the system and of each camera.

use super::announcing::{Announced, HomeAssistant};
use super::config::{unique_id, Device};
use super::entity::{self, Entity};
use super::picture::Picture;
use super::state::{State, STATES};
use crate::error::Error;
use crate::outbox::Rank;
use crate::topic::quote;
use bytes::Bytes;
use std::collections::HashSet;
use std::sync::Arc;

impl HomeAssistant {
    /// Everything.
    pub(super) fn picture(&self) -> Picture {
        let mut picture = self.system_picture();
        for announced in self.cameras.values() {
            picture.append(self.camera_picture(announced));
        }
        picture
    }

    /// The system, and one camera if it is announced.
    pub(super) fn part(&self, camera: &str) -> Picture {
        let mut picture = self.system_picture();
        if let Some(announced) = self.cameras.get(camera) {
            picture.append(self.camera_picture(announced));
        }
        picture
    }

    fn system_picture(&self) -> Picture {
        let mut picture = Picture::default();
        if self.is_known {
            let device = Device {
                topics: &self.topics,
                system: &self.system,
                camera: None,
            };
            let entities = entity::of_system(&self.topics, &self.system, !self.cameras.is_empty());
            self.add_configs(&mut picture, &device, &entities);
            if self.system.diagnostics {
                picture.add(
                    Rank::State,
                    self.topics.diagnostics(),
                    self.diagnostics.clone(),
                );
            }
        }
        picture
    }

    fn camera_picture(&self, announced: &Announced) -> Picture {
        let (topics, camera) = (&self.topics, &announced.camera);
        let mut picture = Picture::default();
        for state in STATES {
            let rank = state.rank();
            let nothing = (state == State::Snapshot && !camera.snapshots).then(Bytes::new);
            let payload = announced.states.get(&state).cloned().or(nothing);
            picture.add(rank, topics.state(&camera.id, state), payload);
        }
        let event_topic = &announced.event_topic;
        if topics.event_options.retain {
            picture.add(Rank::State, event_topic.to_string(), None);
        }
        let device = Device {
            topics,
            system: &self.system,
            camera: Some(camera),
        };
        let entities = entity::of_camera(topics, camera, event_topic);
        self.add_configs(&mut picture, &device, &entities);
        picture
    }

    fn add_configs(&self, picture: &mut Picture, device: &Device<'_>, entities: &[Entity]) {
        let identifier = device.identifier();
        for entity in entities {
            let payload = match entity.exists && self.topics.is_discovery_on {
                true => device.config(entity).to_string(),
                false => String::new(),
            };
            let topic = self
                .topics
                .config(entity.component, &unique_id(&identifier, entity));
            picture.add(Rank::Config, topic, Some(payload.into()));
        }
    }

    /// The topics of a camera. Refused if it would share one, and with it an id, with another or with the system.
    pub(super) fn distinct_topics(&self, announced: &Announced) -> Result<Vec<String>, Error> {
        let camera = announced.camera.id.as_str();
        let topics = self.topics_of(announced);
        let of_system = [self.topics.availability.clone(), self.topics.diagnostics()];
        let mut own: HashSet<&str> = of_system.iter().map(String::as_str).collect();
        for topic in &topics {
            let is_of_another = self.used.get(topic).is_some_and(|id| **id != *camera);
            if is_of_another || !own.insert(topic) {
                return Err(Error::argument(format!(
                    "camera: {} would use {}, which has another use already, or belongs to a camera whose id is the \
                     same once cleaned up; choose another id",
                    quote(camera),
                    quote(topic)
                )));
            }
        }
        Ok(topics)
    }

    /// Takes in a camera, in the place of what was announced of it before.
    pub(super) fn insert(&mut self, announced: Announced, topics: Vec<String>) {
        let id: Arc<str> = announced.camera.id.as_str().into();
        self.take_out(&id);
        let used = topics.into_iter().map(|topic| (topic, id.clone()));
        self.used.extend(used);
        self.cameras.insert(id, announced);
    }

    /// Gives up a camera, if it is announced, with its topics.
    pub(super) fn take_out(&mut self, camera: &str) {
        if let Some(announced) = self.cameras.remove(camera) {
            for topic in self.topics_of(&announced) {
                self.used.remove(&topic);
            }
        }
    }

    /// Every topic of a camera, that of its events included.
    pub(super) fn topics_of(&self, announced: &Announced) -> Vec<String> {
        let picture = self.camera_picture(announced);
        let mut topics: Vec<String> = picture.topics().map(str::to_owned).collect();
        if !self.topics.event_options.retain {
            topics.push(announced.event_topic.to_string());
        }
        topics
    }
}
