//! A process with one client: what `client` and `wire` do around the session, on a simulated thread.

use super::coverage::Cause;
use super::dial::Opening;
use super::ledger::Ledger;
use super::network::{Publish, Up};
use super::poll::{Open, Request};
use super::watch::Watch;
use super::world::World;
use crate::engine::{Attempt, Engine, Input, Packet, PhaseSnapshot, Plan};
use crate::outbox::Time;
use crate::settings::Settings;
use std::sync::Arc;

/// As `GLANCE` and `QUIET` of the background thread.
const GLANCE: Time = Time::from_millis(500);
const QUIET: Time = Time::from_secs(60);

/// What the background thread is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worker {
    Due,
    Waiting(Time),
    Opening(Time),
    Polling { until: Time, is_writing: bool },
    Done,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) engine: Engine,
    pub(super) worker: Worker,
    pub(super) woken: bool,
    /// The connection whose sender the core holds.
    pub(super) sender: Option<u64>,
    pub(super) opening: Option<Opening>,
    pub(super) open: Option<Open>,
    /// The background thread does not run before this.
    pub(super) frozen_until: Time,
    /// When the caller of a shutdown has waited enough.
    pub(super) shutdown_until: Option<Time>,
    pub(super) watch: Watch,
}

impl Process {
    pub(super) fn new(settings: &Arc<Settings>, now: Time, seed: u64) -> Self {
        Process {
            engine: Engine::new(settings.clone(), now, seed),
            worker: Worker::Due,
            woken: false,
            sender: None,
            opening: None,
            open: None,
            frozen_until: Time::ZERO,
            shutdown_until: None,
            watch: Watch::new(settings, now),
        }
    }
}

impl World<'_> {
    /// Starts the process, with the settings that it had or was given last.
    pub(super) fn start_process(&mut self) {
        self.generation += 1;
        let seed = self.air.dice.next();
        self.process = Some(Process::new(&self.settings, self.air.now, seed));
        self.ledger = Ledger::new(self.generation);
    }

    /// The client of the process that runs.
    pub(super) fn client(&mut self) -> &mut Process {
        self.process
            .as_mut()
            .expect("only called while a process runs")
    }

    /// Tells the session something, and looks at what comes of it.
    pub(super) fn act<T>(&mut self, cause: Cause, f: impl FnOnce(&mut Engine, Time) -> T) -> T {
        let now = self.air.now;
        let engine = &mut self.client().engine;
        let before = engine.snapshot();
        let result = f(engine, now);
        let after = engine.snapshot();
        self.coverage.note(before, cause, after);
        if self.coverage.is_tracing && (before != after || cause != Cause::Time) {
            println!("{now:>14.3?} {cause:?}: {}", after.phase_name());
        }
        self.check_session(cause, before, after);
        result
    }

    pub(super) fn input(&mut self, number: u64, input: Input) {
        let cause = self.cause(number, &input);
        self.foresee(number, &input);
        self.act(cause, |engine, now| engine.input(now, number, input));
    }

    fn cause(&mut self, number: u64, input: &Input) -> Cause {
        let engine = &self.client().engine;
        let is_opening = engine.snapshot().phase == PhaseSnapshot::Connecting;
        let is_current = is_opening || engine.connection_number() == Some(number);
        match input {
            Input::Opened(_) if is_opening => Cause::Opened,
            Input::Failed(failure) if is_opening => failure.kind.into(),
            Input::Opened(_) | Input::Failed(_) | Input::Unsolicited => Cause::Stray,
            _ if !is_current => Cause::Stray,
            Input::Written(_) => Cause::Written,
            Input::Acked(_, Ok(())) => Cause::Acked,
            Input::Acked(_, Err(_)) => Cause::Nacked,
            Input::Subscribed(_, Ok(())) => Cause::Granted,
            Input::Subscribed(_, Err(_)) => Cause::NotGranted,
            Input::Received { payload, .. } if payload == engine.birth_message() => {
                Cause::ReceivedBirth
            }
            Input::Received { .. } => Cause::ReceivedOther,
            Input::Ended(ended) => ended.kind.into(),
        }
    }

    /// As `Core::hand_over`.
    pub(super) fn hand_over(&mut self) {
        while let Some(number) = self.client().sender {
            if self.client().engine.connection_number() != Some(number) {
                self.client().sender = None;
                return;
            }
            let packet = self.act(Cause::Packet, Engine::next_packet);
            let Some(packet) = packet else { return };
            self.check_packet(&packet);
            if self.fault.is_some() {
                return;
            }
            self.send(packet);
        }
    }

    /// As `Sender::send`.
    fn send(&mut self, packet: Packet) {
        let handed_at = self.air.now;
        let ready_at = handed_at + self.air.dice.millis(2);
        let (token, up) = match packet {
            Packet::Publish {
                token,
                topic,
                payload,
                qos,
                retain,
                expiry_seconds,
            } => {
                let publish = Publish {
                    token,
                    topic,
                    payload,
                    qos,
                    retain,
                    expiry_seconds,
                };
                (Some(token), Up::Publish(publish))
            }
            Packet::Subscribe { token, topic } => (Some(token), Up::Subscribe { token, topic }),
            Packet::Disconnect { .. } => (None, Up::Disconnect),
        };
        if let Some(open) = &mut self.client().open {
            open.requests.push_back(Request {
                token,
                up,
                handed_at,
                ready_at,
            });
        }
    }

    /// As `Core::plan`.
    fn plan(&mut self) -> Plan {
        let plan = self.act(Cause::Time, Engine::plan);
        self.hand_over();
        match plan {
            Plan::Run(_) => self.act(Cause::Time, Engine::plan),
            other => other,
        }
    }

    /// As `Worker::step`.
    pub(super) fn step(&mut self) {
        let plan = self.plan();
        let now = self.air.now;
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
                let process = self.client();
                let writing = process
                    .sender
                    .and_then(|_| process.open.as_ref()?.write_limit());
                let longest = match process.engine.has_backlog() || process.engine.is_window_full()
                {
                    true => GLANCE,
                    false => {
                        let keep_alive = process.engine.settings().keep_alive_seconds;
                        Time::from_secs(keep_alive.into()) + QUIET
                    }
                };
                process.worker = Worker::Polling {
                    until: writing.unwrap_or(until.min(now + longest)),
                    is_writing: writing.is_some(),
                };
            }
            Plan::Finished => {
                self.drop_opening();
                self.drop_open();
                self.client().worker = Worker::Done;
            }
        }
    }

    /// As `Shared::notify`.
    pub(super) fn wake(&mut self) {
        self.client().woken = true;
    }

    /// The attempt to be made, by the settings in force.
    fn dial(&mut self, attempt: Attempt) {
        self.drop_opening();
        let opening = self.open_link(attempt);
        self.client().opening = Some(opening);
    }
}
