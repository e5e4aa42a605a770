//! Brokers that mean harm, or lost their mind.

use std::io::Result;

use argus_mqtt::State;
use serde_json::json;

use crate::support::codec::{Codes, Packet, Properties, Publish};
use crate::support::scripted::{Connection, ScriptedBroker};
use crate::support::wait::{eventually, PATIENCE};
use crate::{connect, delivered, next_event, publish, STATUS};

/// Does harm on the first connections; the client is as good as ever on the next.
fn survives(harm: fn(&mut Connection) -> Result<()>) {
    for protocol in ["5", "3.1.1"] {
        let broker = ScriptedBroker::start(move |connection| {
            connection.accept()?;
            if connection.number() == 1 {
                next_event(connection)?;
                harm(connection)?;
                connection.close();
                return Ok(());
            }
            connection.serve()
        });
        let client = connect(broker.port(), json!({"protocol": protocol}));
        delivered(&publish(&client, 1));
        client.wait_online(PATIENCE).expect("it gets online");
    }
}

#[test]
fn garbage() {
    survives(|connection| connection.send_bytes(&[0xff; 4096]));
}

#[test]
fn a_packet_that_claims_to_be_huge() {
    survives(|connection| {
        connection.send_bytes(&[0x30, 0xff, 0xff, 0xff, 0x7f])?;
        connection.send_bytes(&[0; 65536])
    });
}

#[test]
fn a_length_without_an_end() {
    survives(|connection| connection.send_bytes(&[0x30, 0xff, 0xff, 0xff, 0xff, 0xff]));
}

#[test]
fn packets_that_a_broker_does_not_send() {
    survives(|connection| connection.send_bytes(&[0xc0, 0x00, 0x82, 0x00, 0x10, 0x00, 0xf0, 0x00]));
}

#[test]
fn an_answer_of_another_kind_does_not_make_a_message_vanish() {
    for protocol in ["5", "3.1.1"] {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            let event = next_event(connection)?;
            connection.send(&Packet::SubAck(Codes {
                id: event.id,
                codes: vec![0],
                properties: Properties::default(),
            }))?;
            connection.acknowledge(&event)?;
            connection.serve()
        });
        let client = connect(broker.port(), json!({"protocol": protocol}));
        delivered(&publish(&client, 1));
        assert_eq!(broker.connections(), 1);
    }
}

#[test]
fn a_flood_of_small_packets_is_read_without_growing() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        next_event(connection)?;
        let message = Packet::Publish(Publish {
            topic: STATUS.to_owned(),
            payload: b"online".to_vec(),
            ..Publish::default()
        });
        let bytes = message.encode(connection.version()).repeat(1000);
        for _ in 0..500 {
            connection.send_bytes(&bytes)?;
        }
        connection.close();
        Ok(())
    });
    let before = resident_kib();
    let client = connect(broker.port(), json!({}));
    let _delivery = publish(&client, 1);
    eventually("it has read all and lost the connection", || {
        client.status().connections > 1
    });
    let growth = resident_kib() - before;
    assert!(growth < 100 * 1024, "{growth} KiB");
    assert_ne!(client.status().state, State::Closed);
}

fn resident_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|text| text.parse().ok())
        .expect("it has a number")
}
