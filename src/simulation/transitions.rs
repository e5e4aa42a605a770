//! The transitions that the engine has. A run has to take each of them and no other.

use super::coverage::Cause::{self, *};
use crate::engine::FailureKind::*;
use crate::engine::{
    BirthSnapshot, FarewellSnapshot, PhaseSnapshot, SubscriptionSnapshot, TrialSnapshot,
};

/// A state of one of the machines that make up the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Machine {
    Phase(PhaseSnapshot),
    Birth(BirthSnapshot),
    Subscription(SubscriptionSnapshot),
    Farewell(FarewellSnapshot),
    Trial(TrialSnapshot),
}

use BirthSnapshot as B;
use FarewellSnapshot as E;
use Machine::{Birth, Farewell, Phase, Subscription, Trial};
use PhaseSnapshot as P;
use SubscriptionSnapshot as S;
use TrialSnapshot as T;

type Row = (Machine, &'static [Cause], Machine);

/// What ends a connection: the broker, the background thread, or the caller who gives the client up.
const ENDS: &[Cause] = &[Time, ConnectionEnd, Finish];

/// What leaves the phase as it is counts too; the other machines count only where they change. What time does is
/// allowed together with whatever else the engine was told at that moment.
const TABLE: &[Row] = &[
    (
        Phase(P::Waiting),
        &[
            Time,
            Publish,
            ShutDown,
            Adjust,
            Reconfigure,
            Reconnect,
            Asked,
            Stray,
        ],
        Phase(P::Waiting),
    ),
    (Phase(P::Waiting), &[Time], Phase(P::Connecting)),
    (Phase(P::Waiting), &[Time, Finish], Phase(P::Closed)),
    (Phase(P::Again), &[Time], Phase(P::Again)),
    (Phase(P::Again), &[Time], Phase(P::Connecting)),
    (
        Phase(P::Connecting),
        &[Time, Publish, ShutDown, Adjust, Reconnect, Asked, Stray],
        Phase(P::Connecting),
    ),
    (Phase(P::Connecting), &[Opened], Phase(P::Connected)),
    (
        Phase(P::Connecting),
        &[
            Failed(WrongVersion),
            Failed(Undecided),
            Failed(Closed),
            Failed(Silent),
            Failed(NoRetain),
            Failed(NoQos1),
        ],
        Phase(P::Again),
    ),
    (
        Phase(P::Connecting),
        &[
            Reconfigure,
            Failed(Unreachable),
            Failed(NotRunning),
            Failed(WrongVersion),
            Failed(Undecided),
            Failed(Closed),
            Failed(Silent),
            Failed(NotAuthorized),
            Failed(Later),
            Failed(Permanent),
        ],
        Phase(P::Waiting),
    ),
    (Phase(P::Connecting), &[Time, Finish], Phase(P::Closed)),
    (
        Phase(P::Connected),
        &[
            Time,
            Packet,
            Publish,
            Written,
            Acked,
            Nacked,
            Granted,
            NotGranted,
            ReceivedBirth,
            ReceivedOther,
            HeardHomeAssistant,
            ShutDown,
            Adjust,
            Reconfigure,
            Reconnect,
            Asked,
            Stray,
        ],
        Phase(P::Connected),
    ),
    (
        Phase(P::Connected),
        &[Time, ByPeer, Disconnected, Unavailable, TakenOver, Stalled],
        Phase(P::Waiting),
    ),
    // New settings begin as soon as the old connection has ended.
    (Phase(P::Connected), &[Time], Phase(P::Connecting)),
    (
        Phase(P::Connected),
        &[
            Time,
            ByPeer,
            Disconnected,
            Unavailable,
            TakenOver,
            Stalled,
            Finish,
        ],
        Phase(P::Closed),
    ),
    (
        Phase(P::Closed),
        &[
            Time, Packet, Publish, ShutDown, Adjust, Reconnect, Asked, Stray,
        ],
        Phase(P::Closed),
    ),
    (Birth(B::None), &[Opened], Birth(B::Due)),
    (Birth(B::Due), &[Packet], Birth(B::Sent)),
    (Birth(B::Sent), &[Acked, Written], Birth(B::Acknowledged)),
    (Birth(B::Sent), &[Nacked], Birth(B::Refused)),
    (Birth(B::Sent), ENDS, Birth(B::None)),
    (Birth(B::Acknowledged), &[Nacked], Birth(B::Refused)),
    (Birth(B::Acknowledged), ENDS, Birth(B::None)),
    (Birth(B::Refused), &[Time], Birth(B::Due)),
    (Birth(B::Refused), ENDS, Birth(B::None)),
    (Subscription(S::None), &[Opened], Subscription(S::Due)),
    (Subscription(S::None), &[Opened], Subscription(S::Unwanted)),
    (Subscription(S::None), &[Opened], Subscription(S::Failed)),
    (Subscription(S::Due), &[Packet], Subscription(S::Asked)),
    (Subscription(S::Due), ENDS, Subscription(S::None)),
    (Subscription(S::Asked), &[Granted], Subscription(S::Granted)),
    (
        Subscription(S::Asked),
        &[Time, NotGranted],
        Subscription(S::Failed),
    ),
    (
        Subscription(S::Asked),
        &[ReceivedOther],
        Subscription(S::RepairDue),
    ),
    (Subscription(S::Asked), ENDS, Subscription(S::None)),
    (
        Subscription(S::Granted),
        &[ReceivedOther],
        Subscription(S::RepairDue),
    ),
    (Subscription(S::Granted), ENDS, Subscription(S::None)),
    (Subscription(S::Failed), &[Time], Subscription(S::Due)),
    // A session that the broker kept may still have the subscription of an earlier connection.
    (
        Subscription(S::Failed),
        &[ReceivedOther],
        Subscription(S::RepairDue),
    ),
    (Subscription(S::Failed), ENDS, Subscription(S::None)),
    (Subscription(S::Unwanted), ENDS, Subscription(S::None)),
    (
        Subscription(S::RepairDue),
        &[Packet],
        Subscription(S::Granted),
    ),
    (
        Subscription(S::RepairDue),
        &[Packet],
        Subscription(S::Failed),
    ),
    (
        Subscription(S::RepairDue),
        &[Packet],
        Subscription(S::Asked),
    ),
    (Subscription(S::RepairDue), ENDS, Subscription(S::None)),
    (Farewell(E::None), &[Opened], Farewell(E::NotBegun)),
    (
        Farewell(E::NotBegun),
        &[Time, Reconfigure],
        Farewell(E::OfflineDue),
    ),
    (Farewell(E::NotBegun), ENDS, Farewell(E::None)),
    (Farewell(E::OfflineDue), &[Packet], Farewell(E::OfflineSent)),
    (Farewell(E::OfflineDue), ENDS, Farewell(E::None)),
    (
        Farewell(E::OfflineSent),
        &[Acked, Written],
        Farewell(E::DisconnectDue),
    ),
    (
        Farewell(E::OfflineSent),
        &[Nacked],
        Farewell(E::OfflineRefused),
    ),
    (Farewell(E::OfflineSent), ENDS, Farewell(E::None)),
    // At once, so that the will may say it.
    (Farewell(E::OfflineRefused), &[Time], Farewell(E::None)),
    (
        Farewell(E::DisconnectDue),
        &[Packet],
        Farewell(E::DisconnectSent),
    ),
    (Farewell(E::DisconnectSent), ENDS, Farewell(E::None)),
    (Trial(T::None), &[Time], Trial(T::From)),
    (Trial(T::From), &[Time], Trial(T::Due)),
    (Trial(T::From), ENDS, Trial(T::None)),
    (Trial(T::Due), &[Packet], Trial(T::Sent)),
    (Trial(T::Due), &[Packet], Trial(T::None)),
    (Trial(T::Due), ENDS, Trial(T::None)),
    (Trial(T::Sent), &[Acked], Trial(T::None)),
    (Trial(T::Sent), ENDS, Trial(T::None)),
];

/// Transitions that several things have to come together for: allowed, but not demanded of a run.
const RARE: &[Row] = &[
    // The next attempt of a round is due at once; only a background thread that does not run leaves time for more.
    (Phase(P::Again), &[Reconfigure], Phase(P::Waiting)),
    (Phase(P::Again), &[Time, Finish], Phase(P::Closed)),
    // The moment to say again what was refused comes with the last words before the end, or without room.
    (Birth(B::Due), ENDS, Birth(B::None)),
    // Of two repairs on their way the first is refused and the second is not.
    (Birth(B::Refused), &[Acked], Birth(B::Acknowledged)),
    // A repair is too large for the broker, or the birth message.
    (Birth(B::Due), &[Packet], Birth(B::Refused)),
    (Birth(B::Acknowledged), &[Packet], Birth(B::Refused)),
    // A kept subscription brings something else together with the acknowledgement of the birth message.
    (
        Subscription(S::Due),
        &[ReceivedOther],
        Subscription(S::RepairDue),
    ),
    (
        Subscription(S::Unwanted),
        &[ReceivedOther],
        Subscription(S::RepairDue),
    ),
    (Subscription(S::RepairDue), &[Packet], Subscription(S::Due)),
    (
        Subscription(S::RepairDue),
        &[Packet],
        Subscription(S::Unwanted),
    ),
    (Farewell(E::DisconnectDue), ENDS, Farewell(E::None)),
    (
        Farewell(E::OfflineRefused),
        &[ConnectionEnd, Finish],
        Farewell(E::None),
    ),
    (Trial(T::Sent), &[Nacked, Written, Packet], Trial(T::None)),
];

/// Each of those that a run has to take.
pub(super) fn all() -> impl Iterator<Item = (Machine, Cause, Machine)> {
    TABLE
        .iter()
        .flat_map(|&(from, causes, to)| causes.iter().map(move |&cause| (from, cause, to)))
}

/// Whether there is such a transition.
pub(super) fn is_declared(from: Machine, cause: Cause, to: Machine) -> bool {
    let has = |cause| {
        let rare = |row: &Row| row.0 == from && row.1.contains(&cause) && row.2 == to;
        all().any(|transition| transition == (from, cause, to)) || RARE.iter().any(rare)
    };
    has(cause) || has(Time)
}
