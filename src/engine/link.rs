//! What is handed over to the network, and what takes it.

use super::input::{ConnectionEnd, Token};
use crate::message::QoS;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

/// A packet to be handed over to the connection at once, in this order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Packet {
    Publish {
        token: Token,
        topic: Arc<str>,
        payload: Bytes,
        qos: QoS,
        retain: bool,
        expiry_seconds: Option<u32>,
    },
    /// To our own availability topic or that of Home Assistant, at QoS 0.
    Subscribe {
        token: Token,
        topic: Arc<str>,
        /// Whether what this client says there is not to come back, which only MQTT 5 can ask for.
        no_local: bool,
    },
    /// The last packet. With the will, the broker is asked to publish it all the same, at once (MQTT 5, section
    /// 3.14.2.1: reason code 0x04, and no session that would delay it); 3.1.1 has no word for that, and the connection
    /// closes without one.
    Disconnect { with_will: bool },
}

/// A peer that reads slower than this is not reading.
pub(crate) const SLOWEST_BYTES_PER_SECOND: u64 = 16 * 1024;

/// What so many bytes may take to pass, in whole seconds.
pub(crate) fn passing_time(bytes: u64) -> Duration {
    Duration::from_secs(bytes / SLOWEST_BYTES_PER_SECOND)
}

/// What carries packets to the broker: a connection of the wire, or a simulated one.
pub(crate) trait Link {
    /// Takes a packet to be written. Never blocks.
    fn send(&mut self, packet: Packet) -> Result<(), ConnectionEnd>;
}
