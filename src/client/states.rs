//! What is to stand at the broker for good.

use super::checked::{checked_topic, EMPTY_STATE};
use super::hand_over::{check_not_availability, rank};
use super::shared::Guarded;
use super::{Client, Delivery};
use crate::driver::Effects;
use crate::error::Error;
use crate::outbox::Time;
use crate::payload::check_payload;
use bytes::Bytes;
use std::sync::Arc;

impl Client {
    /// Publishes the state of a topic: its value until it is replaced or [deleted](Client::forget_state). The message
    /// is retained, has QoS 1 and does not expire. The client remembers it and publishes it again after each connect,
    /// ahead of everything else, so that a broker that lost it gets it again.
    ///
    /// A newer state of the topic replaces one that is still waiting, whose outcome is then
    /// [`Superseded`](crate::Outcome::Superseded). States of different topics may overtake each other.
    ///
    /// States have limits of their own: 10,000 topics, and 64 MiB in total for topics, payloads and 512 bytes for each
    /// state.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), also for an empty payload;
    /// [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull) if there is no room for another state;
    /// [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn publish_state(&self, topic: &str, payload: impl Into<Bytes>) -> Result<Delivery, Error> {
        let id = self.enqueue_state(topic, payload.into(), true)?;
        Ok(Delivery::new(self.shared.clone(), id))
    }

    /// Deletes the state of a topic: the client no longer remembers it, and the message that the broker retains there
    /// is deleted, immediately or as soon as there is a connection, whichever client published it.
    ///
    /// It is never refused for lack of room. If more than 10,000 topics wait to be deleted, the oldest of these is
    /// dropped.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument);
    /// [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull) if there are as many outcomes that were not fetched as the
    /// outbox may hold messages; [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn forget_state(&self, topic: &str) -> Result<Delivery, Error> {
        let id = self.enqueue_clearing(topic, true)?;
        Ok(Delivery::new(self.shared.clone(), id))
    }

    pub(crate) fn enqueue_state(
        &self,
        topic: &str,
        payload: Bytes,
        track: bool,
    ) -> Result<u64, Error> {
        check_state(&payload)?;
        self.enqueue_kept(topic, payload, track)
    }

    pub(crate) fn enqueue_clearing(&self, topic: &str, track: bool) -> Result<u64, Error> {
        self.enqueue_kept(topic, Bytes::new(), track)
    }

    /// As `enqueue_state`, after forgetting a delivery; gives none, and does nothing, if another thread has the lock.
    pub(crate) fn try_enqueue_state(
        &self,
        topic: &str,
        payload: Bytes,
        track: bool,
        forget: Option<u64>,
    ) -> Result<Option<u64>, Error> {
        check_state(&payload)?;
        self.try_enqueue_kept(topic, payload, track, forget)
    }

    /// As `enqueue_clearing`, after forgetting a delivery; gives none, and does nothing, if another thread has the lock.
    pub(crate) fn try_enqueue_clearing(
        &self,
        topic: &str,
        track: bool,
        forget: Option<u64>,
    ) -> Result<Option<u64>, Error> {
        self.try_enqueue_kept(topic, Bytes::new(), track, forget)
    }

    /// Without a payload the topic is cleared.
    fn enqueue_kept(&self, topic: &str, payload: Bytes, track: bool) -> Result<u64, Error> {
        let topic = checked_topic(topic)?;
        self.shared
            .call(|guarded, now| guarded.keep(now, &topic, payload, track))
    }

    fn try_enqueue_kept(
        &self,
        topic: &str,
        payload: Bytes,
        track: bool,
        forget: Option<u64>,
    ) -> Result<Option<u64>, Error> {
        let topic = checked_topic(topic)?;
        self.try_after_forgetting(forget, |guarded, _, now| {
            guarded.keep(now, &topic, payload, track)
        })
    }
}

fn check_state(payload: &[u8]) -> Result<(), Error> {
    if payload.is_empty() {
        return Err(Error::argument(format!("payload: {EMPTY_STATE}")));
    }
    check_payload(payload)
}

impl Guarded {
    fn keep(
        &mut self,
        now: Time,
        topic: &Arc<str>,
        payload: Bytes,
        track: bool,
    ) -> (Result<u64, Error>, Effects) {
        if let Err(error) = check_not_availability(self.driver.engine(), topic) {
            return (Err(error), Effects::default());
        }
        let rank = rank(self.driver.engine(), topic);
        self.driver.set_state(now, topic, payload, rank, track)
    }
}
