//! Where the session stands, for the simulation: what it has to have been through.

use super::live::{Birth, Ending, Guard, Live};
use super::{Phase, Session};
use crate::outbox::Time;

/// The session as a few small machines, each in one of its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stand {
    pub(crate) phase: PhaseStand,
    pub(crate) birth: BirthStand,
    pub(crate) guard: GuardStand,
    pub(crate) ending: EndingStand,
    pub(crate) stopping: bool,
    pub(crate) leaving: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PhaseStand {
    /// A pause at the end of which a new round begins.
    Pause,
    /// The next attempt of the same round is due.
    Again,
    Opening,
    Live,
    Finished,
}

/// The birth message of the open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum BirthStand {
    None,
    Due,
    Sent,
    Acknowledged,
    Refused,
}

/// The subscription of the open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum GuardStand {
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
pub(crate) enum EndingStand {
    None,
    No,
    OfflineDue,
    OfflineSent,
    DisconnectDue,
    DisconnectSent,
}

impl Stand {
    /// In a few words.
    pub(crate) fn phase_name(self) -> String {
        match self.phase {
            PhaseStand::Live => format!(
                "birth {:?}, guard {:?}, ending {:?}",
                self.birth, self.guard, self.ending
            ),
            phase => format!("{phase:?}"),
        }
    }
}

impl Session {
    /// Where the session stands.
    pub(crate) fn stand(&self) -> Stand {
        let (phase, live) = match &self.phase {
            Phase::Pause { next: None, .. } => (PhaseStand::Pause, None),
            Phase::Pause { next: Some(_), .. } => (PhaseStand::Again, None),
            Phase::Opening(_) => (PhaseStand::Opening, None),
            Phase::Live(live) => (PhaseStand::Live, Some(live.as_ref())),
            Phase::Finished => (PhaseStand::Finished, None),
        };
        Stand {
            phase,
            birth: live.map_or(BirthStand::None, Live::birth_stand),
            guard: live.map_or(GuardStand::None, Live::guard_stand),
            ending: live.map_or(EndingStand::None, Live::ending_stand),
            stopping: self.stop.is_some(),
            leaving: self.next_settings.is_some(),
        }
    }

    /// Until when no connection is tried.
    pub(crate) fn pause_until(&self) -> Option<Time> {
        match self.phase {
            Phase::Pause { until, .. } => Some(until),
            _ => None,
        }
    }
}

impl Live {
    fn birth_stand(&self) -> BirthStand {
        match self.birth {
            Birth::Due => BirthStand::Due,
            Birth::Sent(_) => BirthStand::Sent,
            Birth::Acknowledged(_) => BirthStand::Acknowledged,
            Birth::Refused { .. } => BirthStand::Refused,
        }
    }

    fn guard_stand(&self) -> GuardStand {
        match self.guard {
            _ if self.repairs.due().is_some() => GuardStand::RepairDue,
            Guard::Off(_) => GuardStand::Off,
            Guard::Due => GuardStand::Due,
            Guard::Asked { .. } => GuardStand::Asked,
            Guard::On => GuardStand::On,
        }
    }

    fn ending_stand(&self) -> EndingStand {
        match self.ending {
            Ending::No => EndingStand::No,
            Ending::OfflineDue => EndingStand::OfflineDue,
            Ending::OfflineSent(_) => EndingStand::OfflineSent,
            Ending::DisconnectDue => EndingStand::DisconnectDue,
            Ending::DisconnectSent { .. } => EndingStand::DisconnectSent,
        }
    }
}
