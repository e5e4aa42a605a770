//! The blocking client.

mod cameras;
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
        self.0.call(|guarded, now| ((), guarded.driver.finish(now)));
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
        let shared = Arc::new(shared::new(settings, dialer)?);
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

    /// Waits until the client has come online, or ceased to be, more often than `known` times; for at most `timeout`.
    /// Gives how often it has: an odd number while it is online, and of connection number `n`, counted from 1, `2n - 1`
    /// is the beginning and `2n` the end. So a caller that is late learns of every connection all the same.
    ///
    /// Comes in one order with [`wait_online`](Client::wait_online) and the notices of states. Gives `known` when it
    /// was ended by [`interrupt_wait`](Client::interrupt_wait).
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`]; [`ErrorKind::ShutDown`] when the client is closed and `known` was the last change.
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

    /// Ends the [`wait_online_change`](Client::wait_online_change) of another thread at once, or else the next one: for
    /// a thread that has something else to do as well.
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

    /// Queues an event of a camera: one JSON object. It expires as the settings say. Of a camera that is
    /// [announced](Client::announce_camera), the states that follow from it are said too.
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

    /// Waits until every message accepted so far has ended, for at most `timeout`. Gives the number of those that
    /// have not.
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

    /// What is going on.
    #[must_use]
    pub fn status(&self) -> Status {
        // A clock before 1970 is as good as none.
        let wall_clock = SystemTime::now().duration_since(UNIX_EPOCH);
        let wall_clock = wall_clock.unwrap_or_default();
        self.shared
            .look(|guarded, now| guarded.driver.engine().status(now, wall_clock))
    }

    /// Puts new settings in force, and returns at once. What is queued is kept, with its age. Where the broker would
    /// notice the change, the old availability topic is told offline, and the client connects anew.
    /// An availability topic that is given up is cleared at the broker when no will can come on it any more.
    ///
    /// # Errors
    /// As [`connect`](Client::connect), and [`ErrorKind::ShutDown`]. Then nothing has changed.
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

    /// Tries to connect now instead of after the pause, and begins anew with short pauses. An open connection is
    /// kept; what its broker refused is tried again on it.
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
