//! What has to hold after every step, whatever happened.

use super::coverage::Cause;
use super::intake::{bounds, NOTICED};
use super::process::Worker;
use super::world::World;
use crate::driver::Taken;
use crate::engine::{FarewellSnapshot, Notice, PhaseSnapshot, Snapshot, State};
use crate::outbox::Time;
use std::sync::Arc;

impl World<'_> {
    /// Notes the first thing that is wrong.
    pub(super) fn fail(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }

    pub(super) fn check_engine(&mut self, cause: Cause, taken: Taken) {
        let Taken { before, after, .. } = taken;
        let process = self.process.as_mut().expect("an engine was asked");
        let (engine, watch) = (process.driver.engine(), &mut process.watch);
        let settings = engine.settings().clone();
        let taken_over = self.ledger.entries.len() - process.intake.waiting().0;
        let outbox = engine.outbox();
        let counters = outbox.counters;
        let (unfinished, bounded) = (outbox.unfinished(), outbox.bounded());
        let fault = if counters.accepted != taken_over as u64 {
            Some("messages that nobody published")
        } else if counters.accepted != counters.ended() + unfinished as u64 {
            Some("the counters do not add up")
        } else if !(self.ledger.delivered..=self.ledger.delivered + self.states.answered)
            .contains(&counters.delivered)
        {
            Some("delivered is not what was acknowledged or written")
        } else if counters.refused_queue_full != self.ledger.refused {
            Some("refused is not what was refused")
        } else if after.phase == PhaseSnapshot::Closed && unfinished > 0 {
            Some("closed, and messages have not ended")
        } else if !engine.is_finished() && counters.dropped_shutdown + counters.unknown > 0 {
            Some("messages ended for a shutdown before it")
        } else {
            None
        };
        let bounds = bounds(&settings);
        let (messages, bytes) = watch.allowance;
        let fault = match fault {
            None if bounded > messages || outbox.bytes() > bytes => {
                Some("the outbox is over its bounds")
            }
            None if outbox.kept() > 2 * watch.most_kept => Some("too many outcomes are kept"),
            other => other,
        };
        watch.allowance = (bounds.0.max(bounded), bounds.1.max(outbox.bytes()));
        watch.most_kept = watch.most_kept.max(bounds.0);
        if let Some(fault) = fault {
            let text = format!("{fault}: after {cause:?}, {counters:?}, {unfinished} unfinished");
            self.fail(text);
        }
        if before.phase == PhaseSnapshot::Closed && after != before {
            self.fail(format!("{cause:?} does something to a closed client"));
        }
        if before != after || cause == Cause::Reconfigure {
            self.check_pauses(cause, taken);
        }
    }

    /// What has to hold at every moment that the thread is free.
    pub(super) fn check_moment(&mut self) {
        let now = self.air.now;
        if let Some(broken) = self.broker.broken.take() {
            self.fail(broken);
        }
        let Some(process) = &mut self.process else {
            return;
        };
        let is_free = match process.worker {
            Worker::Waiting(until) | Worker::Opening(until) | Worker::Polling(until) => until > now,
            _ => false,
        } && process.frozen_until <= now;
        let due = process.engine().outbox().next_expiry();
        if is_free && due.is_some_and(|due| due + NOTICED < now) {
            return self.fail(format!(
                "a message that expires at {due:?} has not by {now:?}"
            ));
        }
        self.check_intake();
        self.check_sleep();
    }

    /// What the broker processed.
    pub(super) fn check_heard(&mut self) {
        let engine = self.process.as_ref().map(|process| process.engine());
        let left_out = engine.map(|engine| engine.outbox().counters.states_left_out);
        for heard in std::mem::take(&mut self.broker.heard) {
            let (generation, number) = heard.owner;
            let fault = match super::ledger::name(&heard.payload) {
                Some(_) if heard.is_birth => {
                    Err("the first message is not the birth message".into())
                }
                Some((named, id)) if named == self.ledger.generation && generation == named => {
                    let mut is_shown = true;
                    if let Some(entry) = self.ledger.get(id) {
                        entry.was_heard |= heard.was_heard;
                        let at = entry.names.as_ref().map_or(0, |(at, _)| *at);
                        let is_judged = entry.on == number && left_out == Some(0);
                        is_shown = !is_judged
                            || self.states.is_shown(id, entry, heard.states[at].as_ref());
                    }
                    match is_shown {
                        true => self.ledger.arrived(id, number),
                        false => Err(format!("message {id} arrives without what it names")),
                    }
                }
                _ => Ok(()),
            };
            if let Err(fault) = fault {
                self.fail(fault);
            }
        }
    }

    /// Asks what became of a message that is held, and judges the answer.
    pub(super) fn take_outcome(&mut self, id: u64) {
        let now = self.air.now;
        let Some(process) = &self.process else {
            return;
        };
        let is_closed = process.engine().is_finished();
        let outcome = self.act(Cause::Asked, |driver, now| driver.take_outcome(now, id));
        let Some(entry) = self.ledger.get(id) else {
            return;
        };
        let judged = match outcome {
            None if entry.is_held => Err(format!("the outcome of message {id} is gone")),
            None | Some(None) => return,
            Some(Some(_)) if !entry.is_held => {
                Err(format!("an outcome of message {id}, which is not held"))
            }
            Some(Some(outcome)) => {
                entry.is_held = false;
                self.ledger.judge(now, id, &outcome, is_closed)
            }
        };
        if let Err(fault) = judged {
            self.fail(fault);
        }
    }

    /// The status and the notices may be asked for at any time.
    pub(super) fn look(&mut self, opens_notices: bool) {
        if self.process.is_none() {
            return;
        }
        if opens_notices {
            self.act(Cause::Asked, |driver, now| {
                ((), driver.open_notices_once(now))
            });
            self.reads_notices = true;
        }
        if self.reads_notices {
            self.read_notices();
        }
        self.take_over();
        let now = self.air.now;
        let engine = self.client().engine();
        let (status, is_online) = (engine.status(now, Time::ZERO), engine.is_online());
        if status.state == State::Online && !is_online {
            self.fail("the status says online, the client is not".into());
        }
        if self.reads_notices && self.said.is_some_and(|said| said != status.state) {
            let said = self.said;
            self.fail(format!(
                "{said:?} was said last, {:?} is true",
                status.state
            ));
        }
    }

    fn read_notices(&mut self) {
        let now = self.air.now;
        while self.fault.is_none() && self.client().driver.has_news() {
            let read = self.act(Cause::Asked, |driver, now| {
                driver.read_notice(now, Ok::<_, ()>)
            });
            let Some(Ok(notice)) = read else { break };
            match notice {
                Notice::State { state, .. } => {
                    if !may_follow(self.said, state) {
                        let said = self.said;
                        self.fail(format!("{state:?} is said after {said:?}"));
                    }
                    self.said = Some(state);
                }
                Notice::Delivery { delivery, outcome } => {
                    let is_closed = self.client().engine().is_finished();
                    if let Err(fault) = self.ledger.judge(now, delivery, &outcome, is_closed) {
                        self.fail(fault);
                    }
                }
                Notice::Log { .. } => {}
                // What was missed may have been a state.
                Notice::Missed { .. } => self.said = None,
            }
        }
    }

    /// What a client that closed in good order leaves behind.
    pub(super) fn check_report(&mut self) {
        let Some(process) = &self.process else { return };
        let Some(report) = process.engine().report() else {
            return;
        };
        let ends = self
            .ledger
            .entries
            .iter()
            .filter(|entry| entry.is_held)
            .count();
        for id in 1..self.ledger.next_id() {
            if ends > 0 {
                self.take_outcome(id);
            }
        }
        self.offline_acknowledged = report.offline_acknowledged;
    }
}

/// Which states may follow one another.
fn may_follow(before: Option<State>, next: State) -> bool {
    let Some(before) = before else { return true };
    match before {
        State::Closed => false,
        _ if before == next => false,
        State::Online => next != State::Connecting && next != State::Refused,
        State::Connected => next != State::Refused,
        State::Waiting | State::Refused => next != State::Online && next != State::Connected,
        State::Connecting => next != State::Online,
        State::ShuttingDown => next != State::Refused,
    }
}

/// Whether the client has nothing more to do with this connection.
pub(super) fn is_leaving(snapshot: Snapshot) -> bool {
    !matches!(
        snapshot.farewell,
        FarewellSnapshot::None | FarewellSnapshot::NotBegun
    )
}

/// The topic of a camera.
pub(super) fn topics() -> [Arc<str>; 4] {
    ["cam/0", "cam/1", "cam/2", "cam/3"].map(Into::into)
}
