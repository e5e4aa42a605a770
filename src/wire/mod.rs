//! Connections to brokers, on rumqttc: MQTT 5 and 3.1.1, TCP and TLS. Carries out, decides nothing.
//!
//! One rumqttc client is one connection: a new one for every attempt, dropped whole at its end. So nothing that it
//! keeps over reconnects, and gets wrong, is ever used.

mod dial;
mod refusal;
mod sender;
#[cfg(feature = "tls")]
mod tls;
mod v4;
mod v5;

pub(crate) use dial::{Dialer, Opening};
pub(crate) use sender::Sender;

use crate::session::{Connack, Ended, EndedKind};
use bytes::Bytes;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::Duration;

/// The largest packet we take. We subscribe to one topic with short messages; a broker must not make us grow.
const MAX_INCOMING: u32 = 1024 * 1024;

/// An open connection: what is said on it, what is heard, and what the broker said of itself.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) connack: Connack,
    pub(crate) sender: Sender,
    pub(crate) connection: Connection,
}

/// What a connection reports, with the packet ids of rumqttc; [`Sender::translate`] makes it an input for the session.
#[derive(Debug)]
pub(crate) enum Event {
    /// What was handed over next was written, under this packet id; 0 for one that needs none.
    Written(u16),
    Acked(u16, Result<(), String>),
    Subscribed(u16, Result<(), String>),
    Received(Bytes),
    /// rumqttc did what it never should with the way we use it.
    Broken(&'static str),
}

/// The side of a connection that its thread polls.
pub(crate) enum Connection {
    V5(Box<rumqttc::v5::Connection>),
    V4(Box<rumqttc::Connection>),
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Connection::V5(_) => "Connection(MQTT 5)",
            Connection::V4(_) => "Connection(MQTT 3.1.1)",
        })
    }
}

impl Connection {
    /// Waits for what happens next, for at most `timeout`, and puts all that has happened into `events`: also what
    /// happened before an end, since acknowledgements already read hide behind the error.
    ///
    /// False when the time passed and nothing happened. After an end the connection must be dropped. `timeout` must
    /// be long enough for what is being written: a write that it cuts ends the connection, because rumqttc would lose
    /// the packet silently.
    pub(crate) fn poll(
        &mut self,
        timeout: Duration,
        events: &mut Vec<Event>,
    ) -> Result<bool, Ended> {
        let polled = catch_unwind(AssertUnwindSafe(|| match self {
            Connection::V5(connection) => v5::poll(connection, timeout, events),
            Connection::V4(connection) => v4::poll(connection, timeout, events),
        }));
        polled.unwrap_or_else(|_| {
            Err(Ended {
                kind: EndedKind::ByPeer,
                text: "the client underneath panicked over what the broker sent".into(),
            })
        })
    }
}

/// The end of a connection whose peer does not read what we write.
fn write_stalled() -> Ended {
    Ended {
        kind: EndedKind::Stalled,
        text: "the broker stopped reading".into(),
    }
}
