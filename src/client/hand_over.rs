//! Handing messages over, in a call that waits for the lock of the client, or in one that does not.

use super::shared::Guarded;
use super::Client;
use crate::driver::Effects;
use crate::engine::Engine;
use crate::error::Error;
use crate::message::{Message, PublishOptions};
use crate::outbox::Time;
use crate::payload::{check_event, check_payload};
use crate::topic;
use bytes::Bytes;
use std::time::Duration;

/// A message that was checked as far as that needs no client.
#[derive(Debug)]
enum Checked<'a> {
    Event { camera: &'a str, event: Bytes },
    Other(Message, Option<u32>),
}

impl Client {
    pub(crate) fn enqueue_event(
        &self,
        camera: &str,
        event: Bytes,
        track: bool,
    ) -> Result<u64, Error> {
        let checked = Checked::event(camera, event)?;
        self.shared
            .call(|guarded, now| guarded.publish(now, checked, track))
    }

    pub(crate) fn enqueue(
        &self,
        topic: &str,
        payload: Bytes,
        options: PublishOptions,
        track: bool,
    ) -> Result<u64, Error> {
        let checked = Checked::other(topic, payload, options)?;
        self.shared
            .call(|guarded, now| guarded.publish(now, checked, track))
    }

    /// As `enqueue_event`, after forgetting a delivery; gives none, and does nothing, if another thread has the lock.
    pub(crate) fn try_enqueue_event(
        &self,
        camera: &str,
        event: Bytes,
        track: bool,
        forget: Option<u64>,
    ) -> Result<Option<u64>, Error> {
        self.try_publish(Checked::event(camera, event)?, track, forget)
    }

    /// As `enqueue`, after forgetting a delivery; gives none, and does nothing, if another thread has the lock.
    pub(crate) fn try_enqueue(
        &self,
        topic: &str,
        payload: Bytes,
        options: PublishOptions,
        track: bool,
        forget: Option<u64>,
    ) -> Result<Option<u64>, Error> {
        self.try_publish(Checked::other(topic, payload, options)?, track, forget)
    }

    fn try_publish(
        &self,
        checked: Checked<'_>,
        track: bool,
        forget: Option<u64>,
    ) -> Result<Option<u64>, Error> {
        let done = self.shared.try_call(|guarded, now| {
            let driver = &mut guarded.driver;
            let forgotten = forget.map(|id| driver.forget(now, &[id]));
            let (published, effects) = guarded.publish(now, checked, track);
            (published, forgotten.unwrap_or_default().then(effects))
        });
        done.transpose()
    }
}

impl<'a> Checked<'a> {
    fn event(camera: &'a str, event: Bytes) -> Result<Self, Error> {
        check_event(&event)?;
        Ok(Checked::Event { camera, event })
    }

    fn other(topic: &str, payload: Bytes, options: PublishOptions) -> Result<Self, Error> {
        topic::check_name(topic).map_err(|why| Error::argument(format!("topic: {why}")))?;
        check_payload(&payload)?;
        let lifetime = options.expiry.map(whole_seconds).transpose()?;
        let message = Message {
            topic: topic.into(),
            payload,
            qos: options.qos,
            retain: options.retain,
        };
        Ok(Checked::Other(message, lifetime))
    }
}

impl Guarded {
    fn publish(
        &mut self,
        now: Time,
        checked: Checked<'_>,
        track: bool,
    ) -> (Result<u64, Error>, Effects) {
        let (camera, completed) = match checked {
            Checked::Event { camera, event } => (Some(camera), self.event(camera, event)),
            Checked::Other(message, lifetime) => (None, self.other(message, lifetime)),
        };
        let (message, lifetime) = match completed {
            Ok(completed) => completed,
            Err(error) => return (Err(error), Effects::default()),
        };
        let payload = message.payload.clone();
        let (accepted, effects) = self.driver.publish(now, message, lifetime, track);
        match camera {
            Some(camera) if accepted.is_ok() => {
                let more = self.follow_event(now, camera, &payload);
                (accepted, effects.then(more))
            }
            _ => (accepted, effects),
        }
    }

    fn event(&mut self, camera: &str, event: Bytes) -> Result<(Message, Option<u32>), Error> {
        let topic = self.event_topic(camera)?;
        let settings = self.driver.engine().newest_settings();
        let lifetime = Some(settings.message_expiry_seconds);
        let message = Message {
            topic,
            payload: event,
            qos: settings.qos,
            retain: settings.retain_events,
        };
        Ok((message, lifetime))
    }

    fn other(
        &self,
        message: Message,
        lifetime: Option<u32>,
    ) -> Result<(Message, Option<u32>), Error> {
        check_not_availability(self.driver.engine(), &message.topic)?;
        Ok((message, lifetime))
    }
}

/// Refuses the topic that is for availability alone.
pub(super) fn check_not_availability(engine: &Engine, topic: &str) -> Result<(), Error> {
    match engine.is_availability_topic(topic) {
        false => Ok(()),
        true => Err(Error::argument(format!(
            "topic {topic:?}: the availability topic is the client's own; use another topic"
        ))),
    }
}

fn whole_seconds(expiry: Duration) -> Result<u32, Error> {
    let seconds = u32::try_from(expiry.as_secs())
        .ok()
        .filter(|s| (1..u32::MAX).contains(s) && expiry.subsec_nanos() == 0);
    seconds.ok_or_else(|| {
        Error::argument(format!(
            "expiry {} s: must be whole seconds, from 1 to {}",
            expiry.as_secs_f64(),
            u32::MAX - 1
        ))
    })
}
