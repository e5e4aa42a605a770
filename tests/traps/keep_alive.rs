//! Pings, and what a broker says of them.

use serde_json::json;

use crate::support::codec::{property, ConnAck, Packet};
use crate::support::scripted::ScriptedBroker;
use crate::{connect, delivered, publish};

fn pings(broker: &ScriptedBroker) -> usize {
    let received = broker.received();
    received
        .iter()
        .filter(|packet| packet.packet == Packet::PingReq)
        .count()
}

#[test]
fn a_broker_that_switches_the_keep_alive_off_gets_no_storm_of_pings() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept_with(ConnAck::default().with(property::SERVER_KEEP_ALIVE, 0_u16))?;
        connection.serve()
    });
    let client = connect(broker.port(), json!({}));
    for number in 0..100 {
        delivered(&publish(&client, number));
    }
    assert!(pings(&broker) <= 1, "{} pings", pings(&broker));
    assert_eq!(broker.connections(), 1);
}

#[test]
fn a_broker_that_asks_for_a_shorter_keep_alive_gets_it() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept_with(ConnAck::default().with(property::SERVER_KEEP_ALIVE, 1_u16))?;
        connection.serve()
    });
    let client = connect(broker.port(), json!({"keep_alive_seconds": 3600}));
    broker.wait_for("two pings", |received| {
        let pings = received
            .iter()
            .filter(|packet| packet.packet == Packet::PingReq);
        pings.count() >= 2
    });
    let limits = client.status().limits.expect("it is connected");
    assert_eq!(limits.server_keep_alive_seconds, Some(1));
}
