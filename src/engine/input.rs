//! What the engine is told, and what it wants next.

use super::attempt::{Attempt, Connack, Failure};
use crate::outbox::Time;
use bytes::Bytes;

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
    /// A PUBLISH was acknowledged, and the broker says that no subscriber matched its topic (MQTT 5, section 3.4.2.1:
    /// reason code 0x10).
    Unmatched(Token),
    /// A message arrived on the topic of a discovery config, where the attempt asked for those.
    Config { topic: String, payload: Bytes },
    /// A message arrived on one of the topics that concern us: live, or as the broker kept it. Of one that is larger
    /// than the connection takes, only the beginning.
    Received {
        subject: Subject,
        payload: Bytes,
        retain: bool,
    },
    /// An acknowledgement arrived that was for nothing, or came twice. It was ignored.
    Unsolicited,
    /// The connection is over.
    Ended(ConnectionEnd),
}

/// A topic on which messages concern us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Our own.
    Availability,
    /// That on which Home Assistant says whether it is there.
    HomeAssistant,
}

/// Names a packet handed over, for the life of its connection.
pub(crate) type Token = u64;

/// How a connection ended, in plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionEnd {
    pub(crate) kind: EndCause,
    pub(crate) text: String,
}

/// Who ended a connection, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EndCause {
    /// The broker, or the way to it, closed it without a reason.
    ByPeer,
    /// The broker gave a reason that may lie in what it was sent.
    Disconnected,
    /// The broker gave a reason of its own: it shuts down, is busy, has moved.
    Unavailable,
    /// The broker said that another client has our client id (0x8E).
    TakenOver,
    /// It stopped reading, or acknowledging, or answering pings; or we gave up for another reason.
    Stalled,
}
