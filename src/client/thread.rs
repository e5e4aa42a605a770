//! The background thread of a client: runs the connection that the session wants.

use super::shared::Shared;
use crate::session::{Ended, EndedKind, Input, Plan};
use crate::wire::{Connection, Event, Link, Opening};
use crossbeam_channel::Receiver;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// With a full window only acknowledgements wake this thread; so it looks now and then whether a caller wants something.
const GLANCE: Duration = Duration::from_millis(500);
/// Beyond the keep alive, in which a healthy connection says something at least once. Long enough that a large
/// message handed over meanwhile is not cut.
const QUIET: Duration = Duration::from_secs(60);

/// Runs until the session is finished.
pub(super) fn run(shared: &Arc<Shared>, wake: &Receiver<()>) {
    let mut worker = Worker {
        shared: shared.clone(),
        wake: wake.clone(),
        opening: None,
        open: None,
    };
    // A defect of ours must not leave callers waiting for ever.
    let _ = catch_unwind(AssertUnwindSafe(|| while worker.step() {}));
    drop(worker);
    let mut core = shared.lock();
    core.session.finish();
    core.closed = true;
    shared.tell(&mut core);
}

struct Worker {
    shared: Arc<Shared>,
    wake: Receiver<()>,
    opening: Option<(u64, Opening)>,
    open: Option<(u64, Connection)>,
}

impl Worker {
    /// Does what the session wants next; false when it wants nothing more.
    fn step(&mut self) -> bool {
        let shared = self.shared.clone();
        let mut core = shared.lock();
        let plan = core.plan(&shared.clock);
        shared.tell(&mut core);
        match plan {
            Plan::Open(attempt) => {
                let dialer = core.dialer();
                drop(core);
                self.open = None;
                self.opening = Some((attempt.number, dialer.open(attempt)));
            }
            Plan::Opening(until) => {
                drop(core);
                self.wait_for_opening(shared.clock.instant(until));
            }
            Plan::Wait(until) => {
                drop(core);
                self.opening = None;
                self.open = None;
                let _ = self.wake.recv_deadline(shared.clock.instant(until));
            }
            Plan::Run(until) => {
                let write_limit = core.write_limit();
                let timeout = write_limit.unwrap_or_else(|| {
                    let keep_alive =
                        Duration::from_secs(core.session.settings().keep_alive_seconds.into());
                    let longest = if core.session.has_backlog() {
                        GLANCE
                    } else {
                        keep_alive + QUIET
                    };
                    until.saturating_sub(shared.clock.now()).min(longest)
                });
                drop(core);
                self.poll(timeout, write_limit.is_some());
            }
            Plan::Finished => return false,
        }
        true
    }

    fn wait_for_opening(&mut self, until: Instant) {
        let Some((number, opening)) = &mut self.opening else {
            return;
        };
        let number = *number;
        let Some(done) = opening.wait(until, &self.wake) else {
            return;
        };
        self.opening = None;
        let mut core = self.shared.lock();
        let now = self.shared.clock.now();
        match done {
            Ok(Link {
                connack,
                sender,
                connection,
            }) => {
                core.session.input(now, number, Input::Opened(connack));
                core.opened(number, sender);
                self.open = Some((number, connection));
            }
            Err(failure) => core.session.input(now, number, Input::Failed(failure)),
        }
    }

    fn poll(&mut self, timeout: Duration, is_writing: bool) {
        let Some((number, connection)) = &mut self.open else {
            return;
        };
        let number = *number;
        let mut events: Vec<Event> = Vec::new();
        let polled = connection.poll(timeout, &mut events);
        let ended = match polled {
            Ok(true) => None,
            Ok(false) => is_writing.then(|| Ended {
                kind: EndedKind::Stalled,
                text: "nothing could be written".into(),
            }),
            Err(ended) => Some(ended),
        };
        let mut core = self.shared.lock();
        core.report(&self.shared.clock, number, &mut events);
        if let Some(ended) = ended {
            core.session
                .input(self.shared.clock.now(), number, Input::Ended(ended));
            drop(core);
            self.open = None;
        }
    }
}
