//! How messages end, and that each end is told.

use std::time::Duration;

use argus_mqtt::{ErrorKind, Outcome, PublishOptions};
use serde_json::json;

use crate::support::broker::mosquitto;
use crate::support::port::Port;
use crate::support::wait::PATIENCE;
use crate::{connect, delivered, online, publish};

#[test]
fn a_packet_that_is_too_large_fails_alone() {
    for protocol in ["5", "3.1.1"] {
        let broker = mosquitto::with(&["max_packet_size 2000"]);
        let client = online(
            broker.port(),
            json!({"protocol": protocol, "reconnect_max_seconds": 1}),
        );
        let large = client.publish("large", vec![b'x'; 4000], PublishOptions::default());
        let small = publish(&client, "door", 1);
        let outcome = large.expect("accepted").wait(PATIENCE).expect("it ends");
        assert!(
            matches!(outcome, Outcome::Rejected(_)),
            "MQTT {protocol}: {outcome:?}"
        );
        delivered(&small);
        assert_eq!(client.status().counters.rejected, 1);
        if protocol == "5" {
            assert_eq!(client.status().connections, 1, "the connection stays");
        }
    }
}

#[test]
fn when_full_the_oldest_that_expires_makes_room() {
    let port = Port::claim();
    let client = connect(port.number(), json!({"max_queued_messages": 2}));
    let lasting = client.publish("state", "x", PublishOptions::default());
    let lasting = lasting.expect("accepted");
    let oldest = publish(&client, "door", 1);
    let newest = publish(&client, "door", 2);
    let outcome = oldest.wait(PATIENCE).expect("it ends");
    assert!(matches!(outcome, Outcome::Dropped(_)), "{outcome:?}");
    let counters = client.status().counters;
    assert_eq!((counters.accepted, counters.dropped_queue_full), (3, 1));
    let report = client.shutdown(Duration::ZERO).expect("the first shutdown");
    assert_eq!(report.left, 2);
    for delivery in [lasting, newest] {
        let outcome = delivery.wait(Duration::ZERO).expect("it has ended");
        assert!(matches!(outcome, Outcome::Dropped(_)), "{outcome:?}");
    }
    assert_eq!(client.status().counters.dropped_shutdown, 2);
}

#[test]
fn when_full_the_newest_is_refused_if_the_settings_say_so() {
    let port = Port::claim();
    let client = connect(
        port.number(),
        json!({"max_queued_messages": 1, "queue_full": "refuse_newest"}),
    );
    let kept = publish(&client, "door", 1);
    let error = client.publish_event("door", "{}").expect_err("it is full");
    assert_eq!(error.kind(), ErrorKind::QueueFull);
    assert!(
        error.to_string().contains("max_queued_messages is 1"),
        "{error}"
    );
    assert_eq!(client.status().counters.refused_queue_full, 1);
    drop(kept);
}

#[test]
fn after_a_shutdown_every_call_says_so() {
    let port = Port::claim();
    let client = connect(port.number(), json!({}));
    client.shutdown(Duration::ZERO).expect("the first shutdown");
    let kinds = [
        client
            .shutdown(Duration::ZERO)
            .expect_err("a second one")
            .kind(),
        client
            .publish_event("door", "{}")
            .expect_err("closed")
            .kind(),
        client.wait_online(PATIENCE).expect_err("closed").kind(),
    ];
    assert_eq!(kinds, [ErrorKind::ShutDown; 3]);
    assert_eq!(client.status().state, argus_mqtt::State::Closed);
    assert_eq!(client.flush(PATIENCE), 0);
}
