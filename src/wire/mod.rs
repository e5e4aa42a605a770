//! Connections to brokers, on rumqttc: MQTT 5 and 3.1.1, TCP and TLS. Carries out, decides nothing.
//!
//! One rumqttc client is one connection: a new one for every attempt, dropped whole at its end. So nothing that it
//! keeps over reconnects, and gets wrong, is ever used.

mod connection;
mod dial;
mod refusal;
mod sender;
#[cfg(test)]
mod tests;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
mod v4;
mod v5;

pub(crate) use connection::Connection;
pub(crate) use dial::{Dialer, Opening};
pub(crate) use sender::Sender;
use tls::Security;

use crate::engine::Connack;
use bytes::Bytes;

/// The largest packet we take. We subscribe to one topic with short messages; a broker must not make us grow.
const MAX_INCOMING: u32 = 1024 * 1024;

/// An open connection: what is said on it, what is heard, and what the broker said of itself.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) connack: Connack,
    pub(crate) sender: Sender,
    pub(crate) connection: Connection,
}

/// What a connection reports, with the packet ids of rumqttc; [`Sender::translate`] makes it an input for the engine.
#[derive(Debug)]
pub(crate) enum Event {
    /// What was handed over next was written, under this packet id; 0 for one that needs none.
    Written(u16),
    Acked(u16, Result<(), String>),
    Subscribed(u16, Result<(), String>),
    Received(Bytes),
    /// rumqttc did what it never should with the way we use it.
    Broken(&'static str),
    /// The broker broke the protocol in a way that rumqttc lets pass.
    Breach(&'static str),
}
