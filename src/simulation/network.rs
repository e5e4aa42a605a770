//! Connections: two streams of packets, each in order, and what can happen to them.

use crate::engine::{AvailabilityFlags, Connack, EndCause, FailureKind, Token, Version};
use crate::message::QoS;
use crate::outbox::Time;
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;

/// What the buffers between client and broker hold, in bytes, before a write has to wait.
const BUFFERS: u64 = 4096;

/// From the client to the broker.
#[derive(Debug)]
pub(super) enum Up {
    Connect(Box<Connect>),
    Publish(Publish),
    Subscribe {
        token: Token,
        topic: Arc<str>,
        no_local: bool,
    },
    Ping,
    Disconnect {
        with_will: bool,
    },
    /// The end of the stream.
    Closed,
}

/// A CONNECT packet.
#[derive(Debug)]
pub(super) struct Connect {
    pub(super) client_id: String,
    pub(super) clean_start: bool,
    pub(super) session_expiry: Time,
    pub(super) keep_alive: Time,
    pub(super) will: Will,
}

/// A will message.
#[derive(Clone, Debug)]
pub(super) struct Will {
    pub(super) topic: Arc<str>,
    pub(super) payload: Bytes,
    pub(super) flags: AvailabilityFlags,
    pub(super) delay: Time,
}

/// A PUBLISH packet of the client, with the token in the place of a packet id.
#[derive(Debug)]
pub(super) struct Publish {
    pub(super) token: Token,
    pub(super) topic: Arc<str>,
    pub(super) payload: Bytes,
    pub(super) qos: QoS,
    pub(super) retain: bool,
    pub(super) expiry_seconds: Option<u32>,
}

impl Publish {
    /// Its bytes on the wire.
    pub(super) fn size(&self, version: Version) -> u64 {
        let message = crate::message::Message {
            topic: self.topic.clone(),
            payload: self.payload.clone(),
            qos: self.qos,
            retain: self.retain,
        };
        message.packet_size(version == Version::V5, self.expiry_seconds.is_some())
    }
}

impl Up {
    fn size(&self, version: Version) -> u64 {
        match self {
            Up::Publish(publish) => publish.size(version),
            Up::Connect(_) | Up::Subscribe { .. } => 64,
            Up::Ping | Up::Disconnect { .. } => 2,
            Up::Closed => 0,
        }
    }
}

/// From the broker to the client.
#[derive(Debug)]
pub(super) enum Down {
    Connack(Connack),
    Refused(FailureKind),
    Puback(Token, Result<(), String>),
    /// PUBACK that says that nobody is subscribed to the topic.
    Unmatched(Token),
    Suback(Token, Result<(), String>),
    Publish {
        topic: Arc<str>,
        payload: Bytes,
        retain: bool,
    },
    Pingresp,
    /// The end of the stream.
    Closed(EndCause),
}

impl Down {
    pub(super) fn publish(topic: &Arc<str>, payload: Bytes, retain: bool) -> Self {
        Down::Publish {
            topic: topic.clone(),
            payload,
            retain,
        }
    }
}

/// One direction.
#[derive(Debug)]
struct Pipe<T> {
    packets: VecDeque<(Time, T)>,
    last: Time,
}

impl<T> Pipe<T> {
    fn put(&mut self, arrives: Time, packet: T) {
        self.last = self.last.max(arrives);
        self.packets.push_back((self.last, packet));
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) id: u32,
    /// The process and the attempt that it belongs to.
    pub(super) owner: (u32, u64),
    pub(super) version: Version,
    up: Pipe<Up>,
    down: Pipe<Down>,
    pub(super) client_open: bool,
    pub(super) broker_open: bool,
    /// Nothing passes any more, in either direction, and nobody is told.
    is_dead: bool,
    /// The same, but both sides are told.
    is_cut: bool,
    /// Bytes written that the broker has not read.
    unread: u64,
}

impl Link {
    pub(super) fn new(id: u32, owner: (u32, u64), version: Version) -> Self {
        Link {
            id,
            owner,
            version,
            up: Pipe {
                packets: VecDeque::new(),
                last: Time::ZERO,
            },
            down: Pipe {
                packets: VecDeque::new(),
                last: Time::ZERO,
            },
            client_open: true,
            broker_open: true,
            is_dead: false,
            is_cut: false,
            unread: 0,
        }
    }

    /// Whether a write of this size need not wait.
    pub(super) fn has_room(&self, size: u64) -> bool {
        self.unread == 0 || self.unread + size <= BUFFERS
    }

    pub(super) fn write(&mut self, arrives: Time, packet: Up) {
        let size = packet.size(self.version);
        if self.is_dead {
            self.unread += size;
        } else if self.passes() {
            self.unread += size;
            self.up.put(arrives, packet);
        }
    }

    pub(super) fn answer(&mut self, arrives: Time, packet: Down) {
        if !self.is_dead && self.passes() {
            self.down.put(arrives, packet);
        }
    }

    /// As [`Link::answer`], but it overtakes an acknowledgement that was sent before and is still under way.
    pub(super) fn answer_before_last(&mut self, arrives: Time, packet: Down) {
        self.answer(arrives, packet);
        let packets = &mut self.down.packets;
        let last = packets.len().saturating_sub(1);
        if last > 0 && matches!(packets[last - 1].1, Down::Puback(..) | Down::Unmatched(_)) {
            packets.swap(last - 1, last);
            let (at, before) = (packets[last].0, packets[last - 1].0);
            packets[last - 1].0 = at.min(before);
            packets[last].0 = at.max(before);
        }
    }

    /// When the broker can read the next packet.
    pub(super) fn next_up(&self) -> Option<Time> {
        self.up.packets.front().map(|(at, _)| *at)
    }

    /// When the client can read the next packet.
    pub(super) fn next_down(&self) -> Option<Time> {
        self.down.packets.front().map(|(at, _)| *at)
    }

    pub(super) fn read_up(&mut self) -> Option<Up> {
        let (_, packet) = self.up.packets.pop_front()?;
        self.unread = self.unread.saturating_sub(packet.size(self.version));
        Some(packet)
    }

    pub(super) fn read_down(&mut self) -> Option<Down> {
        self.down.packets.pop_front().map(|(_, packet)| packet)
    }

    /// The client closes its side. What it wrote before still arrives.
    pub(super) fn close_by_client(&mut self, arrives: Time) {
        if self.client_open {
            self.write(arrives, Up::Closed);
            self.client_open = false;
            self.down.packets.clear();
        }
    }

    /// The broker closes its side. What it answered before still arrives.
    pub(super) fn close_by_broker(&mut self, arrives: Time, kind: EndCause) {
        if self.broker_open {
            self.answer(arrives, Down::Closed(kind));
            self.broker_open = false;
            self.up.packets.clear();
            self.unread = 0;
        }
    }

    /// The way breaks, and both sides hear of it. What was under way may be lost, separately each way.
    pub(super) fn cut(&mut self, arrives: Time, loses_up: bool, loses_down: bool) {
        if self.is_dead || self.is_cut || !self.client_open || !self.broker_open {
            return;
        }
        if loses_up {
            self.up.packets.clear();
        }
        if loses_down {
            self.down.packets.clear();
        }
        self.down.put(arrives, Down::Closed(EndCause::ByPeer));
        self.up.put(arrives, Up::Closed);
        self.is_cut = true;
    }

    /// The way is gone, and nobody hears of it.
    pub(super) fn die(&mut self) {
        self.is_dead = true;
        self.up.packets.clear();
        self.down.packets.clear();
    }

    /// Whether nothing can come of it any more.
    pub(super) fn is_over(&self) -> bool {
        !self.client_open && !self.broker_open
    }

    fn passes(&self) -> bool {
        self.client_open && self.broker_open && !self.is_cut
    }
}
