//! Schedules that random ones found, made short, and that failed once.

use super::coverage::Coverage;
use super::run::play;
use super::scene::{BrokerTraits, ClientTraits, Scene};
use super::schedule::{Batch, Op, Schedule};

fn passes(scene: Scene, steps: Vec<(u32, Op)>) {
    let schedule = Schedule {
        scene,
        steps,
        end: 0,
    };
    play(&schedule, &mut Coverage::default()).unwrap_or_else(|fault| panic!("{fault}"));
}

fn one() -> Op {
    Op::Publish(Batch {
        count: 1,
        size: 10,
        ..Batch::default()
    })
}

#[test]
fn a_repair_that_has_to_wait_for_room_is_waited_for() {
    let scene = Scene {
        seed: 4_279_261_971_689_437_563,
        latency_ms: 624,
        client: ClientTraits {
            queue: 2,
            ..ClientTraits::default()
        },
        broker: BrokerTraits {
            receive_maximum: 4,
            ..BrokerTraits::default()
        },
    };
    passes(scene, vec![(1577, Op::Meddle(0)), (0, one())]);
}

#[test]
fn a_message_expires_in_time_behind_one_that_lasts() {
    let scene = Scene {
        latency_ms: 1,
        client: ClientTraits {
            pauses: 3,
            ..ClientTraits::default()
        },
        ..Scene::default()
    };
    let expiring = |seconds| {
        Op::Publish(Batch {
            count: 1,
            size: 10,
            lifetime: Some(seconds),
            ..Batch::default()
        })
    };
    let crash = Op::Crash {
        keeps_state: false,
        down_for_ms: 20_000,
    };
    let look = Op::Look {
        opens_journal: false,
    };
    let wait = vec![(0, crash), (10_000, expiring(300)), (0, expiring(1))];
    passes(scene, [wait, vec![(5000, look)]].concat());
}
