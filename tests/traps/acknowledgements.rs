//! Answers to messages, and goodbyes.

use argus_mqtt::{Outcome, State};
use serde_json::json;

use crate::support::codec::{Ack, AckKind, Packet};
use crate::support::scripted::ScriptedBroker;
use crate::support::wait::{eventually, PATIENCE};
use crate::{connect, delivered, next_event, publish, STATUS};

#[test]
fn no_subscriber_is_no_failure() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        let event = next_event(connection)?;
        connection.acknowledge_with(&event, 0x10)?;
        connection.serve()
    });
    let client = connect(broker.port(), json!({}));
    delivered(&publish(&client, 1));
}

#[test]
fn a_message_that_is_refused_fails_alone_and_frees_its_place() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        for _ in 0..10 {
            let event = next_event(connection)?;
            connection.acknowledge_with(&event, 0x87)?;
        }
        connection.serve()
    });
    let client = connect(broker.port(), json!({"max_in_flight": 1}));
    for number in 0..10 {
        let outcome = publish(&client, number).wait(PATIENCE).expect("it ends");
        assert!(
            matches!(&outcome, Outcome::Rejected(reason) if reason.contains("not authorized")),
            "{outcome:?}"
        );
    }
    delivered(&publish(&client, 10));
    assert_eq!(broker.connections(), 1);
}

#[test]
fn a_refused_birth_message_is_told() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        let birth = connection.expect_publish()?;
        connection.acknowledge_with(&birth, 0x87)?;
        connection.serve()
    });
    let client = connect(broker.port(), json!({}));
    let error = client.wait_online(PATIENCE).expect_err("it is refused");
    assert_eq!(error.kind(), argus_mqtt::ErrorKind::Refused);
    assert!(error.to_string().contains(STATUS), "{error}");
}

#[test]
fn an_acknowledgement_of_nothing_is_ignored_and_counted() {
    for protocol in ["5", "3.1.1"] {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            let event = next_event(connection)?;
            connection.send(&Packet::Ack(Ack::new(AckKind::PubAck, 77)))?;
            connection.acknowledge(&event)?;
            connection.acknowledge(&event)?;
            connection.serve()
        });
        let client = connect(broker.port(), json!({"protocol": protocol}));
        delivered(&publish(&client, 1));
        delivered(&publish(&client, 2));
        assert_eq!(client.status().counters.ignored_acknowledgements, 2);
        assert_eq!(broker.connections(), 1);
    }
}

#[test]
fn a_goodbye_in_any_form_is_followed_by_a_new_connection() {
    for goodbye in [
        &[0xe0, 0x00][..],
        &[0xe0, 0x01, 0x8b],
        &[0xe0, 0x02, 0x8b, 0x00],
    ] {
        let broker = ScriptedBroker::start(move |connection| {
            connection.accept()?;
            if connection.number() == 1 {
                next_event(connection)?;
                connection.send_bytes(goodbye)?;
                connection.close();
                return Ok(());
            }
            connection.serve()
        });
        let client = connect(broker.port(), json!({}));
        delivered(&publish(&client, 1));
        assert_eq!(broker.connections(), 2);
    }
}

#[test]
fn a_takeover_names_the_twin_and_starts_no_war() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        next_event(connection)?;
        connection.send_bytes(&[0xe0, 0x02, 0x8e, 0x00])?;
        connection.close();
        Ok(())
    });
    let client = connect(broker.port(), json!({"reconnect_max_seconds": 600}));
    let _delivery = publish(&client, 1);
    eventually("it rests", || {
        let status = client.status();
        status.state == State::Waiting && status.next_attempt_in_seconds.is_some_and(|s| s > 200.0)
    });
    let error = client.status().last_error.expect("it says why");
    assert!(
        error.contains("another client uses our client id"),
        "{error}"
    );
    assert_eq!(broker.connections(), 1);
}

#[test]
fn a_shutdown_says_offline_waits_for_the_answer_and_stays_away() {
    let broker = ScriptedBroker::ordinary();
    let client = connect(broker.port(), json!({"guard_availability": false}));
    delivered(&publish(&client, 1));
    let report = client.shutdown(PATIENCE).expect("the first shutdown");
    assert!(report.offline_acknowledged);
    let received = broker.wait_for("the goodbye", |received| {
        received
            .iter()
            .any(|packet| matches!(packet.packet, Packet::Disconnect(_)))
    });
    let [.., offline, goodbye] = received.as_slice() else {
        unreachable!("there are more than two");
    };
    assert!(offline.is_publish_on(STATUS), "{offline:?}");
    assert!(
        matches!(goodbye.packet, Packet::Disconnect(_)),
        "{goodbye:?}"
    );
    assert_eq!(broker.connections(), 1);
}
