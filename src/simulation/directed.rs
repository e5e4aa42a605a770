//! Schedules of what hardly comes together by chance: something goes on, and just then something ends it.

use super::ledger::POISON;
use super::manners::Subscriptions;
use super::scene::ClientTraits;
use super::schedule::{Batch, Op};
use proptest::prelude::*;
use proptest::strategy::Union;

type Steps = Vec<(u32, Op)>;

/// See the module.
pub(super) fn directed() -> impl Strategy<Value = Steps> {
    // What is rarest stands there more often.
    let all = [
        repairs().boxed(),
        held_back().boxed(),
        held_back().boxed(),
        refused_birth().boxed(),
        refused_subscription().boxed(),
        farewell().boxed(),
        blocked_farewell().boxed(),
        closed().boxed(),
    ];
    Union::new(all)
}

/// The caller gives the client up while its background thread does not run.
fn given_up() -> impl Strategy<Value = Op> {
    (0..1000_u16).prop_map(|patience_ms| shutdown(patience_ms, true))
}

fn patience() -> impl Strategy<Value = u16> {
    prop_oneof![0..1500_u16, 0..8000_u16]
}

/// What ends a connection.
fn ends() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => given_up(),
        2 => patience().prop_map(|patience_ms| shutdown(patience_ms, false)),
        1 => (0..3_u8).prop_map(Op::Close),
        1 => any::<bool>().prop_map(|broker_knows| Op::HalfOpen { broker_knows }),
        1 => Just(Op::Reconfigure { traits: ClientTraits::default(), renames: true }),
    ]
}

/// The availability topic is to be repaired.
fn repairs() -> impl Strategy<Value = Steps> {
    let meddles = prop::collection::vec((0..1500_u32, 0..3_u8), 2..5);
    (500..3000_u32, any::<bool>(), meddles, 0..1500_u32, ends()).prop_map(
        |(first, closes, meddles, last, end)| {
            let meddles = meddles.into_iter();
            let begin = match closes {
                true => Op::Close(0),
                false => Op::Meddle(0),
            };
            let mut steps = vec![(first, begin)];
            steps.extend(meddles.map(|(after, kind)| (after, Op::Meddle(kind))));
            steps.push((last, end));
            steps
        },
    )
}

/// The broker closes on a message, three times. Then its turn comes, now and then, and perhaps the broker is silent.
fn held_back() -> impl Strategy<Value = Steps> {
    let silent = prop_oneof![
        Just(Op::Stall(30_000)),
        Just(Op::Mute(30_000)),
        Just(publish(0))
    ];
    let times = (0..3000_u32, 3000..20_000_u32, 0..2000_u32, 0..6000_u32);
    (times, silent, ends()).prop_map(|((first, later, publish_after, last), silent, end)| {
        vec![
            (first, publish(POISON)),
            (later, silent),
            (publish_after, publish(0)),
            (last, end),
        ]
    })
}

/// The broker refuses the birth message.
fn refused_birth() -> impl Strategy<Value = Steps> {
    let last = prop_oneof![500..8000_u32, 55_000..70_000_u32];
    (0..100_u32, last, ends()).prop_map(|(close, last, end)| {
        vec![
            (0, Op::RefuseAvailability(true)),
            (close, Op::Close(0)),
            (last, end),
        ]
    })
}

/// The broker refuses a subscription, or does not answer, and may still have that of an earlier connection.
fn refused_subscription() -> impl Strategy<Value = Steps> {
    let how = prop_oneof![
        Just(Subscriptions::Refused),
        Just(Subscriptions::Unanswered)
    ];
    let times = (2000..8000_u32, 500..25_000_u32, 0..2000_u32);
    (how, times, ends()).prop_map(|(how, (close, meddle, last), end)| {
        // A session that outlives its connection.
        let traits = ClientTraits {
            will_delay: 5,
            ..ClientTraits::default()
        };
        vec![
            (
                0,
                Op::Reconfigure {
                    traits,
                    renames: false,
                },
            ),
            (close, Op::Subscriptions(how)),
            (0, Op::Close(0)),
            (meddle, Op::Meddle(0)),
            (last, end),
        ]
    })
}

/// Something comes between while the client says goodbye.
fn farewell() -> impl Strategy<Value = Steps> {
    let before = prop_oneof![
        Just(Op::Mute(20_000)),
        Just(Op::Stall(20_000)),
        Just(Op::RefuseAvailability(true)),
        Just(publish(0)),
    ];
    let twin = Op::Twin {
        for_ms: 10,
        patience_ms: 0,
    };
    let end = prop_oneof![3 => (0..3_u8).prop_map(Op::Close), 1 => Just(twin), 2 => ends()];
    let times = (1000..6000_u32, 0..500_u32, 0..8000_u32);
    (before, times, patience(), end).prop_map(
        |(before, (first, shut_down, last), patience_ms, end)| {
            vec![
                (first, before),
                (0, publish(0)),
                (shut_down, shutdown(patience_ms, false)),
                (last, end),
            ]
        },
    )
}

/// What the client writes has been stuck for nearly as long as it may be when it shuts down.
fn blocked_farewell() -> impl Strategy<Value = Steps> {
    (1000..4000_u32, 14_000..30_000_u32).prop_map(|(first, last)| {
        vec![
            (first, Op::Block(60_000)),
            (0, publish(0)),
            (last, shutdown(8000, false)),
        ]
    })
}

/// Calls of a client that is closed, before its thread has noticed.
fn closed() -> impl Strategy<Value = Steps> {
    (0..4000_u32, 0..1000_u16).prop_map(|(first, patience_ms)| {
        vec![
            (first, shutdown(patience_ms, true)),
            (patience_ms.into(), Op::Reconnect),
            (0, shutdown(0, false)),
            (0, Op::Adjust(ClientTraits::default())),
            (0, publish(0)),
            (0, Op::Stray(0)),
        ]
    })
}

fn shutdown(patience_ms: u16, is_starved: bool) -> Op {
    Op::Shutdown {
        patience_ms,
        gone_for_ms: 0,
        is_starved,
    }
}

fn publish(nature: u8) -> Op {
    Op::Publish(Batch {
        count: 1,
        size: 10,
        nature,
        ..Batch::default()
    })
}
