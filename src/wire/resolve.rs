//! What an attempt needs and what may hang: the addresses of a name, and the files of TLS. Looked up on a helper
//! thread, which nothing can interrupt.

use super::refusal::{is_out_of_descriptors, unreachable_text};
use crate::engine::{Failure, FailureKind};
use crate::error::{no_descriptor, no_thread};
use crate::settings::{unknown_interface, Settings};
use crate::waker;
use crossbeam_channel::{bounded, Receiver, TryRecvError};
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

/// Helper threads at once. More than one only when a resolver or a drive hangs.
const MOST_THREADS: usize = 2;

/// Finds the addresses of a host.
pub(super) type Resolver = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// The resolver of the system.
pub(super) fn system(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    (host, port).to_socket_addrs().map(Iterator::collect)
}

/// What was looked up.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) addresses: Vec<SocketAddr>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<super::security::Security>,
}

/// How many helper threads are alive.
#[derive(Clone, Debug, Default)]
pub(super) struct Threads(Arc<AtomicUsize>);

/// A place for one of them, until dropped.
struct Place(Threads);

impl Threads {
    fn take(&self) -> Option<Place> {
        let place = Place(self.clone());
        let alive = self.0.fetch_add(1, Ordering::Relaxed);
        // Beyond the limit the place is dropped, and with it the count.
        (alive < MOST_THREADS).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0 .0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A look-up under way. Dropping it gives it up.
#[derive(Debug)]
pub(super) struct LookUp {
    done: Receiver<Result<Target, Failure>>,
    event: Arc<OwnedFd>,
}

impl LookUp {
    /// Runs `look_up` on a thread of its own.
    pub(super) fn start(
        settings: &Settings,
        threads: &Threads,
        look_up: impl FnOnce() -> Result<Target, Failure> + Send + 'static,
    ) -> Result<Self, Failure> {
        let Some(place) = threads.take() else {
            return Err(name_failure(settings, "earlier look-ups of it still hang"));
        };
        let event = waker::event_descriptor()
            .map_err(|error| later(no_descriptor("to wait with", &error)))?;
        let event = Arc::new(event);
        let (sender, done) = bounded(1);
        let signal = event.clone();
        let thread = std::thread::Builder::new().name("argus-mqtt-dial".into());
        let started = thread.spawn(move || {
            let found = catch_unwind(AssertUnwindSafe(look_up));
            let found = found
                .unwrap_or_else(|_| Err(later("looking up the broker's name panicked".into())));
            drop(place);
            // Nobody may be waiting any more.
            let _ = sender.send(found);
            waker::signal(&signal);
        });
        started.map_err(|error| later(no_thread(&error)))?;
        Ok(LookUp { done, event })
    }

    /// What it came to, if it has.
    pub(super) fn result(&self) -> Option<Result<Target, Failure>> {
        match self.done.try_recv() {
            Ok(found) => Some(found),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                Some(Err(later("the attempt to connect came to nothing".into())))
            }
        }
    }

    /// Readable when it has come to something.
    pub(super) fn event(&self) -> &OwnedFd {
        &self.event
    }
}

/// The address, where the host is one and no name.
pub(super) fn literal(settings: &Settings) -> Option<SocketAddr> {
    let address: IpAddr = settings.broker_host.parse().ok()?;
    Some(SocketAddr::new(address, settings.broker_port))
}

/// What the resolver's error means.
pub(super) fn failure(settings: &Settings, error: &io::Error) -> Failure {
    if is_out_of_descriptors(error) {
        return later(no_descriptor("to look up the broker's name", error));
    }
    match unknown_interface(&settings.broker_host) {
        Some(note) => unreachable_text(&note),
        None => {
            let why = error.to_string();
            // What the standard library puts before the resolver's own words.
            let bare = why.strip_prefix("failed to lookup address information: ");
            name_failure(settings, bare.unwrap_or(&why))
        }
    }
}

/// Why the name of the broker is of no use.
pub(super) fn name_failure(settings: &Settings, why: &str) -> Failure {
    let host = &settings.broker_host;
    Failure {
        kind: FailureKind::Unreachable,
        text: format!("the name {host:?} can't be resolved: {why}"),
    }
}

fn later(text: String) -> Failure {
    Failure {
        kind: FailureKind::Later,
        text,
    }
}
