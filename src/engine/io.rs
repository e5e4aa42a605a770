//! What goes into the engine and what comes out of it.

use crate::message::QoS;
use crate::outbox::Time;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

/// A version of the MQTT protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Version {
    V5,
    V311,
}

impl Version {
    /// As the settings and the status spell it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Version::V5 => "5",
            Version::V311 => "3.1.1",
        }
    }
}

/// How availability is spoken to this broker: QoS 1 and retained, or what it allows of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AvailabilityFlags {
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
}

impl AvailabilityFlags {
    /// What the promise needs.
    pub(crate) const FULL: AvailabilityFlags = AvailabilityFlags {
        qos: QoS::AtLeastOnce,
        retain: true,
    };
}

/// One connection to be tried, from name resolution to CONNACK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// Names this attempt and the connection that comes of it.
    pub(crate) number: u64,
    pub(crate) version: Version,
    pub(crate) will: AvailabilityFlags,
    /// Whether the broker is to end the session that it may have kept, and to speak the will of that session.
    pub(crate) clean_start: bool,
    /// How long the broker may take, for each of its addresses, from the start of the TCP connection to CONNACK.
    pub(crate) limit: Duration,
}

/// What the engine does next, as far as the thread that runs it is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Open a connection, and say how it went.
    Open(Attempt),
    /// Nothing before this time, unless somebody calls.
    Wait(Time),
    /// The attempt is under way: wait for it, but not beyond this time.
    Opening(Time),
    /// A connection is open: run it, and come back at the latest at this time.
    Run(Time),
    /// The client is closed.
    Finished,
}

/// What became of an attempt or a connection.
#[derive(Debug)]
pub(crate) enum Input {
    /// The broker accepted the connection.
    Opened(Connack),
    /// The attempt came to nothing.
    Failed(Failure),
    /// A packet handed over was written to the network.
    Written(Token),
    /// A PUBLISH was acknowledged, or refused with this reason.
    Acked(Token, Result<(), String>),
    /// The SUBSCRIBE was answered: granted, or refused with this reason.
    Subscribed(Token, Result<(), String>),
    /// A message arrived on the availability topic. Of one that is larger than the connection takes, only the
    /// beginning.
    Received {
        payload: Bytes,
        #[allow(dead_code, reason = "the guard treats both alike")]
        retain: bool,
    },
    /// An acknowledgement arrived that was for nothing, or came twice. It was ignored.
    Unsolicited,
    /// The connection is over.
    Ended(ConnectionEnd),
}

/// Names a packet handed over, for the life of its connection.
pub(crate) type Token = u64;

/// What a broker says of itself in CONNACK (MQTT 5, section 3.2.2.3). 3.1.1 says nothing: the defaults hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connack {
    pub(crate) receive_maximum: u16,
    pub(crate) maximum_packet_size: u32,
    pub(crate) maximum_qos: QoS,
    pub(crate) retain_available: bool,
    pub(crate) server_keep_alive_seconds: Option<u16>,
}

impl Default for Connack {
    fn default() -> Self {
        Connack {
            receive_maximum: u16::MAX,
            maximum_packet_size: u32::MAX,
            maximum_qos: QoS::AtLeastOnce,
            retain_available: true,
            server_keep_alive_seconds: None,
        }
    }
}

/// Why an attempt came to nothing, in plain words, and what that calls for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) text: String,
}

/// What a failed attempt calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FailureKind {
    /// The broker can't be reached: no name, no route, TCP refused or silent. Try again later.
    Unreachable,
    /// It said that it does not speak this version.
    WrongVersion,
    /// It answered nothing that can be understood, and closed: it may not speak this version.
    Undecided,
    /// It said nothing at all: it may not speak this version.
    Silent,
    /// It refuses a retained will.
    NoRetain,
    /// It refuses a will of QoS 1.
    NoQos1,
    /// It refuses for now.
    Later,
    /// It refuses for a reason that waiting cannot cure.
    Permanent,
}

/// How a connection ended, in plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionEnd {
    pub(crate) kind: EndCause,
    pub(crate) text: String,
}

/// Who ended a connection, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EndCause {
    /// The broker, or the way to it, closed it.
    ByPeer,
    /// The broker said that another client has our client id (0x8E).
    TakenOver,
    /// It stopped reading, or acknowledging, or answering pings; or we gave up for another reason.
    Stalled,
}

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
    /// To our own availability topic, at QoS 0.
    Subscribe { token: Token, topic: Arc<str> },
    /// The last packet. With the will, the broker is asked to publish it all the same (MQTT 5, section 3.14.2.1);
    /// 3.1.1 has no word for that, and the connection closes without one.
    Disconnect { with_will: bool },
}
