//! The faults: what is done, and how it is undone.

use std::time::Duration;

use crate::brokers::{Memory, Wishes, AEDES_0_51, MOSQUITTO};
use crate::scenario::{Expect, Scenario, Untrue, BASE, BREAKS, LONG, NOTHING, OUTAGE, SILENT};
use crate::scene::Place;
use crate::stage::Stage;
use crate::support::broker::mosquitto;
use crate::support::proxy::Way;

pub static ALL: &[Scenario] = &[
    Scenario {
        name: "broker killed, memory lost",
        text: "The broker gets SIGKILL and starts five seconds later, knowing nothing.",
        fits: |kind| kind.memory != Memory::Kept,
        harm: Stage::kill_broker,
        cure: Stage::start_broker,
        expect: OUTAGE,
        ..BASE
    },
    Scenario {
        name: "broker killed, memory kept",
        text: "The same, with a broker that keeps on disk what it knows.",
        wishes: Wishes {
            persistence: true,
            ..BASE.wishes
        },
        fits: |kind| kind.memory != Memory::Lost,
        harm: Stage::kill_broker,
        cure: Stage::start_broker,
        expect: OUTAGE,
        ..BASE
    },
    Scenario {
        name: "broker paused",
        text: "The broker gets SIGSTOP, and SIGCONT five seconds later: connections stay open, nothing is answered.",
        harm: Stage::pause_broker,
        cure: Stage::resume_broker,
        expect: Expect {
            delays_bytes: true,
            expires: true,
            ..NOTHING
        },
        ..BASE
    },
    Scenario {
        name: "connection closed",
        text: "The connection is closed on the way (FIN), in the middle of the traffic, twice.",
        harm: |stage| {
            stage.proxy().cut();
            stage.recover();
        },
        cure: |stage| stage.proxy().cut(),
        expect: BREAKS,
        ..BASE
    },
    Scenario {
        name: "connection reset",
        text: "The connection is reset on the way (RST), in the middle of the traffic, twice.",
        harm: |stage| {
            stage.proxy().reset();
            stage.recover();
        },
        cure: |stage| stage.proxy().reset(),
        expect: BREAKS,
        ..BASE
    },
    Scenario {
        name: "network slow",
        text: "Every packet takes half a second, in each direction.",
        harm: |stage| stage.proxy().delay(Way::Both, Duration::from_millis(500)),
        cure: |stage| stage.proxy().resume(),
        expect: Expect {
            delays_bytes: true,
            ..NOTHING
        },
        ..BASE
    },
    Scenario {
        name: "network drips",
        text: "To the broker, one byte passes every five milliseconds.",
        harm: |stage| stage.proxy().drip(Way::ToBroker, Duration::from_millis(5)),
        cure: |stage| stage.proxy().resume(),
        expect: Expect {
            delays_bytes: true,
            expires: true,
            ..NOTHING
        },
        ..BASE
    },
    Scenario {
        name: "network stops reading",
        text: "Nothing is read any more on the way, so that all buffers fill; the connection stays open.",
        harm: |stage| {
            stage.falls_silent();
            stage.proxy().hold(Way::Both);
        },
        events: LONG,
        cure: |stage| {
            stage.proxy().resume();
            stage.is_heard();
        },
        expect: Expect {
            delays_bytes: true,
            ..SILENT
        },
        ..BASE
    },
    Scenario {
        name: "all lost to the broker",
        text: "What the client sends disappears on the way, its close too; what the broker sends arrives.",
        harm: |stage| blackhole(stage, Way::ToBroker),
        events: LONG,
        cure: end_of_blackhole,
        expect: SILENT,
        ..BASE
    },
    Scenario {
        name: "all lost to the client",
        text: "What the broker sends disappears on the way, its close too; what the client sends arrives.",
        harm: |stage| blackhole(stage, Way::ToClient),
        events: LONG,
        cure: end_of_blackhole,
        expect: SILENT,
        ..BASE
    },
    Scenario {
        name: "all lost both ways",
        text: "Both at once: the connection is half open on both sides.",
        harm: |stage| blackhole(stage, Way::Both),
        events: LONG,
        cure: end_of_blackhole,
        expect: SILENT,
        ..BASE
    },
    Scenario {
        name: "link down",
        text: "The publisher's network namespace is connected by a link that goes down (needs root).",
        place: Place::Link,
        harm: |stage| {
            stage.falls_silent();
            stage.scene.network().link_down();
        },
        events: LONG,
        cure: |stage| {
            stage.scene.network().link_up();
            stage.is_heard();
        },
        expect: Expect {
            // The system sends again what it could not send.
            delays_bytes: true,
            ..SILENT
        },
        ..BASE
    },
    Scenario {
        name: "link loses everything",
        text: "That link stays up and loses every packet in both directions (needs root).",
        place: Place::Link,
        harm: |stage| {
            stage.falls_silent();
            stage.scene.network().lose_everything();
        },
        events: LONG,
        cure: |stage| {
            stage.scene.network().lose_nothing();
            stage.is_heard();
        },
        expect: Expect {
            delays_bytes: true,
            ..SILENT
        },
        ..BASE
    },
    Scenario {
        name: "publisher killed",
        text: "The publisher gets SIGKILL; once the will is seen, it is started again.",
        harm: Stage::kill_process,
        events: 0,
        cure: Stage::restart_process,
        expect: Expect {
            ends_process: true,
            ..NOTHING
        },
        ..BASE
    },
    Scenario {
        name: "publisher paused",
        text: "The publisher gets SIGSTOP; once the will is seen, it goes on.",
        fits: |kind| kind.honours_keep_alive,
        harm: Stage::pause_process,
        events: 0,
        cure: Stage::resume_process,
        expect: Expect {
            untrue: Untrue::UntilNoticed,
            ..BREAKS
        },
        ..BASE
    },
    Scenario {
        name: "address changes",
        text: "The broker's host is gone; five seconds later its name stands for another address, where it is found.",
        place: Place::Name,
        harm: |stage| stage.proxy().down(),
        cure: |stage| stage.scene.change_address(),
        expect: OUTAGE,
        ..BASE
    },
    Scenario {
        name: "credentials revoked",
        text: "The publisher's user is deleted from the broker's password file, and restored five seconds later. \
               Mosquitto then ends the connection and speaks no will.",
        wishes: Wishes {
            login: true,
            ..BASE.wishes
        },
        fits: |kind| std::ptr::eq(kind, &MOSQUITTO),
        harm: |stage| mosquitto::delete_user(&mut stage.served[0].broker, "camera"),
        cure: |stage| mosquitto::set_user(&mut stage.served[0].broker, "camera", "secret"),
        expect: Expect {
            untrue: Untrue::WhileItLasts,
            ..OUTAGE
        },
        ..BASE
    },
    Scenario {
        name: "client id taken over",
        text: "Another client connects with the publisher's client id; the publisher takes it back, but only after minutes \
               where the broker says that this is why it closed.",
        fits: |kind| kind.takes_over,
        harm: Stage::take_over,
        events: 0,
        expect: BREAKS,
        ..BASE
    },
    Scenario {
        name: "broker replaced by an older one",
        text: "On the same port aedes 0.51 takes the broker's place, which speaks MQTT 3.1.1 only, and after five seconds \
               the broker comes back.",
        wishes: Wishes {
            replaced_by: Some(&AEDES_0_51),
            ..BASE.wishes
        },
        fits: |kind| std::ptr::eq(kind, &MOSQUITTO),
        harm: |stage| {
            stage.replace_broker(1);
            stage.recover();
        },
        cure: |stage| stage.replace_broker(0),
        expect: BREAKS,
        ..BASE
    },
];

fn blackhole(stage: &mut Stage, way: Way) {
    stage.falls_silent();
    stage.proxy().blackhole(way);
}

fn end_of_blackhole(stage: &mut Stage) {
    stage.proxy().resume();
    stage.is_heard();
}
