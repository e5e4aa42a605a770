//! A file descriptor that is readable while there is something to read.

use rustix::event::{eventfd, EventfdFlags};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// An eventfd: readable while its count is above zero.
#[derive(Debug)]
pub(super) struct NoticeFd(OwnedFd);

impl NoticeFd {
    /// # Errors
    /// When the process has no file descriptor left.
    pub(super) fn new() -> io::Result<Self> {
        let flags = EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC;
        Ok(NoticeFd(eventfd(0, flags)?))
    }

    /// Neither can fail: one is never added to more than one, and never taken from nothing.
    pub(super) fn set_readable(&self, readable: bool) {
        let mut count = 1_u64.to_ne_bytes();
        if readable {
            let _ = rustix::io::write(&self.0, &count);
        } else {
            let _ = rustix::io::read(&self.0, &mut count);
        }
    }
}

impl AsFd for NoticeFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
