//! The blocking client.

mod delivery;
mod notices;
mod shared;
mod thread;

pub use delivery::Delivery;

use crate::clock::Clock;
use crate::engine::Status;
use crate::error::{Error, ErrorKind};
use crate::message::{
    check_event, check_payload, Message, Outcome, PublishOptions, ShutdownReport,
};
use crate::settings::Settings;
use crate::topic;
use crate::waker::Waker;
use crate::wire::Dialer;
use bytes::Bytes;
use shared::{Core, Shared};
use std::sync::Arc;
use std::time::Duration;

/// How long a shutdown waits, beyond its work, for its thread to end and its sockets to be closed.
const THREAD_END: Duration = Duration::from_millis(250);

/// A publisher that keeps its connection, and its availability, by itself.
///
/// All methods may be called from any thread. None waits for the network, but those that say how long they wait.
/// Clones share one connection. When the last is dropped without [`shutdown`](Client::shutdown), the connection
/// closes without a farewell, and the broker publishes the will.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    // Dropped with the last clone; the background thread holds only `shared`.
    _owner: Arc<Owner>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let status = self.status();
        f.debug_struct("Client")
            .field("broker", &status.broker)
            .field("state", &status.state)
            .finish_non_exhaustive()
    }
}

struct Owner(Arc<Shared>);

impl Drop for Owner {
    fn drop(&mut self) {
        let mut core = self.0.lock();
        core.abandon();
        self.0.notify(&mut core);
    }
}

impl Client {
    /// Starts to connect, and returns at once; see [`wait_online`](Client::wait_online).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSettings`] when a TLS file can't be used; [`ErrorKind::System`] when no thread can be
    /// started or no file descriptor is left.
    pub fn connect(settings: Settings) -> Result<Client, Error> {
        let settings = Arc::new(settings);
        let dialer = Dialer::new(settings.clone())?;
        let waker = Waker::new(Clock::new()).map_err(|error| {
            Error::new(
                ErrorKind::System,
                format!("there is nothing to wait on: {error}"),
            )
        })?;
        let shared = Arc::new(Shared::new(settings, dialer, waker));
        std::thread::Builder::new()
            .name("argus-mqtt".into())
            .spawn({
                let shared = shared.clone();
                move || thread::run(&shared)
            })
            .map_err(|error| {
                Error::new(
                    ErrorKind::System,
                    format!("no thread could be started: {error}"),
                )
            })?;
        let owner = Arc::new(Owner(shared.clone()));
        Ok(Client {
            shared,
            _owner: owner,
        })
    }

    /// Waits until the broker has acknowledged the birth message, for at most `timeout`.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`], with the last failure; [`ErrorKind::Refused`], at once, when the broker refuses us for
    /// a reason that waiting cannot cure; [`ErrorKind::ShutDown`].
    pub fn wait_online(&self, timeout: Duration) -> Result<(), Error> {
        let found = self.shared.wait(timeout, |core| {
            let engine = &core.engine;
            if engine.is_finished() || engine.is_stopping() {
                Some(Err(Error::new(
                    ErrorKind::ShutDown,
                    "the client is shut down",
                )))
            } else if engine.is_online() {
                Some(Ok(()))
            } else {
                engine
                    .refusal()
                    .map(|why| Err(Error::new(ErrorKind::Refused, why)))
            }
        });
        found.unwrap_or_else(|| Err(self.shared.lock().not_online(timeout)))
    }

    /// Queues an event of a camera: one JSON object. It expires as the settings say.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] when the camera is no valid topic level or the event no JSON object;
    /// [`ErrorKind::QueueFull`]; [`ErrorKind::ShutDown`].
    pub fn publish_event(&self, camera: &str, event: impl Into<Bytes>) -> Result<Delivery, Error> {
        let id = self.enqueue_event(camera, event.into(), true)?;
        Ok(Delivery::new(self.shared.clone(), id))
    }

    /// Queues any payload for any topic but the availability topic, which is the client's own.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`], [`ErrorKind::QueueFull`], [`ErrorKind::ShutDown`].
    pub fn publish(
        &self,
        topic: &str,
        payload: impl Into<Bytes>,
        options: PublishOptions,
    ) -> Result<Delivery, Error> {
        let id = self.enqueue(topic, payload.into(), options, true)?;
        Ok(Delivery::new(self.shared.clone(), id))
    }

    /// Waits until every message accepted so far, or meanwhile, has ended, for at most `timeout`. Gives the number of
    /// those that have not.
    pub fn flush(&self, timeout: Duration) -> usize {
        let unfinished = |core: &mut Core| core.engine.outbox().unfinished();
        let drained = self
            .shared
            .wait(timeout, |core| (unfinished(core) == 0).then_some(()));
        drained.map_or_else(|| unfinished(&mut self.shared.lock()), |()| 0)
    }

    /// What is going on.
    #[must_use]
    pub fn status(&self) -> Status {
        let core = self.shared.lock();
        core.engine.status(self.shared.now())
    }

    /// Puts new settings in force, and returns at once. What is queued is kept, with its age. Where the broker would
    /// notice the change, the old availability topic is told offline, and the client connects anew.
    ///
    /// # Errors
    /// As [`connect`](Client::connect), and [`ErrorKind::ShutDown`]. Then nothing has changed.
    pub fn reconfigure(&self, settings: Settings) -> Result<(), Error> {
        let settings = Arc::new(settings);
        // Reads files, which may hang, and so without the lock.
        let dialer = self.shared.lock().dialer.clone();
        let dialer = dialer.with(settings.clone())?;
        let mut core = self.shared.lock();
        core.engine.reconfigure(self.shared.now(), settings)?;
        core.next_dialer = Some(dialer);
        core.forget_topics();
        core.hand_over(self.shared.now());
        self.shared.notify(&mut core);
        Ok(())
    }

    /// Accepts nothing more, delivers what it can, says offline and closes: all within `timeout`, whatever the
    /// network does. The last quarter of it, and at least half a second, is kept for the offline message. If the
    /// broker does not acknowledge that in time, the connection closes without DISCONNECT, and the broker publishes
    /// the will.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`] when a shutdown is done or under way.
    pub fn shutdown(&self, timeout: Duration) -> Result<ShutdownReport, Error> {
        {
            let mut core = self.shared.lock();
            core.engine.shut_down(self.shared.now(), timeout)?;
            core.hand_over(self.shared.now());
            self.shared.notify(&mut core);
        }
        let report = self.shared.wait(timeout, |core| core.engine.report());
        if report.is_none() {
            let mut core = self.shared.lock();
            core.abandon();
            self.shared.notify(&mut core);
        }
        self.shared
            .wait(THREAD_END, |core| core.closed.then_some(()));
        let report = report.or_else(|| self.shared.lock().engine.report());
        report.ok_or_else(|| Error::new(ErrorKind::Internal, "the engine did not end"))
    }

    pub(crate) fn enqueue_event(
        &self,
        camera: &str,
        event: Bytes,
        track: bool,
    ) -> Result<u64, Error> {
        check_event(&event)?;
        let mut core = self.shared.lock();
        let topic = core.event_topic(camera)?;
        let settings = core.engine.newest_settings();
        let (qos, retain, lifetime) = (
            settings.qos,
            settings.retain_events,
            settings.message_expiry_seconds,
        );
        let message = Message {
            topic,
            payload: event,
            qos,
            retain,
        };
        self.accept(&mut core, message, Some(lifetime), track)
    }

    pub(crate) fn enqueue(
        &self,
        topic: &str,
        payload: Bytes,
        options: PublishOptions,
        track: bool,
    ) -> Result<u64, Error> {
        topic::check_name(topic).map_err(|why| Error::argument(format!("topic: {why}")))?;
        check_payload(&payload)?;
        let lifetime = options.expiry.map(whole_seconds).transpose()?;
        let mut core = self.shared.lock();
        if core.engine.is_availability_topic(topic) {
            return Err(Error::argument(format!(
                "topic {topic:?}: the availability topic is the client's own; it says online and offline by itself"
            )));
        }
        let message = Message {
            topic: topic.into(),
            payload,
            qos: options.qos,
            retain: options.retain,
        };
        self.accept(&mut core, message, lifetime, track)
    }

    pub(crate) fn wait_delivery(&self, id: u64, timeout: Duration) -> Result<Outcome, Error> {
        self.shared.wait_delivery(id, timeout)
    }

    pub(crate) fn forget_delivery(&self, id: u64) {
        self.shared.forget_delivery(id);
    }

    fn accept(
        &self,
        core: &mut Core,
        message: Message,
        lifetime: Option<u32>,
        track: bool,
    ) -> Result<u64, Error> {
        let unfinished = core.engine.outbox().unfinished();
        let next_expiry = core.engine.outbox().next_expiry();
        let published = core
            .engine
            .publish(self.shared.now(), message, lifetime, track);
        if core.engine.outbox().unfinished() <= unfinished {
            // Refused, or another message made room or expired: somebody may be waiting to hear of that.
            self.shared.tell(core);
        }
        let id = published?;
        // The background thread writes what was handed over, and does not know yet of what will expire so soon.
        if core.hand_over(self.shared.now()) || core.engine.outbox().expires_before(next_expiry) {
            self.shared.notify(core);
        }
        Ok(id)
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
