//! What the engine hands packets to.

use super::io::{ConnectionEnd, Packet};

/// What carries packets to the broker: a connection of the wire, or a simulated one.
pub(crate) trait Link {
    /// Takes a packet to be written. Never blocks.
    fn send(&mut self, packet: Packet) -> Result<(), ConnectionEnd>;
}
