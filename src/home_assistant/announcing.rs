//! The cameras that are announced, and what changes with them.

use super::camera::{Camera, System};
use super::message::Message;
use super::state::{self, CameraStatus, State};
use super::topics::Topics;
use crate::error::Error;
use crate::settings::Settings;
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::SystemTime;

/// The cameras of a system, as Home Assistant is to see them.
///
/// It keeps what was said last of each camera and publishes nothing itself: every method gives the messages that
/// follow, for [`Client::publish`](crate::Client::publish), in their order. It knows neither the network nor the
/// clock; times are given to it.
///
/// Publish [`all`](HomeAssistant::all) after every connect and whenever Home Assistant says `online` on its own status
/// topic, so that its picture is whole also when the broker has forgotten everything.
#[derive(Clone, Debug)]
pub struct HomeAssistant {
    pub(super) topics: Topics,
    pub(super) system: System,
    pub(super) diagnostics: Option<Bytes>,
    pub(super) cameras: BTreeMap<Arc<str>, Announced>,
    /// The topics of the cameras, and which of them has it: no two may share one.
    pub(super) used: HashMap<String, Arc<str>>,
    /// Whether the system's device was made known: with the first camera.
    pub(super) is_known: bool,
}

/// A camera, and the latest of each of its states.
#[derive(Clone, Debug)]
pub(super) struct Announced {
    pub(super) camera: Camera,
    pub(super) event_topic: Arc<str>,
    pub(super) status: CameraStatus,
    pub(super) states: BTreeMap<State, Bytes>,
}

impl HomeAssistant {
    /// Without cameras yet, and nothing to publish.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when a URL of the system is none.
    pub fn new(settings: &Settings, system: System) -> Result<Self, Error> {
        Ok(HomeAssistant {
            topics: Topics::new(settings),
            system: system.checked()?,
            diagnostics: None,
            cameras: BTreeMap::new(),
            used: HashMap::new(),
            is_known: false,
        })
    }

    /// Says what the system is called, and so on; its device is there also without a camera.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when a URL of the system is none.
    pub fn announce_system(&mut self, system: System) -> Result<Vec<Message>, Error> {
        let system = system.checked()?;
        let before = self.picture();
        self.system = system;
        self.is_known = true;
        if !self.system.diagnostics {
            self.diagnostics = None;
        }
        Ok(self.picture().replacing(&before))
    }

    /// Announces a camera, or changes what was announced of it. Without a status it keeps the one that it had, and is
    /// online at first. A new one has no activity, whatever was said of it before a crash.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the id or the URL won't do, or when
    /// an id or a topic would be that of another camera.
    pub fn announce(
        &mut self,
        camera: Camera,
        status: impl Into<Option<CameraStatus>>,
        now: SystemTime,
    ) -> Result<Vec<Message>, Error> {
        let camera = camera.checked()?;
        let id = camera.id.clone();
        let event_topic = self.topics.event(&id)?.into();
        let before = self.cameras.get(id.as_str());
        let mut states = before.map(|one| one.states.clone()).unwrap_or_default();
        let given = status.into();
        let known = before.map_or(CameraStatus::Online, |one| one.status);
        let status = given.unwrap_or(known);
        if given.is_some() || before.is_none_or(|one| one.camera != camera) {
            states.insert(State::Status, state::status(&camera, status, now));
        }
        states
            .entry(State::Activity)
            .or_insert_with(|| state::activity(&camera, false, None));
        if !camera.snapshots {
            states.remove(&State::Snapshot);
        }

        let announced = Announced {
            camera,
            event_topic,
            status,
            states,
        };
        let topics = self.distinct_topics(&announced)?;
        let before = self.part(&id);
        self.is_known = true;
        self.insert(announced, topics);
        Ok(self.part(&id).replacing(&before))
    }

    /// Disables a camera, which stays announced: its status is offline, and it has no activity. A later status, or
    /// a new announcement, enables it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when it is not announced.
    pub fn disable(&mut self, camera: &str, now: SystemTime) -> Result<Vec<Message>, Error> {
        Ok(vec![
            self.status(camera, CameraStatus::Offline, now)?,
            self.activity(camera, false)?,
        ])
    }

    /// Removes a camera and everything that the broker keeps of it. Home Assistant forgets its entities, with what
    /// the user changed about them.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when it is not announced.
    pub fn remove(&mut self, camera: &str) -> Result<Vec<Message>, Error> {
        self.announced(camera)?;
        let before = self.part(camera);
        self.take_out(camera);
        Ok(self.part(camera).replacing(&before))
    }

    /// Removes all cameras and the system itself.
    pub fn remove_all(&mut self) -> Vec<Message> {
        let before = self.picture();
        self.cameras.clear();
        self.used.clear();
        self.diagnostics = None;
        self.is_known = false;
        self.picture().replacing(&before)
    }

    /// Puts new settings in force: clears what stands on topics that are no longer used, and says anew what is
    /// different. What the broker has of a camera from before this process can't be moved, and is cleared.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when two cameras would then have the same
    /// topic. Then nothing has changed.
    pub fn reconfigure(&mut self, settings: &Settings) -> Result<Vec<Message>, Error> {
        let mut next = self.clone();
        next.topics = Topics::new(settings);
        next.used.clear();
        for (id, mut announced) in std::mem::take(&mut next.cameras) {
            announced.event_topic = next.topics.event(&id)?.into();
            let topics = next.distinct_topics(&announced)?;
            next.insert(announced, topics);
        }
        let messages = next.picture().replacing(&self.picture());
        *self = next;
        Ok(messages)
    }

    /// The topic of a camera's events, if it is announced.
    pub(crate) fn event_topic(&self, camera: &str) -> Option<&Arc<str>> {
        self.cameras.get(camera).map(|one| &one.event_topic)
    }

    /// The topics of the events of all cameras.
    pub(crate) fn event_topics(&self) -> impl Iterator<Item = &Arc<str>> {
        self.cameras.values().map(|one| &one.event_topic)
    }

    /// Whether this camera is announced.
    #[must_use]
    pub fn is_announced(&self, camera: &str) -> bool {
        self.cameras.contains_key(camera)
    }

    /// Everything that the broker must keep, for one that may have forgotten it: configs and states, no event.
    #[must_use]
    pub fn all(&self) -> Vec<Message> {
        self.picture().all()
    }
}
