//! What a Rust caller may hand over, and what it is told otherwise: the argument, the value and the remedy.

mod support;

use argus_mqtt::{Client, Error, ErrorKind, PublishOptions, QoS, Settings};
use bytes::Bytes;
use std::time::Duration;
use support::port::Port;

fn named<'a>(topics: &[&'a str]) -> Vec<(&'a str, Bytes)> {
    let states = topics.iter();
    states.map(|topic| (*topic, "x".into())).collect()
}

/// A client that cannot connect; what it accepts is queued.
fn client(more: &str) -> (Client, Port) {
    let port = Port::claim();
    let number = port.number();
    let text = format!(r#"{{"broker_host": "127.0.0.1", "broker_port": {number}{more}}}"#);
    let settings = Settings::from_json(&text).expect("the settings are valid");
    let client = Client::connect(settings).expect("a thread can be started");
    (client, port)
}

#[track_caller]
fn refused<T>(result: Result<T, Error>, says: &[&str]) {
    let error = result.err().expect("it is refused");
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    for part in says {
        assert!(
            error.to_string().contains(part),
            "{part:?} is not in {error}"
        );
    }
}

#[test]
fn a_camera_is_one_valid_level_of_a_topic() {
    let (client, _port) = client("");
    for (camera, says) in [
        ("", "empty"),
        ("a/b", "'/'"),
        ("a+", "'+'"),
        ("#", "'#'"),
        ("a\0b", "U+0000"),
    ] {
        refused(client.publish_event(camera, "{}"), &["camera", says]);
    }
    refused(
        client.publish_event(&"c".repeat(65_536), "{}"),
        &["camera", "65535"],
    );
    for camera in ["front door", "$camera", "Tür", "."] {
        assert!(client.publish_event(camera, "{}").is_ok(), "{camera}");
    }
}

#[test]
fn a_camera_whose_events_would_go_to_the_availability_topic_is_refused() {
    let (client, _port) = client(r#", "event_topic": "argusai/{camera}""#);
    refused(
        client.publish_event("status", "{}"),
        &["status", "availability"],
    );
}

#[test]
fn a_topic_is_valid_and_not_the_availability_topic() {
    let (client, _port) = client("");
    let options = PublishOptions::default();
    for (topic, says) in [
        ("", "empty"),
        ("a/+/b", "'+'"),
        ("a/#", "'#'"),
        ("a\0b", "U+0000"),
    ] {
        refused(client.publish(topic, "x", options), &["topic", says]);
    }
    refused(
        client.publish(&"t".repeat(65_536), "x", options),
        &["topic", "65535"],
    );
    refused(
        client.publish("argusai/status", "x", options),
        &["argusai/status", "the client's own"],
    );
    assert!(client.publish(&"t".repeat(65_535), "x", options).is_ok());
}

#[test]
fn an_event_is_a_json_object() {
    let (client, _port) = client("");
    for event in ["", "[]", "1", "\"x\"", "{\"a\":}", "{} {}"] {
        refused(
            client.publish_event("door", event),
            &["event", "JSON object"],
        );
    }
    refused(
        client.publish_event("door", &b"{\"a\":\"\xff\"}"[..]),
        &["not UTF-8 at byte 6"],
    );
    // What Home Assistant's parser would not take.
    for (event, position) in [
        (r#"{"a":"\ud83d"}"#, "line 1 column 7"),
        ("{\"a\":1e999}", "line 1 column 6"),
        (&format!("{{\"a\":{}}}", "1".repeat(400)), "line 1 column 6"),
    ] {
        refused(
            client.publish_event("door", event.to_owned()),
            &["event", position, "Home Assistant"],
        );
    }
}

#[test]
fn an_expiry_is_whole_seconds() {
    let (client, _port) = client("");
    for expiry in [
        Duration::ZERO,
        Duration::from_millis(1500),
        Duration::from_secs(u64::from(u32::MAX)),
        Duration::MAX,
    ] {
        let options = PublishOptions::new().expiry(expiry);
        refused(
            client.publish("a", "x", options),
            &["expiry", "whole seconds"],
        );
    }
    let options = PublishOptions::new().expiry(Duration::from_secs(1));
    assert!(client.publish("a", "x", options).is_ok());
}

#[test]
fn a_message_names_at_most_16_states_each_of_another_topic_and_with_a_payload() {
    let (client, _port) = client("");
    let topics: Vec<String> = (0..17).map(|n| format!("state/{n}")).collect();
    let all: Vec<&str> = topics.iter().map(String::as_str).collect();
    let publish = |states: &[(&str, Bytes)]| {
        client.publish("event", "x", PublishOptions::new().states(states))
    };
    refused(publish(&named(&all)), &["states", "17", "16"]);
    refused(
        publish(&named(&["a", "b", "a"])),
        &["states", "\"a\"", "twice"],
    );
    refused(
        publish(&named(&["event"])),
        &["states", "\"event\"", "itself"],
    );
    refused(publish(&named(&["a/#"])), &["states", "a/#"]);
    refused(
        publish(&named(&["argusai/status"])),
        &["argusai/status", "availability"],
    );
    refused(
        publish(&[("a", Bytes::new())]),
        &["states", "\"a\"", "empty", "forget"],
    );
    assert!(publish(&named(&all[..16])).is_ok());
}

#[test]
fn a_payload_fits_into_a_packet_and_into_the_outbox() {
    let (client, _port) = client("");
    let options = PublishOptions::default();
    let error = client
        .publish("a", vec![0; 65 << 20], options)
        .expect_err("it never fits");
    assert_eq!(error.kind(), ErrorKind::QueueFull);
    assert!(error.to_string().contains("max_queued_bytes"), "{error}");
    refused(
        client.publish("a", vec![0; 256 << 20], options),
        &["payload"],
    );
}

#[test]
fn qos_2_is_refused_with_the_reason() {
    refused(QoS::try_from(2), &["qos 2", "exactly-once"]);
    refused(QoS::try_from(-1), &["qos -1", "0 or 1"]);
}
