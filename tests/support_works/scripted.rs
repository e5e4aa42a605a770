//! The scripted broker does what its script says, and tells when a client does not.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use crate::support::client::Client;
use crate::support::codec::{property, ConnAck, Connect, Packet, Publish, Value, Version};
use crate::support::scripted::{Answer, ScriptedBroker};
use crate::support::wait::Gate;

fn connect() -> Connect {
    Connect::new(Version::V5, "camera")
}

#[test]
fn an_ordinary_broker_acknowledges_and_records() {
    let broker = ScriptedBroker::ordinary();
    for version in [Version::V5, Version::V311] {
        let mut client = Client::connect(broker.port(), Connect::new(version, "camera"));
        client.publish("home/door", b"open", 1, true);
        assert_eq!(client.subscribe("home/#", 1).expect("a SUBACK"), 1);
        assert_eq!(client.ping().expect("a PINGRESP"), []);
        client.disconnect();
    }
    let received = broker.wait_for("two DISCONNECTs", |received| {
        let disconnects = received
            .iter()
            .filter(|r| matches!(r.packet, Packet::Disconnect(_)));
        disconnects.count() == 2
    });
    assert_eq!(broker.connections(), 2);
    assert_eq!(broker.published().len(), 2);
    assert!(received[1].is_publish_on("home/door"));
    assert_eq!(received[1].bytes, b"\x33\x12\0\x09home/door\0\x01\0open");
    // The end of the first connection may be recorded after the beginning of the second.
    let connects = received
        .iter()
        .filter(|r| matches!(r.packet, Packet::Connect(_)));
    let connects: Vec<_> = connects.map(|r| r.connection).collect();
    assert_eq!(connects, [1, 2]);
}

#[test]
fn a_script_decides_per_connection() {
    let broker = ScriptedBroker::start(|connection| match connection.number() {
        1 => connection.refuse(ConnAck::refused(0x88)),
        2 => {
            connection.expect_connect()?;
            connection.reset();
            Ok(())
        }
        3 => {
            connection.expect_connect()?;
            connection.drip(b"\x20\x02\x00\x01", Duration::from_millis(1))
        }
        _ => {
            connection.accept_with(ConnAck::default().with(property::RECEIVE_MAXIMUM, 2u16))?;
            connection.serve()
        }
    });
    let refused = Client::try_connect(broker.port(), connect()).expect("a CONNACK");
    assert_eq!(refused.connack.code, 0x88);
    let reset = Client::try_connect(broker.port(), connect())
        .err()
        .expect("a reset");
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
    let mut old = Client::try_connect(broker.port(), connect()).expect("a CONNACK");
    assert_eq!(old.connack.code, 1);
    assert_eq!(old.wait_until_closed(), []);
    let limited = Client::connect(broker.port(), connect());
    let limit = limited.connack.properties.get(property::RECEIVE_MAXIMUM);
    assert_eq!(limit, Some(&Value::Two(2)));
}

#[test]
fn a_hook_scripts_the_deviation_alone() {
    let gate = Arc::new(Gate::default());
    let for_script = Arc::clone(&gate);
    let broker = ScriptedBroker::start(move |connection| {
        connection.accept()?;
        connection.serve_but(|connection, packet| match packet {
            Packet::Publish(publish) if publish.topic == "late" => {
                for_script.wait();
                connection.acknowledge_with(publish, 0x97)?;
                Ok(Answer::Nothing)
            }
            Packet::Publish(publish) if publish.topic == "last" => Ok(Answer::End),
            _ => Ok(Answer::Ordinary),
        })
    });
    let mut client = Client::connect(broker.port(), connect());
    client.publish("soon", b"", 1, false);
    let mut late = Publish {
        topic: "late".to_owned(),
        qos: 1,
        id: 9,
        ..Publish::default()
    };
    client
        .send(&Packet::Publish(late.clone()))
        .expect("it is sent");
    broker.wait_for("the late one", |received| {
        received.iter().any(|r| r.is_publish_on("late"))
    });
    gate.open();
    match client.read().expect("an acknowledgement") {
        Packet::Ack(ack) => assert_eq!((ack.id, ack.reason), (9, 0x97)),
        other => panic!("{other:?}"),
    }
    late.topic = "last".to_owned();
    client.send(&Packet::Publish(late)).expect("it is sent");
    client.wait_until_closed();
}

#[test]
fn a_client_whose_bytes_are_not_read_is_stuck() {
    let broker = ScriptedBroker::start_with_small_buffer(|connection| {
        connection.accept()?;
        connection.stop_reading();
        Ok(())
    });
    let mut stream = TcpStream::connect(("127.0.0.1", broker.port())).expect("it listens");
    stream
        .write_all(&Packet::Connect(connect()).encode(Version::V5))
        .expect("it fits");
    stream
        .set_write_timeout(Some(Duration::from_millis(200)))
        .expect("supported");
    let publish = Packet::Publish(Publish {
        topic: "big".to_owned(),
        payload: vec![0; 64 << 20],
        ..Publish::default()
    });
    let stuck = stream
        .write_all(&publish.encode(Version::V5))
        .expect_err("stuck");
    assert_eq!(stuck.kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_broken_expectation_fails_the_test() {
    let broken = || {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            connection.expect_subscribe()?;
            Ok(())
        });
        let mut client = Client::connect(broker.port(), connect());
        client
            .send(&Packet::Publish(Publish::default()))
            .expect("it is sent");
        broker
    };
    let at_drop = catch_unwind(AssertUnwindSafe(|| {
        let broker = broken();
        broker.wait_for("the PUBLISH", |received| received.len() == 2);
        drop(broker);
    }));
    assert!(at_drop.is_err());
    let at_once = catch_unwind(AssertUnwindSafe(|| {
        broken().wait_for("a third packet", |received| received.len() == 3);
    }));
    let text = *at_once
        .expect_err("it fails")
        .downcast::<String>()
        .expect("a text");
    assert!(text.contains("a SUBSCRIBE expected, got Publish"), "{text}");
}
