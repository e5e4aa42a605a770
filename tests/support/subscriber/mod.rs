//! An independent witness: subscribes on a socket and a thread of its own and records every message.
//!
//! ```ignore
//! let subscriber = Subscriber::start(&broker, &["argusai/#"]);
//! let messages = subscriber.wait_for("ten events", |messages| messages.len() == 10);
//! assert_eq!(messages[0].expiry(), Some(300));
//! ```
//!
//! Over a broker's restart: [`Subscriber::durable`] comes back by itself, and a broker that kept the
//! session hands it what it missed. A broker that forgot the session delivers nothing from before the
//! subscriber is back; a test that counts holds the publisher off until then, with a proxy in front of
//! it and [`Subscriber::wait_for_connections`].

mod recorder;

use std::io::Write;
use std::net::Shutdown;
use std::ops::Deref;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::access::Access;
use super::codec::{property, Connect, Packet, Publish, Version, RETAIN_AS_PUBLISHED};
use super::wait::PATIENCE;
use recorder::{Plan, Recorder, State};

/// A message as it came, and when; its fields are those of the [`Publish`].
#[derive(Clone, Debug)]
pub struct Message {
    pub publish: Publish,
    pub at: Instant,
    /// On which connection of the subscriber, from 1.
    pub connection: usize,
}

impl Deref for Message {
    type Target = Publish;

    fn deref(&self) -> &Publish {
        &self.publish
    }
}

/// Disconnects and ends its thread when dropped.
pub struct Subscriber {
    recorder: Arc<Recorder>,
    thread: Option<JoinHandle<()>>,
}

impl Subscriber {
    /// Subscribes with QoS 1; returns once the broker has acknowledged. The retain flag of a message says
    /// whether it was retained before, as it does by default.
    #[track_caller]
    pub fn start(access: impl Into<Access>, filters: &[&str]) -> Subscriber {
        let filters: Vec<_> = filters.iter().map(|filter| (*filter, 1)).collect();
        Subscriber::with_options(access, &filters)
    }

    /// As [`Subscriber::start`]; the retain flag of a message is the one it was published with (MQTT 5).
    #[track_caller]
    pub fn start_retain_as_published(access: impl Into<Access>, filters: &[&str]) -> Subscriber {
        let options = 1 | RETAIN_AS_PUBLISHED;
        let filters: Vec<_> = filters.iter().map(|filter| (*filter, options)).collect();
        Subscriber::with_options(access, &filters)
    }

    /// Topic filters, each with its subscription options: the QoS, and flags of MQTT 5.
    #[track_caller]
    pub fn with_options(access: impl Into<Access>, filters: &[(&str, u8)]) -> Subscriber {
        let access = access.into();
        let connect = access.connect_packet();
        Subscriber::run(access, connect, filters, false)
    }

    /// Keeps its session in the broker, and connects again whenever the connection ends.
    #[track_caller]
    pub fn durable(access: impl Into<Access>, filters: &[&str]) -> Subscriber {
        let access = access.into();
        let mut connect = access.connect_packet();
        connect.clean_start = false;
        if connect.version() == Version::V5 {
            connect
                .properties
                .set(property::SESSION_EXPIRY_INTERVAL, u32::MAX);
        }
        let filters: Vec<_> = filters.iter().map(|filter| (*filter, 1)).collect();
        Subscriber::run(access, connect, &filters, true)
    }

    #[track_caller]
    fn run(
        access: Access,
        connect: Connect,
        filters: &[(&str, u8)],
        comes_back: bool,
    ) -> Subscriber {
        let filters = filters
            .iter()
            .map(|(filter, options)| ((*filter).to_owned(), *options));
        let recorder = Arc::new(Recorder::new(Plan {
            access,
            connect,
            filters: filters.collect(),
            comes_back,
        }));
        let for_thread = Arc::clone(&recorder);
        let thread = std::thread::spawn(move || for_thread.run());
        let subscriber = Subscriber {
            recorder,
            thread: Some(thread),
        };
        subscriber.wait_for_connections(1);
        subscriber
    }

    /// All messages so far, in the order in which they came.
    pub fn messages(&self) -> Vec<Message> {
        self.recorder.lock().messages.clone()
    }

    /// All messages so far on one topic.
    pub fn on(&self, topic: &str) -> Vec<Message> {
        let mut messages = self.messages();
        messages.retain(|message| message.topic == topic);
        messages
    }

    /// Waits until the condition holds for what came so far, and gives it; fails the test with `what`
    /// and what did come when it does not within [`PATIENCE`].
    #[track_caller]
    pub fn wait_for(&self, what: &str, condition: impl FnMut(&[Message]) -> bool) -> Vec<Message> {
        self.wait_for_within(PATIENCE, what, condition)
    }

    #[track_caller]
    pub fn wait_for_within(
        &self,
        deadline: Duration,
        what: &str,
        mut condition: impl FnMut(&[Message]) -> bool,
    ) -> Vec<Message> {
        let state = self
            .recorder
            .wait(deadline, what, |state| condition(&state.messages));
        state.messages.clone()
    }

    /// Waits for a message with this payload on this topic, from any time.
    #[track_caller]
    pub fn wait_for_message(&self, topic: &str, payload: &str) -> Message {
        let is_it =
            |message: &&Message| message.topic == topic && message.payload == payload.as_bytes();
        let messages = self.wait_for(&format!("{payload:?} on {topic}"), |messages| {
            messages.iter().any(|message| is_it(&message))
        });
        let found = messages.iter().find(is_it);
        found.cloned().expect("it was there")
    }

    /// Waits until it is subscribed for the `count`th time.
    #[track_caller]
    pub fn wait_for_connections(&self, count: usize) {
        let what = format!("connection {count} of the subscriber");
        let enough = |state: &State| state.connections >= count;
        drop(self.recorder.wait(PATIENCE, &what, enough));
    }

    /// How often it has connected and subscribed.
    pub fn connections(&self) -> usize {
        self.recorder.lock().connections
    }

    /// Publishes over the same connection and waits for the PUBACK when `qos` is 1.
    #[track_caller]
    pub fn publish(&self, topic: &str, payload: &[u8], qos: u8, retain: bool) {
        let mut state = self.recorder.lock();
        state.last_id += 1;
        let id = state.last_id;
        let stream = state.stream.clone().expect("the subscriber is connected");
        drop(state);
        let publish = Publish {
            topic: topic.to_owned(),
            payload: payload.to_vec(),
            qos,
            retain,
            id: if qos > 0 { id } else { 0 },
            ..Publish::default()
        };
        let bytes = Packet::Publish(publish).encode(self.recorder.plan.connect.version());
        (&*stream)
            .write_all(&bytes)
            .unwrap_or_else(|error| panic!("publish to {topic}: {error}"));
        if qos > 0 {
            let what = format!("the PUBACK for {topic}");
            let is_there = |state: &State| state.acknowledged.contains(&id);
            drop(self.recorder.wait(PATIENCE, &what, is_there));
        }
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        if let Ok(mut state) = self.recorder.state.lock() {
            state.is_over = true;
            if let Some(stream) = state.stream.take() {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
