//! The background thread of a client: runs the connection that the engine wants.

use super::shared::{Core, Shared};
use crate::engine::{Input, Plan};
use crate::outbox::Time;
use crate::wire::{Connection, Opened, Opening};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

/// Runs until the engine is finished.
pub(super) fn run(shared: &Arc<Shared>) {
    let mut worker = Worker {
        shared: shared.clone(),
        opening: None,
        open: None,
        inputs: Vec::new(),
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
    opening: Option<(u64, Opening)>,
    open: Option<(u64, Connection)>,
    /// What the open connection has said and the engine does not know yet.
    inputs: Vec<Input>,
}

impl Worker {
    /// Does what the engine wants next; false when it wants nothing more.
    fn step(&mut self) -> bool {
        let shared = self.shared.clone();
        let mut core = shared.lock();
        self.report(&mut core);
        match core.plan(shared.now()) {
            Plan::Open(attempt) => {
                let dialer = core.dialer();
                shared.tell_unlocked(core);
                self.close();
                self.opening = Some((attempt.number, dialer.open(attempt)));
            }
            Plan::Opening(until) => {
                shared.tell_unlocked(core);
                self.wait_for_opening(until);
            }
            Plan::Wait(until) => {
                shared.tell_unlocked(core);
                self.opening = None;
                self.close();
                // Without descriptors there is nothing that could go wrong.
                let _ = shared.waker.wait(&[], until);
            }
            Plan::Run(until) => {
                shared.tell_unlocked(core);
                if let Some((_, connection)) = &mut self.open {
                    connection.poll(until, &shared.waker, &mut self.inputs);
                }
            }
            Plan::Finished => {
                shared.tell_unlocked(core);
                self.close();
                return false;
            }
        }
        true
    }

    /// Tells the engine what the connection said.
    fn report(&mut self, core: &mut Core) {
        if let Some((number, _)) = &self.open {
            core.report(self.shared.now(), *number, &mut self.inputs);
        }
    }

    fn wait_for_opening(&mut self, until: Time) {
        let Some((number, opening)) = &mut self.opening else {
            return;
        };
        let number = *number;
        let Some(done) = opening.poll(until, &self.shared.waker) else {
            return;
        };
        self.opening = None;
        let mut core = self.shared.lock();
        let now = self.shared.now();
        match done {
            Ok(Opened {
                connack,
                link,
                connection,
            }) => {
                core.engine.input(now, number, Input::Opened(connack));
                core.opened(number, link);
                self.open = Some((number, connection));
            }
            Err(failure) => core.engine.input(now, number, Input::Failed(failure)),
        }
    }

    fn close(&mut self) {
        self.inputs.clear();
        if let Some((_, connection)) = self.open.take() {
            connection.close();
        }
    }
}
