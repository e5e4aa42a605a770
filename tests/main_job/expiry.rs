//! The expiry of events, as a subscriber and a broker see it.

use std::time::Duration;

use serde_json::json;

use crate::support::broker::{mosquitto, Broker};
use crate::support::subscriber::Subscriber;
use crate::support::wait::eventually_within;
use crate::support::{client, codec, retained};
use crate::{connect, delivered, numbers, online, publish, EVENTS, STATUS};

#[test]
fn a_subscriber_sees_the_expiry_of_an_event() {
    let broker = mosquitto::start();
    let subscriber = Subscriber::start(&broker, &[EVENTS]);
    for (more, seconds) in [
        (json!({}), 300),
        (json!({"message_expiry_seconds": 3600}), 3600),
    ] {
        let client = online(broker.port(), more);
        delivered(&publish(&client, "door", seconds));
        let seen =
            subscriber.wait_for("the event", |seen| numbers(seen, EVENTS).contains(&seconds));
        let event = seen.last().expect("it came");
        assert_eq!(event.expiry(), u32::try_from(seconds).ok());
        assert_eq!((event.qos, event.retain), (1, false));
    }
}

#[test]
fn what_other_messages_carry_is_up_to_the_caller() {
    let broker = mosquitto::start();
    let subscriber = Subscriber::start(&broker, &["a/#"]);
    let client = online(broker.port(), json!({}));
    let mut options = argus_mqtt::PublishOptions::default();
    let lasting = client.publish("a/1", "x", options).expect("accepted");
    options.expiry = Some(Duration::from_secs(77));
    let expiring = client.publish("a/2", "x", options).expect("accepted");
    delivered(&lasting);
    delivered(&expiring);
    let seen = subscriber.wait_for("both", |seen| seen.len() == 2);
    assert_eq!((seen[0].expiry(), seen[1].expiry()), (None, Some(77)));
}

#[test]
fn an_event_that_waited_carries_what_is_left() {
    let broker = mosquitto::start();
    let proxy = crate::support::proxy::Proxy::start(broker.port());
    proxy.down();
    let subscriber = Subscriber::start(&broker, &[EVENTS]);
    let client = connect(proxy.port(), json!({}));
    let delivery = publish(&client, "door", 1);
    let waited = |client: &argus_mqtt::Client| client.status().oldest_age_seconds.unwrap_or(0.0);
    eventually_within(Duration::from_secs(30), "it has waited", || {
        waited(&client) > 2.0
    });
    proxy.up();
    delivered(&delivery);
    let seen = subscriber.wait_for("the event", |seen| !seen.is_empty());
    let left = seen[0].expiry().expect("it expires");
    assert!((200..=298).contains(&left), "{left}");
}

#[test]
fn an_event_that_expired_is_not_sent_and_reported() {
    let broker = mosquitto::start();
    let proxy = crate::support::proxy::Proxy::start(broker.port());
    proxy.down();
    let subscriber = Subscriber::start(&broker, &[EVENTS]);
    let client = connect(proxy.port(), json!({"message_expiry_seconds": 1}));
    let delivery = publish(&client, "door", 1);
    let outcome = delivery.wait(crate::PATIENCE).expect("it ends");
    assert_eq!(outcome, argus_mqtt::Outcome::Expired);
    assert_eq!(client.status().counters.expired, 1);
    proxy.up();
    client.wait_online(crate::PATIENCE).expect("it gets online");
    delivered(&publish(&client, "door", 2));
    let seen = subscriber.wait_for("the later event", |seen| !seen.is_empty());
    assert_eq!(numbers(&seen, EVENTS), [2]);
}

#[test]
fn mosquitto_discards_what_is_not_consumed_in_time() {
    // The tests may set less than the 60 s that are the least elsewhere.
    discarded_after(2);
}

#[test]
fn mosquitto_discards_what_is_not_consumed_within_a_minute() {
    discarded_after(60);
}

/// Events for a subscriber that is away, and retained ones, are gone after their expiry.
fn discarded_after(seconds: u32) {
    let broker = mosquitto::start();
    leave_a_session(&broker);
    let client = online(
        broker.port(),
        json!({"message_expiry_seconds": seconds, "retain_events": true}),
    );
    delivered(&publish(&client, "door", 1));
    let lasting = client.publish(
        "argusai/lasting",
        "x",
        argus_mqtt::PublishOptions::default(),
    );
    delivered(&lasting.expect("accepted"));
    assert!(retained(&broker, EVENTS).is_some(), "it is there at first");
    // Expires later, by more than the second in which a broker is early or late.
    let options = argus_mqtt::PublishOptions::new()
        .retain(true)
        .expiry(Duration::from_secs(u64::from(seconds) + 2));
    delivered(&client.publish("later", "x", options).expect("accepted"));
    let patience = Duration::from_secs(u64::from(seconds) + 60);
    eventually_within(patience, "the broker discards the later one", || {
        retained(&broker, "later").is_none()
    });
    assert!(retained(&broker, EVENTS).is_none());
    let mut subscriber = client::Client::connect(&broker, session());
    assert!(subscriber.connack.session_present);
    let queued = subscriber.ping().expect("the broker answers");
    let topics: Vec<_> = queued
        .iter()
        .map(|message| message.topic.as_str())
        .collect();
    assert_eq!(
        topics,
        [STATUS, "argusai/lasting"],
        "what expires is gone, the rest is not"
    );
}

fn session() -> codec::Connect {
    let mut connect = codec::Connect::new(codec::Version::V5, "away");
    connect.clean_start = false;
    connect
        .properties
        .set(codec::property::SESSION_EXPIRY_INTERVAL, u32::MAX);
    connect
}

/// A subscriber that goes away and wants what comes meanwhile.
fn leave_a_session(broker: &Broker) {
    let mut subscriber = client::Client::connect(broker, session());
    let granted = subscriber
        .subscribe("argusai/#", 1)
        .expect("the broker answers");
    assert_eq!(granted, 1);
    subscriber.disconnect();
}
