//! A raw MQTT client on one socket: does what it is told, packet by packet.
//!
//! ```ignore
//! let mut client = Client::connect(&broker, Connect::new(Version::V5, "a twin"));
//! client.publish("argusai/status", b"offline", 1, true);
//! client.close();                              // without DISCONNECT: the broker speaks the will
//! ```

use std::io::{Error, ErrorKind, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::access::Access;
use super::codec::{
    read_frame, Ack, AckKind, ConnAck, Connect, Packet, Properties, Publish, Subscribe, Version,
};
use super::wait::PATIENCE;

pub struct Client {
    stream: TcpStream,
    version: Version,
    pub connack: ConnAck,
    last_id: u16,
}

impl Client {
    /// Connects; fails the test when the broker cannot be reached or refuses.
    #[track_caller]
    pub fn connect(access: impl Into<Access>, connect: Connect) -> Client {
        let client = Client::try_connect(access, connect);
        let client = client.unwrap_or_else(|error| panic!("cannot connect: {error}"));
        assert_eq!(client.connack.code, 0, "refused: {:?}", client.connack);
        client
    }

    /// Connects and gives the broker's answer, a refusal too, in `connack`.
    pub fn try_connect(access: impl Into<Access>, connect: Connect) -> Result<Client> {
        let access = access.into();
        let stream = TcpStream::connect((access.host.as_str(), access.port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut client = Client {
            stream,
            version: connect.version(),
            connack: ConnAck::default(),
            last_id: 0,
        };
        client.send(&Packet::Connect(connect))?;
        match client.read()? {
            Packet::ConnAck(connack) => client.connack = connack,
            other => return Err(unexpected("CONNACK", &other)),
        }
        Ok(client)
    }

    /// How long a read waits before it fails with `WouldBlock`; [`PATIENCE`] unless set.
    pub fn set_patience(&mut self, patience: Duration) {
        let set = self.stream.set_read_timeout(Some(patience));
        set.expect("the option is supported");
    }

    /// The next packet; `UnexpectedEof` when the broker has closed.
    pub fn read(&mut self) -> Result<Packet> {
        let frame = read_frame(&mut self.stream)?;
        Packet::decode(&frame, self.version)
            .map_err(|fault| Error::new(ErrorKind::InvalidData, fault))
    }

    pub fn send(&mut self, packet: &Packet) -> Result<()> {
        self.stream.write_all(&packet.encode(self.version))
    }

    pub fn next_id(&mut self) -> u16 {
        self.last_id += 1;
        self.last_id
    }

    /// Publishes with QoS 0 or 1 and waits for the PUBACK.
    #[track_caller]
    pub fn publish(&mut self, topic: &str, payload: &[u8], qos: u8, retain: bool) {
        let publish = Publish {
            topic: topic.to_owned(),
            payload: payload.to_vec(),
            qos,
            retain,
            id: if qos > 0 { self.next_id() } else { 0 },
            ..Publish::default()
        };
        self.publish_packet(publish)
            .unwrap_or_else(|error| panic!("cannot publish to {topic}: {error}"));
    }

    /// Publishes a packet as it is, and waits for the PUBACK when it has QoS 1.
    pub fn publish_packet(&mut self, publish: Publish) -> Result<()> {
        let (qos, id) = (publish.qos, publish.id);
        self.send(&Packet::Publish(publish))?;
        if qos > 0 {
            self.read_until(|packet| {
                matches!(packet, Packet::Ack(ack) if ack.kind == AckKind::PubAck && ack.id == id)
            })?;
        }
        Ok(())
    }

    /// Subscribes and waits for the SUBACK; gives its code. Messages that come before it are lost.
    pub fn subscribe(&mut self, filter: &str, options: u8) -> Result<u8> {
        let id = self.next_id();
        self.send(&Packet::Subscribe(Subscribe {
            id,
            filters: vec![(filter.to_owned(), options)],
            properties: Properties::default(),
        }))?;
        let skipped = self.read_until(|packet| matches!(packet, Packet::SubAck(_)))?;
        match skipped.last() {
            Some(Packet::SubAck(suback)) => Ok(suback.codes.first().copied().unwrap_or(0)),
            _ => unreachable!("read_until ends with what it looked for"),
        }
    }

    /// Waits for the answer to a ping; gives the messages that came before it, and acknowledges none.
    pub fn ping(&mut self) -> Result<Vec<Publish>> {
        self.send(&Packet::PingReq)?;
        let packets = self.read_until(|packet| *packet == Packet::PingResp)?;
        let messages = packets.into_iter().filter_map(|packet| match packet {
            Packet::Publish(publish) => Some(publish),
            _ => None,
        });
        Ok(messages.collect())
    }

    /// What is retained on a topic that this client has not subscribed to before.
    pub fn retained(&mut self, topic: &str) -> Result<Option<Publish>> {
        Ok(self.all_retained(topic)?.into_iter().next())
    }

    /// What is retained under a topic filter that this client has not subscribed to before.
    pub fn all_retained(&mut self, filter: &str) -> Result<Vec<Publish>> {
        let id = self.next_id();
        self.send(&Packet::Subscribe(Subscribe {
            id,
            filters: vec![(filter.to_owned(), 0)],
            properties: Properties::default(),
        }))?;
        // Some brokers send the retained message before the SUBACK, and some look it up while they
        // already answer the next packet: hence two pings.
        let mut packets = self.read_until(|packet| matches!(packet, Packet::SubAck(_)))?;
        for _ in 0..2 {
            packets.extend(self.ping()?.into_iter().map(Packet::Publish));
        }
        let mut all = Vec::new();
        for packet in packets {
            match packet {
                Packet::SubAck(suback) if suback.codes.iter().any(|code| *code >= 0x80) => {
                    return Err(Error::other(format!("the broker refuses: {suback:?}")));
                }
                Packet::Publish(publish) if publish.retain => all.push(publish),
                _ => {}
            }
        }
        Ok(all)
    }

    /// Reads up to a packet and gives all packets, that one last.
    pub fn read_until(&mut self, is_it: impl Fn(&Packet) -> bool) -> Result<Vec<Packet>> {
        let mut packets = Vec::new();
        loop {
            let packet = self.read()?;
            let found = is_it(&packet);
            packets.push(packet);
            if found {
                return Ok(packets);
            }
        }
    }

    /// Acknowledges a message with QoS 1.
    pub fn acknowledge(&mut self, publish: &Publish) -> Result<()> {
        self.send(&Packet::Ack(Ack::new(AckKind::PubAck, publish.id)))
    }

    /// Waits until the broker closes, and gives what it sent before; fails the test when it does not.
    #[track_caller]
    pub fn wait_until_closed(&mut self) -> Vec<Packet> {
        let mut packets = Vec::new();
        loop {
            match self.read() {
                Ok(packet) => packets.push(packet),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    panic!("the broker has not closed; it sent {packets:?}")
                }
                Err(_) => return packets,
            }
        }
    }

    /// DISCONNECT, then closes: no will.
    pub fn disconnect(mut self) {
        // A broker that has already gone is as good.
        let _ = self.send(&Packet::Disconnect(Default::default()));
    }

    /// Closes without DISCONNECT: the broker speaks the will.
    pub fn close(self) {}
}

pub(super) fn unexpected(wanted: &str, got: &Packet) -> Error {
    Error::new(
        ErrorKind::InvalidData,
        format!("{wanted} expected, got {got:?}"),
    )
}
