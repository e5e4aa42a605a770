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

/// What is done with the cameras at a time of the wall clock, and the states that follow from it.
type Change<'a> = &'a mut dyn FnMut(&mut HomeAssistant, SystemTime) -> Result<Vec<Message>, Error>;

/// Each publishes what has changed as [states](Client::publish_state), so a broker that lost it gets it again, and none
/// waits for the network. [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull) means that there was no room for all of
/// these states; then none of them is published, and nothing has changed.
impl Client {
    /// Announces the system to Home Assistant: its device, with a sensor for the connection. Otherwise the system has
    /// the names of [`System::default`] and appears with the first camera.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if one of its URLs is not valid;
    /// [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull); [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn announce_system(&self, system: System) -> Result<(), Error> {
        self.change(None, |home, _| home.announce_system(system))
    }

    /// Announces a camera to Home Assistant, or changes its announcement: a device with its entities. Initially it is
    /// online and has no activity, whatever was published before a crash.
    ///
    /// From now on [`publish_event`](Client::publish_event) updates all of its entities.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if the ID or the URL is not valid, or if an ID
    /// or a topic would be that of another camera; [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull);
    /// [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn announce_camera(&self, camera: Camera) -> Result<(), Error> {
        let id = camera.id.clone();
        self.change(Some(&id), |home, now| home.announce(camera, None, now))
    }

    /// Disables a camera, which stays announced: it is offline and has no activity, and Home Assistant keeps the user's
    /// changes to it. [`publish_camera_status`](Client::publish_camera_status) enables it again.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if it is not announced;
    /// [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull); [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn disable_camera(&self, camera: &str) -> Result<(), Error> {
        self.change(Some(camera), |home, now| home.disable(camera, now))
    }

    /// Removes a camera and everything that the broker retains for it. Home Assistant removes its entities, with the
    /// user's changes to them.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if it is not announced;
    /// [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn remove_camera(&self, camera: &str) -> Result<(), Error> {
        self.change(Some(camera), |home, _| home.remove(camera))
    }

    /// Publishes the status of a camera and, if given, the kind of its source. Its event, activity and detection
    /// entities are available while it is online.
    ///
    /// # Errors
    /// Those of [`disable_camera`](Client::disable_camera).
    pub fn publish_camera_status(
        &self,
        camera: &str,
        status: CameraStatus,
        source_type: Option<&str>,
    ) -> Result<(), Error> {
        self.change(Some(camera), |home, now| {
            if let Some(source_type) = source_type {
                home.set_source_type(camera, source_type)?;
            }
            Ok(vec![home.status(camera, status, now)?])
        })
    }

    /// Publishes how many events there were today and this week. The caller counts, and so decides in which time zone a
    /// day ends and on which day a week begins.
    ///
    /// # Errors
    /// Those of [`disable_camera`](Client::disable_camera).
    pub fn publish_camera_counts(
        &self,
        camera: &str,
        today: u64,
        this_week: u64,
    ) -> Result<(), Error> {
        self.change(Some(camera), |home, now| {
            Ok(vec![home.counts(camera, today, this_week, now)?])
        })
    }

    /// Publishes whether a camera sees activity. An event switches activity on; only this call switches it off.
    ///
    /// # Errors
    /// Those of [`disable_camera`](Client::disable_camera).
    pub fn publish_camera_activity(&self, camera: &str, is_active: bool) -> Result<(), Error> {
        self.change(Some(camera), |home, _| {
            Ok(vec![home.activity(camera, is_active)?])
        })
    }

    /// Publishes the last event of a camera, one JSON object, without triggering the event entity: for the start of a
    /// program.
    ///
    /// # Errors
    /// Those of [`disable_camera`](Client::disable_camera), also if the event is not a JSON object.
    pub fn publish_camera_last_event(
        &self,
        camera: &str,
        event: impl AsRef<[u8]>,
    ) -> Result<(), Error> {
        self.change(Some(camera), |home, now| {
            Ok(vec![home.last_event(camera, event.as_ref(), now)?])
        })
    }

    /// Publishes the snapshot of the last event of a camera that was announced with snapshots: a JPEG of at most 1 MiB. For
    /// one that belongs to no event, or came after it; otherwise use
    /// [`publish_event_with_snapshot`](Client::publish_event_with_snapshot).
    ///
    /// # Errors
    /// Those of [`disable_camera`](Client::disable_camera), also if the bytes are not such a picture or the camera was
    /// announced without snapshots.
    pub fn publish_camera_snapshot(
        &self,
        camera: &str,
        jpeg: impl Into<Bytes>,
    ) -> Result<(), Error> {
        self.change(Some(camera), |home, _| {
            Ok(vec![home.snapshot(camera, jpeg)?])
        })
    }

    /// Publishes the values of the diagnostic sensors, if the system was announced with them. Otherwise it does
    /// nothing.
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
        self.change(None, |home, _| {
            Ok(home.diagnostics(&diagnostics).into_iter().collect())
        })
    }

    /// Does something with one camera, or with the system alone, and says what follows from it.
    fn change(
        &self,
        camera: Option<&str>,
        change: impl FnOnce(&mut HomeAssistant, SystemTime) -> Result<Vec<Message>, Error>,
    ) -> Result<(), Error> {
        let mut change = Some(change);
        self.change_by(camera, &mut |home, wall_clock| match change.take() {
            Some(change) => change(home, wall_clock),
            None => Ok(Vec::new()),
        })
    }

    /// See [`Client::change`]. Compiled once, and not for each caller.
    fn change_by(&self, camera: Option<&str>, change: Change<'_>) -> Result<(), Error> {
        let wall_clock = SystemTime::now();
        self.shared.call(|guarded, now| {
            if let Some(error) = guarded.driver.engine().closed() {
                return (Err(error), Effects::default());
            }
            let home = guarded.home();
            let changed = home.and_then(|home| {
                let before = home.before(camera);
                Ok((before, change(home, wall_clock)?))
            });
            match changed {
                Ok((before, messages)) => {
                    let heard = before.event_topic().cloned();
                    let (said, effects) = guarded.say_all(now, messages);
                    if let (Err(_), Some(home)) = (&said, &mut guarded.extra.home) {
                        // So that the same call says all of it when there is room.
                        home.take_back(before);
                    }
                    (
                        said,
                        effects.then(guarded.expect_listener(now, camera, heard.as_ref())),
                    )
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

    /// Home Assistant is expected to hear the events of this camera, which it was expected to hear on another topic.
    fn expect_listener(
        &mut self,
        now: Time,
        camera: Option<&str>,
        before: Option<&Arc<str>>,
    ) -> Effects {
        let home = self.extra.home.as_ref();
        let topic = home.and_then(|home| home.event_topic(camera?)).cloned();
        match topic.as_ref() == before {
            true => Effects::default(),
            // What they replace is known to the engine alone.
            false if self.extra.has_own_listeners => self.expect_listeners(now),
            false => self.driver.change_announced(now, before, topic.as_ref()),
        }
    }

    /// Home Assistant is expected to hear the events of the cameras.
    fn expect_listeners(&mut self, now: Time) -> Effects {
        let home = self.extra.home.iter();
        let topics = home.flat_map(HomeAssistant::event_topics).cloned();
        self.extra.has_own_listeners = false;
        self.driver.set_announced(now, topics.collect())
    }

    /// Says these states: all, or none where there is no room for all.
    pub(super) fn say_all(
        &mut self,
        now: Time,
        messages: Vec<Message>,
    ) -> (Result<(), Error>, Effects) {
        let states: Vec<_> = messages.into_iter().map(Message::into_state).collect();
        self.driver.set_states(now, &states)
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
            let (topic, payload, rank) = message.into_state();
            let (said, more) = self.driver.set_state(now, &topic, payload, rank, false);
            result = result.and(said.map(drop));
            effects = effects.then(more);
        }
        (result, effects)
    }

    /// Whether states follow from the events of this camera.
    pub(super) fn is_announced(&self, camera: &str) -> bool {
        let home = self.extra.home.as_ref();
        home.is_some_and(|home| home.is_announced(camera))
    }

    /// The states that follow from an event that was accepted, of a camera that is announced.
    pub(super) fn follow_event(
        &mut self,
        now: Time,
        camera: &str,
        event: Bytes,
        snapshot: Option<Bytes>,
    ) -> Effects {
        let Some(home) = &mut self.extra.home else {
            return Effects::default();
        };
        if let Some(jpeg) = snapshot {
            home.keep_picture(camera, jpeg);
        }
        // It was checked before, and a state that there is no room for is counted as refused.
        match home.checked_event(camera, event, SystemTime::now()) {
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
