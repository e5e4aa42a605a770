//! TCP connections to the addresses of a broker, started one after another: the first wins (RFC 8305, section 5).

use super::refusal::{self, Unreachable};
use crate::engine::Failure;
use crate::outbox::Time;
use rustix::event::{poll, PollFd, PollFlags};
use rustix::net::{self, sockopt, AddressFamily, SocketFlags, SocketType};
use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// Between the start of one and that of the next (RFC 8305, section 8).
const STAGGER: Duration = Duration::from_millis(250);

/// Connections on their way. Dropping it closes them all.
#[derive(Debug)]
pub(super) struct Race {
    waiting: VecDeque<SocketAddr>,
    running: Vec<Runner>,
    next_at: Time,
    /// For each of them.
    limit: Duration,
    failures: Unreachable,
    /// This machine gave us nothing to connect with.
    no_socket: Option<Failure>,
}

#[derive(Debug)]
struct Runner {
    address: SocketAddr,
    started: Time,
    socket: OwnedFd,
}

/// The connection that was there first.
#[derive(Debug)]
pub(super) struct Winner {
    pub(super) address: SocketAddr,
    pub(super) started: Time,
    pub(super) stream: TcpStream,
}

impl Race {
    pub(super) fn new(now: Time, addresses: Vec<SocketAddr>, limit: Duration) -> Self {
        Race {
            waiting: addresses.into(),
            running: Vec::new(),
            next_at: now,
            limit,
            failures: Unreachable::default(),
            no_socket: None,
        }
    }

    /// Starts what is due, and gives the first that is connected, or why none will be.
    pub(super) fn step(&mut self, now: Time) -> Option<Result<Winner, Failure>> {
        if let Some(winner) = self.look() {
            return Some(Ok(winner));
        }
        let limit = self.limit;
        let too_late = |runner: &Runner| runner.started + limit <= now;
        while let Some(late) = self.running.iter().position(too_late) {
            let runner = self.running.remove(late);
            self.failures.silent(runner.address, limit);
        }
        while (self.running.is_empty() || self.next_at <= now) && !self.waiting.is_empty() {
            self.start(now);
        }
        if self.running.is_empty() {
            return Some(Err(self.failure()));
        }
        None
    }

    fn failure(&mut self) -> Failure {
        // That comes first, as it says nothing of the broker.
        let failure = self.no_socket.take();
        failure
            .or_else(|| self.failures.failure())
            .unwrap_or_else(|| refusal::unreachable_text("its name has no address"))
    }

    fn start(&mut self, now: Time) {
        let Some(address) = self.waiting.pop_front() else {
            return;
        };
        self.next_at = now + STAGGER;
        match connect(&address) {
            Ok(socket) => self.running.push(Runner {
                address,
                started: now,
                socket,
            }),
            Err(error) => {
                self.next_at = now;
                match error {
                    NotStarted::NoSocket(error) => {
                        self.no_socket = Some(refusal::no_socket(&error));
                    }
                    NotStarted::Unreachable(error) => self.failures.add(address, &error),
                }
            }
        }
    }

    /// Looks what became of those on their way.
    fn look(&mut self) -> Option<Winner> {
        let mut fds: Vec<_> = self
            .running
            .iter()
            .map(|runner| PollFd::new(&runner.socket, PollFlags::OUT))
            .collect();
        let timeout = rustix::time::Timespec::default();
        if fds.is_empty() || poll(&mut fds, Some(&timeout)).is_err() {
            return None;
        }
        let ready: Vec<_> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        let mut ready = ready.into_iter();
        let mut winner = None;
        let mut failures = Vec::new();
        let running = std::mem::take(&mut self.running);
        for runner in running {
            if !ready.next().unwrap_or(false) {
                self.running.push(runner);
                continue;
            }
            match sockopt::socket_error(&runner.socket).and_then(|error| error) {
                Ok(()) if winner.is_none() => winner = Some(runner),
                Ok(()) => {}
                Err(error) => failures.push((runner.address, error)),
            }
        }
        for (address, error) in failures {
            // The next need not wait for the sake of this one.
            self.next_at = Time::ZERO;
            self.failures.add(address, &error.into());
        }
        let Runner {
            address,
            started,
            socket,
        } = winner?;
        Some(Winner {
            address,
            started,
            stream: TcpStream::from(socket),
        })
    }

    /// When to call [`Race::step`] again at the latest.
    pub(super) fn deadline(&self) -> Time {
        let ends = self
            .running
            .iter()
            .map(|runner| runner.started + self.limit);
        let next = (!self.waiting.is_empty()).then_some(self.next_at);
        ends.chain(next).fold(Time::MAX, Time::min)
    }

    /// What to wait for.
    pub(super) fn fds(&self) -> Vec<(BorrowedFd<'_>, PollFlags)> {
        let sockets = self.running.iter().map(|runner| runner.socket.as_fd());
        sockets.map(|socket| (socket, PollFlags::OUT)).collect()
    }
}

/// Why a connection could not even be begun.
enum NotStarted {
    NoSocket(io::Error),
    Unreachable(io::Error),
}

/// Begins to connect.
fn connect(address: &SocketAddr) -> Result<OwnedFd, NotStarted> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket =
        net::socket_with(family, SocketType::STREAM, flags, None).map_err(|error| match error {
            // This machine does not speak IPv6, say; the next address may do better.
            rustix::io::Errno::AFNOSUPPORT => NotStarted::Unreachable(error.into()),
            _ => NotStarted::NoSocket(error.into()),
        })?;
    // Small packets go at once; without it the connection is slower, and still good.
    let _ = sockopt::set_tcp_nodelay(&socket, true);
    match net::connect(&socket, address) {
        Ok(()) | Err(rustix::io::Errno::INPROGRESS | rustix::io::Errno::INTR) => Ok(socket),
        Err(error) => Err(NotStarted::Unreachable(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::FailureKind;

    #[test]
    fn no_address_is_a_failure_at_once() {
        let mut race = Race::new(Time::ZERO, Vec::new(), Duration::from_secs(1));
        let failure = race
            .step(Time::ZERO)
            .expect("it is over")
            .expect_err("it failed");
        assert_eq!(failure.kind, FailureKind::Unreachable);
    }
}
