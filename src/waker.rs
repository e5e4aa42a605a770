//! What a background thread waits on: sockets, a time, and other threads that want something of it.

use crate::clock::Clock;
use crate::error::Error;
use rustix::event::{eventfd, poll, EventfdFlags, PollFd, PollFlags};
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::time::{
    timerfd_create, timerfd_settime, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags,
    Timespec,
};
use std::io;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Nobody waits, and nobody has called.
const AWAKE: u8 = 0;
/// The thread waits: a call has to write to the descriptor.
const ASLEEP: u8 = 1;
/// Somebody has called since the thread last waited.
const CALLED: u8 = 2;

/// So much earlier than needed the timer may go off. A deadline that moves by microseconds with every packet costs no
/// system call each time, and the thread wakes once too often when it comes to rest.
const EARLY: Duration = Duration::from_secs(1);

/// A time that never comes, and that a timer of the kernel takes.
const FOREVER: Duration = Duration::from_secs(1 << 32);

/// Why a wait ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    /// The thread was woken.
    pub(crate) is_called: bool,
    /// One of the descriptors is ready, or was not looked at.
    pub(crate) may_be_ready: bool,
}

/// One thread waits, any may wake it.
#[derive(Debug)]
pub(crate) struct Waker {
    clock: Clock,
    state: AtomicU8,
    event: Arc<OwnedFd>,
    timer: OwnedFd,
    /// What the timer is set to, on its own clock.
    armed: Mutex<Duration>,
}

impl Waker {
    /// # Errors
    /// [`ErrorKind::System`](crate::error::ErrorKind::System) when the process has no file descriptor left.
    pub(crate) fn new(clock: Clock) -> Result<Self, Error> {
        Self::with_descriptors(clock).map_err(|error| Error::no_descriptor("to wait with", &error))
    }

    fn with_descriptors(clock: Clock) -> io::Result<Self> {
        let event = Arc::new(event_descriptor()?);
        #[cfg(any(test, feature = "testing"))]
        clock.interrupt_on_advance(&event);
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        Ok(Waker {
            timer: timerfd_create(TimerfdClockId::Boottime, flags)?,
            event,
            clock,
            state: AtomicU8::new(AWAKE),
            armed: Mutex::new(Duration::MAX),
        })
    }

    /// The clock whose times it waits for.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Ends the wait that is under way, or else the next. Callable from any thread: one write at most.
    pub(crate) fn wake(&self) {
        if self.state.swap(CALLED, Ordering::SeqCst) == ASLEEP {
            signal(&self.event);
        }
    }

    /// Whether its thread waits, or is just about to.
    #[cfg(test)]
    pub(crate) fn is_asleep(&self) -> bool {
        self.state.load(Ordering::SeqCst) == ASLEEP
    }

    /// Waits until one of `fds` is ready, until `until`, or until it is woken; says which. May return for no reason.
    ///
    /// # Errors
    /// As `poll(2)`, and never because of a signal.
    pub(crate) fn wait(
        &self,
        fds: &[(BorrowedFd<'_>, PollFlags)],
        until: Duration,
    ) -> io::Result<Waited> {
        let asleep = self
            .state
            .compare_exchange(AWAKE, ASLEEP, Ordering::SeqCst, Ordering::SeqCst);
        if asleep.is_err() {
            self.state.store(AWAKE, Ordering::SeqCst);
            return Ok(Waited {
                is_called: true,
                may_be_ready: true,
            });
        }
        let waited = self.sleep(fds, until);
        let is_called = self.state.swap(AWAKE, Ordering::SeqCst) == CALLED;
        let waited = waited?;
        Ok(Waited {
            is_called: is_called || waited.is_called,
            ..waited
        })
    }

    fn sleep(&self, fds: &[(BorrowedFd<'_>, PollFlags)], until: Duration) -> io::Result<Waited> {
        self.arm(until)?;
        let mut all = vec![
            PollFd::new(&self.event, PollFlags::IN),
            PollFd::new(&self.timer, PollFlags::IN),
        ];
        all.extend(
            fds.iter()
                .map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags)),
        );
        match poll(&mut all, None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => {
                return Ok(Waited {
                    is_called: false,
                    may_be_ready: true,
                })
            }
            Err(error) => return Err(error.into()),
        }
        let is_ready = |fd: &PollFd<'_>| !fd.revents().is_empty();
        let (is_called, rang) = (is_ready(&all[0]), is_ready(&all[1]));
        let may_be_ready = all[2..].iter().any(is_ready);
        if is_called {
            clear(&self.event);
        }
        if rang {
            let _ = rustix::io::read(&self.timer, &mut [0; 8]);
            *self.armed.lock().unwrap_or_else(PoisonError::into_inner) = Duration::MAX;
        }
        Ok(Waited {
            is_called,
            may_be_ready,
        })
    }

    fn arm(&self, until: Duration) -> io::Result<()> {
        let until = self.clock.boottime_at(until).min(FOREVER);
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        if *armed <= until && until - *armed < EARLY {
            return Ok(());
        }
        let spec = Itimerspec {
            it_interval: Timespec::default(),
            it_value: Timespec::try_from(until).unwrap_or_default(),
        };
        timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &spec)?;
        *armed = until;
        Ok(())
    }
}

/// A descriptor that is not readable yet: an eventfd, which is while its count is above zero.
///
/// # Errors
/// When the process has no file descriptor left.
pub(crate) fn event_descriptor() -> io::Result<OwnedFd> {
    Ok(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?)
}

/// Makes such a descriptor readable.
pub(crate) fn signal(event: &OwnedFd) {
    // Full only after 2^64 calls that nobody noticed.
    let _ = rustix::io::write(event, &1_u64.to_ne_bytes());
}

/// Makes it no longer readable.
pub(crate) fn clear(event: &OwnedFd) {
    // Fails only when it is not readable.
    let _ = rustix::io::read(event, &mut [0; 8]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::wait::PATIENCE;
    use rustix::fd::AsFd;

    fn waker() -> Waker {
        Waker::new(Clock::new()).expect("there are descriptors")
    }

    fn is_called(waited: io::Result<Waited>) -> bool {
        waited.expect("it waits").is_called
    }

    #[test]
    fn a_call_before_the_wait_ends_it_and_only_it() {
        let waker = waker();
        waker.wake();
        waker.wake();
        assert!(is_called(waker.wait(&[], PATIENCE * 4)));
        let now = waker.clock().now();
        assert!(!is_called(waker.wait(&[], now)));
    }

    #[test]
    fn a_call_from_another_thread_ends_the_wait() {
        let waker = waker();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| waker.wait(&[], Duration::MAX));
            waker.wake();
            assert!(is_called(waits.join().expect("it does not panic")));
        });
    }

    #[test]
    fn it_waits_for_the_time_and_not_for_one_that_was_asked_for_before() {
        let waker = waker();
        let now = waker.clock().now();
        waker.wake();
        let _ = waker.wait(&[], now + Duration::from_secs(3600));
        for milliseconds in [20, 10, 30] {
            let until = waker.clock().now() + Duration::from_millis(milliseconds);
            while waker.clock().now() < until {
                assert!(!is_called(waker.wait(&[], until)));
            }
        }
    }

    #[test]
    fn a_clock_that_is_advanced_ends_the_wait() {
        let waker = waker();
        let hour = Duration::from_secs(3600);
        let until = waker.clock().now() + hour;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while waker.clock().now() < until {
                    waker.wait(&[], until).expect("it waits");
                }
            });
            waker.clock().advance(hour);
        });
    }

    #[test]
    fn a_call_says_nothing_of_descriptors() {
        let (waker, other) = (waker(), waker());
        let others = [(other.event.as_fd(), PollFlags::IN)];
        let waited = std::thread::scope(|scope| {
            let waits = scope.spawn(|| waker.wait(&others, Duration::MAX));
            while !waker.is_asleep() {
                std::thread::yield_now();
            }
            waker.wake();
            waits.join().expect("it does not panic")
        });
        let waited = waited.expect("it waits");
        assert!(waited.is_called && !waited.may_be_ready);
        // One that has been called before does not look.
        waker.wake();
        let waited = waker.wait(&others, Duration::MAX).expect("it waits");
        assert!(waited.is_called && waited.may_be_ready);
    }

    #[test]
    fn a_descriptor_that_is_ready_ends_the_wait() {
        let (waker, other) = (waker(), waker());
        signal(&other.event);
        let others = [(other.event.as_fd(), PollFlags::IN)];
        let waited = waker.wait(&others, PATIENCE * 4).expect("it waits");
        assert!(waited.may_be_ready && !waited.is_called);
        assert!(waker.clock().now() < PATIENCE);
    }
}
