//! What a broker does not take.

use argus_mqtt::{Outcome, PublishOptions, QoS};
use serde_json::json;

use crate::support::codec::{property, ConnAck, Packet};
use crate::support::scripted::{Answer, ScriptedBroker};
use crate::support::wait::PATIENCE;
use crate::{connect, delivered, publish};

#[test]
fn a_message_beyond_an_announced_limit_fails_alone_with_a_reason() {
    let once = PublishOptions::new().qos(QoS::AtMostOnce);
    let kept = once.retain(true);
    let acknowledged = PublishOptions::default();
    for (identifier, value, refused, says, fine) in [
        (
            property::MAXIMUM_PACKET_SIZE,
            300,
            acknowledged,
            "at most 300 bytes",
            acknowledged,
        ),
        (property::MAXIMUM_QOS, 0, acknowledged, "QoS 0 only", once),
        (
            property::RETAIN_AVAILABLE,
            0,
            kept,
            "no retained messages",
            once,
        ),
    ] {
        let broker = ScriptedBroker::start(move |connection| {
            let connack = match identifier {
                property::MAXIMUM_PACKET_SIZE => ConnAck::default().with(identifier, value as u32),
                _ => ConnAck::default().with(identifier, value as u8),
            };
            connection.accept_with(connack)?;
            connection.serve()
        });
        let client = connect(broker.port(), json!({}));
        let large = client
            .publish("a", vec![b'x'; 1000], refused)
            .expect("accepted");
        let outcome = large.wait(PATIENCE).expect("it ends");
        assert!(
            matches!(&outcome, Outcome::Rejected(reason) if reason.contains(says)),
            "{outcome:?}"
        );
        delivered(&client.publish("a", "x", fine).expect("accepted"));
        assert_eq!(broker.connections(), 1, "the connection stays");
    }
}

#[test]
fn large_messages_pass_on_both_versions() {
    for protocol in ["5", "3.1.1"] {
        let broker = ScriptedBroker::ordinary();
        let client = connect(broker.port(), json!({"protocol": protocol}));
        for size in [11_000, 1_000_000] {
            let payload = vec![b'x'; size];
            let large = client.publish("a", payload, PublishOptions::default());
            delivered(&large.expect("accepted"));
        }
        assert_eq!(broker.connections(), 1);
    }
}

#[test]
fn a_message_on_which_a_broker_closes_is_found_out_and_the_rest_arrives() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        connection.serve_but(|_, packet| match packet {
            Packet::Publish(publish) if publish.topic == "poison" => Ok(Answer::End),
            _ => Ok(Answer::Ordinary),
        })
    });
    let client = connect(broker.port(), json!({}));
    let poison = client
        .publish("poison", "x", PublishOptions::default())
        .expect("accepted");
    let events: Vec<_> = (0..10).map(|number| publish(&client, number)).collect();
    let outcome = poison.wait(PATIENCE).expect("it ends");
    assert!(
        matches!(&outcome, Outcome::Rejected(reason) if reason.contains("each time it was sent")),
        "{outcome:?}"
    );
    events.iter().for_each(delivered);
    assert_eq!(client.status().counters.rejected, 1);
}
