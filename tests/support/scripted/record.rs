//! What the connections of a scripted broker share: above all what they received.

use std::net::TcpStream;
use std::sync::{Condvar, Mutex, MutexGuard, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::support::codec::{Connect, Packet, Publish};

/// A packet that a client sent.
#[derive(Clone, Debug)]
pub struct Received {
    /// On which connection, from 1.
    pub connection: usize,
    pub packet: Packet,
    /// The packet as it came, to the byte.
    pub bytes: Vec<u8>,
    pub at: Instant,
}

impl Received {
    pub fn publish(&self) -> Option<&Publish> {
        match &self.packet {
            Packet::Publish(publish) => Some(publish),
            _ => None,
        }
    }

    pub fn connect(&self) -> Option<&Connect> {
        match &self.packet {
            Packet::Connect(connect) => Some(connect),
            _ => None,
        }
    }

    pub fn is_publish_on(&self, topic: &str) -> bool {
        self.publish().is_some_and(|publish| publish.topic == topic)
    }
}

pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) accepted: usize,
    pub(super) received: Vec<Received>,
    pub(super) streams: Vec<Weak<TcpStream>>,
    pub(super) threads: Vec<JoinHandle<()>>,
    pub(super) is_over: bool,
    /// What a script complained about.
    pub(super) failure: Option<String>,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics holding it")
    }

    /// Waits for a condition; fails the test when it does not hold in time, or a script has complained.
    #[track_caller]
    pub(super) fn wait(
        &self,
        deadline: Duration,
        what: &str,
        mut condition: impl FnMut(&State) -> bool,
    ) -> MutexGuard<'_, State> {
        let end = Instant::now() + deadline;
        let mut state = self.lock();
        loop {
            if condition(&state) {
                return state;
            }
            let left = end.saturating_duration_since(Instant::now());
            let failure = state.failure.take();
            if left.is_zero() || failure.is_some() {
                let packets: Vec<_> = state
                    .received
                    .iter()
                    .map(|received| format!("\n  {}: {:?}", received.connection, received.packet))
                    .collect();
                drop(state);
                let failure = failure.unwrap_or_default();
                panic!("no {what}: {failure}\nreceived:{}", packets.concat());
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.expect("no thread panics holding it").0;
        }
    }
}
