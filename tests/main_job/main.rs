//! The main job against real brokers: what a subscriber, a broker and a caller see.
//!
//! Needs Mosquitto, nats-server and Node.js (`tools/setup`).

#[path = "../support/mod.rs"]
mod support;

mod availability;
mod cameras;
mod expiry;
mod guard;
mod late_subscriber;
mod new_settings;
mod old_brokers;
mod outage;
mod outcomes;
mod publisher;
mod refusals;
mod snapshots;
mod states;
mod status;
mod twin;
mod waiting;

use argus_mqtt::{Client, Delivery, Outcome, Settings};
use serde_json::{json, Value};
use support::wait::PATIENCE;

const EVENTS: &str = "argusai/events/door";
const STATUS: &str = "argusai/status";

/// Settings for a broker on this port, with these fields besides.
fn settings(port: u16, more: Value) -> Value {
    let settings = json!({
        "broker_host": "127.0.0.1",
        "broker_port": port,
        "reconnect_max_seconds": 2,
    });
    support::fields::with(settings, &more)
}

#[track_caller]
fn connect(port: u16, more: Value) -> Client {
    let settings = Settings::from_value(&settings(port, more)).expect("the settings are valid");
    Client::connect(settings).expect("a thread can be started")
}

#[track_caller]
fn online(port: u16, more: Value) -> Client {
    let client = connect(port, more);
    client.wait_online(PATIENCE).expect("it gets online");
    client
}

/// Publishes an event and gives what to wait for.
#[track_caller]
fn publish(client: &Client, camera: &str, number: usize) -> Delivery {
    let event = json!({ "number": number }).to_string();
    client
        .publish_event(camera, event)
        .expect("the event is accepted")
}

#[track_caller]
fn delivered(delivery: &Delivery) {
    let outcome = delivery.wait(PATIENCE).expect("it ends");
    assert_eq!(outcome, Outcome::Delivered);
}

/// The numbers of the events in these messages on this topic.
fn numbers(messages: &[support::subscriber::Message], topic: &str) -> Vec<usize> {
    let on_topic = messages.iter().filter(|message| message.topic == topic);
    let number = |payload: &[u8]| {
        let event: Value = serde_json::from_slice(payload).expect("an event is JSON");
        event["number"].as_u64().expect("it has a number") as usize
    };
    on_topic.map(|message| number(&message.payload)).collect()
}
