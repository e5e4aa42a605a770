//! Waiting for what becomes of one message.

use super::shared::Shared;
use crate::error::{Error, ErrorKind};
use crate::outcome::Outcome;
use std::sync::Arc;
use std::time::Duration;

/// An accepted message, whose outcome can be waited for. Dropping it means that the outcome is of no interest.
///
/// It can be sent to another thread and shared between threads.
pub struct Delivery {
    shared: Arc<Shared>,
    id: u64,
    /// Somebody else will ask for the outcome.
    is_given_up: bool,
}

impl Delivery {
    pub(super) fn new(shared: Arc<Shared>, id: u64) -> Self {
        Delivery {
            shared,
            id,
            is_given_up: false,
        }
    }

    /// The number of the message; later messages of one client have higher numbers.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Consumes the delivery and returns the number of the message: the outcome is then for
    /// [`Client::next_outcomes`](crate::Client::next_outcomes), and takes up room in the outbox until it is taken.
    #[must_use]
    pub fn into_id(mut self) -> u64 {
        self.is_given_up = true;
        self.id
    }

    /// Waits for the outcome of the message, for at most `timeout`.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`] if it has none by then. [`ErrorKind::InvalidArgument`] if the outcome was returned
    /// before: there is exactly one, for the first caller.
    pub fn wait(&self, timeout: Duration) -> Result<Outcome, Error> {
        wait(&self.shared, self.id, timeout)
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if !self.is_given_up {
            forget(&self.shared, &[self.id]);
        }
    }
}

/// Nobody wants to know what becomes of these; a thread that waits for one all the same is told so.
pub(super) fn forget(shared: &Shared, ids: &[u64]) {
    if !ids.iter().all(|id| shared.forget(*id)) {
        shared.call(|guarded, now| ((), guarded.driver.forget(now, ids)));
    }
}

/// See [`Delivery::wait`].
pub(super) fn wait(shared: &Shared, id: u64, timeout: Duration) -> Result<Outcome, Error> {
    let found = shared.wait(timeout, |guarded, now| {
        let (taken, effects) = guarded.driver.take_outcome(now, id);
        let found = match taken {
            None => Some(Err(Error::argument(format!(
                "delivery {id}: not one of this client's, or its outcome was already taken or forgotten"
            )))),
            Some(None) => None,
            Some(Some(outcome)) => Some(Ok(outcome)),
        };
        (found, effects)
    });
    found.unwrap_or_else(|| {
        Err(Error::new(
            ErrorKind::Timeout,
            format!(
                "delivery {id} has not ended within {} s",
                timeout.as_secs_f32()
            ),
        ))
    })
}
