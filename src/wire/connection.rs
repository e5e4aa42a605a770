//! An open connection, waited for by the thread that runs it.

use super::ends::stalled;
use super::exchange::Exchange;
use super::stream::Socket;
use crate::engine::Input;
use crate::outbox::Time;
use crate::waker::Waker;
use rustix::event::PollFlags;
use std::os::fd::AsFd;

/// The side of a connection that its thread polls. Dropping it closes the socket.
#[derive(Debug)]
pub(crate) struct Connection {
    exchange: Exchange<Socket>,
}

impl Connection {
    pub(super) fn new(exchange: Exchange<Socket>) -> Self {
        Connection { exchange }
    }

    /// Writes what was handed over, reads what has come, and keeps the keep alive; puts what that came to into
    /// `inputs`. Returns when there are inputs, when it is woken, or at `until`: in each case after it has read what
    /// there is.
    ///
    /// After [`Input::Ended`], which is the last, it must not be called again.
    pub(crate) fn poll(&mut self, until: Time, waker: &Waker, inputs: &mut Vec<Input>) {
        let before = inputs.len();
        let mut is_woken = false;
        loop {
            let now = waker.clock().now();
            self.exchange.step(now, inputs);
            if inputs.len() > before || is_woken || now >= until {
                return;
            }
            let until = until.min(self.exchange.deadline(now));
            match waker.wait(&[(self.exchange.stream().as_fd(), self.interest())], until) {
                Ok(waited) if waited.is_called && !waited.may_be_ready => {
                    return self.exchange.step_unread(waker.clock().now(), inputs);
                }
                Ok(waited) => is_woken = waited.is_called,
                Err(error) => {
                    let text = format!("the connection can't be waited for: {error}");
                    return inputs.push(Input::Ended(stalled(&text)));
                }
            }
        }
    }

    fn interest(&self) -> PollFlags {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, self.exchange.wants_read());
        flags.set(PollFlags::OUT, self.exchange.wants_write());
        flags
    }

    /// Writes what was handed over, as far as the kernel takes it at once, and closes.
    pub(crate) fn close(mut self) {
        self.exchange.finish();
    }
}
