//! Cameras in Home Assistant, for the users of a running client.

use super::shared::Guarded;
use super::Client;
use crate::driver::Effects;
use crate::error::Error;
use crate::home_assistant::{
    Camera, CameraStatus, Diagnostics, HomeAssistant, Message, MessageKind, System,
};
use crate::outbox::Time;
use crate::settings::Settings;
use bytes::Bytes;
use std::sync::Arc;
use std::time::SystemTime;

/// Each says what has changed as [states](Client::publish_state): so it comes back to a broker that lost its memory, and
/// none waits for the network. [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull) says that there was no room for all
/// of them.
impl Client {
    /// Makes the system known to Home Assistant: its device, with a sensor of the connection. Without it the system has
    /// the names of [`System::default`], and appears with the first camera.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when a URL of it is none;
    /// [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull); [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn announce_system(&self, system: System) -> Result<(), Error> {
        self.change(|home, _| home.announce_system(system))
    }

    /// Announces a camera to Home Assistant, or changes what was announced of it: a device with its entities. It is
    /// online at first, and without activity, whatever was said before a crash.
    ///
    /// From now on [`publish_event`](Client::publish_event) for it feeds all of its entities.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the id or the URL won't do, or when an id
    /// or a topic would be that of another camera; [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull);
    /// [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn announce_camera(&self, camera: Camera) -> Result<(), Error> {
        self.change(|home, now| home.announce(camera, None, now))
    }

    /// Disables a camera, which stays announced: it is offline and has no activity, and Home Assistant keeps what the
    /// user changed about it. [`publish_camera_status`](Client::publish_camera_status) enables it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when it is not announced;
    /// [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull); [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn disable_camera(&self, camera: &str) -> Result<(), Error> {
        self.change(|home, now| home.disable(camera, now))
    }

    /// Removes a camera and all that the broker keeps of it. Home Assistant forgets its entities, with what the user
    /// changed about them.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when it is not announced;
    /// [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn remove_camera(&self, camera: &str) -> Result<(), Error> {
        self.change(|home, _| home.remove(camera))
    }

    /// Says how it goes with a camera, and, where it is given, where its pictures come from. Its event, activity and
    /// detection are available while it is online.
    ///
    /// # Errors
    /// As [`disable_camera`](Client::disable_camera).
    pub fn publish_camera_status(
        &self,
        camera: &str,
        status: CameraStatus,
        source_type: Option<&str>,
    ) -> Result<(), Error> {
        self.change(|home, now| {
            if let Some(source_type) = source_type {
                home.set_source_type(camera, source_type)?;
            }
            Ok(vec![home.status(camera, status, now)?])
        })
    }

    /// Says how many events there were today and this week. The caller counts, and so decides in which time zone a day
    /// ends and on which day a week begins.
    ///
    /// # Errors
    /// As [`disable_camera`](Client::disable_camera).
    pub fn publish_camera_counts(
        &self,
        camera: &str,
        today: u64,
        this_week: u64,
    ) -> Result<(), Error> {
        self.change(|home, now| Ok(vec![home.counts(camera, today, this_week, now)?]))
    }

    /// Says whether something moves before a camera. An event says that something does; that it has ended is said by
    /// this alone.
    ///
    /// # Errors
    /// As [`disable_camera`](Client::disable_camera).
    pub fn publish_camera_activity(&self, camera: &str, is_active: bool) -> Result<(), Error> {
        self.change(|home, _| Ok(vec![home.activity(camera, is_active)?]))
    }

    /// Says what the last event of a camera was, one JSON object, when it is not news: at a start.
    ///
    /// # Errors
    /// As [`disable_camera`](Client::disable_camera), and when the event is no JSON object.
    pub fn publish_camera_last_event(
        &self,
        camera: &str,
        event: impl AsRef<[u8]>,
    ) -> Result<(), Error> {
        self.change(|home, now| Ok(vec![home.last_event(camera, event.as_ref(), now)?]))
    }

    /// Says the picture of the last event of a camera that was announced with snapshots: a JPEG of at most 1 MiB. Before
    /// the event that it belongs to.
    ///
    /// # Errors
    /// As [`disable_camera`](Client::disable_camera), and when the bytes are no such picture or the camera has no
    /// snapshots.
    pub fn publish_camera_snapshot(
        &self,
        camera: &str,
        jpeg: impl Into<Bytes>,
    ) -> Result<(), Error> {
        self.change(|home, _| Ok(vec![home.snapshot(camera, jpeg)?]))
    }

    /// Says how it goes with this client, for the diagnostic sensors of a system that was announced with them. Does
    /// nothing for one that was not.
    ///
    /// # Errors
    /// [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull); [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn publish_diagnostics(&self) -> Result<(), Error> {
        let status = self.status();
        let diagnostics = Diagnostics {
            queued: status.queued as u64,
            dropped: status.counters.dropped_queue_full,
            protocol: status.protocol.unwrap_or_default().into(),
        };
        self.change(|home, _| Ok(home.diagnostics(&diagnostics).into_iter().collect()))
    }

    /// Does something with the cameras, and says what follows from it.
    fn change(
        &self,
        change: impl FnOnce(&mut HomeAssistant, SystemTime) -> Result<Vec<Message>, Error>,
    ) -> Result<(), Error> {
        let wall_clock = SystemTime::now();
        self.shared.call(|guarded, now| {
            if let Some(error) = guarded.driver.engine().closed() {
                return (Err(error), Effects::default());
            }
            let home = guarded.home();
            let changed = home.and_then(|home| {
                let before = home.clone();
                Ok((before, change(home, wall_clock)?))
            });
            match changed {
                Ok((before, messages)) => {
                    let (said, effects) = guarded.say(now, messages);
                    if said.is_err() {
                        // So that the same call says all of it when there is room.
                        guarded.extra.home = Some(before);
                    }
                    (said, effects.then(guarded.expect_listeners(now)))
                }
                Err(error) => (Err(error), Effects::default()),
            }
        })
    }
}

impl Guarded {
    /// The cameras of this client.
    pub(super) fn home(&mut self) -> Result<&mut HomeAssistant, Error> {
        let home = match self.extra.home.take() {
            Some(home) => home,
            None => HomeAssistant::new(self.driver.engine().newest_settings(), System::default())?,
        };
        Ok(self.extra.home.insert(home))
    }

    /// Home Assistant is expected to hear the events of the cameras.
    fn expect_listeners(&mut self, now: Time) -> Effects {
        let home = self.extra.home.iter();
        let topics = home.flat_map(HomeAssistant::event_topics).map(Into::into);
        self.driver.set_announced(now, topics.collect())
    }

    /// Says these states; the first that is refused is reported, and the others are said all the same.
    pub(super) fn say(
        &mut self,
        now: Time,
        messages: Vec<Message>,
    ) -> (Result<(), Error>, Effects) {
        let (mut result, mut effects) = (Ok(()), Effects::default());
        for message in messages {
            if message.kind == MessageKind::Event {
                continue;
            }
            let (topic, rank): (Arc<str>, _) = (message.topic.into(), message.rank);
            let payload = message.payload;
            let (said, more) = self.driver.set_state(now, &topic, payload, rank, false);
            result = result.and(said.map(drop));
            effects = effects.then(more);
        }
        (result, effects)
    }

    /// The states that follow from an event that was accepted, of a camera that is announced.
    pub(super) fn follow_event(&mut self, now: Time, camera: &str, event: &Bytes) -> Effects {
        let Some(home) = &mut self.extra.home else {
            return Effects::default();
        };
        if !home.is_announced(camera) {
            return Effects::default();
        }
        // It was checked before, and a state that there is no room for is counted as refused.
        match home.event(camera, event.clone(), SystemTime::now()) {
            Ok(messages) => self.say(now, messages).1,
            Err(_) => Effects::default(),
        }
    }

    /// What new settings would mean for the cameras, before they are in force.
    pub(super) fn reconfigured(&self, settings: &Settings) -> Result<Option<Moved>, Error> {
        let Some(home) = &self.extra.home else {
            return Ok(None);
        };
        let mut home = home.clone();
        let messages = home.reconfigure(settings)?;
        Ok(Some(Moved { home, messages }))
    }

    /// The settings are in force.
    pub(super) fn move_cameras(&mut self, now: Time, moved: Option<Moved>) -> Effects {
        let Some(Moved { home, messages }) = moved else {
            return Effects::default();
        };
        self.extra.home = Some(home);
        // What there is no room for is counted as refused.
        let effects = self.say(now, messages).1;
        effects.then(self.expect_listeners(now))
    }
}

/// The cameras under new settings, and what to say so that Home Assistant has them there.
pub(super) struct Moved {
    home: HomeAssistant,
    messages: Vec<Message>,
}
