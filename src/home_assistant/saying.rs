//! What happens at a camera, and what to publish of it.

use super::announcing::{Announced, HomeAssistant};
use super::event::Event;
use super::message::{Message, MessageKind};
use super::public_text::tidy_public;
use super::state::{self, CameraStatus, Diagnostics, State};
use crate::error::Error;
use crate::outbox::Rank;
use crate::payload::check_event;
use crate::topic::quote;
use bytes::Bytes;
use std::time::SystemTime;

/// The largest snapshot, in bytes.
const MAX_SNAPSHOT: usize = 1 << 20;

impl HomeAssistant {
    /// The status of a camera. Its event, activity and detection are available while it is online.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when it is not announced.
    pub fn status(
        &mut self,
        camera: &str,
        status: CameraStatus,
        now: SystemTime,
    ) -> Result<Message, Error> {
        let payload = state::status(&self.announced(camera)?.camera, status, now);
        if let Some(announced) = self.cameras.get_mut(camera) {
            announced.status = status;
        }
        self.say(camera, State::Status, payload)
    }

    /// Where the pictures of a camera come from, as the next [`status`](HomeAssistant::status) says it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when it is not announced, or
    /// this is a URL with a user name or password.
    pub fn set_source_type(&mut self, camera: &str, source_type: &str) -> Result<(), Error> {
        self.announced(camera)?;
        let source_type = tidy_public("source_type", source_type)?;
        if let Some(announced) = self.cameras.get_mut(camera) {
            announced.camera.source_type = source_type;
        }
        Ok(())
    }

    /// How many events there were today and this week. The host counts, and so decides in which time zone a day
    /// ends and on which day a week begins. Home Assistant takes a smaller number for a new count.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the camera is not announced.
    pub fn counts(
        &mut self,
        camera: &str,
        today: u64,
        this_week: u64,
        now: SystemTime,
    ) -> Result<Message, Error> {
        let payload = state::counts(&self.announced(camera)?.camera, today, this_week, now);
        self.say(camera, State::Counts, payload)
    }

    /// Whether something moves before a camera. [`event`](HomeAssistant::event) says that something does; that it has
    /// ended is said by this alone.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the camera is not announced.
    pub fn activity(&mut self, camera: &str, is_active: bool) -> Result<Message, Error> {
        let payload = state::activity(&self.announced(camera)?.camera, is_active, None);
        self.say(camera, State::Activity, payload)
    }

    /// What was the last event of a camera: one JSON object, as [`event`](HomeAssistant::event) takes it. For a start,
    /// when the host knows of an event that is not news.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the camera is not announced or the event
    /// no JSON object.
    pub fn last_event(
        &mut self,
        camera: &str,
        event: &[u8],
        now: SystemTime,
    ) -> Result<Message, Error> {
        check_event(event)?;
        let event = Event::read(event)?;
        self.say_last_event(camera, &event, &event.timestamp(now))
    }

    /// The picture of the last event: a JPEG of at most 1 MiB.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the camera is not announced, or was
    /// announced without snapshots, or the bytes are no such picture.
    pub fn snapshot(&mut self, camera: &str, jpeg: impl Into<Bytes>) -> Result<Message, Error> {
        let message = self.picture_of(camera, jpeg.into())?;
        self.keep_picture(camera, message.payload.clone());
        Ok(message)
    }

    /// What says this picture, which is not remembered.
    pub(crate) fn picture_of(&self, camera: &str, jpeg: Bytes) -> Result<Message, Error> {
        let fault = |what: String| Err(Error::argument(format!("snapshot: {what}")));
        if !self.announced(camera)?.camera.snapshots {
            return fault(format!(
                "camera {} was announced without snapshots; announce it with snapshots set to true",
                quote(camera)
            ));
        }
        if !jpeg.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return fault("the bytes are not a JPEG; give a picture in that format".into());
        }
        if jpeg.len() > MAX_SNAPSHOT {
            return fault(format!(
                "{} bytes; must be at most {MAX_SNAPSHOT}; make the picture smaller",
                jpeg.len()
            ));
        }
        let topic = self.topics.state(camera, State::Snapshot);
        Ok(Message::state(State::Snapshot.rank(), topic, jpeg))
    }

    /// Remembers a picture that was said.
    pub(crate) fn keep_picture(&mut self, camera: &str, jpeg: Bytes) {
        if let Some(announced) = self.cameras.get_mut(camera) {
            announced.states.insert(State::Snapshot, jpeg);
        }
    }

    /// An event of a camera: the message that tells it, and the states that follow: the last event, and activity.
    /// The event feeds the camera's event sensor and its event entities; `smart_detection_type`, or else the first of
    /// `objects_detected`, is its kind, and with `is_doorbell_ring` it is a ring. Every field may be missing.
    ///
    /// Publish the [`snapshot`](HomeAssistant::snapshot) that belongs to it before it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the camera is not announced or the event
    /// no JSON object.
    pub fn event(
        &mut self,
        camera: &str,
        event: impl Into<Bytes>,
        now: SystemTime,
    ) -> Result<Vec<Message>, Error> {
        let payload = event.into();
        check_event(&payload)?;
        self.checked_event(camera, payload, now)
    }

    /// As `event`, of one that was checked.
    pub(crate) fn checked_event(
        &mut self,
        camera: &str,
        payload: Bytes,
        now: SystemTime,
    ) -> Result<Vec<Message>, Error> {
        let read = Event::read(&payload)?;
        let timestamp = read.timestamp(now);
        let last_event = self.say_last_event(camera, &read, &timestamp)?;
        let is_active = state::activity(&self.announced(camera)?.camera, true, Some(&timestamp));
        let event = Message {
            topic: self.announced(camera)?.event_topic.to_string(),
            payload,
            kind: MessageKind::Event,
            options: self.topics.event_options,
            rank: Rank::State,
        };
        let activity = self.say(camera, State::Activity, is_active)?;
        Ok(vec![event, last_event, activity])
    }

    /// How it goes with the client, for the system's diagnostic sensors. Nothing if there are none.
    pub fn diagnostics(&mut self, diagnostics: &Diagnostics) -> Option<Message> {
        if !self.system.diagnostics {
            return None;
        }
        let payload = state::diagnostics(diagnostics);
        self.diagnostics = Some(payload.clone());
        Some(Message::state(
            Rank::State,
            self.topics.diagnostics(),
            payload,
        ))
    }

    pub(super) fn announced(&self, camera: &str) -> Result<&Announced, Error> {
        self.cameras.get(camera).ok_or_else(|| {
            Error::argument(format!(
                "camera: {} is not announced; announce it first",
                quote(camera)
            ))
        })
    }

    fn say_last_event(
        &mut self,
        camera: &str,
        event: &Event,
        timestamp: &str,
    ) -> Result<Message, Error> {
        let payload = state::last_event(&self.announced(camera)?.camera, event, timestamp);
        self.say(camera, State::LastEvent, payload)
    }

    /// Remembers a state of a camera that is announced, and gives the message that says it.
    fn say(&mut self, camera: &str, state: State, payload: Bytes) -> Result<Message, Error> {
        if let Some(announced) = self.cameras.get_mut(camera) {
            announced.states.insert(state, payload.clone());
        }
        let topic = self.topics.state(camera, state);
        Ok(Message::state(state.rank(), topic, payload))
    }
}
