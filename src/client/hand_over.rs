//! Handing messages over, in a call that waits for the lock of the client, or in one that does not.

use super::shared::Guarded;
use super::Client;
use crate::driver::Effects;
use crate::engine::Engine;
use crate::error::Error;
use crate::home_assistant;
use crate::message::{Message, PublishOptions, MOST_NAMED_STATES};
use crate::outbox::{NamedState, Rank, Time};
use crate::payload::{check_event, check_payload};
use crate::topic;
use bytes::Bytes;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// A message that was checked as far as that needs no client.
#[derive(Debug)]
enum Checked<'a> {
    Event {
        camera: &'a str,
        event: Bytes,
        snapshot: Option<Bytes>,
    },
    Other(Message, Option<u32>, Vec<(Arc<str>, Bytes)>),
}

/// One that is complete.
struct Completed {
    message: Message,
    lifetime: Option<u32>,
    states: Vec<NamedState>,
}

impl Client {
    pub(crate) fn enqueue_event(
        &self,
        camera: &str,
        event: Bytes,
        snapshot: Option<Bytes>,
        track: bool,
    ) -> Result<u64, Error> {
        let checked = Checked::event(camera, event, snapshot)?;
        self.shared
            .call(|guarded, now| guarded.publish(now, checked, track))
    }

    pub(crate) fn enqueue(
        &self,
        topic: &str,
        payload: Bytes,
        options: PublishOptions<'_>,
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
        self.try_after_forgetting(forget, |guarded, now| guarded.publish(now, checked, track))
    }

    /// Calls the driver after forgetting a delivery, if nobody holds the lock; waits for nobody, and gives none otherwise.
    pub(super) fn try_after_forgetting<T>(
        &self,
        forget: Option<u64>,
        f: impl FnOnce(&mut Guarded, Time) -> (Result<T, Error>, Effects),
    ) -> Result<Option<T>, Error> {
        let done = self.shared.try_call(|guarded, now| {
            let forgotten = forget.map(|id| guarded.driver.forget(now, &[id]));
            let (result, effects) = f(guarded, now);
            (result, forgotten.unwrap_or_default().then(effects))
        });
        done.transpose()
    }
}

impl<'a> Checked<'a> {
    fn event(camera: &'a str, event: Bytes, snapshot: Option<Bytes>) -> Result<Self, Error> {
        check_event(&event)?;
        Ok(Checked::Event {
            camera,
            event,
            snapshot,
        })
    }

    fn other(topic: &str, payload: Bytes, options: PublishOptions<'_>) -> Result<Self, Error> {
        let name = checked_topic(topic)?;
        check_payload(&payload)?;
        let lifetime = options.expiry.map(whole_seconds).transpose()?;
        let message = Message {
            topic: name,
            payload,
            qos: options.qos,
            retain: options.retain,
        };
        Ok(Checked::Other(
            message,
            lifetime,
            checked_states(topic, options.states)?,
        ))
    }
}

/// The name of a topic, if it is one.
pub(super) fn checked_topic(topic: &str) -> Result<Arc<str>, Error> {
    topic::check_name(topic).map_err(|why| Error::argument(format!("topic: {why}")))?;
    Ok(topic.into())
}

/// What is wrong with a state that has no payload.
pub(super) const EMPTY_STATE: &str =
    "is empty, which would delete the state; to do that, forget it";

/// States that a message on this topic names.
fn checked_states(topic: &str, states: &[(&str, Bytes)]) -> Result<Vec<(Arc<str>, Bytes)>, Error> {
    // As of nearly every message.
    if states.is_empty() {
        return Ok(Vec::new());
    }
    let fault = |what: String| Error::argument(format!("states: {what}"));
    if states.len() > MOST_NAMED_STATES {
        let count = states.len();
        return Err(fault(format!(
            "{count} are named; a message may name {MOST_NAMED_STATES} at most"
        )));
    }
    let mut taken = HashSet::from([topic]);
    let mut checked = Vec::with_capacity(states.len());
    for (topic, payload) in states {
        topic::check_name(topic).map_err(&fault)?;
        if payload.is_empty() {
            return Err(fault(format!("the payload of {topic:?} {EMPTY_STATE}")));
        }
        check_payload(payload)?;
        if !taken.insert(topic) {
            return Err(fault(format!(
                "{topic:?} is the topic of the message itself, or named twice; give each its own topic"
            )));
        }
        checked.push(((*topic).into(), payload.clone()));
    }
    Ok(checked)
}

impl Guarded {
    fn publish(
        &mut self,
        now: Time,
        checked: Checked<'_>,
        track: bool,
    ) -> (Result<u64, Error>, Effects) {
        let (camera, completed) = match checked {
            Checked::Event {
                camera,
                event,
                snapshot,
            } => (Some(camera), self.event(camera, event, snapshot)),
            Checked::Other(message, lifetime, states) => {
                (None, self.other(message, lifetime, states))
            }
        };
        let Completed {
            message,
            lifetime,
            states,
        } = match completed {
            Ok(completed) => completed,
            Err(error) => return (Err(error), Effects::default()),
        };
        let followed = camera.filter(|camera| self.is_announced(camera));
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
        camera: &str,
        event: Bytes,
        snapshot: Option<Bytes>,
    ) -> Result<Completed, Error> {
        if let Some(error) = self.driver.engine().closed().filter(|_| snapshot.is_some()) {
            return Err(error);
        }
        let snapshot = snapshot.map(|jpeg| self.home()?.picture_of(camera, jpeg));
        let states = snapshot.transpose()?.map(named);
        let topic = self.event_topic(camera)?;
        let settings = self.driver.engine().newest_settings();
        let lifetime = Some(settings.message_expiry_seconds);
        let message = Message {
            topic,
            payload: event,
            qos: settings.qos,
            retain: settings.retain_events,
        };
        Ok(Completed {
            message,
            lifetime,
            states: states.into_iter().collect(),
        })
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
        })
    }
}

fn named(state: home_assistant::Message) -> NamedState {
    NamedState {
        topic: state.topic.into(),
        payload: state.payload,
        rank: state.rank,
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
