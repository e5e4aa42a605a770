//! The transitions that the session has. A run has to take each of them and no other.

use super::coverage::Cause::{self, *};
use super::coverage::Failed::*;
use crate::engine::{BirthSnapshot, FarewellSnapshot, GuardSnapshot, PhaseSnapshot};

/// A state of one of the machines that make up the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Machine {
    Phase(PhaseSnapshot),
    Birth(BirthSnapshot),
    Guard(GuardSnapshot),
    Farewell(FarewellSnapshot),
}

use BirthSnapshot as B;
use FarewellSnapshot as E;
use GuardSnapshot as G;
use Machine::{Birth, Farewell, Guard, Phase};
use PhaseSnapshot as P;

type Row = (Machine, &'static [Cause], Machine);

/// What leaves the phase as it is counts too; the other machines count only where they change. What time does is
/// allowed together with whatever else the session was told at that moment.
const TABLE: &[Row] = &[
    (
        Phase(P::Waiting),
        &[Time, Publish, ShutDown, Adjust, Reconfigure, Stray],
        Phase(P::Waiting),
    ),
    (Phase(P::Waiting), &[Time], Phase(P::Connecting)),
    (
        Phase(P::Waiting),
        &[Time, ShutDown, Finish],
        Phase(P::Closed),
    ),
    (Phase(P::Again), &[Time], Phase(P::Connecting)),
    (
        Phase(P::Connecting),
        &[Time, Publish, ShutDown, Adjust, Reconfigure, Stray],
        Phase(P::Connecting),
    ),
    (Phase(P::Connecting), &[Opened], Phase(P::Connected)),
    (
        Phase(P::Connecting),
        &[
            Failed(WrongVersion),
            Failed(Undecided),
            Failed(Silent),
            Failed(NoRetain),
            Failed(NoQos1),
        ],
        Phase(P::Again),
    ),
    (
        Phase(P::Connecting),
        &[
            Opened,
            Failed(Unreachable),
            Failed(WrongVersion),
            Failed(Undecided),
            Failed(Silent),
            Failed(NoRetain),
            Failed(NoQos1),
            Failed(Later),
            Failed(Permanent),
        ],
        Phase(P::Waiting),
    ),
    (
        Phase(P::Connecting),
        &[Time, ShutDown, Finish],
        Phase(P::Closed),
    ),
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
            ShutDown,
            Adjust,
            Reconfigure,
            Stray,
        ],
        Phase(P::Connected),
    ),
    (
        Phase(P::Connected),
        &[Time, ByPeer, TakenOver, Stalled],
        Phase(P::Waiting),
    ),
    // New settings begin as soon as the old connection has ended.
    (Phase(P::Connected), &[Time], Phase(P::Connecting)),
    (
        Phase(P::Connected),
        &[Time, ByPeer, TakenOver, Stalled, Finish],
        Phase(P::Closed),
    ),
    (
        Phase(P::Closed),
        &[Time, Publish, ShutDown, Adjust, Stray],
        Phase(P::Closed),
    ),
    (Birth(B::None), &[Opened], Birth(B::Due)),
    (Birth(B::Due), &[Packet], Birth(B::Sent)),
    (Birth(B::Sent), &[Acked, Written], Birth(B::Acknowledged)),
    (Birth(B::Sent), &[Nacked], Birth(B::Refused)),
    (
        Birth(B::Sent),
        &[Time, ConnectionEnd, Finish],
        Birth(B::None),
    ),
    (Birth(B::Acknowledged), &[Nacked], Birth(B::Refused)),
    (
        Birth(B::Acknowledged),
        &[Time, ConnectionEnd, Finish],
        Birth(B::None),
    ),
    (Birth(B::Refused), &[Time], Birth(B::Due)),
    (
        Birth(B::Refused),
        &[Time, ConnectionEnd, Finish],
        Birth(B::None),
    ),
    (Guard(G::None), &[Opened], Guard(G::Due)),
    (Guard(G::None), &[Opened], Guard(G::Off)),
    (Guard(G::Due), &[Packet], Guard(G::Asked)),
    (
        Guard(G::Due),
        &[Time, ConnectionEnd, Finish],
        Guard(G::None),
    ),
    (Guard(G::Asked), &[Granted], Guard(G::On)),
    (Guard(G::Asked), &[Time, NotGranted], Guard(G::Off)),
    (
        Guard(G::Asked),
        &[Time, ConnectionEnd, Finish],
        Guard(G::None),
    ),
    (Guard(G::Asked), &[ReceivedOther], Guard(G::RepairDue)),
    (Guard(G::On), &[ReceivedOther], Guard(G::RepairDue)),
    (Guard(G::On), &[Time, ConnectionEnd, Finish], Guard(G::None)),
    // A session that the broker kept may still have the subscription of an earlier connection.
    (Guard(G::Off), &[ReceivedOther], Guard(G::RepairDue)),
    (
        Guard(G::Off),
        &[Time, ConnectionEnd, Finish],
        Guard(G::None),
    ),
    (Guard(G::RepairDue), &[Packet], Guard(G::On)),
    (Guard(G::RepairDue), &[Packet], Guard(G::Off)),
    (Guard(G::RepairDue), &[Packet], Guard(G::Asked)),
    (Guard(G::RepairDue), &[Time, ConnectionEnd], Guard(G::None)),
    (Farewell(E::None), &[Opened], Farewell(E::No)),
    (Farewell(E::None), &[Opened], Farewell(E::OfflineDue)),
    (
        Farewell(E::No),
        &[Time, ShutDown, Reconfigure],
        Farewell(E::OfflineDue),
    ),
    (
        Farewell(E::No),
        &[Time, ConnectionEnd, Finish],
        Farewell(E::None),
    ),
    (Farewell(E::OfflineDue), &[Packet], Farewell(E::OfflineSent)),
    (
        Farewell(E::OfflineDue),
        &[Time, ConnectionEnd, Finish],
        Farewell(E::None),
    ),
    (
        Farewell(E::OfflineSent),
        &[Acked, Written],
        Farewell(E::DisconnectDue),
    ),
    // Refused: the connection ends at once, so that the will may say it.
    (Farewell(E::OfflineSent), &[Nacked], Farewell(E::None)),
    (
        Farewell(E::OfflineSent),
        &[Time, ConnectionEnd, Finish],
        Farewell(E::None),
    ),
    (
        Farewell(E::DisconnectDue),
        &[Packet],
        Farewell(E::DisconnectSent),
    ),
    (
        Farewell(E::DisconnectDue),
        &[ConnectionEnd],
        Farewell(E::None),
    ),
    (
        Farewell(E::DisconnectSent),
        &[Time, ConnectionEnd, Finish],
        Farewell(E::None),
    ),
];

/// Transitions that several things have to come together for: allowed, but not demanded of a run.
const RARE: &[Row] = &[
    // The moment to say again what was refused comes with the last words before the end.
    (Birth(B::Due), &[ConnectionEnd], Birth(B::None)),
    // Of two repairs on their way the first is refused and the second is not.
    (Birth(B::Refused), &[Acked], Birth(B::Acknowledged)),
    // A kept subscription brings something else together with the acknowledgement of the birth message.
    (Guard(G::Due), &[ReceivedOther], Guard(G::RepairDue)),
    (Guard(G::RepairDue), &[Packet], Guard(G::Due)),
    (Guard(G::RepairDue), &[Finish], Guard(G::None)),
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
