//! A process with one client: the driver that every client runs, and a simulated background thread.

use super::coverage::Cause;
use super::dial::Opening;
use super::handed::SimulatedLink;
use super::ledger::Ledger;
use super::poll::Open;
use super::schedule::Meanwhile;
use super::states::StateBook;
use super::waiters::Waiters;
use super::watch::Watch;
use super::world::World;
use crate::driver::{Driver, Effects, Step, Taken};
use crate::engine::{Attempt, Engine, Input, PhaseSnapshot, Plan, Subject};
use crate::outbox::{Intake, Time};
use crate::settings::Settings;
use std::sync::Arc;

/// What the background thread is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worker {
    Due,
    Waiting(Time),
    Opening(Time),
    Polling(Time),
    Done,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) driver: Driver<SimulatedLink>,
    pub(super) intake: Intake,
    pub(super) meanwhile: Option<Meanwhile>,
    pub(super) worker: Worker,
    pub(super) woken: bool,
    pub(super) opening: Option<Opening>,
    pub(super) open: Option<Open>,
    /// The background thread does not run before this.
    pub(super) frozen_until: Time,
    /// When the caller of a shutdown has waited enough.
    pub(super) shutdown_until: Option<Time>,
    pub(super) waiters: Waiters,
    pub(super) watch: Watch,
}

impl Process {
    pub(super) fn new(settings: &Arc<Settings>, now: Time, seed: u64) -> Self {
        let mut driver = Driver::new(settings.clone(), now, seed);
        driver.begin_recording();
        let mut intake = Intake::default();
        intake.set_terms(driver.terms());
        Process {
            intake,
            meanwhile: None,
            waiters: Waiters::default(),
            driver,
            worker: Worker::Due,
            woken: false,
            opening: None,
            open: None,
            frozen_until: Time::ZERO,
            shutdown_until: None,
            watch: Watch::new(settings, now),
        }
    }

    pub(super) fn engine(&self) -> &Engine {
        self.driver.engine()
    }
}

impl World<'_> {
    /// Starts the process, with the settings that it had or was given last.
    pub(super) fn start_process(&mut self) {
        self.generation += 1;
        let seed = self.air.dice.next();
        self.process = Some(Process::new(&self.settings, self.air.now, seed));
        self.ledger = Ledger::new(self.generation);
        if self.home.has_cameras {
            let topics = self.topics[..2].iter().cloned().collect();
            let now = self.air.now;
            // It has not begun yet, so nothing follows from it.
            let driver = &mut self.client().driver;
            let _ = driver.set_announced(now, topics);
            driver.recorded();
        }
        self.states = StateBook::default();
    }

    /// The client of the process that runs.
    pub(super) fn client(&mut self) -> &mut Process {
        self.process
            .as_mut()
            .expect("only called while a process runs")
    }

    /// Tells the driver something, and looks at what comes of it.
    pub(super) fn act<T>(
        &mut self,
        cause: Cause,
        f: impl FnOnce(&mut Driver<SimulatedLink>, Time) -> (T, Effects),
    ) -> T {
        self.take_over();
        let now = self.air.now;
        let (result, effects) = f(&mut self.client().driver, now);
        self.follow(&[cause], effects);
        self.let_in();
        result
    }

    /// Looks at what the driver did for these causes, and does what it says has to follow.
    pub(super) fn follow(&mut self, causes: &[Cause], effects: Effects) {
        self.check_packets();
        let mut causes = causes.iter().copied();
        for taken in self.client().driver.recorded() {
            let cause = match taken.step {
                // A link that is gone is one more.
                Step::Told => causes.next().unwrap_or(Cause::Stalled),
                Step::TakenOver => Cause::Publish,
                Step::Ticked | Step::Plan => Cause::Time,
                Step::NextPacket => Cause::Packet,
            };
            self.note(cause, taken);
        }
        self.check_effects(effects);
    }

    fn note(&mut self, cause: Cause, taken: Taken) {
        let Taken { before, after, .. } = taken;
        self.coverage.note(before, cause, after);
        if self.coverage.is_tracing && (before != after || cause != Cause::Time) {
            let now = self.air.now;
            println!("{now:>14.3?} {cause:?}: {}", after.phase_name());
        }
        self.check_engine(cause, taken);
    }

    /// The background thread reports what happened, all at once. It keeps the driver until it has its plan.
    pub(super) fn report(&mut self, number: u64, inputs: Vec<Input>) {
        self.take_over();
        let mut causes = Vec::new();
        for input in &inputs {
            causes.push(self.cause(number, input));
            self.foresee(number, input);
        }
        let now = self.air.now;
        let effects = self.client().driver.report(now, number, inputs);
        self.follow(&causes, effects);
    }

    pub(super) fn cause(&mut self, number: u64, input: &Input) -> Cause {
        let engine = self.client().engine();
        let is_opening = engine.snapshot().phase == PhaseSnapshot::Connecting;
        let is_current = engine.current_number() == Some(number);
        match input {
            _ if !is_current => Cause::Stray,
            Input::Opened(_) if is_opening => Cause::Opened,
            Input::Failed(failure) if is_opening => Cause::Failed(failure.kind),
            Input::Opened(_) | Input::Failed(_) => Cause::Stray,
            _ if is_opening => Cause::Stray,
            Input::Written(_) => Cause::Written,
            Input::Acked(_, Ok(())) | Input::Unmatched(_) => Cause::Acked,
            Input::Acked(_, Err(_)) => Cause::Nacked,
            Input::Subscribed(_, Ok(())) => Cause::Granted,
            Input::Subscribed(_, Err(_)) => Cause::NotGranted,
            Input::Received {
                subject: Subject::HomeAssistant,
                ..
            } => Cause::HeardHomeAssistant,
            Input::Received { payload, .. } if payload == engine.birth_message() => {
                Cause::ReceivedBirth
            }
            Input::Received { .. } => Cause::ReceivedOther,
            Input::Unsolicited | Input::Config { .. } => Cause::Stray,
            Input::Ended(ended) => ended.kind.into(),
        }
    }

    /// What was handed over just now.
    fn check_packets(&mut self) {
        let Some(queue) = self.client().open.as_ref().map(|open| open.queue.clone()) else {
            return;
        };
        let unseen = queue.borrow_mut().see();
        for packet in &unseen {
            if self.fault.is_none() {
                self.check_packet(packet);
            }
        }
        let now = self.air.now;
        for packet in unseen {
            let ready_at = now + self.air.dice.millis(2);
            queue.borrow_mut().put(packet, now, ready_at);
        }
    }

    /// As the background thread of a client does, without the wait that follows.
    pub(super) fn step(&mut self) {
        self.client().woken = false;
        self.take_over();
        let now = self.air.now;
        let (plan, effects) = self.client().driver.plan(now);
        self.follow(&[Cause::Time], effects);
        self.end_work();
        self.check_step(&plan);
        match plan {
            Plan::Open(attempt) => {
                self.drop_open();
                self.dial(attempt);
                self.client().worker = Worker::Due;
            }
            Plan::Opening(until) => self.client().worker = Worker::Opening(until),
            Plan::Wait(until) => {
                self.drop_opening();
                self.drop_open();
                self.client().worker = Worker::Waiting(until);
            }
            Plan::Run(until) => {
                self.client().worker = Worker::Polling(until);
                if let Some(open) = &mut self.client().open {
                    open.notice();
                }
            }
            Plan::Finished => {
                self.drop_opening();
                self.close_open();
                self.client().worker = Worker::Done;
            }
        }
    }

    /// The attempt to be made, by the settings in force.
    fn dial(&mut self, attempt: Attempt) {
        self.drop_opening();
        self.check_attempt(&attempt);
        let opening = self.open_link(attempt);
        self.client().opening = Some(opening);
    }
}
