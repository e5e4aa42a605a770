//! The engine: all its steps for one event, from the call to the acknowledgement.

use crate::engine::{Connack, Engine, Input, Packet, Plan};
use crate::events::message;
use crate::settings::Settings;
use criterion::Criterion;
use std::sync::Arc;
use std::time::Duration;

const NOW: Duration = Duration::from_secs(1);

/// See the module. With events waiting, the one that is acknowledged is the oldest of them.
pub fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    for waiting in [0, 100_000] {
        let mut engine = Online::new();
        for _ in 0..waiting {
            engine.publish();
        }
        group.bench_function(
            format!("publish, send, acknowledge; {waiting} waiting"),
            |bencher| {
                bencher.iter(|| {
                    engine.publish();
                    engine.answer_next_packet();
                });
            },
        );
    }
}

struct Online {
    engine: Engine,
    number: u64,
}

impl Online {
    fn new() -> Online {
        let settings =
            Settings::from_json(r#"{"broker_host": "localhost", "max_queued_messages": 1000000}"#)
                .expect("the settings are valid");
        let mut engine = Engine::new(Arc::new(settings), NOW, 1);
        let Plan::Open(attempt) = engine.plan(NOW) else {
            panic!("it wants to connect")
        };
        engine.input(NOW, attempt.number, Input::Opened(Connack::default()));
        let mut online = Online {
            engine,
            number: attempt.number,
        };
        // The birth message and the subscription that guards it.
        for _ in 0..2 {
            online.answer_next_packet();
        }
        assert!(online.engine.is_online());
        online
    }

    fn publish(&mut self) {
        self.engine
            .publish(NOW, message_of_camera(), Some(300), false)
            .expect("there is room");
    }

    fn answer_next_packet(&mut self) {
        let (token, answer) = match self.engine.next_packet(NOW) {
            Some(Packet::Publish { token, .. }) => (token, Input::Acked(token, Ok(()))),
            Some(Packet::Subscribe { token, .. }) => (token, Input::Subscribed(token, Ok(()))),
            other => panic!("{other:?} is nothing to answer"),
        };
        self.engine.input(NOW, self.number, Input::Written(token));
        self.engine.input(NOW, self.number, answer);
    }
}

fn message_of_camera() -> crate::message::Message {
    thread_local!(static MESSAGE: crate::message::Message = message());
    MESSAGE.with(Clone::clone)
}
