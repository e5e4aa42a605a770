//! Which version of the protocol is spoken, whatever a broker answers.

use std::io::Result;
use std::time::Duration;

use argus_mqtt::{ErrorKind, State};
use serde_json::json;

use crate::support::codec::{ConnAck, Packet, Version};
use crate::support::scripted::{Connection, ScriptedBroker};
use crate::support::wait::{eventually, PATIENCE};
use crate::{connect, delivered, publish, EVENTS};

/// Accepts what is not MQTT 5.
fn old_broker(refuse: fn(&mut Connection) -> Result<()>) -> ScriptedBroker {
    ScriptedBroker::start(move |connection| {
        if connection.expect_connect()?.version() == Version::V5 {
            return refuse(connection);
        }
        connection.send(&Packet::ConnAck(ConnAck::default()))?;
        connection.serve()
    })
}

#[track_caller]
fn runs_on_3_1_1(broker: &ScriptedBroker) {
    runs_on_3_1_1_after(1, broker);
}

/// `asked`: how often MQTT 5 was asked for.
#[track_caller]
fn runs_on_3_1_1_after(asked: usize, broker: &ScriptedBroker) {
    let client = connect(broker.port(), json!({}));
    delivered(&publish(&client, 1));
    let status = client.status();
    assert_eq!(status.protocol, Some("3.1.1"));
    let reason = status.protocol_reason.expect("it says why");
    assert!(reason.contains("MQTT 5 failed"), "{reason}");
    assert_eq!(broker.connections(), asked + 1, "in the same round");
    let published = broker.published();
    let event = published.iter().find(|publish| publish.topic == EVENTS);
    assert_eq!(event.and_then(|event| event.expiry()), None);
}

#[test]
fn a_connack_of_3_1_1_means_3_1_1() {
    runs_on_3_1_1(&old_broker(|connection| {
        connection.send_bytes(&[0x20, 0x02, 0x00, 0x01])?;
        connection.close();
        Ok(())
    }));
}

#[test]
fn a_connack_of_3_1_1_without_a_close_means_3_1_1() {
    runs_on_3_1_1(&old_broker(|connection| {
        connection.send_bytes(&[0x20, 0x02, 0x00, 0x01])?;
        connection.swallow()
    }));
}

#[test]
fn a_second_close_without_a_word_means_3_1_1() {
    let broker = old_broker(|connection| {
        connection.close();
        Ok(())
    });
    runs_on_3_1_1_after(2, &broker);
}

#[test]
fn a_second_reset_without_a_word_means_3_1_1() {
    let broker = old_broker(|connection| {
        connection.reset();
        Ok(())
    });
    runs_on_3_1_1_after(2, &broker);
}

#[test]
fn silence_means_3_1_1() {
    runs_on_3_1_1(&old_broker(Connection::swallow));
}

#[test]
fn an_unsupported_version_means_3_1_1() {
    runs_on_3_1_1(&old_broker(|connection| {
        connection.send(&Packet::ConnAck(ConnAck::refused(0x84)))?;
        connection.close();
        Ok(())
    }));
}

#[test]
fn an_answer_that_makes_no_sense_means_3_1_1() {
    for nonsense in [
        &[0xff, 0xff][..],
        &[0x00, 0x00],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ] {
        let broker = ScriptedBroker::start(move |connection| {
            if connection.expect_connect()?.version() == Version::V5 {
                connection.send_bytes(nonsense)?;
                connection.close();
                return Ok(());
            }
            connection.send(&Packet::ConnAck(ConnAck::default()))?;
            connection.serve()
        });
        runs_on_3_1_1(&broker);
    }
}

#[test]
fn a_refused_login_is_told_and_no_reason_for_another_version() {
    for code in [0x86, 0x87] {
        let broker =
            ScriptedBroker::start(move |connection| connection.refuse(ConnAck::refused(code)));
        let client = connect(
            broker.port(),
            json!({"username": "me", "password": "hunter2"}),
        );
        let error = client
            .wait_online(Duration::MAX)
            .expect_err("it is refused");
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(client.status().state, State::Refused);
        let levels: Vec<_> = broker
            .received()
            .iter()
            .filter_map(|received| received.connect().map(|connect| connect.level))
            .collect();
        assert!(levels.iter().all(|level| *level == 5), "{levels:?}");
    }
}

#[test]
fn a_login_that_3_1_1_refuses_is_told() {
    for code in [4, 5] {
        let broker = ScriptedBroker::start(move |connection| {
            if connection.expect_connect()?.version() == Version::V5 {
                connection.close();
                return Ok(());
            }
            connection.send(&Packet::ConnAck(ConnAck::refused(code)))?;
            connection.close();
            Ok(())
        });
        let client = connect(
            broker.port(),
            json!({"username": "me", "password": "hunter2"}),
        );
        let error = client
            .wait_online(Duration::MAX)
            .expect_err("it is refused");
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn a_broker_that_was_upgraded_gets_mqtt_5_without_a_restart_of_ours() {
    let broker = ScriptedBroker::start(|connection| match connection.number() {
        // The old one, which goes away once we are online.
        1 => {
            connection.expect_connect()?;
            connection.close();
            Ok(())
        }
        2 => {
            connection.accept()?;
            let birth = connection.expect_publish()?;
            connection.acknowledge(&birth)?;
            connection.close();
            Ok(())
        }
        _ => connection.run_ordinary(),
    });
    let client = connect(broker.port(), json!({}));
    eventually("it speaks MQTT 5", || client.status().protocol == Some("5"));
    client.wait_online(PATIENCE).expect("it gets online");
}

#[test]
fn a_version_that_is_set_is_the_only_one_tried() {
    for (protocol, level) in [("5", 5), ("3.1.1", 4)] {
        let broker = ScriptedBroker::start(|connection| {
            connection.expect_connect()?;
            connection.close();
            Ok(())
        });
        let _client = connect(broker.port(), json!({"protocol": protocol}));
        broker.wait_for_connections(3);
        let received = broker.received();
        let levels = received
            .iter()
            .filter_map(|packet| packet.connect())
            .map(|connect| connect.level);
        assert!(
            levels.clone().all(|one| one == level),
            "{:?}",
            levels.collect::<Vec<_>>()
        );
    }
}
