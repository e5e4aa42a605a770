//! Reading what happens to a client.

use super::notice_fd::NoticeFd;
use super::Client;
use crate::engine::Notice;
use crate::error::{Error, ErrorKind};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

impl Client {
    /// Waits for the next thing that happens, for at most `timeout`.
    ///
    /// The first call begins to take notes; a program that never reads pays nothing. Up to 1024 state changes and log
    /// lines wait for a slow reader, and [`Notice::Missed`] says how many were dropped. The outcomes of all messages
    /// whose [`Delivery`](crate::Delivery) is still held wait as long as it takes; reading one does not take it from
    /// those who [`wait`](crate::Delivery::wait) for it. State changes and log lines come in order, and before
    /// outcomes, which come in an order of their own. Several threads may read: each notice is for one of them.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`]; [`ErrorKind::ShutDown`] when the client is closed and nothing is left to read.
    pub fn next_notice(&self, timeout: Duration) -> Result<Notice, Error> {
        self.read_notice(timeout, Ok)
    }

    /// A file descriptor that is readable as long as [`next_notice`](Client::next_notice) has something to give, for
    /// `poll`, `select` and event loops. Only for waiting: never read from it, write to it or close it. It lives as
    /// long as the client.
    ///
    /// # Errors
    /// [`ErrorKind::System`] when the process has no file descriptor left.
    pub fn notice_fd(&self) -> Result<BorrowedFd<'_>, Error> {
        let slot = &self.shared.surroundings().notice_fd;
        self.shared
            .call(|guarded, now| {
                let mut effects = guarded.driver.open_notices(now);
                let made = match slot.get() {
                    Some(_) => Ok(()),
                    // Under the lock, so nobody else sets it meanwhile, and what it has to show is the present.
                    None => NoticeFd::new().map(|fd| {
                        effects.has_news = guarded.driver.has_news().then_some(true);
                        let _ = slot.set(fd);
                    }),
                };
                (made, effects)
            })
            .map_err(|error| {
                Error::new(
                    ErrorKind::System,
                    format!("no file descriptor for notices: {error}"),
                )
            })?;
        let fd = slot.get().map(NoticeFd::as_fd);
        fd.ok_or_else(|| Error::new(ErrorKind::Internal, "the descriptor is gone"))
    }

    /// As [`next_notice`](Client::next_notice), but a notice that `read` does not accept stays the next.
    pub(crate) fn read_notice<T, E: From<Error>>(
        &self,
        timeout: Duration,
        read: impl FnOnce(Notice) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut read = Some(read);
        let found = self.shared.wait_to_read(timeout, |guarded, now| {
            let driver = &mut guarded.driver;
            let opened = driver.open_notices(now);
            if driver.has_news() {
                let Some(read) = read.take() else {
                    return (None, opened);
                };
                let (result, effects) = driver.read_notice(now, read);
                return (result, opened.then(effects));
            }
            let closed = driver.engine().closed().map(|error| Err(error.into()));
            (closed, opened)
        });
        found.unwrap_or_else(|| {
            let text = format!("nothing happened within {} s", timeout.as_secs_f32());
            Err(Error::new(ErrorKind::Timeout, text).into())
        })
    }
}
