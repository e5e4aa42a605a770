//! Connections to brokers: MQTT 5 and 3.1.1, TCP and TLS. Carries out, decides nothing.
//!
//! The sockets are ours, the protocol is rumqttc's: its clients take what is handed over, its packets are written and
//! read by it. Packet ids are ours, and never leave this module.
//!
//! An attempt goes from [`resolve`] over [`race`] to [`handshake`]; [`exchange`] is what goes on over the connection that
//! comes of it, over any [`stream`] of bytes.

mod addresses;
mod codec;
mod codec_v4;
mod codec_v5;
mod connection;
mod dial;
mod ends;
mod exchange;
mod frame;
mod handshake;
mod heard_v5;
mod keep_alive;
mod not_mqtt;
mod opening;
mod outgoing;
mod packet_ids;
mod race;
mod recent_topics;
mod refusal;
mod requests;
mod resolve;
mod said;
#[cfg(feature = "tls")]
mod security;
mod sender;
mod stream;
#[cfg(test)]
mod tests;
#[cfg(feature = "tls")]
mod tls_stream;
mod topics;
mod unreachable;

pub(crate) use connection::Connection;
pub(crate) use dial::Dialer;
pub(crate) use opening::{Opened, Opening, Progress};
pub(crate) use sender::Sender;
