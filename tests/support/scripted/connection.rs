//! One connection of the scripted broker: what a script can do.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::record::{Received, Shared};
use crate::support::codec::{
    read_frame, Ack, AckKind, ConnAck, Connect, Packet, Publish, Subscribe, Version,
};
use crate::support::wait::PATIENCE;

/// How long a close waits for the other side to close too.
const LINGER: Duration = Duration::from_secs(1);

pub struct Connection {
    number: usize,
    /// None once it is closed.
    stream: Option<Arc<TcpStream>>,
    version: Version,
    shared: Arc<Shared>,
}

impl Connection {
    pub(super) fn new(number: usize, stream: Arc<TcpStream>, shared: Arc<Shared>) -> Connection {
        stream.set_nodelay(true).expect("the option is supported");
        Connection {
            number,
            stream: Some(stream),
            version: Version::V5,
            shared,
        }
    }

    /// 1 for the broker's first connection.
    pub fn number(&self) -> usize {
        self.number
    }

    /// What the CONNECT said; 5 before.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Reads a packet and records it; `UnexpectedEof` when the client has closed. Bytes that are no
    /// packet fail the test.
    pub fn read(&mut self) -> Result<Packet> {
        let bytes = read_frame(&mut self.stream()?)?;
        let packet = Packet::decode(&bytes, self.version)
            .unwrap_or_else(|fault| panic!("the client sent {bytes:02x?}: {fault}"));
        if let Packet::Connect(connect) = &packet {
            self.version = connect.version();
        }
        self.shared.lock().received.push(Received {
            connection: self.number,
            packet: packet.clone(),
            bytes,
            at: Instant::now(),
        });
        self.shared.changed.notify_all();
        Ok(packet)
    }

    pub fn expect_connect(&mut self) -> Result<Connect> {
        match self.read_soon("a CONNECT")? {
            Packet::Connect(connect) => Ok(connect),
            other => panic!("a CONNECT expected, got {other:?}"),
        }
    }

    pub fn expect_publish(&mut self) -> Result<Publish> {
        match self.read_soon("a PUBLISH")? {
            Packet::Publish(publish) => Ok(publish),
            other => panic!("a PUBLISH expected, got {other:?}"),
        }
    }

    pub fn expect_subscribe(&mut self) -> Result<Subscribe> {
        match self.read_soon("a SUBSCRIBE")? {
            Packet::Subscribe(subscribe) => Ok(subscribe),
            other => panic!("a SUBSCRIBE expected, got {other:?}"),
        }
    }

    /// The next packet that is not a PINGREQ, which is answered; fails the test when none comes.
    fn read_soon(&mut self, what: &str) -> Result<Packet> {
        self.stream()?.set_read_timeout(Some(PATIENCE))?;
        let packet = loop {
            match self.read() {
                Ok(Packet::PingReq) => self.send(&Packet::PingResp)?,
                Ok(packet) => break packet,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    panic!("{what} expected, nothing came within {PATIENCE:?}")
                }
                Err(error) => return Err(error),
            }
        };
        self.stream()?.set_read_timeout(None)?;
        Ok(packet)
    }

    /// Gives the client some time for a packet that it must not send; fails the test when one comes.
    pub fn expect_nothing(&mut self, time: Duration) -> Result<()> {
        self.stream()?.set_read_timeout(Some(time))?;
        match self.read() {
            Ok(packet) => panic!("nothing expected, got {packet:?}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        self.stream()?.set_read_timeout(None)
    }

    pub fn send(&mut self, packet: &Packet) -> Result<()> {
        let bytes = packet.encode(self.version);
        self.send_bytes(&bytes)
    }

    /// Any bytes, also those that are no packet.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream()?.write_all(bytes)
    }

    /// Sends one byte at a time with a pause between two.
    pub fn drip(&mut self, bytes: &[u8], pause: Duration) -> Result<()> {
        for byte in bytes {
            self.send_bytes(&[*byte])?;
            std::thread::sleep(pause);
        }
        Ok(())
    }

    /// Takes the CONNECT and accepts it without any limit.
    pub fn accept(&mut self) -> Result<Connect> {
        self.accept_with(ConnAck::default())
    }

    /// Takes the CONNECT and answers with this CONNACK.
    pub fn accept_with(&mut self, connack: ConnAck) -> Result<Connect> {
        let connect = self.expect_connect()?;
        self.send(&Packet::ConnAck(connack))?;
        Ok(connect)
    }

    /// Takes the CONNECT, answers with this CONNACK, and closes.
    pub fn refuse(&mut self, connack: ConnAck) -> Result<()> {
        self.accept_with(connack)?;
        self.close();
        Ok(())
    }

    /// Acknowledges a message by its QoS.
    pub fn acknowledge(&mut self, publish: &Publish) -> Result<()> {
        self.acknowledge_with(publish, 0)
    }

    /// Acknowledges a message with a reason code of MQTT 5, a refusal from 0x80 up.
    pub fn acknowledge_with(&mut self, publish: &Publish, reason: u8) -> Result<()> {
        let kind = match publish.qos {
            0 => return Ok(()),
            1 => AckKind::PubAck,
            _ => AckKind::PubRec,
        };
        let mut ack = Ack::new(kind, publish.id);
        ack.reason = reason;
        self.send(&Packet::Ack(ack))
    }

    /// Reads and records everything and answers nothing, until the client closes.
    pub fn swallow(&mut self) -> Result<()> {
        loop {
            self.read()?;
        }
    }

    /// Reads nothing more, until the broker is dropped.
    pub fn stop_reading(&mut self) {
        let state = self.shared.lock();
        let over = self
            .shared
            .changed
            .wait_while(state, |state| !state.is_over);
        drop(over.expect("no thread panics holding it"));
    }

    /// Closes, as a broker that ends in order: the client sees a FIN after what was sent.
    pub fn close(&mut self) {
        let Some(stream) = self.stream.take() else {
            return;
        };
        // Unread bytes would turn the close into a RST: what the client still sends is thrown away.
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.set_read_timeout(Some(LINGER));
        let mut thrown_away = [0; 4096];
        let end = Instant::now() + LINGER;
        while Instant::now() < end && matches!((&*stream).read(&mut thrown_away), Ok(1..)) {}
    }

    /// Closes with a RST.
    pub fn reset(&mut self) {
        if let Some(stream) = self.stream.take() {
            let _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
        }
    }

    pub(super) fn fail(&self, failure: String) {
        self.shared.lock().failure.get_or_insert(failure);
        self.shared.changed.notify_all();
    }

    fn stream(&self) -> Result<&TcpStream> {
        let stream = self.stream.as_deref();
        stream.ok_or_else(|| Error::new(ErrorKind::NotConnected, "the script has closed it"))
    }
}
