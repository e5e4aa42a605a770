//! Where the engine stands, for the simulation: what it has to have been through.

use super::connection::{Birth, Connection, Farewell, Trial};
use super::subscription::Subscription;
use super::{Engine, Phase};
use crate::outbox::Time;

/// The engine as a few small machines, each in one of its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) phase: PhaseSnapshot,
    pub(crate) birth: BirthSnapshot,
    pub(crate) subscription: SubscriptionSnapshot,
    pub(crate) farewell: FarewellSnapshot,
    pub(crate) trial: TrialSnapshot,
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
pub(crate) enum SubscriptionSnapshot {
    None,
    Unwanted,
    Due,
    Asked,
    Granted,
    Failed,
    /// Something else was heard, and the birth message is to be said again.
    RepairDue,
}

/// The turn of a message that was held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TrialSnapshot {
    None,
    From,
    Due,
    Sent,
}

/// The farewell of the open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FarewellSnapshot {
    None,
    NotBegun,
    OfflineDue,
    OfflineSent,
    DisconnectDue,
    DisconnectSent,
    OfflineRefused,
}

impl Snapshot {
    /// In a few words.
    pub(crate) fn phase_name(self) -> String {
        match self.phase {
            PhaseSnapshot::Connected => format!(
                "birth {:?}, subscription {:?}, farewell {:?}, trial {:?}",
                self.birth, self.subscription, self.farewell, self.trial
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
            Phase::Connecting { .. } => (PhaseSnapshot::Connecting, None),
            Phase::Connected(connection) => (PhaseSnapshot::Connected, Some(connection.as_ref())),
            Phase::Closed => (PhaseSnapshot::Closed, None),
        };
        Snapshot {
            phase,
            birth: connection.map_or(BirthSnapshot::None, Connection::birth_snapshot),
            subscription: connection.map_or(
                SubscriptionSnapshot::None,
                Connection::subscription_snapshot,
            ),
            trial: connection.map_or(TrialSnapshot::None, Connection::trial_snapshot),
            farewell: connection.map_or(FarewellSnapshot::None, Connection::farewell_snapshot),
            stopping: self.stop.is_some(),
            leaving: self.next_settings.is_some(),
        }
    }

    /// Until when no connection is tried, and the attempts since a connection lasted.
    pub(crate) fn pause(&self) -> Option<(Time, u32)> {
        match self.phase {
            Phase::Waiting { until, .. } => Some((until, self.broker.reconnect.attempts())),
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

    fn subscription_snapshot(&self) -> SubscriptionSnapshot {
        match self.subscription {
            _ if self.repairs.from().is_some() || self.repairs.is_due() => {
                SubscriptionSnapshot::RepairDue
            }
            Subscription::Unwanted => SubscriptionSnapshot::Unwanted,
            Subscription::Due => SubscriptionSnapshot::Due,
            Subscription::Asked { .. } => SubscriptionSnapshot::Asked,
            Subscription::Granted => SubscriptionSnapshot::Granted,
            Subscription::Failed { .. } => SubscriptionSnapshot::Failed,
        }
    }

    fn trial_snapshot(&self) -> TrialSnapshot {
        match self.trial {
            Trial::None => TrialSnapshot::None,
            Trial::From(_) => TrialSnapshot::From,
            Trial::Due => TrialSnapshot::Due,
            Trial::Sent { .. } => TrialSnapshot::Sent,
        }
    }

    fn farewell_snapshot(&self) -> FarewellSnapshot {
        match self.farewell {
            Farewell::NotBegun => FarewellSnapshot::NotBegun,
            Farewell::OfflineDue => FarewellSnapshot::OfflineDue,
            Farewell::OfflineSent(_) => FarewellSnapshot::OfflineSent,
            Farewell::DisconnectDue => FarewellSnapshot::DisconnectDue,
            Farewell::DisconnectSent { .. } => FarewellSnapshot::DisconnectSent,
            Farewell::OfflineRefused => FarewellSnapshot::OfflineRefused,
        }
    }
}
