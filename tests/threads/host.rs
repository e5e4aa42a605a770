//! A client as the library builds one, over a broker that acknowledges everything at once.

use crate::driver::{Driver, Effects};
use crate::engine::{Connack, ConnectionEnd, EndCause, Input, Link, Notice, Packet, Plan};
use crate::message::{Message, QoS};
use crate::monitor::{Monitor, Surroundings};
use crate::outbox::Time;
use crate::outcome::Outcome;
use crate::settings::Settings;
use crate::sync::{lock, Condvar, Mutex};
use std::sync::Arc;
use std::time::Duration;

pub(crate) const PATIENCE: Duration = Duration::from_secs(3600);
const IGNORED: &str = "events/ignored";
const NOW: Time = Duration::from_secs(1);

/// What was handed over and not written.
type Queue = Arc<Mutex<Vec<Packet>>>;

#[derive(Debug)]
pub(crate) struct Handed(Queue);

impl Link for Handed {
    fn send(&mut self, packet: Packet) -> Result<(), ConnectionEnd> {
        lock(&self.0).push(packet);
        Ok(())
    }
}

/// A waker and a descriptor.
#[derive(Debug, Default)]
struct Host {
    called: Mutex<bool>,
    was_called: Condvar,
    /// Whether the background thread waits to be called.
    sleeps: Mutex<bool>,
    fell_asleep: Condvar,
    /// How many messages the broker has got.
    arrived: Mutex<usize>,
    one_more: Condvar,
    readable: Mutex<bool>,
}

impl Surroundings for Host {
    fn now(&self) -> Time {
        NOW
    }

    fn wake_worker(&self) {
        *lock(&self.called) = true;
        self.was_called.notify_one();
    }

    fn set_readable(&self, readable: bool) {
        let before = std::mem::replace(&mut *lock(&self.readable), readable);
        assert_ne!(
            before, readable,
            "the descriptor is set once for each change"
        );
    }
}

impl Host {
    fn wait(&self) {
        *lock(&self.sleeps) = true;
        self.fell_asleep.notify_all();
        let mut called = lock(&self.called);
        while !std::mem::take(&mut *called) {
            called = crate::sync::wait_timeout(&self.was_called, called, PATIENCE);
        }
        drop(called);
        *lock(&self.sleeps) = false;
    }

    /// What the broker says to what was handed over, which is written with that.
    fn answers(&self, queue: &Queue) -> Vec<Input> {
        let packets = std::mem::take(&mut *lock(queue));
        let mut inputs = Vec::new();
        for packet in packets {
            match packet {
                Packet::Publish { token, topic, .. } => {
                    inputs.push(Input::Written(token));
                    if &*topic != IGNORED {
                        inputs.push(Input::Acked(token, Ok(())));
                    }
                    if topic.starts_with("events/") {
                        *lock(&self.arrived) += 1;
                        self.one_more.notify_all();
                    }
                }
                Packet::Subscribe { token, .. } => inputs.push(Input::Subscribed(token, Ok(()))),
                Packet::Disconnect { .. } => inputs.push(Input::Ended(ConnectionEnd {
                    kind: EndCause::ByPeer,
                    text: "it closed".into(),
                })),
            }
        }
        inputs
    }
}

#[derive(Clone)]
pub(crate) struct Client(Arc<Monitor<Handed, Host, ()>>);

impl Client {
    pub(crate) fn new() -> Self {
        let settings = Settings::from_json(r#"{"broker_host": "broker", "max_in_flight": 1}"#);
        let settings = Arc::new(settings.expect("they are valid"));
        let driver = Driver::new(settings, NOW, 1);
        Client(Arc::new(Monitor::new(driver, Host::default(), ())))
    }

    /// The background thread.
    pub(crate) fn run(&self) {
        let (monitor, mut open) = (&self.0, None);
        loop {
            let mut inputs = Vec::new();
            if let Some((_, queue)) = &open {
                inputs = monitor.surroundings().answers(queue);
            }
            let plan = monitor.work(|guarded, now| {
                let mut effects = Effects::default();
                if let Some((number, _)) = open {
                    effects = guarded.driver.report(now, number, inputs);
                }
                let (plan, planned) = guarded.driver.plan(now);
                (plan, effects.then(planned))
            });
            match plan {
                Plan::Open(attempt) => {
                    let queue = Queue::default();
                    let link = Handed(queue.clone());
                    open = Some((attempt.number, queue));
                    monitor.call(|guarded, now| {
                        let connack = Connack::default();
                        (
                            (),
                            guarded.driver.opened(now, attempt.number, connack, link),
                        )
                    });
                }
                Plan::Finished => break,
                Plan::Run(_) if has_packets(&open) => {}
                Plan::Run(_) | Plan::Wait(_) | Plan::Opening(_) => monitor.surroundings().wait(),
            }
        }
        monitor.end();
    }

    pub(crate) fn publish(&self) -> u64 {
        self.publish_on("events/door")
    }

    /// Publishes what the broker will never acknowledge.
    pub(crate) fn publish_in_vain(&self) -> u64 {
        self.publish_on(IGNORED)
    }

    fn publish_on(&self, topic: &str) -> u64 {
        let message = Message {
            topic: topic.into(),
            payload: "{}".into(),
            qos: QoS::AtLeastOnce,
            retain: false,
        };
        let put = self.0.put(message, |intake, now, message| {
            intake.put_message(now, message, None, true)
        });
        put.unwrap_or_else(|message| {
            let id = self.0.call_with_intake(|guarded, intake, now| {
                intake.ready.add_topic(&message.topic);
                guarded.driver.publish(now, message, None, true, Vec::new())
            });
            id.expect("there is room")
        })
    }

    /// Waits until the broker has got so many messages and the background thread sleeps, without asking the client.
    pub(crate) fn wait_arrived(&self, count: usize) {
        let host = self.0.surroundings();
        let mut arrived = lock(&host.arrived);
        while *arrived < count {
            arrived = crate::sync::wait_timeout(&host.one_more, arrived, PATIENCE);
        }
        drop(arrived);
        let mut sleeps = lock(&host.sleeps);
        while !*sleeps {
            sleeps = crate::sync::wait_timeout(&host.fell_asleep, sleeps, PATIENCE);
        }
    }

    pub(crate) fn forget(&self, id: u64) {
        if !self.0.forget(id) {
            self.0
                .call(|guarded, now| ((), guarded.driver.forget(now, &[id])));
        }
    }

    /// None when another got it.
    pub(crate) fn wait_for_outcome(&self, id: u64) -> Option<Outcome> {
        let found = self.0.wait(PATIENCE, |guarded, now| {
            let (taken, effects) = guarded.driver.take_outcome(now, id);
            let found = match taken {
                None => Some(None),
                Some(None) => None,
                Some(Some(outcome)) => Some(Some(outcome)),
            };
            (found, effects)
        });
        found.expect("no time passes")
    }

    pub(crate) fn wait_online(&self) {
        let found = self.0.wait(PATIENCE, |guarded, _| {
            let engine = guarded.driver.engine();
            let is_decided = engine.is_online() || engine.closed().is_some();
            (is_decided.then_some(()), Effects::default())
        });
        found.expect("no time passes");
    }

    pub(crate) fn flush(&self) {
        let mark = self.0.call(|guarded, now| guarded.driver.mark(now));
        let found = self.0.wait(PATIENCE, |guarded, _| {
            let is_finished = guarded.driver.engine().outbox().is_finished(mark);
            (is_finished.then_some(()), Effects::default())
        });
        found.expect("no time passes");
        self.0
            .call(|guarded, now| ((), guarded.driver.release_mark(now, mark)));
    }

    pub(crate) fn wait_closed(&self) {
        let found = self.0.wait(PATIENCE, |guarded, _| {
            (guarded.is_over().then_some(()), Effects::default())
        });
        found.expect("no time passes");
    }

    pub(crate) fn open_notices(&self) {
        self.0
            .call(|guarded, now| ((), guarded.driver.open_notices_once(now)));
    }

    /// None when the client is closed and all is read.
    pub(crate) fn read(&self) -> Option<Notice> {
        let found = self.0.wait_to_read(PATIENCE, |guarded, now| {
            let driver = &mut guarded.driver;
            if driver.has_news() {
                let (read, effects) = driver.read_notice(now, Ok::<_, ()>);
                return (read.map(Result::ok), effects);
            }
            let is_closed = driver.engine().is_finished();
            (is_closed.then_some(None), Effects::default())
        });
        found.expect("no time passes")
    }

    pub(crate) fn has_news(&self) -> bool {
        self.0.look(|guarded, _| guarded.driver.has_news())
    }

    /// It is readable exactly when there is something to read.
    pub(crate) fn check_descriptor(&self) {
        self.0.look(|guarded, _| {
            let readable = *lock(&self.0.surroundings().readable);
            assert_eq!(readable, guarded.driver.has_news());
        });
    }

    /// Closes it at once.
    pub(crate) fn finish(&self) {
        self.0.call(|guarded, now| ((), guarded.driver.finish(now)));
    }

    pub(crate) fn shut_down(&self) {
        let began = self
            .0
            .call(|guarded, now| guarded.driver.shut_down(now, PATIENCE));
        if began.is_ok() {
            self.wait_closed();
        }
    }
}

fn has_packets(open: &Option<(u64, Queue)>) -> bool {
    open.as_ref()
        .is_some_and(|(_, queue)| !lock(queue).is_empty())
}
