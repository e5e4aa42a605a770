//! Birth, will and offline message.

use std::time::Duration;

use serde_json::json;

use crate::support::broker::mosquitto;
use crate::support::scripted::ScriptedBroker;
use crate::support::subscriber::Subscriber;
use crate::support::wait::{eventually, PATIENCE};
use crate::support::{client, codec, retained};
use crate::{connect, delivered, online, publish, publisher, settings, EVENTS, STATUS};

#[test]
fn the_will_is_configured_at_the_connect_as_the_settings_say() {
    for (more, topic, payload) in [
        (json!({}), STATUS, "offline"),
        (
            json!({"availability_topic": "home/argus", "will_message": "away"}),
            "home/argus",
            "away",
        ),
    ] {
        let broker = ScriptedBroker::ordinary();
        let client = connect(broker.port(), more);
        let received = broker.wait_for("a CONNECT", |received| !received.is_empty());
        let connect = received[0]
            .connect()
            .expect("a CONNECT is the first packet");
        let will = connect.will.as_ref().expect("it has a will");
        assert_eq!(
            (will.topic.as_str(), will.payload.as_slice()),
            (topic, payload.as_bytes())
        );
        assert_eq!((will.qos, will.retain), (1, true));
        drop(client);
    }
}

#[test]
fn the_birth_message_comes_first_retained_and_with_qos_1() {
    let broker = ScriptedBroker::ordinary();
    let client = connect(
        broker.port(),
        json!({"availability_topic": "home/argus", "birth_message": "here"}),
    );
    // Queued before there is a connection, and yet behind the birth message.
    let delivery = publish(&client, "door", 1);
    delivered(&delivery);
    let published = broker.published();
    let birth = &published[0];
    assert_eq!(
        (birth.topic.as_str(), birth.text().as_str()),
        ("home/argus", "here")
    );
    assert_eq!((birth.qos, birth.retain, birth.expiry()), (1, true, None));
    assert_eq!(published[1].topic, EVENTS);
}

#[test]
fn a_subscriber_sees_online_and_one_that_comes_later_too() {
    let broker = mosquitto::start();
    let subscriber = Subscriber::start(&broker, &[STATUS]);
    let _client = online(broker.port(), json!({}));
    subscriber.wait_for_message(STATUS, "online");
    let kept = retained(&broker, STATUS).expect("it is retained");
    assert_eq!((kept.text().as_str(), kept.expiry()), ("online", None));
}

#[test]
fn a_killed_process_is_shown_offline_by_its_will() {
    let broker = mosquitto::start();
    let subscriber = Subscriber::start(&broker, &[STATUS]);
    let mut process = publisher::start("victim", &settings(broker.port(), json!({})));
    subscriber.wait_for_message(STATUS, "online");
    process.kill();
    subscriber.wait_for_message(STATUS, "offline");
    assert_eq!(
        retained(&broker, STATUS).map(|kept| kept.text()).as_deref(),
        Some("offline")
    );
    // And a restart shows it online again.
    let _restarted = publisher::start("restarted", &settings(broker.port(), json!({})));
    eventually("it is online again", || {
        retained(&broker, STATUS).is_some_and(|kept| kept.text() == "online")
    });
}

#[test]
fn a_process_that_exits_without_a_shutdown_is_shown_offline_by_its_will() {
    let broker = mosquitto::start();
    let subscriber = Subscriber::start(&broker, &[STATUS]);
    let mut process = publisher::start("careless", &settings(broker.port(), json!({})));
    process.close_stdin();
    assert!(process.wait().success());
    subscriber.wait_for_message(STATUS, "offline");
}

#[test]
fn a_graceful_shutdown_says_offline_itself_and_leaves_no_will() {
    let broker = mosquitto::start();
    let subscriber = Subscriber::start(&broker, &["argusai/#", "marker"]);
    // A will that says something else, so that it could be told from the message.
    let client = online(broker.port(), json!({}));
    let delivery = publish(&client, "door", 1);
    let report = client.shutdown(PATIENCE).expect("the first shutdown");
    assert_eq!((report.left, report.offline_acknowledged), (0, true));
    delivered(&delivery);
    // A will would have come before this: brokers send it when the connection ends.
    let mut other =
        client::Client::connect(&broker, codec::Connect::new(codec::Version::V5, "marker"));
    other.publish("marker", b"", 1, false);
    let seen = subscriber.wait_for("the marker", |seen| {
        seen.iter().any(|message| message.topic == "marker")
    });
    let offline = seen
        .iter()
        .filter(|message| message.topic == STATUS && message.text() == "offline");
    assert_eq!(offline.count(), 1, "{seen:?}");
    let events = seen.iter().position(|message| message.topic == EVENTS);
    let end = seen.iter().position(|message| message.text() == "offline");
    assert!(
        events < end,
        "what was queued came before the end: {seen:?}"
    );
}

#[test]
fn a_shutdown_returns_at_its_deadline_and_the_will_speaks() {
    let mut broker = mosquitto::start();
    let client = online(broker.port(), json!({}));
    broker.pause();
    let delivery = publish(&client, "door", 1);
    let report = client
        .shutdown(Duration::from_millis(600))
        .expect("the first shutdown");
    assert_eq!((report.left, report.offline_acknowledged), (1, false));
    let outcome = delivery.wait(Duration::ZERO).expect("it has ended");
    assert_eq!(outcome, argus_mqtt::Outcome::Unknown);
    broker.resume();
    eventually("the broker says offline", || {
        retained(&broker, STATUS).is_some_and(|kept| kept.text() == "offline")
    });
}

#[test]
fn a_short_break_within_the_will_delay_is_not_seen() {
    let broker = mosquitto::start();
    let proxy = crate::support::proxy::Proxy::start(broker.port());
    let subscriber = Subscriber::start(&broker, &[STATUS]);
    let client = online(proxy.port(), json!({"will_delay_seconds": 60}));
    proxy.cut();
    eventually("it has connected again", || {
        client.status().connections == 2
    });
    client.wait_online(PATIENCE).expect("it gets online");
    client.shutdown(PATIENCE).expect("the first shutdown");
    let seen = subscriber.wait_for("the end", |seen| {
        seen.last()
            .is_some_and(|message| message.text() == "offline")
    });
    let texts: Vec<_> = seen.iter().map(|message| message.text()).collect();
    assert_eq!(texts, ["online", "online", "offline"]);
}
