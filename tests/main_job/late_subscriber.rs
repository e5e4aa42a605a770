//! Events wait for a subscriber that comes later than the client, after an outage of the broker.

use std::time::Duration;

use serde_json::json;

use crate::support::broker::mosquitto;
use crate::support::subscriber::Subscriber;
use crate::support::wait::{eventually, PATIENCE};
use crate::{delivered, numbers, online, publish};
use argus_mqtt::{Client, PublishOptions};

const TOPIC: &str = "argusai/events/door";
const EVENTS: usize = 20;

#[test]
fn nothing_is_lost_on_home_assistant_with_mqtt_5() {
    home_assistant_comes_late("5");
}

#[test]
fn nothing_is_lost_on_home_assistant_with_mqtt_3_1_1() {
    home_assistant_comes_late("3.1.1");
}

/// With and without somebody who watches everything, and so is told of each event.
fn home_assistant_comes_late(protocol: &str) {
    for has_watcher in [false, true] {
        let mut broker = mosquitto::start();
        let settings = json!({"protocol": protocol, "reconnect_max_seconds": 1});
        let client = online(broker.port(), settings);
        client.expect_home_assistant([TOPIC]);
        the_client_has_subscribed(&client);
        broker.kill();
        let before = client.status().connection_attempts;
        let deliveries: Vec<_> = (0..EVENTS)
            .map(|number| publish(&client, "door", number))
            .collect();
        eventually("the broker is asked for in vain", || {
            client.status().connection_attempts > before + 1
        });
        broker.start();
        let _watcher = has_watcher.then(|| Subscriber::start(&broker, &["#"]));
        client.wait_online(PATIENCE).expect("the broker is back");
        something_else_is_delivered(&client);
        assert_eq!(client.status().queued, EVENTS, "they wait");
        let home_assistant = Subscriber::start(&broker, &["argusai/events/#"]);
        the_client_has_subscribed(&client);
        home_assistant.publish("homeassistant/status", b"online", 1, false);
        deliveries.iter().for_each(delivered);
        let events = home_assistant.wait_for("all events", |messages| messages.len() >= EVENTS);
        let all: Vec<_> = (0..EVENTS).collect();
        assert_eq!(numbers(&events, TOPIC), all, "watched: {has_watcher}");
    }
}

/// It has forgotten the availability of the client, and so every subscription.
#[test]
fn a_broker_that_is_back_before_it_is_missed_is_found_out() {
    for protocol in ["5", "3.1.1"] {
        let mut broker = mosquitto::start();
        let settings = json!({"protocol": protocol, "reconnect_min_seconds": 2});
        let client = online(broker.port(), settings);
        client.expect_home_assistant([TOPIC]);
        the_client_has_subscribed(&client);
        broker.kill();
        broker.start();
        let _watcher = Subscriber::start(&broker, &["#"]);
        eventually("it connects again", || client.status().connections == 2);
        assert_eq!(client.status().connection_attempts, 2, "none in vain");
        let event = publish(&client, "door", 0);
        client.wait_online(PATIENCE).expect("the broker is back");
        // Home Assistant takes longer than the client to subscribe to its status topic.
        the_client_has_subscribed(&client);
        let home_assistant = Subscriber::start(&broker, &["argusai/events/#"]);
        home_assistant.publish("homeassistant/status", b"online", 1, false);
        delivered(&event);
        let events = home_assistant.wait_for("the event", |messages| !messages.is_empty());
        assert_eq!(numbers(&events, TOPIC), [0], "MQTT {protocol}");
    }
}

#[test]
fn what_nobody_hears_is_tried_again_until_somebody_does() {
    let broker = mosquitto::start();
    let client = online(broker.port(), json!({"wait_for_subscriber": "always"}));
    let deliveries: Vec<_> = (0..EVENTS)
        .map(|number| publish(&client, "door", number))
        .collect();
    eventually("the broker says that nobody hears them", || {
        client.status().topics_without_subscriber == [TOPIC]
    });
    something_else_is_delivered(&client);
    assert_eq!(client.status().counters.delivered, 1, "nothing but that");
    let late = Subscriber::start(&broker, &[TOPIC]);
    let events = late.wait_for("all events", |messages| messages.len() >= EVENTS);
    let all: Vec<_> = (0..EVENTS).collect();
    assert_eq!(numbers(&events, TOPIC), all);
    deliveries.iter().for_each(delivered);
    let unheard = client.status().topics_without_subscriber;
    assert_eq!(unheard, ["argusai/other"]);
}

#[test]
fn a_shutdown_tells_at_once_what_nobody_heard() {
    let broker = mosquitto::start();
    let client = online(broker.port(), json!({"wait_for_subscriber": "always"}));
    let delivery = publish(&client, "door", 0);
    eventually("the broker says that nobody hears it", || {
        client.status().topics_without_subscriber == [TOPIC]
    });
    let report = client.shutdown(PATIENCE).expect("it is the first");
    assert_eq!((report.left, report.offline_acknowledged), (1, true));
    let outcome = delivery.wait(Duration::ZERO).expect("it has ended");
    let json = serde_json::to_value(outcome).expect("it can be written");
    let reason = json["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("no subscriber"), "{json}");
}

/// Waits until the broker has answered both subscriptions: the second is sent when the first has been answered, and so
/// ahead of the second message. A broker that is killed before would be taken for one that does not like the subscription.
fn the_client_has_subscribed(client: &Client) {
    something_else_is_delivered(client);
    something_else_is_delivered(client);
}

/// Shows that what could have been sent before was.
fn something_else_is_delivered(client: &Client) {
    let options = PublishOptions::new();
    let other = client.publish("argusai/other", "{}", options);
    delivered(&other.expect("there is room"));
}
