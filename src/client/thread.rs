//! The background thread of a client: runs the connection that the engine wants.

use super::shared::Shared;
use crate::driver::Effects;
use crate::engine::{Input, Plan};
use crate::outbox::Time;
use crate::wire::{Connection, Dialer, Opened, Opening};
use std::any::Any;
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
    run_guarded(shared, || while worker.step() {});
}

/// A defect of ours must not leave callers waiting forever, nor look like a shutdown.
pub(super) fn run_guarded(shared: &Shared, work: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        let cause = cause(&*panic);
        let fail = || shared.call(|guarded, now| ((), guarded.driver.fail(now, &cause)));
        // Whatever the defect was, it may strike again here. The end is told all the same.
        let _ = catch_unwind(AssertUnwindSafe(fail));
    }
    shared.end();
}

fn cause(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it gave no message").to_owned()
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
        let (plan, dialer) = self.plan();
        let waker = &self.shared.surroundings().waker;
        match plan {
            Plan::Open(attempt) => {
                self.open = None;
                self.opening = dialer.map(|dialer| (attempt.number, dialer.open(attempt)));
            }
            Plan::Opening(until) => self.wait_for_opening(until),
            Plan::Wait(until) => {
                self.opening = None;
                self.open = None;
                // Without sockets to look at there is nothing that could fail.
                let _ = waker.wait(&[], until);
            }
            Plan::Run(until) => {
                if let Some((_, connection)) = &mut self.open {
                    connection.poll(until, waker, &mut self.inputs);
                }
            }
            Plan::Finished => {
                self.opening = None;
                if let Some((_, connection)) = self.open.take() {
                    connection.close();
                }
                return false;
            }
        }
        true
    }

    /// Tells the engine what the connection said, and asks what comes next; with the dialer for an attempt.
    fn plan(&mut self) -> (Plan, Option<Dialer>) {
        let open = self.open.as_ref().map(|(number, _)| *number);
        let inputs = &mut self.inputs;
        self.shared.work(|guarded, now| {
            let mut effects = Effects::default();
            if let Some(number) = open.filter(|_| !inputs.is_empty()) {
                effects = guarded.driver.report(now, number, inputs.drain(..));
            }
            let (plan, planned) = guarded.driver.plan(now);
            let dialer = matches!(plan, Plan::Open(_)).then(|| guarded.dialer());
            ((plan, dialer), effects.then(planned))
        })
    }

    fn wait_for_opening(&mut self, until: Time) {
        let Some((number, opening)) = &mut self.opening else {
            return;
        };
        let number = *number;
        let Some(done) = opening.poll(until, &self.shared.surroundings().waker) else {
            return;
        };
        self.opening = None;
        match done {
            Ok(Opened {
                connack,
                link,
                connection,
            }) => {
                self.open = Some((number, connection));
                self.shared
                    .call(|guarded, now| ((), guarded.driver.opened(now, number, connack, link)));
            }
            Err(failure) => self.shared.call(|guarded, now| {
                let input = Input::Failed(failure);
                ((), guarded.driver.report(now, number, [input]))
            }),
        }
    }
}
