//! Where the engine stands, for the simulation: what it has to have been through.

use super::connection::{Birth, Connection, Farewell, Guard};
use super::{Engine, Phase};
use crate::outbox::Time;

/// The engine as a few small machines, each in one of its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) phase: PhaseSnapshot,
    pub(crate) birth: BirthSnapshot,
    pub(crate) guard: GuardSnapshot,
    pub(crate) farewell: FarewellSnapshot,
    pub(crate) stopping: bool,
    pub(crate) leaving: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PhaseSnapshot {
    /// A pause at the end of which a new round begins.
    Waiting,
    /// The next attempt of the same round is due.
    Again,
    Connecting,
    Connected,
    Closed,
}

/// The birth message of the open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum BirthSnapshot {
    None,
    Due,
    Sent,
    Acknowledged,
    Refused,
}

/// The subscription of the open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum GuardSnapshot {
    None,
    Off,
    Due,
    Asked,
    On,
    /// Something else was heard, and the birth message is to be said again.
    RepairDue,
}

/// The farewell of the open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FarewellSnapshot {
    None,
    No,
    OfflineDue,
    OfflineSent,
    DisconnectDue,
    DisconnectSent,
}

impl Snapshot {
    /// In a few words.
    pub(crate) fn phase_name(self) -> String {
        match self.phase {
            PhaseSnapshot::Connected => format!(
                "birth {:?}, guard {:?}, farewell {:?}",
                self.birth, self.guard, self.farewell
            ),
            phase => format!("{phase:?}"),
        }
    }
}

impl Engine {
    /// Where the engine stands.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let (phase, connection) = match &self.phase {
            Phase::Waiting { next: None, .. } => (PhaseSnapshot::Waiting, None),
            Phase::Waiting { next: Some(_), .. } => (PhaseSnapshot::Again, None),
            Phase::Connecting(_) => (PhaseSnapshot::Connecting, None),
            Phase::Connected(connection) => (PhaseSnapshot::Connected, Some(connection.as_ref())),
            Phase::Closed => (PhaseSnapshot::Closed, None),
        };
        Snapshot {
            phase,
            birth: connection.map_or(BirthSnapshot::None, Connection::birth_snapshot),
            guard: connection.map_or(GuardSnapshot::None, Connection::guard_snapshot),
            farewell: connection.map_or(FarewellSnapshot::None, Connection::farewell_snapshot),
            stopping: self.stop.is_some(),
            leaving: self.next_settings.is_some(),
        }
    }

    /// Until when no connection is tried.
    pub(crate) fn pause_until(&self) -> Option<Time> {
        match self.phase {
            Phase::Waiting { until, .. } => Some(until),
            _ => None,
        }
    }
}

impl Connection {
    fn birth_snapshot(&self) -> BirthSnapshot {
        match self.birth {
            Birth::Due => BirthSnapshot::Due,
            Birth::Sent(_) => BirthSnapshot::Sent,
            Birth::Acknowledged(_) => BirthSnapshot::Acknowledged,
            Birth::Refused { .. } => BirthSnapshot::Refused,
        }
    }

    fn guard_snapshot(&self) -> GuardSnapshot {
        match self.guard {
            _ if self.repairs.due().is_some() => GuardSnapshot::RepairDue,
            Guard::Off(_) => GuardSnapshot::Off,
            Guard::Due => GuardSnapshot::Due,
            Guard::Asked { .. } => GuardSnapshot::Asked,
            Guard::On => GuardSnapshot::On,
        }
    }

    fn farewell_snapshot(&self) -> FarewellSnapshot {
        match self.farewell {
            Farewell::NotBegun => FarewellSnapshot::No,
            Farewell::OfflineDue => FarewellSnapshot::OfflineDue,
            Farewell::OfflineSent(_) => FarewellSnapshot::OfflineSent,
            Farewell::DisconnectDue => FarewellSnapshot::DisconnectDue,
            Farewell::DisconnectSent { .. } => FarewellSnapshot::DisconnectSent,
        }
    }
}
