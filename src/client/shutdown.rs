//! The end of a client, at once or in two steps.

use super::Client;
use crate::driver::Effects;
use crate::error::{Error, ErrorKind};
use crate::outcome::ShutdownReport;
use std::time::Duration;

/// Of the time that a shutdown may take, so much is left, and at most a tenth, for the sockets to be closed.
const FOR_CLOSING: Duration = Duration::from_millis(100);

impl Client {
    /// Shuts the client down within `timeout`, whatever the network does: accepts no more messages, delivers what it
    /// can, publishes the offline message and disconnects. The last quarter of the time, and at least half a second, is
    /// reserved for the offline message. If the broker does not acknowledge that in time, the connection is closed
    /// without a DISCONNECT packet, and the broker publishes the will.
    ///
    /// The same as [`begin_shutdown`](Client::begin_shutdown) followed by [`close`](Client::close).
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`] if the client is shut down or shutting down.
    pub fn shutdown(&self, timeout: Duration) -> Result<ShutdownReport, Error> {
        self.begin_shutdown(timeout - FOR_CLOSING.min(timeout / 10))?;
        self.close(timeout)
    }

    /// Begins a shutdown and returns immediately: the client accepts no more messages, and does the work of
    /// [`shutdown`](Client::shutdown) in the background, within `timeout`. It ends with
    /// [`State::Closed`](crate::State::Closed), which is also a notice; every message has its outcome by then.
    ///
    /// Outcomes, notices and the status remain available, also after the end.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`] if the client is shut down or shutting down.
    pub fn begin_shutdown(&self, timeout: Duration) -> Result<(), Error> {
        self.shared
            .call(|guarded, now| guarded.driver.shut_down(now, timeout))
    }

    /// Waits, for at most `timeout`, for the end of a shutdown that was begun, and closes the client. Without a
    /// shutdown it closes the client immediately: queued messages are dropped, and the broker publishes the will.
    ///
    /// Once the client is closed, it returns the same report again.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`], for a defect.
    pub fn close(&self, timeout: Duration) -> Result<ShutdownReport, Error> {
        // The sockets are closed when it is over, but for a machine that is too slow for that.
        self.shared.wait(timeout, |guarded, _| {
            let is_over = guarded.is_over() || !guarded.driver.engine().is_stopping();
            (is_over.then_some(()), Effects::default())
        });
        let report = self.shared.call(|guarded, now| {
            let effects = guarded.driver.finish(now);
            (guarded.driver.engine().report(), effects)
        });
        report.ok_or_else(|| Error::new(ErrorKind::Internal, "the engine did not end"))
    }
}
