//! What the status tells beside the state.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::support::broker::mosquitto::Mosquitto;
use crate::support::broker::{mosquitto, Broker};
use crate::support::wait::{eventually, PATIENCE};
use crate::{connect, delivered, online, publish, settings};

fn unix_seconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("the clock is right").as_secs()
}

#[test]
fn counters_and_times_survive_new_settings_and_an_outage() {
    let mut broker = mosquitto::start();
    let before = unix_seconds();
    let client = connect(broker.port(), json!({}));
    client.wait_online(PATIENCE).expect("it gets online");
    for number in 0..5 {
        delivered(&publish(&client, "door", number));
    }
    let once = argus_mqtt::PublishOptions::new().qos(argus_mqtt::QoS::AtMostOnce);
    delivered(&client.publish("a", "x", once).expect("accepted"));
    let first = client.status();
    assert_eq!(first.counters.delivered, 6);
    let times = &first.acknowledgement_seconds;
    assert_eq!(times.count, 5, "QoS 0 is not acknowledged");
    let most = times.buckets().map(|(_, count)| count).max();
    assert!(most <= Some(5) && times.sum_seconds > 0.0, "{times:?}");

    let renamed = settings(broker.port(), json!({"topic_prefix": "other"}));
    let renamed = argus_mqtt::Settings::from_value(&renamed).expect("they are valid");
    client.reconfigure(renamed).expect("the client runs");
    client.wait_online(PATIENCE).expect("it gets online");
    let second = client.status();
    assert_eq!(second.availability_topic, "other/status");
    assert_eq!(second.counters, first.counters);
    assert_eq!(
        second.acknowledgement_seconds,
        first.acknowledgement_seconds
    );
    assert_eq!(second.connections, 2);

    broker.kill();
    eventually("the loss is noticed", || client.status().protocol.is_none());
    let last = client
        .status()
        .last_online_unix_seconds
        .expect("it was online");
    assert!((before..=unix_seconds()).contains(&last), "{before} {last}");
    eventually("time goes on", || unix_seconds() > last + 1);
    let later = client
        .status()
        .last_online_unix_seconds
        .expect("it was online");
    assert!(
        later <= last + 1,
        "it has been away since {last}, not {later}"
    );
}

#[test]
fn who_was_never_online_has_no_last_time() {
    let port = crate::support::port::Port::claim();
    let client = connect(port.number(), json!({}));
    eventually("it has tried", || client.status().last_error.is_some());
    assert_eq!(client.status().last_online_unix_seconds, None);
}

const NOT_READ_BACK: &str = "did not come back";

/// Online over this version, and the warning, when it comes.
#[track_caller]
fn warns(broker: &Broker) {
    let client = online(broker.port(), json!({"protocol": "3.1.1"}));
    eventually("the status warns", || {
        let warnings = client.status().warnings;
        warnings.iter().any(|text| text.contains(NOT_READ_BACK))
    });
}

#[test]
fn a_birth_message_that_is_refused_in_silence_is_missed_on_3_1_1() {
    // Everything but the availability topic may be written, and everything read.
    let acl = "topic write argusai/events/#\ntopic read #\n";
    warns(&Mosquitto::default().acl(acl).start());
}

#[test]
fn a_birth_message_that_may_not_be_read_is_missed_on_3_1_1() {
    warns(&Mosquitto::default().acl("topic write #\n").start());
}
