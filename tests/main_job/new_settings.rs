//! New settings at run time.

use argus_mqtt::{ErrorKind, Settings};
use serde_json::json;

use crate::support::broker::mosquitto;
use crate::support::proxy::Proxy;
use crate::support::retained;
use crate::support::subscriber::Subscriber;
use crate::support::wait::{eventually, PATIENCE};
use crate::{connect, delivered, numbers, online, publish, settings, STATUS};

#[test]
fn the_old_topic_says_offline_and_the_new_one_online_and_the_queue_stays() {
    let broker = mosquitto::start();
    let proxy = Proxy::start(broker.port());
    proxy.down();
    let subscriber = Subscriber::start(&broker, &["#"]);
    // Through a closed door at first, so that events queue.
    let client = connect(proxy.port(), json!({}));
    let queued: Vec<_> = (0..20)
        .map(|number| publish(&client, "door", number))
        .collect();
    let new = settings(broker.port(), json!({"topic_prefix": "home"}));
    client
        .reconfigure(Settings::from_value(&new).expect("valid"))
        .expect("the client is open");
    queued.iter().for_each(delivered);
    subscriber.wait_for_message("home/status", "online");
    let seen = subscriber.wait_for("every event", |seen| {
        numbers(seen, "argusai/events/door").len() == 20
    });
    let all: Vec<_> = (0..20).collect();
    assert_eq!(
        numbers(&seen, "argusai/events/door"),
        all,
        "on the topic that they were published to"
    );
}

#[test]
fn a_move_while_online_says_offline_on_the_old_topic_and_clears_it() {
    let broker = mosquitto::start();
    let subscriber = Subscriber::start(&broker, &["#"]);
    let client = online(broker.port(), json!({}));
    let new = settings(broker.port(), json!({"topic_prefix": "home"}));
    client
        .reconfigure(Settings::from_value(&new).expect("valid"))
        .expect("the client is open");
    let delivery = publish(&client, "door", 1);
    delivered(&delivery);
    subscriber.wait_for_message("home/events/door", r#"{"number":1}"#);
    let text = |topic: &str| retained(&broker, topic).map(|kept| kept.text());
    eventually("the new topic says online", || {
        text("home/status").as_deref() == Some("online")
    });
    eventually("the old topic is cleared", || text(STATUS).is_none());
    let on = subscriber.on(STATUS);
    let said: Vec<_> = on.iter().map(|message| message.text()).collect();
    assert_eq!(said, ["online", "offline", ""]);
    assert_eq!(client.status().counters.accepted, 1, "nobody asked for it");
    client.shutdown(PATIENCE).expect("the first shutdown");
    assert_eq!(text("home/status").as_deref(), Some("offline"));
}

#[test]
fn a_move_during_an_outage_clears_the_old_topic_after_its_will() {
    let broker = mosquitto::start();
    let proxy = Proxy::start(broker.port());
    let subscriber = Subscriber::start(&broker, &["#"]);
    let quick = json!({"keep_alive_seconds": 5});
    let client = online(proxy.port(), quick);
    proxy.down();
    subscriber.wait_for_message(STATUS, "offline");
    let new = settings(
        proxy.port(),
        json!({"keep_alive_seconds": 5, "topic_prefix": "home"}),
    );
    client
        .reconfigure(Settings::from_value(&new).expect("valid"))
        .expect("the client is open");
    proxy.up();
    subscriber.wait_for_message("home/status", "online");
    subscriber.wait_for_message(STATUS, "");
    assert!(retained(&broker, STATUS).is_none());
    let new = retained(&broker, "home/status").map(|kept| kept.text());
    assert_eq!(new.as_deref(), Some("online"));
}

#[test]
fn what_the_broker_does_not_see_changes_without_a_new_connection() {
    let broker = mosquitto::start();
    let subscriber = Subscriber::start(&broker, &["argusai/#"]);
    let client = online(broker.port(), json!({}));
    let new = settings(broker.port(), json!({"message_expiry_seconds": 900}));
    client
        .reconfigure(Settings::from_value(&new).expect("valid"))
        .expect("the client is open");
    delivered(&publish(&client, "door", 1));
    let event = subscriber.wait_for_message("argusai/events/door", r#"{"number":1}"#);
    assert_eq!(event.expiry(), Some(900));
    assert_eq!(client.status().connections, 1);
    let texts: Vec<_> = subscriber
        .on(STATUS)
        .iter()
        .map(|message| message.text())
        .collect();
    assert_eq!(texts, ["online"], "nobody saw it go");
}

#[test]
fn settings_with_a_fault_change_nothing() {
    let broker = mosquitto::start();
    let client = online(broker.port(), json!({}));
    let error =
        Settings::from_value(&settings(broker.port(), json!({"qos": 7}))).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::InvalidSettings);
    delivered(&publish(&client, "door", 1));
    assert_eq!(client.status().connections, 1);
}
