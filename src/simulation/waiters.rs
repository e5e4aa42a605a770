//! Threads that wait for something, and the descriptor of who reads notices: both have to hear in time.

use super::process::{Process, Worker};
use super::world::World;
use crate::driver::Effects;
use crate::engine::Plan;

/// What the threads that wait have been told, and what they wait for.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    /// Whether the descriptor is readable.
    is_readable: bool,
    /// Somebody waits until all before this mark has ended.
    mark: Option<u64>,
    seen: Seen,
}

impl Waiters {
    /// Whoever waited for the last mark does not any more.
    pub(super) fn give_up_flush(&mut self) -> Option<u64> {
        self.seen.is_flushed = true;
        self.mark.take()
    }

    pub(super) fn begin_flush(&mut self, mark: u64) {
        self.mark = Some(mark);
    }
}

/// What each of them would find if it looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Who waits until online.
    is_decided: bool,
    /// Who waits until all that was accepted so far has ended.
    is_flushed: bool,
    /// Who waits for the end of a shutdown.
    is_finished: bool,
}

impl Seen {
    fn of(process: &Process) -> Self {
        let engine = process.engine();
        let is_finished = engine.is_finished();
        Seen {
            is_decided: is_finished
                || engine.is_stopping()
                || engine.is_online()
                || engine.refusal().is_some(),
            is_flushed: process
                .waiters
                .mark
                .is_none_or(|mark| engine.outbox().is_finished(mark)),
            is_finished,
        }
    }

    /// Whether somebody who was right to wait no longer is.
    fn ends_a_wait(before: Seen, now: Seen) -> bool {
        !before.is_decided && now.is_decided
            || !before.is_flushed && now.is_flushed
            || !before.is_finished && now.is_finished
    }
}

impl World<'_> {
    /// Does what a call says has to follow, and finds out whether that is all.
    pub(super) fn check_effects(&mut self, effects: Effects) {
        let process = self.process.as_mut().expect("a driver was called");
        process.woken |= effects.wake_worker;
        let seen = Seen::of(process);
        let before = std::mem::replace(&mut process.waiters.seen, seen);
        if Seen::ends_a_wait(before, seen) && !effects.notify_waiters {
            return self.fail(format!("nobody is told of {seen:?} after {before:?}"));
        }
        let waiters = &mut process.waiters;
        waiters.is_readable = effects.has_news.unwrap_or(waiters.is_readable);
        let (is_readable, has_news) = (waiters.is_readable, process.driver.has_news());
        if is_readable != has_news {
            self.fail(format!(
                "the descriptor is readable: {is_readable}; there is something to read: {has_news}"
            ));
        }
    }

    /// The background thread sleeps only as long as there is nothing to do.
    pub(super) fn check_sleep(&mut self) {
        let now = self.air.now;
        let Some(process) = self.process.as_ref().filter(|process| !process.woken) else {
            return;
        };
        let pending = process.engine().pending(now);
        let is_awaited = match (process.worker, &pending) {
            (Worker::Due | Worker::Done, _) => true,
            (Worker::Waiting(until), Plan::Wait(at))
            | (Worker::Opening(until), Plan::Opening(at))
            | (Worker::Polling(until), Plan::Run(at)) => until <= *at,
            _ => false,
        };
        let holds_packets = matches!(process.worker, Worker::Polling(_))
            && process
                .open
                .as_ref()
                .is_some_and(|open| open.queue.borrow().has_unnoticed());
        if !is_awaited || holds_packets {
            let worker = process.worker;
            self.fail(format!(
                "the background thread is at {worker:?} and nobody wakes it for {pending:?}; packets wait for it: {holds_packets}"
            ));
        }
    }
}
