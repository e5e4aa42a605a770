//! Waiting for what becomes of one message.

use super::shared::Shared;
use crate::error::{Error, ErrorKind};
use crate::outcome::Outcome;
use std::sync::Arc;
use std::time::Duration;

/// A message handed over, to wait for. Dropping it says that nobody wants to know.
///
/// May be moved to another thread and shared between threads.
#[derive(Debug)]
pub struct Delivery {
    shared: Arc<Shared>,
    id: u64,
}

impl Delivery {
    pub(super) fn new(shared: Arc<Shared>, id: u64) -> Self {
        Delivery { shared, id }
    }

    /// The number of the message: later messages of one client have higher ones.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Waits for the end of the message, for at most `timeout`.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`] when it has not ended by then. [`ErrorKind::InvalidArgument`] when its outcome was
    /// given out before: there is one, for the first who asks.
    pub fn wait(&self, timeout: Duration) -> Result<Outcome, Error> {
        self.shared.wait_delivery(self.id, timeout)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.shared.forget_delivery(self.id);
    }
}

impl Shared {
    /// Nobody wants to know what becomes of it; a thread that waits for it all the same is told so.
    pub(super) fn forget_delivery(&self, id: u64) {
        let mut core = self.lock();
        core.engine.outbox().forget(id);
        self.tell(&mut core);
    }

    /// See [`Delivery::wait`].
    pub(super) fn wait_delivery(&self, id: u64, timeout: Duration) -> Result<Outcome, Error> {
        let found = self.wait(timeout, |core| {
            match core.engine.outbox().take_outcome(id) {
                None => Some(None),
                Some(None) => None,
                Some(Some(outcome)) => Some(Some(outcome)),
            }
        });
        match found {
            Some(Some(outcome)) => Ok(outcome),
            Some(None) => Err(Error::argument(format!(
                "delivery {id}: not one of this client's, or its outcome was already taken or forgotten"
            ))),
            None => Err(Error::new(
                ErrorKind::Timeout,
                format!("delivery {id} has not ended within {} s", timeout.as_secs_f32()),
            )),
        }
    }
}
