//! The transitions that the session has. A run has to take each of them and no other.

use super::coverage::Cause::{self, *};
use super::coverage::Failed::*;
use crate::session::{BirthStand, EndingStand, GuardStand, PhaseStand};

/// A state of one of the machines that make up the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Machine {
    Phase(PhaseStand),
    Birth(BirthStand),
    Guard(GuardStand),
    Ending(EndingStand),
}

use BirthStand as B;
use EndingStand as E;
use GuardStand as G;
use Machine::{Birth, Ending, Guard, Phase};
use PhaseStand as P;

type Row = (Machine, &'static [Cause], Machine);

/// What leaves the phase as it is counts too; the other machines count only where they change. What time does is
/// allowed together with whatever else the session was told at that moment.
const TABLE: &[Row] = &[
    (
        Phase(P::Pause),
        &[Time, Publish, ShutDown, Adjust, Reconfigure, Stray],
        Phase(P::Pause),
    ),
    (Phase(P::Pause), &[Time], Phase(P::Opening)),
    (
        Phase(P::Pause),
        &[Time, ShutDown, Finish],
        Phase(P::Finished),
    ),
    (Phase(P::Again), &[Time], Phase(P::Opening)),
    (
        Phase(P::Opening),
        &[Time, Publish, ShutDown, Adjust, Reconfigure, Stray],
        Phase(P::Opening),
    ),
    (Phase(P::Opening), &[Opened], Phase(P::Live)),
    (
        Phase(P::Opening),
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
        Phase(P::Opening),
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
        Phase(P::Pause),
    ),
    (
        Phase(P::Opening),
        &[Time, ShutDown, Finish],
        Phase(P::Finished),
    ),
    (
        Phase(P::Live),
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
        Phase(P::Live),
    ),
    (
        Phase(P::Live),
        &[Time, ByPeer, TakenOver, Stalled, TooLarge],
        Phase(P::Pause),
    ),
    // New settings begin as soon as the old connection has ended.
    (Phase(P::Live), &[Time], Phase(P::Opening)),
    (
        Phase(P::Live),
        &[Time, ByPeer, TakenOver, Stalled, TooLarge, Finish],
        Phase(P::Finished),
    ),
    (
        Phase(P::Finished),
        &[Time, Publish, ShutDown, Adjust, Stray],
        Phase(P::Finished),
    ),
    (Birth(B::None), &[Opened], Birth(B::Due)),
    (Birth(B::Due), &[Packet], Birth(B::Sent)),
    (Birth(B::Sent), &[Acked, Written], Birth(B::Acknowledged)),
    (Birth(B::Sent), &[Nacked], Birth(B::Refused)),
    (Birth(B::Sent), &[Time, Ended, Finish], Birth(B::None)),
    (Birth(B::Acknowledged), &[Nacked], Birth(B::Refused)),
    (
        Birth(B::Acknowledged),
        &[Time, Ended, Finish],
        Birth(B::None),
    ),
    (Birth(B::Refused), &[Time], Birth(B::Due)),
    (Birth(B::Refused), &[Time, Ended, Finish], Birth(B::None)),
    (Guard(G::None), &[Opened], Guard(G::Due)),
    (Guard(G::None), &[Opened], Guard(G::Off)),
    (Guard(G::Due), &[Packet], Guard(G::Asked)),
    (Guard(G::Due), &[Time, Ended, Finish], Guard(G::None)),
    (Guard(G::Asked), &[Granted], Guard(G::On)),
    (Guard(G::Asked), &[Time, NotGranted], Guard(G::Off)),
    (Guard(G::Asked), &[Time, Ended, Finish], Guard(G::None)),
    (Guard(G::Asked), &[ReceivedOther], Guard(G::RepairDue)),
    (Guard(G::On), &[ReceivedOther], Guard(G::RepairDue)),
    (Guard(G::On), &[Time, Ended, Finish], Guard(G::None)),
    // A session that the broker kept may still have the subscription of an earlier connection.
    (Guard(G::Off), &[ReceivedOther], Guard(G::RepairDue)),
    (Guard(G::Off), &[Time, Ended, Finish], Guard(G::None)),
    (Guard(G::RepairDue), &[Packet], Guard(G::On)),
    (Guard(G::RepairDue), &[Packet], Guard(G::Off)),
    (Guard(G::RepairDue), &[Packet], Guard(G::Asked)),
    (Guard(G::RepairDue), &[Time, Ended], Guard(G::None)),
    (Ending(E::None), &[Opened], Ending(E::No)),
    (Ending(E::None), &[Opened], Ending(E::OfflineDue)),
    (
        Ending(E::No),
        &[Time, ShutDown, Reconfigure],
        Ending(E::OfflineDue),
    ),
    (Ending(E::No), &[Time, Ended, Finish], Ending(E::None)),
    (Ending(E::OfflineDue), &[Packet], Ending(E::OfflineSent)),
    (
        Ending(E::OfflineDue),
        &[Time, Ended, Finish],
        Ending(E::None),
    ),
    (
        Ending(E::OfflineSent),
        &[Acked, Written],
        Ending(E::DisconnectDue),
    ),
    // Refused: the connection ends at once, so that the will may say it.
    (Ending(E::OfflineSent), &[Nacked], Ending(E::None)),
    (
        Ending(E::OfflineSent),
        &[Time, Ended, Finish],
        Ending(E::None),
    ),
    (
        Ending(E::DisconnectDue),
        &[Packet],
        Ending(E::DisconnectSent),
    ),
    (Ending(E::DisconnectDue), &[Ended], Ending(E::None)),
    (
        Ending(E::DisconnectSent),
        &[Time, Ended, Finish],
        Ending(E::None),
    ),
];

/// Transitions that several things have to come together for: allowed, but not demanded of a run.
const RARE: &[Row] = &[
    // The moment to say again what was refused comes with the last words before the end.
    (Birth(B::Due), &[Ended], Birth(B::None)),
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
