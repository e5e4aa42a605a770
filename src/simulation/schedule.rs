//! A schedule: what happens to a world, and when.

use super::directed::directed;
use super::manners::{Speaks, Subscriptions};
use super::scene::{client_traits, scenes, speaks, ClientTraits, Scene};
use crate::engine::FailureKind;
use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Publish(Batch),
    /// Says what a topic is to hold, or that it is to hold nothing.
    State {
        which: u8,
        forgets: bool,
    },
    /// Asks what became of the oldest message that is held.
    Take,
    /// Gives up all that are held.
    Forget,
    Look {
        opens_notices: bool,
    },
    /// A thread does this the next time that the background thread has the driver.
    Meanwhile(Meanwhile),
    Shutdown {
        patience_ms: u16,
        gone_for_ms: u32,
        /// The background thread does not run until the caller has given up.
        is_starved: bool,
    },
    Kill {
        with_machine: bool,
        gone_for_ms: u32,
    },
    /// The background thread does not run for a while.
    Freeze(u16),
    Reconfigure {
        traits: ClientTraits,
        renames: bool,
    },
    /// Other bounds for the outbox, and other pauses; the connection stays.
    Adjust(ClientTraits),
    /// An input that comes too late, of a connection long gone or of none.
    Stray(u8),
    Cut {
        loses_up: bool,
        loses_down: bool,
    },
    HalfOpen {
        broker_knows: bool,
    },
    Block(u16),
    Stall(u16),
    Mute(u16),
    Crash {
        keeps_state: bool,
        down_for_ms: u16,
    },
    /// The broker closes, without a word or, on MQTT 5, with a reason.
    Close(u8),
    /// The host asks for an attempt now.
    Reconnect,
    Speak(Speaks),
    Refuse(Option<FailureKind>),
    Subscriptions(Subscriptions),
    RefuseAvailability(bool),
    SwapAcknowledgements(bool),
    SendTooLarge(bool),
    Twin {
        for_ms: u32,
        patience_ms: u16,
    },
    Meddle(u8),
    HomeRestarts(u16),
}

/// What needs no driver, if the terms of the intake allow it.
#[derive(Clone, Debug)]
pub(super) enum Meanwhile {
    Publish(Batch),
    /// Gives up all that are held.
    Forget,
}

/// Messages published at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    pub(super) count: u8,
    pub(super) camera: u8,
    pub(super) qos_0: bool,
    pub(super) retain: bool,
    pub(super) lifetime: Option<u16>,
    pub(super) size: u16,
    pub(super) nature: u8,
    pub(super) is_tracked: bool,
    /// Each names a state of the topic of this number.
    pub(super) names: Option<u8>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    pub(super) scene: Scene,
    /// What happens, each after so many milliseconds.
    pub(super) steps: Vec<(u32, Op)>,
    /// How the process ends when all is well: shut down, killed, or lost with its machine.
    pub(super) end: u8,
}

fn batches() -> impl Strategy<Value = Batch> {
    let count = prop_oneof![3 => Just(1_u8), 2 => 1..6_u8, 1 => 6..40_u8];
    let lifetime = prop_oneof![
        Just(None),
        (1..90_u16).prop_map(Some),
        (1..400_u16).prop_map(Some)
    ];
    let size = prop_oneof![6 => Just(10_u16), 2 => 10..300_u16, 1 => 300..30_000_u16];
    let nature = prop_oneof![10 => Just(0_u8), 1 => Just(1), 1 => Just(2)];
    let rare = || prop::bool::weighted(0.15);
    let names = prop_oneof![3 => Just(None), 1 => (0..3_u8).prop_map(Some)];
    (
        count,
        0..4_u8,
        rare(),
        rare(),
        lifetime,
        size,
        nature,
        (any::<bool>(), names),
    )
        .prop_map(|b| Batch {
            count: b.0,
            camera: b.1,
            qos_0: b.2,
            retain: b.3,
            lifetime: b.4,
            size: b.5,
            nature: b.6,
            is_tracked: b.7 .0,
            names: b.7 .1,
        })
}

fn kinds() -> impl Strategy<Value = Option<FailureKind>> {
    prop_oneof![
        3 => Just(None),
        1 => Just(Some(FailureKind::Undecided)),
        1 => Just(Some(FailureKind::Closed)),
        1 => Just(Some(FailureKind::Silent)),
        1 => Just(Some(FailureKind::WrongVersion)),
        1 => Just(Some(FailureKind::Later)),
        1 => Just(Some(FailureKind::Permanent)),
        1 => Just(Some(FailureKind::NotAuthorized)),
    ]
}

fn subscriptions() -> impl Strategy<Value = Subscriptions> {
    prop_oneof![
        2 => Just(Subscriptions::Granted),
        1 => Just(Subscriptions::Refused),
        1 => Just(Subscriptions::Unanswered),
        1 => Just(Subscriptions::Closed),
    ]
}

fn meanwhile() -> impl Strategy<Value = Meanwhile> {
    prop_oneof![
        2 => batches().prop_map(Meanwhile::Publish),
        1 => Just(Meanwhile::Forget),
    ]
}

fn client_ops() -> impl Strategy<Value = Op> {
    let gone = || prop_oneof![0..50_u32, 0..20_000_u32];
    prop_oneof![
        16 => batches().prop_map(Op::Publish),
        4 => (0..3_u8, prop::bool::weighted(0.25))
            .prop_map(|(which, forgets)| Op::State { which, forgets }),
        2 => Just(Op::Take),
        1 => Just(Op::Forget),
        2 => any::<bool>().prop_map(|opens_notices| Op::Look { opens_notices }),
        3 => meanwhile().prop_map(Op::Meanwhile),
        2 => (0..8000_u16, gone(), prop::bool::weighted(0.25))
            .prop_map(|(patience_ms, gone_for_ms, is_starved)| Op::Shutdown {
                patience_ms,
                gone_for_ms,
                is_starved,
            }),
        1 => (any::<bool>(), gone())
            .prop_map(|(with_machine, gone_for_ms)| Op::Kill { with_machine, gone_for_ms }),
        1 => (0..20_000_u16).prop_map(Op::Freeze),
        2 => (client_traits(), any::<bool>())
            .prop_map(|(traits, renames)| Op::Reconfigure { traits, renames }),
        1 => client_traits().prop_map(Op::Adjust),
        1 => Just(Op::Reconnect),
        1 => (0..7_u8).prop_map(Op::Stray),
    ]
}

fn world_ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (any::<bool>(), any::<bool>())
            .prop_map(|(loses_up, loses_down)| Op::Cut { loses_up, loses_down }),
        2 => any::<bool>().prop_map(|broker_knows| Op::HalfOpen { broker_knows }),
        2 => (0..30_000_u16).prop_map(Op::Block),
        2 => (0..40_000_u16).prop_map(Op::Stall),
        2 => (0..40_000_u16).prop_map(Op::Mute),
        2 => (any::<bool>(), prop_oneof![0..100_u16, 0..60_000_u16])
            .prop_map(|(keeps_state, down_for_ms)| Op::Crash { keeps_state, down_for_ms }),
        2 => (0..3_u8).prop_map(Op::Close),
        2 => speaks().prop_map(Op::Speak),
        3 => kinds().prop_map(Op::Refuse),
        2 => subscriptions().prop_map(Op::Subscriptions),
        2 => any::<bool>().prop_map(Op::RefuseAvailability),
        1 => any::<bool>().prop_map(Op::SwapAcknowledgements),
        1 => any::<bool>().prop_map(Op::SendTooLarge),
        2 => (prop_oneof![Just(0_u32), 0..30_000_u32, 0..600_000_u32], 0..5000_u16)
            .prop_map(|(for_ms, patience_ms)| Op::Twin { for_ms, patience_ms }),
        2 => (0..3_u8).prop_map(Op::Meddle),
        2 => (0..60_000_u16).prop_map(Op::HomeRestarts),
    ]
}

pub(super) fn schedules() -> impl Strategy<Value = Schedule> {
    let gap = prop_oneof![
        3 => Just(0_u32),
        3 => 0..100_u32,
        3 => 0..5000_u32,
        1 => 0..120_000_u32,
    ];
    let op = prop_oneof![3 => client_ops(), 2 => world_ops()];
    let steps = prop_oneof![
        7 => prop::collection::vec((gap, op), 1..16),
        1 => directed(),
    ];
    (scenes(), steps, 0..4_u8).prop_map(|(scene, steps, end)| Schedule { scene, steps, end })
}
