//! The end of a client, at once or in two steps.

use super::Client;
use crate::driver::Effects;
use crate::error::{Error, ErrorKind};
use crate::outcome::ShutdownReport;
use std::time::Duration;

/// Of the time that a shutdown may take, so much is left, and at most a tenth, for the sockets to be closed.
const FOR_CLOSING: Duration = Duration::from_millis(100);

impl Client {
    /// Accepts nothing more, delivers what it can, says offline and closes: all within `timeout`, whatever the
    /// network does. The last quarter of it, and at least half a second, is kept for the offline message. If the
    /// broker does not acknowledge that in time, the connection closes without saying goodbye, and the broker
    /// publishes the will.
    ///
    /// The same as [`begin_shutdown`](Client::begin_shutdown) and [`close`](Client::close) after it.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`] when a shutdown is done or under way.
    pub fn shutdown(&self, timeout: Duration) -> Result<ShutdownReport, Error> {
        self.begin_shutdown(timeout - FOR_CLOSING.min(timeout / 10))?;
        self.close(timeout)
    }

    /// Begins a shutdown, and returns at once: from now on the client accepts nothing more, and meanwhile does what
    /// [`shutdown`](Client::shutdown) says, within `timeout`. It is over with [`State::Closed`](crate::State::Closed),
    /// which a notice tells, when every message has its outcome.
    ///
    /// Outcomes, notices and status can be asked for as before, also after the end.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`] when a shutdown is done or under way.
    pub fn begin_shutdown(&self, timeout: Duration) -> Result<(), Error> {
        self.shared
            .call(|guarded, now| guarded.driver.shut_down(now, timeout))
    }

    /// Waits for the end of a shutdown that has begun, for at most `timeout`, and closes: what has not ended by then
    /// ends here. Without a shutdown it closes at once: what is queued is dropped, and the broker publishes the will.
    ///
    /// Once closed, it gives the same report again.
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
