//! What is sent again after a connection ended, and what is not.

use serde_json::json;

use crate::support::codec::{Ack, AckKind, Packet, Version};
use crate::support::scripted::ScriptedBroker;
use crate::{connect, delivered, next_event, number, publish, EVENTS};

fn numbers_on(broker: &ScriptedBroker, connection: usize) -> Vec<usize> {
    let received = broker.received();
    let events = received
        .iter()
        .filter(|packet| packet.connection == connection && packet.is_publish_on(EVENTS));
    events
        .filter_map(|packet| packet.publish())
        .map(number)
        .collect()
}

#[test]
fn a_broker_that_forgot_the_session_gets_everything_that_it_did_not_acknowledge_in_order() {
    for protocol in ["5", "3.1.1"] {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            if connection.number() > 1 {
                return connection.serve();
            }
            // The session is not present on the next connection either.
            for _ in 0..5 {
                next_event(connection)?;
            }
            connection.close();
            Ok(())
        });
        let client = connect(
            broker.port(),
            json!({"protocol": protocol, "max_in_flight": 5}),
        );
        let deliveries: Vec<_> = (0..20).map(|number| publish(&client, number)).collect();
        deliveries.iter().for_each(delivered);
        assert_eq!(numbers_on(&broker, 1), [0, 1, 2, 3, 4]);
        let all: Vec<_> = (0..20).collect();
        assert_eq!(numbers_on(&broker, 2), all, "MQTT {protocol}");
        assert_eq!(client.status().counters.resent, 5);
    }
}

#[test]
fn acknowledgements_that_arrive_with_the_close_count() {
    for protocol in ["5", "3.1.1"] {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            if connection.number() > 1 {
                return connection.serve();
            }
            let mut bytes = Vec::new();
            for _ in 0..3 {
                let event = next_event(connection)?;
                let ack = Packet::Ack(Ack::new(AckKind::PubAck, event.id));
                bytes.extend(ack.encode(connection.version()));
            }
            connection.send_bytes(&bytes)?;
            connection.close();
            Ok(())
        });
        let client = connect(broker.port(), json!({"protocol": protocol}));
        let deliveries: Vec<_> = (0..3).map(|number| publish(&client, number)).collect();
        deliveries.iter().for_each(delivered);
        delivered(&publish(&client, 3));
        assert_eq!(numbers_on(&broker, 2), [3], "MQTT {protocol}");
    }
}

#[test]
fn a_change_of_the_version_loses_nothing() {
    let broker = ScriptedBroker::start(|connection| match connection.number() {
        1 => {
            connection.accept()?;
            for _ in 0..3 {
                next_event(connection)?;
            }
            connection.close();
            Ok(())
        }
        // From now on it is a broker for 3.1.1.
        _ if connection.expect_connect()?.version() == Version::V5 => {
            connection.close();
            Ok(())
        }
        _ => {
            connection.send(&Packet::ConnAck(Default::default()))?;
            connection.serve()
        }
    });
    let client = connect(broker.port(), json!({}));
    let deliveries: Vec<_> = (0..3).map(|number| publish(&client, number)).collect();
    deliveries.iter().for_each(delivered);
    // MQTT 5 is asked for twice before.
    assert_eq!(numbers_on(&broker, 4), [0, 1, 2]);
    assert_eq!(client.status().protocol, Some("3.1.1"));
}

#[test]
fn a_long_queue_is_sent_again_without_a_pause_for_each() {
    const MANY: usize = 3000;
    let broker = ScriptedBroker::start(|connection| match connection.number() {
        1 => connection.refuse(crate::support::codec::ConnAck::refused(0x88)),
        _ => connection.run_ordinary(),
    });
    let client = connect(broker.port(), json!({}));
    let deliveries: Vec<_> = (0..MANY).map(|number| publish(&client, number)).collect();
    deliveries.iter().for_each(delivered);
    let all: Vec<_> = (0..MANY).collect();
    assert_eq!(numbers_on(&broker, 2), all);
}
