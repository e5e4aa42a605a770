//! Brokers that send what chance gives them. `make fuzz` does it for longer, and guided.

use std::time::Duration;

use argus_mqtt::{ErrorKind, Outcome};
use serde_json::json;

use crate::support::codec::{
    property, Ack, AckKind, Codes, ConnAck, Packet, Properties, Publish, Reason, Version,
};
use crate::support::scripted::ScriptedBroker;
use crate::{connect, publish, STATUS};

/// Numbers that look random and are the same each time.
struct Chance(u64);

impl Chance {
    /// Below `end`.
    fn number(&mut self, end: usize) -> usize {
        // An xorshift generator.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as usize % end
    }

    fn packet(&mut self) -> Packet {
        let id = self.number(8) as u16;
        let code = [0, 0, 0x10, 0x80, 0x87, 0x8e][self.number(6)];
        let kinds = [
            AckKind::PubAck,
            AckKind::PubRec,
            AckKind::PubRel,
            AckKind::PubComp,
        ];
        match self.number(9) {
            kind @ 0..4 => Packet::Ack(Ack {
                reason: code,
                ..Ack::new(kinds[kind], id)
            }),
            4 => Packet::SubAck(Codes {
                id,
                codes: vec![code; self.number(3)],
                properties: Properties::default(),
            }),
            5 => Packet::Publish(Publish {
                topic: STATUS.to_owned(),
                payload: vec![b'x'; self.number(300)],
                qos: self.number(3) as u8,
                id,
                ..Publish::default()
            }),
            6 => Packet::PingResp,
            7 => Packet::Disconnect(Reason {
                code,
                ..Reason::default()
            }),
            _ => Packet::ConnAck(ConnAck::default().with(property::RECEIVE_MAXIMUM, id)),
        }
    }

    /// A few packets, half of them with a byte that is another.
    fn bytes(&mut self, version: Version) -> Vec<u8> {
        let mut all = Vec::new();
        for _ in 0..=self.number(8) {
            let mut bytes = self.packet().encode(version);
            if self.number(2) == 0 {
                let place = self.number(bytes.len());
                bytes[place] ^= 1 << self.number(8);
            }
            all.extend(bytes);
        }
        all
    }
}

#[test]
fn whatever_a_broker_sends_every_message_ends_and_the_shutdown_is_in_time() {
    for number in 1..=200 {
        let protocol = ["5", "3.1.1"][number % 2];
        let broker = ScriptedBroker::start(move |connection| {
            connection.accept()?;
            let birth = connection.expect_publish()?;
            connection.acknowledge(&birth)?;
            let mut chance = Chance((number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            connection.send_bytes(&chance.bytes(connection.version()))?;
            connection.swallow()
        });
        let client = connect(broker.port(), json!({"protocol": protocol}));
        let deliveries: Vec<_> = (0..5).map(|event| publish(&client, event)).collect();
        broker.wait_for("the birth message", |received| {
            received.iter().any(|packet| packet.is_publish_on(STATUS))
        });
        let report = client.shutdown(Duration::from_millis(20));
        let report = report.expect("it is the first shutdown");
        let mut undelivered = 0;
        for delivery in &deliveries {
            match delivery.wait(Duration::ZERO) {
                Ok(Outcome::Delivered | Outcome::Rejected(_)) => {}
                Ok(Outcome::Dropped(_) | Outcome::Unknown) => undelivered += 1,
                other => panic!("number {number}: {other:?}"),
            }
            let again = delivery.wait(Duration::ZERO).map_err(|error| error.kind());
            assert_eq!(again, Err(ErrorKind::InvalidArgument), "number {number}");
        }
        assert_eq!(report.left, undelivered, "number {number}");
    }
}
