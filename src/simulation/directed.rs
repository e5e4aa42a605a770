//! Schedules of what hardly comes together by chance.

use super::ledger::POISON;
use super::schedule::{Batch, Op};
use proptest::prelude::*;

/// The caller gives up a client that waits to repair, or that waits for the turn of
/// a message that was held back or has just sent it.
pub(super) fn directed() -> impl Strategy<Value = Vec<(u32, Op)>> {
    let starved = || {
        (0..1000_u16).prop_map(|patience_ms| Op::Shutdown {
            patience_ms,
            gone_for_ms: 0,
            is_starved: true,
        })
    };
    let publish = |nature| {
        Op::Publish(Batch {
            count: 1,
            size: 10,
            nature,
            ..Batch::default()
        })
    };
    let meddles = prop::collection::vec((0..1500_u32, 0..3_u8), 2..5);
    prop_oneof![
        (500..3000_u32, meddles, 0..1500_u32, starved()).prop_map(
            |(first, meddles, last, shutdown)| {
                let meddles = meddles.into_iter();
                let mut steps = vec![(first, Op::Meddle(0))];
                steps.extend(meddles.map(|(after, kind)| (after, Op::Meddle(kind))));
                steps.push((last, shutdown));
                steps
            }
        ),
        // The broker closes on it, three times. Then its turn comes, now and then, and the broker reads nothing.
        (
            0..3000_u32,
            3000..20_000_u32,
            0..2000_u32,
            0..6000_u32,
            starved()
        )
            .prop_map(move |(first, stall, publish_after, last, shutdown)| vec![
                (first, publish(POISON)),
                (stall, Op::Stall(30_000)),
                (publish_after, publish(0)),
                (last, shutdown),
            ]),
    ]
}
