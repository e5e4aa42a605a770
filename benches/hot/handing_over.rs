//! Driver and engine: all their steps for one event, from the call to the acknowledgement.

use crate::driver::Driver;
use crate::engine::{Connack, ConnectionEnd, Input, Link, Packet, Plan};
use crate::events::message;
use crate::settings::Settings;
use criterion::Criterion;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

const NOW: Duration = Duration::from_secs(1);

/// See the module. With events waiting, the one that is acknowledged is the oldest of them.
pub fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("driver");
    for waiting in [0, 100_000] {
        let mut online = Online::new();
        for _ in 0..waiting {
            online.publish();
        }
        group.bench_function(
            format!("publish, send, acknowledge; {waiting} waiting"),
            |bencher| {
                bencher.iter(|| {
                    online.publish();
                    online.answer_next_packet();
                });
            },
        );
    }
}

/// What was handed over and not answered.
type Handed = Rc<RefCell<VecDeque<Packet>>>;

#[derive(Debug)]
struct Network(Handed);

impl Link for Network {
    fn send(&mut self, packet: Packet) -> Result<(), ConnectionEnd> {
        self.0.borrow_mut().push_back(packet);
        Ok(())
    }
}

struct Online {
    driver: Driver<Network>,
    number: u64,
    handed: Handed,
}

impl Online {
    fn new() -> Online {
        let settings =
            Settings::from_json(r#"{"broker_host": "localhost", "max_queued_messages": 1000000}"#)
                .expect("the settings are valid");
        let mut driver = Driver::new(Arc::new(settings), NOW, 1);
        let (Plan::Open(attempt), _) = driver.plan(NOW) else {
            panic!("it wants to connect")
        };
        let handed = Handed::default();
        let link = Network(handed.clone());
        let _ = driver.opened(NOW, attempt.number, Connack::default(), link);
        let mut online = Online {
            driver,
            number: attempt.number,
            handed,
        };
        // The birth message and the subscription that guards it.
        for _ in 0..2 {
            online.answer_next_packet();
        }
        assert!(online.driver.engine().is_online());
        online
    }

    fn publish(&mut self) {
        let (accepted, _) =
            self.driver
                .publish(NOW, message_of_camera(), Some(300), false, Vec::new());
        accepted.expect("there is room");
    }

    fn answer_next_packet(&mut self) {
        let packet = self.handed.borrow_mut().pop_front();
        let (token, answer) = match packet {
            Some(Packet::Publish { token, .. }) => (token, Input::Acked(token, Ok(()))),
            Some(Packet::Subscribe { token, .. }) => (token, Input::Subscribed(token, Ok(()))),
            other => panic!("{other:?} is nothing to answer"),
        };
        let answers = [Input::Written(token), answer];
        let _ = self.driver.report(NOW, self.number, answers);
    }
}

fn message_of_camera() -> crate::message::Message {
    thread_local!(static MESSAGE: crate::message::Message = message());
    MESSAGE.with(Clone::clone)
}
