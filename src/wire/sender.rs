//! The side of a connection that takes packets.

use super::ends::stalled;
use super::requests::Client;
use crate::engine::{ConnectionEnd, Link, Packet, Token};

/// Takes packets from any thread; the thread that polls the connection writes them.
///
/// Tokens are consecutive, from 1: the other side counts them in the order of the channel.
pub(crate) struct Sender {
    client: Client,
    next: Token,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

impl Sender {
    pub(super) fn new(client: Client) -> Self {
        Sender { client, next: 1 }
    }
}

impl Link for Sender {
    /// Costs a place in the channel, and now and then a copy of the topic. An error means that the connection is of no use any more.
    fn send(&mut self, packet: Packet) -> Result<(), ConnectionEnd> {
        match &packet {
            Packet::Publish { token, .. } | Packet::Subscribe { token, .. } => {
                if *token != self.next {
                    return Err(defect("a packet was handed over out of turn"));
                }
                self.next += 1;
            }
            Packet::Disconnect { .. } => {}
        }
        match self.client.send(packet) {
            true => Ok(()),
            false => Err(defect("a packet was not taken")),
        }
    }
}

fn defect(what: &str) -> ConnectionEnd {
    stalled(&format!("a defect of this library: {what}"))
}
