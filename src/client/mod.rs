//! The blocking client.

mod cameras;
mod checked;
mod delivery;
mod expected;
mod ghosts;
mod hand_over;
pub(crate) mod monitor;
mod notices;
mod shared;
mod shutdown;
mod states;
#[cfg(test)]
mod tests;
mod thread;

pub use delivery::Delivery;

use crate::driver::Effects;
use crate::engine::Status;
use crate::error::{Error, ErrorKind};
use crate::message::PublishOptions;
use crate::outcome::Outcome;
use crate::settings::Settings;
use crate::wire::Dialer;
use bytes::Bytes;
use shared::Shared;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A publisher that maintains its connection and its availability topic by itself.
///
/// All methods may be called from any thread. Only those with a timeout wait for the network. Clones share one
/// connection. If the last clone is dropped without [`shutdown`](Client::shutdown), the connection is closed without a
/// DISCONNECT packet, and the broker publishes the will.
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
        self.0.call(|guarded, now| ((), guarded.driver.finish(now)));
    }
}

impl Client {
    /// Starts connecting and returns immediately; see [`wait_online`](Client::wait_online).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSettings`] if a TLS file cannot be used; [`ErrorKind::System`] if no thread can be started
    /// or no file descriptor is left.
    pub fn connect(settings: Settings) -> Result<Client, Error> {
        let settings = Arc::new(settings);
        let dialer = Dialer::new(settings.clone())?;
        let shared = Arc::new(shared::new(settings, dialer)?);
        std::thread::Builder::new()
            .name("argus-mqtt".into())
            .spawn({
                let shared = shared.clone();
                move || thread::run(&shared)
            })
            .map_err(Error::no_thread)?;
        let owner = Arc::new(Owner(shared.clone()));
        Ok(Client {
            shared,
            _owner: owner,
        })
    }

    /// Waits until the broker has acknowledged the birth message, for at most `timeout`.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`], with the last failure; [`ErrorKind::Refused`], immediately, if the broker refuses the
    /// client for a reason that waiting cannot cure; [`ErrorKind::ShutDown`].
    pub fn wait_online(&self, timeout: Duration) -> Result<(), Error> {
        let found = self.shared.wait(timeout, |guarded, _| {
            let engine = guarded.driver.engine();
            let refused = || {
                let why = engine.refusal()?;
                Some(Err(Error::new(ErrorKind::Refused, why)))
            };
            let found = match engine.closed() {
                Some(error) => Some(Err(error)),
                None if engine.is_online() => Some(Ok(())),
                None => refused(),
            };
            (found, Effects::default())
        });
        found.unwrap_or_else(|| {
            self.shared.look(|guarded, _| {
                let why = guarded.driver.engine().last_error();
                let why = why.unwrap_or("the broker has not answered yet");
                let text = format!("not online within {} s: {why}", timeout.as_secs_f32());
                Err(Error::new(ErrorKind::Timeout, text))
            })
        })
    }

    /// Waits, for at most `timeout`, until the client has come online or gone offline more than `known` times. Returns
    /// how many times it has: the number is odd while the client is online, and connection `n`, counted from 1, begins
    /// with `2n - 1` and ends with `2n`. A caller that is late therefore still learns of every connection.
    ///
    /// The order is that of [`wait_online`](Client::wait_online) and the state notices. Returns `known` if
    /// [`interrupt_wait`](Client::interrupt_wait) ended the wait.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`]; [`ErrorKind::ShutDown`] if the client is closed and `known` was the last change.
    pub fn wait_online_change(&self, known: u64, timeout: Duration) -> Result<u64, Error> {
        let found = self.shared.wait(timeout, |guarded, _| {
            let engine = guarded.driver.engine();
            let changes = engine.online_changes();
            let found = match engine.closed().filter(|_| engine.is_finished()) {
                _ if changes != known => Some(Ok(changes)),
                Some(error) => Some(Err(error)),
                None => std::mem::take(&mut guarded.extra.is_interrupted).then_some(Ok(changes)),
            };
            (found, Effects::default())
        });
        found.unwrap_or_else(|| {
            let text = format!("nothing changed within {} s", timeout.as_secs_f32());
            Err(Error::new(ErrorKind::Timeout, text))
        })
    }

    /// Ends the [`wait_online_change`](Client::wait_online_change) of another thread immediately, or else the next one:
    /// for a thread that also has other work to do.
    pub fn interrupt_wait(&self) {
        self.shared.call(|guarded, _| {
            guarded.extra.is_interrupted = true;
            let effects = Effects {
                notify_waiters: true,
                ..Effects::default()
            };
            ((), effects)
        });
    }

    /// Queues an event of a camera: one JSON object. The settings determine when it expires. If the camera was
    /// [announced](Client::announce_camera), the states that follow from the event are published too.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the camera is not a valid topic level or the event is not a JSON object;
    /// [`ErrorKind::QueueFull`]; [`ErrorKind::ShutDown`].
    pub fn publish_event(&self, camera: &str, event: impl Into<Bytes>) -> Result<Delivery, Error> {
        let id = self.enqueue_event(camera, event.into(), None, true)?;
        Ok(Delivery::new(self.shared.clone(), id))
    }

    /// Queues an event as [`publish_event`](Client::publish_event) does, of a camera that was announced with snapshots,
    /// and its picture, which goes before it: a JPEG of at most 1 MiB. Each of several events that wait has its own; of
    /// too many the oldest go without, as [`PublishOptions::states`] says.
    ///
    /// # Errors
    /// As [`publish_event`](Client::publish_event), and [`ErrorKind::InvalidArgument`] when the camera was not announced
    /// with snapshots or the bytes are no such picture.
    pub fn publish_event_with_snapshot(
        &self,
        camera: &str,
        event: impl Into<Bytes>,
        jpeg: impl Into<Bytes>,
    ) -> Result<Delivery, Error> {
        let id = self.enqueue_event(camera, event.into(), Some(jpeg.into()), true)?;
        Ok(Delivery::new(self.shared.clone(), id))
    }

    /// Queues any payload for any topic except the availability topic, which only the client publishes to.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`], [`ErrorKind::QueueFull`], [`ErrorKind::ShutDown`].
    pub fn publish(
        &self,
        topic: &str,
        payload: impl Into<Bytes>,
        options: PublishOptions<'_>,
    ) -> Result<Delivery, Error> {
        let id = self.enqueue(topic, payload.into(), options, true)?;
        Ok(Delivery::new(self.shared.clone(), id))
    }

    /// Waits, for at most `timeout`, until every message accepted so far has its outcome. Returns how many do not.
    pub fn flush(&self, timeout: Duration) -> usize {
        let mark = self.shared.call(|guarded, now| guarded.driver.mark(now));
        let finished = self.shared.wait(timeout, |guarded, _| {
            let is_finished = guarded.driver.engine().outbox().is_finished(mark);
            (is_finished.then_some(0), Effects::default())
        });
        self.shared.call(|guarded, now| {
            let left = guarded.driver.engine().outbox().unfinished_before(mark);
            let effects = guarded.driver.release_mark(now, mark);
            (finished.unwrap_or(left), effects)
        })
    }

    /// A snapshot of the client. Does not block.
    #[must_use]
    pub fn status(&self) -> Status {
        // A clock before 1970 is as good as none.
        let wall_clock = SystemTime::now().duration_since(UNIX_EPOCH);
        let wall_clock = wall_clock.unwrap_or_default();
        self.shared
            .look(|guarded, now| guarded.driver.engine().status(now, wall_clock))
    }

    /// Applies new settings and returns immediately. Queued messages are kept, and so is their age. If the change
    /// concerns the connection, the offline message is published on the old availability topic, and the client
    /// reconnects. The retained message of an availability topic that is no longer used is deleted once no will can
    /// be published on it.
    ///
    /// # Errors
    /// Those of [`connect`](Client::connect), and [`ErrorKind::ShutDown`]. Nothing has changed then.
    pub fn reconfigure(&self, settings: Settings) -> Result<(), Error> {
        let settings = Arc::new(settings);
        let dialer = self.shared.look(|guarded, _| guarded.extra.newest_dialer());
        let dialer = dialer.with(settings.clone())?;
        self.shared.call(|guarded, now| {
            let moved = match guarded.reconfigured(&settings) {
                Ok(moved) => moved,
                Err(error) => return (Err(error), Effects::default()),
            };
            let (accepted, effects) = guarded.driver.reconfigure(now, settings);
            if accepted.is_err() {
                return (accepted, effects);
            }
            guarded.extra.replace(dialer);
            let more = guarded.move_cameras(now, moved);
            (Ok(()), effects.then(more))
        })
    }

    /// Connects now instead of after the current pause, and starts again with short pauses. An open connection is kept;
    /// what its broker refused is tried again on it.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`].
    pub fn reconnect(&self) -> Result<(), Error> {
        self.shared
            .call(|guarded, now| guarded.driver.reconnect(now))
    }

    pub(crate) fn wait_delivery(&self, id: u64, timeout: Duration) -> Result<Outcome, Error> {
        delivery::wait(&self.shared, id, timeout)
    }

    pub(crate) fn forget_deliveries(&self, ids: &[u64]) {
        delivery::forget(&self.shared, ids);
    }
}
