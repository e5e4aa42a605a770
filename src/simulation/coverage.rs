//! Which transitions of the engine a run took, and which there are.

use super::transitions::{all, is_declared, Machine};
use crate::engine::{EndCause, FailureKind, Snapshot};
use crate::outbox::Time;
use std::collections::BTreeMap;
use std::fmt;

/// What the engine was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Cause {
    /// Nothing but that time passed.
    Time,
    /// It was asked for the next packet.
    Packet,
    Publish,
    Opened,
    Failed(FailureKind),
    Written,
    Acked,
    Nacked,
    Granted,
    NotGranted,
    ReceivedBirth,
    ReceivedOther,
    HeardHomeAssistant,
    ByPeer,
    Disconnected,
    Unavailable,
    TakenOver,
    Stalled,
    /// Any of these five, where it makes no difference.
    ConnectionEnd,
    ShutDown,
    /// New settings that the connection survives, and others.
    Adjust,
    Reconfigure,
    Reconnect,
    Finish,
    /// Outcomes and notices are asked for or given up.
    Asked,
    /// An input of a connection that was given up.
    Stray,
}

impl From<EndCause> for Cause {
    fn from(kind: EndCause) -> Self {
        match kind {
            EndCause::ByPeer => Cause::ByPeer,
            EndCause::Disconnected => Cause::Disconnected,
            EndCause::Unavailable => Cause::Unavailable,
            EndCause::TakenOver => Cause::TakenOver,
            EndCause::Stalled => Cause::Stalled,
        }
    }
}

impl Cause {
    fn in_general(self) -> Self {
        match self {
            Cause::ByPeer
            | Cause::Disconnected
            | Cause::Unavailable
            | Cause::TakenOver
            | Cause::Stalled => Cause::ConnectionEnd,
            other => other,
        }
    }
}

/// Counts of a run.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    pub(super) schedules: u64,
    pub(super) simulated: Time,
    pub(super) steps: u64,
    pub(super) messages: u64,
    pub(super) connections: u64,
    /// The longest that a world took to be well after its faults.
    pub(super) slowest: Time,
    taken: BTreeMap<(Machine, Cause, Machine), u64>,
    last: Option<(Snapshot, Cause, Snapshot)>,
    last_count: u64,
    /// Says every input.
    pub(super) is_tracing: bool,
}

impl Coverage {
    pub(super) fn note(&mut self, before: Snapshot, cause: Cause, after: Snapshot) {
        self.steps += 1;
        // Most steps change nothing, and many in a row the same nothing.
        if self.last == Some((before, cause, after)) {
            self.last_count += 1;
            return;
        }
        self.flush();
        self.last = Some((before, cause, after));
        self.last_count = 1;
    }

    fn flush(&mut self) {
        let Some((before, cause, after)) = self.last.take() else {
            return;
        };
        let count = self.last_count;
        let mut add = |from, cause, to| {
            if matches!(from, Machine::Phase(_)) || from != to {
                *self.taken.entry((from, cause, to)).or_default() += count;
            }
        };
        let (phases, causes) = ((before.phase, after.phase), cause.in_general());
        add(Machine::Phase(phases.0), cause, Machine::Phase(phases.1));
        add(
            Machine::Birth(before.birth),
            causes,
            Machine::Birth(after.birth),
        );
        add(
            Machine::Subscription(before.subscription),
            causes,
            Machine::Subscription(after.subscription),
        );
        add(
            Machine::Trial(before.trial),
            causes,
            Machine::Trial(after.trial),
        );
        add(
            Machine::Farewell(before.farewell),
            causes,
            Machine::Farewell(after.farewell),
        );
    }

    /// Adds what another thread counted.
    pub(super) fn add(&mut self, mut other: Coverage) {
        self.flush();
        other.flush();
        self.schedules += other.schedules;
        self.simulated += other.simulated;
        self.steps += other.steps;
        self.messages += other.messages;
        self.connections += other.connections;
        self.slowest = self.slowest.max(other.slowest);
        for (transition, count) in other.taken {
            *self.taken.entry(transition).or_default() += count;
        }
    }

    /// Declared transitions that were not taken.
    pub(super) fn missing(&mut self) -> Vec<String> {
        self.flush();
        all()
            .filter(|transition| !self.taken.contains_key(transition))
            .map(|transition| format!("{transition:?}"))
            .collect()
    }

    /// Transitions that were taken and are not declared. What time does may come with anything that is said.
    pub(super) fn undeclared(&mut self) -> Vec<String> {
        self.flush();
        self.taken
            .iter()
            .filter(|(&(from, cause, to), _)| !is_declared(from, cause, to))
            .map(|(transition, count)| format!("{transition:?}: {count}"))
            .collect()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.simulated.as_secs_f64() / 86_400.0;
        writeln!(
            f,
            "{} schedules, {days:.1} simulated days, {} inputs, {} messages, {} connections",
            self.schedules, self.steps, self.messages, self.connections
        )?;
        writeln!(
            f,
            "the slowest world was well {:.1} s after its faults",
            self.slowest.as_secs_f64()
        )?;
        let (mut states, mut inputs) = (BTreeMap::new(), BTreeMap::new());
        for ((from, cause, to), count) in &self.taken {
            *states.entry(to).or_insert(0) += u64::from(from != to) * count;
            if matches!(from, Machine::Phase(_)) {
                *inputs.entry(cause).or_insert(0) += count;
            }
        }
        writeln!(f, "states entered: {states:?}")?;
        writeln!(f, "inputs: {inputs:?}")?;
        writeln!(f, "transitions:")?;
        for ((from, cause, to), count) in &self.taken {
            writeln!(f, "{count:>12}  {from:?} --{cause:?}--> {to:?}")?;
        }
        Ok(())
    }
}
