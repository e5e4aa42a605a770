//! What is to stand at the broker for good.

use super::hand_over::check_not_availability;
use super::{Client, Delivery};
use crate::driver::Effects;
use crate::error::Error;
use crate::outbox::Rank;
use crate::payload::check_payload;
use crate::topic;
use bytes::Bytes;
use std::sync::Arc;

impl Client {
    /// Says what a topic is to hold from now on, until it is said anew or [forgotten](Client::forget_state): the
    /// broker keeps it for those who subscribe later (retained, QoS 1, never expiring), and the client remembers it and
    /// says it again after each connect, ahead of everything else, so that a broker without memory has it too.
    ///
    /// While it waits, the next state of the topic takes its place, and its delivery ends as
    /// [`Superseded`](crate::Outcome::Superseded). The states of different topics may overtake each other.
    ///
    /// States have bounds of their own: 10,000 topics, and 64 MiB of topics, payloads and 512 bytes for each.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), also for an empty payload;
    /// [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull) when there is no room for another state;
    /// [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
    pub fn publish_state(&self, topic: &str, payload: impl Into<Bytes>) -> Result<Delivery, Error> {
        let id = self.enqueue_state(topic, payload.into(), true)?;
        Ok(Delivery::new(self.shared.clone(), id))
    }

    /// Says that a topic is to hold nothing any more, whoever said what it holds: what the broker keeps there is
    /// deleted, at once or as soon as there is a connection, and the client does not say it again.
    ///
    /// It is never refused for want of room. Of more than 10,000 topics that wait to be cleared, the first is dropped.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument);
    /// [`ErrorKind::QueueFull`](crate::ErrorKind::QueueFull) when as many deliveries as the outbox holds messages have
    /// ended without being waited for; [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown).
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
        if payload.is_empty() {
            let text = "payload: is empty, which would delete the state; to do that, forget it";
            return Err(Error::argument(text));
        }
        check_payload(&payload)?;
        self.enqueue_kept(topic, payload, track)
    }

    pub(crate) fn enqueue_clearing(&self, topic: &str, track: bool) -> Result<u64, Error> {
        self.enqueue_kept(topic, Bytes::new(), track)
    }

    /// Without a payload the topic is cleared.
    fn enqueue_kept(&self, topic: &str, payload: Bytes, track: bool) -> Result<u64, Error> {
        topic::check_name(topic).map_err(|why| Error::argument(format!("topic: {why}")))?;
        let topic: Arc<str> = topic.into();
        self.shared.call(|guarded, now| {
            let driver = &mut guarded.driver;
            if let Err(error) = check_not_availability(driver.engine(), &topic) {
                return (Err(error), Effects::default());
            }
            let settings = driver.engine().newest_settings();
            let rank = match topic::is_config(&settings.discovery_prefix, &topic) {
                true => Rank::Config,
                false => Rank::State,
            };
            driver.set_state(now, &topic, payload, rank, track)
        })
    }
}
