//! Reading what happens to a client.

use super::shared::{Core, Shared};
use super::Client;
use crate::engine::Notice;
use crate::error::{Error, ErrorKind};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

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
        let mut core = self.shared.lock();
        core.engine.open_notices();
        if self.shared.beacon.get().is_none() {
            let beacon = Beacon::new().map_err(|error| {
                Error::new(
                    ErrorKind::System,
                    format!("no file descriptor for notices: {error}"),
                )
            })?;
            if core.is_announced {
                beacon.light();
            }
            // Under the lock, so nobody else has set it.
            let _ = self.shared.beacon.set(beacon);
        }
        self.shared.announce(&mut core);
        drop(core);
        let beacon = self.shared.beacon.get();
        let beacon =
            beacon.ok_or_else(|| Error::new(ErrorKind::Internal, "the descriptor is gone"))?;
        Ok(beacon.lamp.as_fd())
    }

    /// As [`next_notice`](Client::next_notice), but a notice that `read` does not accept stays the next.
    pub(crate) fn read_notice<T, E: From<Error>>(
        &self,
        timeout: Duration,
        read: impl FnOnce(Notice) -> Result<T, E>,
    ) -> Result<T, E> {
        let shared = &self.shared;
        let deadline = Instant::now().checked_add(timeout);
        let mut core = shared.lock();
        core.engine.open_notices();
        loop {
            if core.engine.has_news() {
                let read = core.engine.read_notice(read);
                shared.retract(&mut core);
                return read.unwrap_or_else(|| {
                    Err(Error::new(ErrorKind::Internal, "the notice is gone").into())
                });
            }
            if core.engine.is_finished() {
                return Err(Error::new(ErrorKind::ShutDown, "the client is shut down").into());
            }
            let left = deadline.map_or(Duration::MAX, |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                let text = format!("nothing happened within {} s", timeout.as_secs_f32());
                return Err(Error::new(ErrorKind::Timeout, text).into());
            }
            core = shared
                .news
                .wait_timeout(core, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl Shared {
    /// Wakes the readers when there is something new to read.
    pub(super) fn announce(&self, core: &mut Core) {
        if !core.is_announced && core.engine.has_news() {
            core.is_announced = true;
            if let Some(beacon) = self.beacon.get() {
                beacon.light();
            }
            self.news.notify_all();
        } else if core.engine.is_finished() {
            // Nothing more will come: all who wait are to know.
            self.news.notify_all();
        }
    }

    /// Lets the readers wait again when all is read.
    fn retract(&self, core: &mut Core) {
        if core.is_announced && !core.engine.has_news() {
            core.is_announced = false;
            if let Some(beacon) = self.beacon.get() {
                beacon.put_out();
            }
        }
    }
}

/// A pair of sockets: a byte in it makes one of them readable.
#[derive(Debug)]
pub(super) struct Beacon {
    lamp: UnixStream,
    switch: UnixStream,
}

impl Beacon {
    fn new() -> io::Result<Self> {
        let (lamp, switch) = UnixStream::pair()?;
        lamp.set_nonblocking(true)?;
        switch.set_nonblocking(true)?;
        Ok(Beacon { lamp, switch })
    }

    /// One byte fits, as there is none in it.
    fn light(&self) {
        let _ = (&self.switch).write(&[1]);
    }

    fn put_out(&self) {
        let _ = (&self.lamp).read(&mut [0]);
    }
}
