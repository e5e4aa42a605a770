//! Reading what happens to a client.

use super::shared::Guarded;
use super::Client;
use crate::engine::{Notice, NoticeKinds};
use crate::error::{Error, ErrorKind};
use crate::outcome::Outcome;
use crate::waker::event_descriptor;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

impl Client {
    /// Waits for the next notice, for at most `timeout`.
    ///
    /// The first call selects all kinds of notices, unless [`open_notices`](Client::open_notices) was called; a program
    /// that reads no notices pays nothing for them. Up to 1024 state changes and log lines are kept for a slow reader,
    /// and [`Notice::Missed`] counts those that were dropped. Outcomes of messages whose [`Delivery`](crate::Delivery)
    /// is still held are never dropped; reading one does not consume the outcome for [`wait`](crate::Delivery::wait).
    /// State changes and log lines come in order and before outcomes, which have an order of their own. Several threads
    /// may read; each notice goes to one of them.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`]; [`ErrorKind::ShutDown`] if the client is closed and every notice has been read.
    pub fn next_notice(&self, timeout: Duration) -> Result<Notice, Error> {
        self.read_notice(timeout, Ok)
    }

    /// Selects the kinds of notices from now on, for [`next_notice`](Client::next_notice),
    /// [`next_outcomes`](Client::next_outcomes) and the descriptor. Waiting notices of other kinds are dropped. If states
    /// are selected, the first notice is the current state. It may be called again at any time.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for [`NoticeKinds::DELIVERIES`] together with [`NoticeKinds::OUTCOMES`].
    pub fn open_notices(&self, kinds: NoticeKinds) -> Result<(), Error> {
        kinds.check()?;
        self.shared
            .call(|guarded, now| ((), guarded.driver.open_notices(now, kinds)));
        Ok(())
    }

    /// Takes the outcomes of many messages at once: waits, for at most `timeout`, until there is at least one, and
    /// returns those that are available, at most `most`, in the order in which the messages ended, each with the number
    /// of its message.
    ///
    /// These are the outcomes of messages whose [`Delivery`](crate::Delivery) is held or was turned into its number by
    /// [`Delivery::into_id`](crate::Delivery::into_id), unless [`Delivery::wait`](crate::Delivery::wait) or a notice
    /// already returned them. Each is consumed: `wait` no longer returns it. Outcomes can be taken during a shutdown,
    /// until none is left.
    ///
    /// The first call selects outcomes alone, unless [`open_notices`](Client::open_notices) was called.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`]; [`ErrorKind::ShutDown`] if the client is closed and no outcome is left;
    /// [`ErrorKind::InvalidArgument`] if `most` is 0.
    pub fn next_outcomes(
        &self,
        most: usize,
        timeout: Duration,
    ) -> Result<Vec<(u64, Outcome)>, Error> {
        if most == 0 {
            return Err(Error::argument("most 0: must be at least 1"));
        }
        let found = self.shared.wait(timeout, |guarded, now| {
            let (taken, effects) = guarded.driver.take_outcomes(now, most);
            let found = match taken.is_empty() {
                false => Some(Ok(taken)),
                true => closed(guarded).map(Err),
            };
            (found, effects)
        });
        found.unwrap_or_else(|| {
            let text = format!("no message ended within {} s", timeout.as_secs_f32());
            Err(Error::new(ErrorKind::Timeout, text))
        })
    }

    /// A file descriptor for `poll`, `select` and event loops. It is readable exactly while
    /// [`next_notice`](Client::next_notice) would not wait or, with [`NoticeKinds::OUTCOMES`],
    /// [`next_outcomes`](Client::next_outcomes) would not. Only wait for it: never read from it, write to it or close it.
    /// It is valid as long as the client exists.
    ///
    /// # Errors
    /// [`ErrorKind::System`] if the process has no file descriptor left.
    pub fn notice_fd(&self) -> Result<BorrowedFd<'_>, Error> {
        let slot = &self.shared.surroundings().notice_fd;
        self.shared
            .call(|guarded, now| {
                let mut effects = guarded.driver.open_notices_once(now);
                let made = match slot.get() {
                    Some(_) => Ok(()),
                    // Under the lock, so nobody else sets it meanwhile, and what it has to show is the present.
                    None => event_descriptor().map(|fd| {
                        effects.has_news = guarded.driver.has_news().then_some(true);
                        let _ = slot.set(fd);
                    }),
                };
                (made, effects)
            })
            .map_err(|error| Error::no_descriptor("for notices", &error))?;
        let fd = slot.get().map(OwnedFd::as_fd);
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
            let opened = driver.open_notices_once(now);
            if driver.has_notice() {
                let Some(read) = read.take() else {
                    return (None, opened);
                };
                let (result, effects) = driver.read_notice(now, read);
                return (result, opened.then(effects));
            }
            (closed(guarded).map(|error| Err(error.into())), opened)
        });
        found.unwrap_or_else(|| {
            let text = format!("nothing happened within {} s", timeout.as_secs_f32());
            Err(Error::new(ErrorKind::Timeout, text).into())
        })
    }
}

/// Why nothing more will come; none in a shutdown that is under way.
fn closed(guarded: &Guarded) -> Option<Error> {
    let engine = guarded.driver.engine();
    engine.closed().filter(|_| engine.is_finished())
}
