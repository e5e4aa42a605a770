//! Messages that were checked as far as that needs no client.

use crate::error::Error;
use crate::message::{Message, PublishOptions, MOST_NAMED_STATES};
use crate::outbox::{Intake, Put, Time};
use crate::payload::{check_event, check_payload};
use crate::topic;
use bytes::Bytes;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// See the module.
#[derive(Debug)]
pub(super) enum Checked<'a> {
    Event {
        camera: &'a str,
        event: Bytes,
        snapshot: Option<Bytes>,
    },
    Other(Message, Option<u32>, Vec<(Arc<str>, Bytes)>),
}

impl<'a> Checked<'a> {
    pub(super) fn event(
        camera: &'a str,
        event: Bytes,
        snapshot: Option<Bytes>,
    ) -> Result<Self, Error> {
        check_event(&event)?;
        Ok(Checked::Event {
            camera,
            event,
            snapshot,
        })
    }

    pub(super) fn other(
        topic: &str,
        payload: Bytes,
        options: PublishOptions<'_>,
    ) -> Result<Self, Error> {
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

    /// Puts it into the intake, or gives it back where more has to be known.
    pub(super) fn put(self, intake: &mut Intake, now: Time, track: bool) -> Result<Put, Self> {
        match self {
            Checked::Event {
                camera,
                event,
                snapshot: None,
            } => {
                let put = intake.put_event(now, camera, event, track);
                put.map_err(|event| Checked::Event {
                    camera,
                    event,
                    snapshot: None,
                })
            }
            Checked::Other(message, lifetime, states) if states.is_empty() => {
                let put = intake.put_message(now, message, lifetime, track);
                put.map_err(|message| Checked::Other(message, lifetime, states))
            }
            _ => Err(self),
        }
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
