//! Handing messages over, in a call that waits for the lock of the client, or in one that does not.

use super::checked::Checked;
use super::shared::Guarded;
use super::Client;
use crate::driver::Effects;
use crate::engine::Engine;
use crate::error::Error;
use crate::home_assistant;
use crate::message::{Message, PublishOptions};
use crate::outbox::{Intake, NamedState, Rank, ReadyCamera, ReadyTopics, Time};
use crate::topic;
use bytes::Bytes;
use std::sync::Arc;

/// One that is complete.
struct Completed {
    message: Message,
    lifetime: Option<u32>,
    states: Vec<NamedState>,
    /// States follow from it.
    is_followed: bool,
}

impl Client {
    pub(crate) fn enqueue_event(
        &self,
        camera: &str,
        event: Bytes,
        snapshot: Option<Bytes>,
        track: bool,
    ) -> Result<u64, Error> {
        self.publish_checked(Checked::event(camera, event, snapshot)?, track)
    }

    pub(crate) fn enqueue(
        &self,
        topic: &str,
        payload: Bytes,
        options: PublishOptions<'_>,
        track: bool,
    ) -> Result<u64, Error> {
        self.publish_checked(Checked::other(topic, payload, options)?, track)
    }

    fn publish_checked(&self, checked: Checked<'_>, track: bool) -> Result<u64, Error> {
        let put = (self.shared).put(checked, |intake, now, checked| {
            checked.put(intake, now, track)
        });
        put.or_else(|checked| {
            self.shared.call_with_intake(|guarded, intake, now| {
                guarded.publish(now, intake, checked, track)
            })
        })
    }

    /// As `enqueue_event`, after forgetting a delivery; gives none, and does nothing, if another thread has the lock.
    pub(crate) fn try_enqueue_event(
        &self,
        camera: &str,
        event: Bytes,
        track: bool,
        forget: Option<u64>,
    ) -> Result<Option<u64>, Error> {
        self.try_publish(Checked::event(camera, event, None)?, track, forget)
    }

    /// As `enqueue`, after forgetting a delivery; gives none, and does nothing, if another thread has the lock.
    pub(crate) fn try_enqueue(
        &self,
        topic: &str,
        payload: Bytes,
        options: PublishOptions<'_>,
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
        let put = self.shared.try_put(checked, |intake, now, checked| {
            match forget.is_none_or(|id| intake.forget(id)) {
                true => checked.put(intake, now, track),
                false => Err(checked),
            }
        });
        match put {
            Ok(id) => Ok(Some(id)),
            Err(checked) => self.try_after_forgetting(forget, |guarded, intake, now| {
                guarded.publish(now, intake, checked, track)
            }),
        }
    }

    /// Calls the driver after forgetting a delivery, if nobody holds the lock; waits for nobody, and gives none otherwise.
    pub(super) fn try_after_forgetting<T>(
        &self,
        forget: Option<u64>,
        f: impl FnOnce(&mut Guarded, &mut Intake, Time) -> (Result<T, Error>, Effects),
    ) -> Result<Option<T>, Error> {
        let done = self.shared.try_call_with_intake(|guarded, intake, now| {
            let forgotten = forget.map(|id| guarded.driver.forget(now, &[id]));
            let (result, effects) = f(guarded, intake, now);
            (result, forgotten.unwrap_or_default().then(effects))
        });
        done.transpose()
    }
}

impl Guarded {
    fn publish(
        &mut self,
        now: Time,
        intake: &mut Intake,
        checked: Checked<'_>,
        track: bool,
    ) -> (Result<u64, Error>, Effects) {
        let (camera, completed) = match checked {
            Checked::Event {
                camera,
                event,
                snapshot,
            } => {
                let completed = self.event(&mut intake.ready, camera, event, snapshot);
                (Some(camera), completed)
            }
            Checked::Other(message, lifetime, states) => {
                let completed = self.other(message, lifetime, states);
                if let Ok(completed) = &completed {
                    intake.ready.add_topic(&completed.message.topic);
                }
                (None, completed)
            }
        };
        let Completed {
            message,
            lifetime,
            states,
            is_followed,
        } = match completed {
            Ok(completed) => completed,
            Err(error) => return (Err(error), Effects::default()),
        };
        let followed = camera.filter(|_| is_followed);
        let followed = followed.map(|camera| {
            let snapshot = states.first().map(|state| state.payload.clone());
            (camera, message.payload.clone(), snapshot)
        });
        let (accepted, effects) = (self.driver).publish(now, message, lifetime, track, states);
        match followed {
            Some((camera, event, snapshot)) if accepted.is_ok() => {
                let more = self.follow_event(now, camera, event, snapshot);
                (accepted, effects.then(more))
            }
            _ => (accepted, effects),
        }
    }

    fn event(
        &mut self,
        ready: &mut ReadyTopics,
        camera: &str,
        event: Bytes,
        snapshot: Option<Bytes>,
    ) -> Result<Completed, Error> {
        if let Some(error) = self.driver.engine().closed().filter(|_| snapshot.is_some()) {
            return Err(error);
        }
        let snapshot = snapshot.map(|jpeg| self.home()?.picture_of(camera, jpeg));
        let states = snapshot.transpose()?.map(named);
        let ReadyCamera {
            topic,
            lifetime_seconds,
            qos,
            retain,
            is_followed,
        } = self.ready_camera(ready, camera)?;
        let message = Message {
            topic,
            payload: event,
            qos,
            retain,
        };
        Ok(Completed {
            message,
            lifetime: Some(lifetime_seconds),
            states: states.into_iter().collect(),
            is_followed,
        })
    }

    /// What the events of this camera have in common; looked up once.
    fn ready_camera(&self, ready: &mut ReadyTopics, camera: &str) -> Result<ReadyCamera, Error> {
        if let Some(camera) = ready.camera(camera) {
            return Ok(camera.clone());
        }
        let settings = self.driver.engine().newest_settings();
        let found = ReadyCamera {
            topic: settings.event_topic.topic(camera)?.into(),
            lifetime_seconds: settings.message_expiry_seconds,
            qos: settings.qos,
            retain: settings.retain_events,
            is_followed: self.is_announced(camera),
        };
        ready.add_camera(camera, found.clone());
        Ok(found)
    }

    fn other(
        &self,
        message: Message,
        lifetime: Option<u32>,
        states: Vec<(Arc<str>, Bytes)>,
    ) -> Result<Completed, Error> {
        let engine = self.driver.engine();
        check_not_availability(engine, &message.topic)?;
        let states = states.into_iter().map(|(topic, payload)| {
            check_not_availability(engine, &topic)?;
            let rank = rank(engine, &topic);
            Ok(NamedState {
                topic,
                payload,
                rank,
            })
        });
        let states = states.collect::<Result<_, Error>>()?;
        Ok(Completed {
            message,
            lifetime,
            states,
            is_followed: false,
        })
    }
}

fn named(state: home_assistant::Message) -> NamedState {
    let (topic, payload, rank) = state.into_state();
    NamedState {
        topic,
        payload,
        rank,
    }
}

/// Before which states one of this topic is said.
pub(super) fn rank(engine: &Engine, topic: &str) -> Rank {
    match topic::is_config(&engine.newest_settings().discovery_prefix, topic) {
        true => Rank::Config,
        false => Rank::State,
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
