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
    /// Waits for the next thing that happens, for at most `timeout`.
    ///
    /// The first call begins to take notes of all kinds, unless [`open_notices`](Client::open_notices) has chosen; a
    /// program that never reads pays nothing. Up to 1024 state changes and log lines wait for a slow reader, and
    /// [`Notice::Missed`] says how many were dropped. The outcomes of all messages whose
    /// [`Delivery`](crate::Delivery) is still held wait as long as it takes; reading one does not take it from
    /// those who [`wait`](crate::Delivery::wait) for it. State changes and log lines come in order, and before
    /// outcomes, which come in an order of their own. Several threads may read: each notice is for one of them.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`]; [`ErrorKind::ShutDown`] when the client is closed and nothing is left to read.
    pub fn next_notice(&self, timeout: Duration) -> Result<Notice, Error> {
        self.read_notice(timeout, Ok)
    }

    /// Chooses what is noted from now on, for [`next_notice`](Client::next_notice), for
    /// [`next_outcomes`](Client::next_outcomes) and for the descriptor: what is not chosen is not noted, and what waits
    /// of it is dropped. Who chooses states is told first where the client stands. May be called again at any time.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for [`NoticeKinds::DELIVERIES`] together with [`NoticeKinds::OUTCOMES`].
    pub fn open_notices(&self, kinds: NoticeKinds) -> Result<(), Error> {
        kinds.check()?;
        self.shared
            .call(|guarded, now| ((), guarded.driver.open_notices(now, kinds)));
        Ok(())
    }

    /// Takes outcomes, many at a time: waits until there is one, for at most `timeout`, and gives those that there are,
    /// at most `most` and at least one, in the order in which the messages ended, each with the number of its message.
    ///
    /// They are those of messages whose [`Delivery`](crate::Delivery) is held, or was given up for its number with
    /// [`Delivery::into_id`](crate::Delivery::into_id), and that were neither waited for to their end nor told as a
    /// notice. Each is taken: [`Delivery::wait`](crate::Delivery::wait) has none left to give. Goes on in a shutdown,
    /// until every outcome is taken.
    ///
    /// The first call begins to note outcomes alone, unless [`open_notices`](Client::open_notices) has chosen.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`]; [`ErrorKind::ShutDown`] when the client is closed and no outcome is left;
    /// [`ErrorKind::InvalidArgument`] when `most` is 0.
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

    /// A file descriptor that is readable exactly while [`next_notice`](Client::next_notice), or with
    /// [`NoticeKinds::OUTCOMES`] [`next_outcomes`](Client::next_outcomes), has something to give, for `poll`, `select`
    /// and event loops. Only for waiting: never read from it, write to it or close it. It lives as
    /// long as the client.
    ///
    /// # Errors
    /// [`ErrorKind::System`] when the process has no file descriptor left.
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
            .map_err(|error| {
                Error::new(
                    ErrorKind::System,
                    format!("no file descriptor for notices: {error}"),
                )
            })?;
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
