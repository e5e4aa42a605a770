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
            picture.add(Rank::State, event_topic.clone(), None);
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

    /// Refuses a camera that would share a topic, and with it an id, with another or with the system.
    pub(super) fn check_distinct(&self, camera: &str) -> Result<(), Error> {
        let mut taken: HashSet<String> =
            [self.topics.availability.clone(), self.topics.diagnostics()].into();
        let (own, others): (Vec<&Announced>, Vec<&Announced>) = self
            .cameras
            .values()
            .partition(|one| one.camera.id == camera);
        for other in others {
            taken.extend(self.topics_of(other));
        }
        for topic in own.into_iter().flat_map(|own| self.topics_of(own)) {
            if let Some(topic) = taken.replace(topic) {
                return Err(Error::argument(format!(
                    "camera: {} would use {}, which has another use already, or belongs to a camera whose id is the \
                     same once cleaned up; choose another id",
                    quote(camera),
                    quote(&topic)
                )));
            }
        }
        Ok(())
    }

    /// Every topic of a camera, that of its events included.
    fn topics_of(&self, announced: &Announced) -> Vec<String> {
        let picture = self.camera_picture(announced);
        let mut topics: Vec<String> = picture.topics().map(str::to_owned).collect();
        if !self.topics.event_options.retain {
            topics.push(announced.event_topic.clone());
        }
        topics
    }
}
