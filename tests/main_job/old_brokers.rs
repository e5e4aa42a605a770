//! The whole flow on brokers that speak only MQTT 3.1.1.

use serde_json::json;

use crate::support::broker::{aedes, nats, Broker};
use crate::support::retained;
use crate::support::subscriber::Subscriber;
use crate::support::wait::{eventually, PATIENCE};
use crate::{delivered, numbers, online, publish, publisher, settings, EVENTS, STATUS};

#[test]
fn nats_server() {
    whole_flow(nats::start());
}

#[test]
fn aedes_0_51() {
    whole_flow(aedes::start_0_51());
}

fn whole_flow(mut broker: Broker) {
    let subscriber = Subscriber::durable(&broker, &["argusai/#"]);

    let mut process = publisher::start("victim", &settings(broker.port(), json!({})));
    subscriber.wait_for_message(STATUS, "online");
    process.kill();
    subscriber.wait_for_message(STATUS, "offline");

    let client = online(broker.port(), json!({"reconnect_max_seconds": 1}));
    let status = client.status();
    assert_eq!(status.protocol, Some("3.1.1"));
    let reason = status.protocol_reason.expect("it says why");
    assert!(reason.contains("MQTT 5 failed"), "{reason}");
    delivered(&publish(&client, "door", 1));
    let seen = subscriber.wait_for("the event", |seen| numbers(seen, EVENTS) == [1]);
    assert_eq!(
        seen.last().and_then(|event| event.expiry()),
        None,
        "3.1.1 has no such property"
    );

    broker.kill();
    eventually("the loss is noticed", || {
        client.status().connections == 1 && client.status().limits.is_none()
    });
    let waiting: Vec<_> = (2..5)
        .map(|number| publish(&client, "door", number))
        .collect();
    broker.start();
    waiting.iter().for_each(delivered);
    eventually("it is online again", || {
        retained(&broker, STATUS).is_some_and(|kept| kept.text() == "online")
    });

    let report = client.shutdown(PATIENCE).expect("the first shutdown");
    assert_eq!((report.left, report.offline_acknowledged), (0, true));
    assert_eq!(
        retained(&broker, STATUS).map(|kept| kept.text()).as_deref(),
        Some("offline")
    );
}
