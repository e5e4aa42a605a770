//! The first packets of a connection, and the guard.

use std::time::Duration;

use serde_json::json;

use crate::support::codec::{Codes, Packet, Properties, NO_LOCAL};
use crate::support::scripted::{Answer, ScriptedBroker};
use crate::support::wait::eventually;
use crate::{connect, delivered, publish, STATUS};

#[test]
fn the_birth_message_is_alone_until_it_is_acknowledged() {
    for protocol in ["5", "3.1.1"] {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            let birth = connection.expect_publish()?;
            assert_eq!(birth.topic, STATUS);
            connection.expect_nothing(Duration::from_millis(300))?;
            connection.acknowledge(&birth)?;
            connection.serve()
        });
        let client = connect(broker.port(), json!({"protocol": protocol}));
        delivered(&publish(&client, 1));
    }
}

#[test]
fn the_guard_asks_for_nothing_of_our_own() {
    let broker = ScriptedBroker::ordinary();
    let _client = connect(broker.port(), json!({}));
    let received = broker.wait_for("the subscription", |received| {
        received
            .iter()
            .any(|packet| matches!(packet.packet, Packet::Subscribe(_)))
    });
    // That to Home Assistant's status follows, once this one is answered.
    let first = received.iter().find_map(|packet| match &packet.packet {
        Packet::Subscribe(subscribe) => Some(&subscribe.filters),
        _ => None,
    });
    assert_eq!(first, Some(&vec![(STATUS.to_owned(), NO_LOCAL)]));
}

#[test]
fn a_refused_subscription_costs_only_the_guard() {
    for code in [0x80, 0x87] {
        let broker = ScriptedBroker::start(move |connection| {
            connection.accept()?;
            connection.serve_but(|connection, packet| {
                let Packet::Subscribe(subscribe) = packet else {
                    return Ok(Answer::Ordinary);
                };
                connection.send(&Packet::SubAck(Codes {
                    id: subscribe.id,
                    codes: vec![code],
                    properties: Properties::default(),
                }))?;
                Ok(Answer::Nothing)
            })
        });
        let client = connect(broker.port(), json!({}));
        delivered(&publish(&client, 1));
        eventually("the status says so", || {
            let warnings = client.status().warnings;
            warnings
                .iter()
                .any(|warning| warning.contains("not watched"))
        });
        assert_eq!(broker.connections(), 1);
    }
}

#[test]
fn a_broker_that_closes_on_the_subscription_costs_only_the_guard() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        connection.serve_but(|_, packet| match packet {
            Packet::Subscribe(_) => Ok(Answer::End),
            _ => Ok(Answer::Ordinary),
        })
    });
    let client = connect(broker.port(), json!({}));
    for number in 0..10 {
        delivered(&publish(&client, number));
    }
    eventually("it is online without the guard", || {
        let status = client.status();
        status.state == argus_mqtt::State::Online
            && status
                .warnings
                .iter()
                .any(|warning| warning.contains("not watched"))
    });
}
