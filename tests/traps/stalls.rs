//! Brokers that stand still.

use argus_mqtt::PublishOptions;
use serde_json::json;
use std::time::Duration;

use crate::support::scripted::ScriptedBroker;
use crate::support::wait::eventually_within;
use crate::{connect, next_event, publish};

/// Our own limits are 20 s and the size at 16 KiB/s for writing, 20 s for an acknowledgement.
const LONG: Duration = Duration::from_secs(150);

#[test]
fn a_broker_that_stops_reading_is_left_and_nothing_is_lost_on_mqtt_5() {
    stops_reading("5");
}

#[test]
fn a_broker_that_stops_reading_is_left_and_nothing_is_lost_on_mqtt_3_1_1() {
    stops_reading("3.1.1");
}

fn stops_reading(protocol: &str) {
    let broker = ScriptedBroker::start_with_small_buffer(|connection| {
        connection.accept()?;
        if connection.number() > 1 {
            return connection.serve();
        }
        let birth = connection.expect_publish()?;
        connection.acknowledge(&birth)?;
        connection.stop_reading();
        Ok(())
    });
    let client = connect(
        broker.port(),
        json!({"protocol": protocol, "keep_alive_seconds": 5}),
    );
    // More than the buffers of a loopback connection take.
    let payload = vec![b'x'; 200_000];
    let deliveries: Vec<_> = (0..20)
        .map(|_| {
            client
                .publish("a", payload.clone(), PublishOptions::default())
                .expect("accepted")
        })
        .collect();
    for delivery in deliveries {
        let outcome = delivery.wait(LONG).expect("it ends");
        assert_eq!(outcome, argus_mqtt::Outcome::Delivered);
    }
    assert!(broker.connections() > 1);
}

#[test]
fn a_broker_that_acknowledges_nothing_is_left() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        if connection.number() > 1 {
            return connection.serve();
        }
        next_event(connection)?;
        // Alive otherwise.
        connection.serve_but(|_, packet| match packet {
            crate::Packet::Publish(_) => Ok(crate::support::scripted::Answer::Nothing),
            _ => Ok(crate::support::scripted::Answer::Ordinary),
        })
    });
    let client = connect(broker.port(), json!({"keep_alive_seconds": 5}));
    let delivery = publish(&client, 1);
    let outcome = delivery.wait(LONG).expect("it ends");
    assert_eq!(outcome, argus_mqtt::Outcome::Delivered);
    assert_eq!(broker.connections(), 2);
}

#[test]
fn a_broker_that_answers_no_ping_is_left() {
    for protocol in ["5", "3.1.1"] {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            connection.serve_but(|connection, packet| match packet {
                crate::Packet::PingReq if connection.number() == 1 => {
                    Ok(crate::support::scripted::Answer::Nothing)
                }
                _ => Ok(crate::support::scripted::Answer::Ordinary),
            })
        });
        let client = connect(
            broker.port(),
            json!({"protocol": protocol, "keep_alive_seconds": 5}),
        );
        eventually_within(LONG, "it has connected again", || {
            client.status().connections == 2
        });
    }
}
