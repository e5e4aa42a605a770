//! The world: one process, one broker, the connections between them, and the order in which things happen.

use super::air::Air;
use super::broker::Broker;
use super::coverage::Coverage;
use super::dice::Dice;
use super::home::Home;
use super::ledger::Ledger;
use super::network::Link;
use super::process::{Process, Worker};
use super::scene::Scene;
use super::states::StateBook;
use super::twin::Twin;
use crate::engine::State;
use crate::outbox::Time;
use crate::settings::Settings;
use std::sync::Arc;

/// More events than this mean that the world itself runs in circles.
const MOST_EVENTS: u32 = 2_000_000;

/// See the module.
#[derive(Debug)]
pub(super) struct World<'a> {
    pub(super) air: Air,
    pub(super) broker: Broker,
    pub(super) links: Vec<Link>,
    pub(super) next_link: u32,
    pub(super) process: Option<Process>,
    /// When a process starts again.
    pub(super) starts_at: Time,
    pub(super) generation: u32,
    /// What the next process starts with.
    pub(super) settings: Arc<Settings>,
    /// Availability topics that settings of this world name, with the messages they name for them.
    pub(super) availability: Vec<Arc<Settings>>,
    pub(super) ledger: Ledger,
    pub(super) states: StateBook,
    pub(super) twin: Twin,
    pub(super) home: Home,
    pub(super) topics: [Arc<str>; 4],
    pub(super) reads_notices: bool,
    pub(super) said: Option<State>,
    pub(super) offline_acknowledged: bool,
    pub(super) coverage: &'a mut Coverage,
    pub(super) fault: Option<String>,
    events: u32,
}

impl<'a> World<'a> {
    pub(super) fn new(scene: &Scene, coverage: &'a mut Coverage) -> Self {
        let settings = scene.settings();
        let mut world = World {
            air: Air {
                now: Time::ZERO,
                dice: Dice(scene.seed),
                blocked_until: Time::ZERO,
                latency: scene.latency_ms.into(),
            },
            broker: Broker::new(scene.manners()),
            links: Vec::new(),
            next_link: 0,
            process: None,
            starts_at: Time::ZERO,
            generation: 0,
            availability: vec![settings.clone()],
            settings,
            ledger: Ledger::default(),
            states: StateBook::default(),
            twin: Twin::default(),
            home: scene.home(),
            topics: super::invariants::topics(),
            reads_notices: false,
            said: None,
            offline_acknowledged: false,
            coverage,
            fault: None,
            events: 0,
        };
        world.start_process();
        world
    }

    pub(super) fn link(&mut self, id: u32) -> Option<&mut Link> {
        self.links.iter_mut().find(|link| link.id == id)
    }

    /// Lets time pass.
    pub(super) fn run_until(&mut self, until: Time) {
        while self.fault.is_none() {
            let next = self.next_event();
            if next > until {
                self.air.now = self.air.now.max(until);
                return;
            }
            self.air.now = self.air.now.max(next);
            self.happen();
            self.events += 1;
            if self.events > MOST_EVENTS {
                self.fail("the world does not come to rest".into());
            }
        }
    }

    /// When something happens next.
    pub(super) fn next_event(&self) -> Time {
        let mut next = self.broker.next_event().min(self.twin.next_event());
        next = next.min(self.home.next_event());
        for link in &self.links {
            if link.broker_open {
                let arrives = link.next_up().unwrap_or(Time::MAX);
                next = next.min(arrives.max(self.broker.reads_from));
            }
        }
        match &self.process {
            None => next.min(self.starts_at),
            Some(process) => {
                let shutdown = process.shutdown_until.unwrap_or(Time::MAX);
                next.min(self.worker_event(process)).min(shutdown)
            }
        }
    }

    /// When the background thread does something next.
    fn worker_event(&self, process: &Process) -> Time {
        let at = match process.worker {
            // The process ends when nobody waits for its client any more.
            Worker::Done if process.shutdown_until.is_none() => return self.air.now,
            Worker::Done => return Time::MAX,
            Worker::Due => self.air.now,
            Worker::Waiting(_) | Worker::Opening(_) if process.woken => self.air.now,
            Worker::Waiting(until) => until,
            Worker::Opening(until) => match &process.opening {
                Some(opening) => until.min(self.opening_event(opening)),
                None => until,
            },
            Worker::Polling(_) if process.woken => self.air.now,
            Worker::Polling(until) => match &process.open {
                Some(open) => self.poll_event(open, until),
                None => until,
            },
        };
        at.max(process.frozen_until)
    }

    /// All that is due happens.
    fn happen(&mut self) {
        let now = self.air.now;
        self.broker.tick(&mut self.air, &mut self.links);
        self.twin_acts();
        self.home_acts();
        self.broker_reads();
        if self.process.is_none() && self.starts_at <= now {
            self.start_process();
        }
        if self
            .process
            .as_ref()
            .is_some_and(|process| self.worker_event(process) <= now)
        {
            self.work();
        }
        self.check_heard();
        self.check_moment();
        self.await_shutdown();
        self.links.retain(|link| !link.is_over());
    }

    fn broker_reads(&mut self) {
        let now = self.air.now;
        if now < self.broker.reads_from {
            return;
        }
        for at in 0..self.links.len() {
            let link = &self.links[at];
            if link.broker_open && link.next_up().is_some_and(|arrives| arrives <= now) {
                self.broker.read(&mut self.air, &mut self.links, at);
            }
        }
    }

    /// The background thread goes on.
    fn work(&mut self) {
        let process = self.client();
        match process.worker {
            Worker::Due => {}
            Worker::Waiting(_) => {}
            Worker::Opening(_) => self.attend_opening(),
            Worker::Polling(until) => {
                self.poll(until);
                if self.client().worker != Worker::Due {
                    return;
                }
            }
            Worker::Done => return,
        }
        if self.fault.is_none() {
            self.step();
        }
    }

    /// The caller of a shutdown hears how it went, or has waited enough.
    fn await_shutdown(&mut self) {
        let now = self.air.now;
        let Some(process) = &mut self.process else {
            return;
        };
        let is_over = process.engine().is_finished();
        match process.shutdown_until {
            Some(_) if is_over => {
                process.shutdown_until = None;
                self.check_report();
            }
            Some(until) if until <= now => {
                self.abandon();
                self.check_report();
            }
            None if is_over && process.worker == Worker::Done => {
                self.look(false);
                self.process = None;
                self.forget_notices();
            }
            _ => {}
        }
    }

    /// Notices are of one process.
    pub(super) fn forget_notices(&mut self) {
        self.reads_notices = false;
        self.said = None;
    }
}
