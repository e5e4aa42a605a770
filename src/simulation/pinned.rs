//! Schedules that random ones found, made short, and that failed once.

use super::coverage::Coverage;
use super::ledger::POISON;
use super::manners::{Answer, Speaks};
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
        ..Scene::default()
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
        opens_notices: false,
    };
    let wait = vec![(0, crash), (10_000, expiring(300)), (0, expiring(1))];
    passes(scene, [wait, vec![(5000, look)]].concat());
}

#[test]
fn an_old_topic_does_not_say_online_for_a_delayed_will_that_never_comes() {
    let client = ClientTraits {
        will_delay: 4,
        ..ClientTraits::default()
    };
    let scene = Scene {
        latency_ms: 355,
        client: client.clone(),
        ..Scene::default()
    };
    let rename = Op::Reconfigure {
        traits: client,
        renames: true,
    };
    passes(scene, vec![(2000, rename), (8, Op::Close(0))]);
}

#[test]
fn settings_taken_back_at_once_cost_no_pause() {
    let scene = Scene {
        latency_ms: 100,
        ..Scene::default()
    };
    let reconfigure = |keep_alive| Op::Reconfigure {
        traits: ClientTraits {
            keep_alive,
            ..ClientTraits::default()
        },
        renames: false,
    };
    passes(scene, vec![(2000, reconfigure(1)), (0, reconfigure(0))]);
}

#[test]
fn a_message_is_not_blamed_for_a_twin() {
    let scene = Scene {
        latency_ms: 1,
        client: ClientTraits {
            pauses: 1,
            ..ClientTraits::default()
        },
        ..Scene::default()
    };
    let poison = Op::Publish(Batch {
        count: 1,
        size: 10,
        nature: POISON,
        is_tracked: true,
        ..Batch::default()
    });
    let twin = Op::Twin {
        for_ms: 10,
        patience_ms: 0,
    };
    passes(
        scene,
        vec![
            (100, Op::Stall(500)),
            (0, poison),
            (50, twin),
            (300_000, Op::Take),
        ],
    );
}

#[test]
fn a_message_of_qos_0_is_not_sent_again_while_the_old_connection_may_still_write_it() {
    let scene = Scene {
        seed: 9_952_645_385_397_424_301,
        latency_ms: 1,
        client: ClientTraits {
            keep_alive: 3,
            ..ClientTraits::default()
        },
        ..Scene::default()
    };
    let once = Op::Publish(Batch {
        count: 1,
        qos_0: true,
        size: 10,
        ..Batch::default()
    });
    let reconfigure = Op::Reconfigure {
        traits: ClientTraits::default(),
        renames: false,
    };
    let steps = vec![
        (6, Op::Freeze(8435)),
        (0, once),
        (0, reconfigure),
        (2597, Op::Block(0)),
        (2403, one()),
    ];
    passes(scene, steps);
}

#[test]
fn a_broker_that_has_been_silent_may_come_back_with_mqtt_5_alone() {
    let scene = Scene {
        seed: 16_167_484_549_295_402_370,
        latency_ms: 1,
        broker: BrokerTraits {
            speaks: Speaks::Only311(Answer::Silence),
            ..BrokerTraits::default()
        },
        ..Scene::default()
    };
    passes(
        scene,
        vec![
            (4000, Op::Close(0)),
            (10_000, Op::Close(0)),
            (10_000, Op::Speak(Speaks::Only5)),
            (0, Op::Close(0)),
        ],
    );
}

#[test]
fn a_packet_that_had_little_before_it_is_not_written_as_late_as_those_before_it_may_be() {
    let scene = Scene {
        seed: 13_856_902_290_359_057_259,
        latency_ms: 548,
        client: ClientTraits {
            window: 3,
            queue: 2,
            ..ClientTraits::default()
        },
        ..Scene::default()
    };
    let at_most_once = Op::Publish(Batch {
        count: 1,
        qos_0: true,
        size: 10,
        ..Batch::default()
    });
    let large = Op::Publish(Batch {
        count: 2,
        size: 16_379,
        nature: 1,
        ..Batch::default()
    });
    let state = Op::State {
        which: 0,
        forgets: false,
    };
    let steps = vec![
        (956, at_most_once),
        (94, large),
        (0, Op::Block(27_546)),
        (58, state),
        (28_001, one()),
    ];
    passes(scene, steps);
}
