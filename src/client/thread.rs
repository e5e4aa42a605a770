//! The background thread of a client: runs the connection that the engine wants.

use super::shared::{Core, Shared};
use crate::engine::{ConnectionEnd, Input, Plan};
use crate::outbox::Time;
use crate::wire::{Connection, Event, Link, Opening, Sender};
use crossbeam_channel::Receiver;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// With a full window only acknowledgements wake this thread; so it looks now and then whether a caller wants something.
const GLANCE: Duration = Duration::from_millis(500);
/// Beyond the keep alive, in which a healthy connection says something at least once. Long enough that a large
/// message handed over meanwhile is not cut.
const QUIET: Duration = Duration::from_secs(60);

/// Runs until the engine is finished.
pub(super) fn run(shared: &Arc<Shared>, wake: &Receiver<()>) {
    let mut worker = Worker {
        shared: shared.clone(),
        wake: wake.clone(),
        opening: None,
        open: None,
        events: Vec::new(),
        ended: None,
    };
    // A defect of ours must not leave callers waiting for ever.
    let _ = catch_unwind(AssertUnwindSafe(|| while worker.step() {}));
    drop(worker);
    let mut core = shared.lock();
    core.engine.finish();
    core.closed = true;
    shared.tell(&mut core);
}

struct Worker {
    shared: Arc<Shared>,
    wake: Receiver<()>,
    opening: Option<(u64, Opening)>,
    open: Option<(u64, Connection)>,
    /// What the open connection has said and the engine does not know yet.
    events: Vec<Event>,
    ended: Option<ConnectionEnd>,
}

impl Worker {
    /// Does what the engine wants next; false when it wants nothing more.
    fn step(&mut self) -> bool {
        let shared = self.shared.clone();
        let mut core = shared.lock();
        self.report(&mut core);
        let plan = core.plan(&shared.clock);
        match plan {
            Plan::Open(attempt) => {
                let dialer = core.dialer();
                shared.tell_unlocked(core);
                self.open = None;
                self.opening = Some((attempt.number, dialer.open(attempt)));
            }
            Plan::Opening(until) => {
                shared.tell_unlocked(core);
                self.wait_for_opening(shared.clock.instant(until));
            }
            Plan::Wait(until) => {
                shared.tell_unlocked(core);
                self.opening = None;
                self.open = None;
                let _ = self.wake.recv_deadline(shared.clock.instant(until));
            }
            Plan::Run(until) => {
                let patience = Patience::of(&core, until, shared.clock.now());
                shared.tell_unlocked(core);
                self.poll(&patience);
            }
            Plan::Finished => {
                shared.tell_unlocked(core);
                return false;
            }
        }
        true
    }

    /// Tells the engine what the connection said.
    fn report(&mut self, core: &mut Core) {
        let Some((number, _)) = self.open else {
            return;
        };
        let now = self.shared.clock.now();
        core.report(now, number, &mut self.events);
        if let Some(ended) = self.ended.take() {
            core.engine.input(now, number, Input::Ended(ended));
        }
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
                core.engine.input(now, number, Input::Opened(connack));
                core.opened(number, sender);
                self.open = Some((number, connection));
            }
            Err(failure) => core.engine.input(now, number, Input::Failed(failure)),
        }
    }

    fn poll(&mut self, patience: &Patience) {
        let Some((_, connection)) = &mut self.open else {
            return;
        };
        let limit = patience.until.saturating_sub(self.shared.clock.now());
        let polled = connection.poll(limit, patience.unwritten, &mut self.events);
        self.ended = polled.err();
    }
}

/// How long the connection may work before the engine has to be asked.
struct Patience {
    until: Time,
    /// Packets that have to be written by then.
    unwritten: usize,
}

impl Patience {
    fn of(core: &Core, until: Time, now: Time) -> Self {
        let sender = core.sender();
        // What is being written is not interrupted, whatever else there is to do.
        if let Some(limit) = sender.and_then(Sender::write_limit) {
            let unwritten = sender.map_or(0, Sender::unwritten);
            return Patience {
                until: limit,
                unwritten,
            };
        }
        let longest = match core.engine.has_backlog() || core.engine.is_window_full() {
            true => GLANCE,
            false => Duration::from_secs(core.engine.settings().keep_alive_seconds.into()) + QUIET,
        };
        Patience {
            until: until.min(now + longest),
            unwritten: 0,
        }
    }
}
