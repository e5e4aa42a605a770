//! What brokers do that a client built on another client could pass on to its user, played by a scripted broker.

#[path = "../support/mod.rs"]
mod support;

mod acknowledgements;
mod beginnings;
mod chance;
mod hostile;
mod keep_alive;
mod limits;
mod resends;
mod stalls;
mod version_choice;
mod window;

use argus_mqtt::{Client, Delivery, Outcome, Settings};
use serde_json::{json, Value};
use std::io::Result;
use support::codec::{Packet, Publish};
use support::scripted::Connection;
use support::wait::PATIENCE;

const EVENTS: &str = "argusai/events/door";
const STATUS: &str = "argusai/status";

#[track_caller]
fn connect(port: u16, more: Value) -> Client {
    let settings = json!({
        "broker_host": "127.0.0.1",
        "broker_port": port,
        "reconnect_max_seconds": 1,
    });
    let settings = Settings::from_value(&support::fields::with(settings, &more))
        .expect("the settings are valid");
    Client::connect(settings).expect("a thread can be started")
}

#[track_caller]
fn publish(client: &Client, number: usize) -> Delivery {
    let event = json!({ "number": number }).to_string();
    client
        .publish_event("door", event)
        .expect("the event is accepted")
}

#[track_caller]
fn delivered(delivery: &Delivery) {
    let outcome = delivery.wait(PATIENCE).expect("it ends");
    assert_eq!(outcome, Outcome::Delivered);
}

fn number(publish: &Publish) -> usize {
    let event: Value = serde_json::from_slice(&publish.payload).expect("an event is JSON");
    event["number"].as_u64().expect("it has a number") as usize
}

/// Goes on as an ordinary broker up to the next event, which it gives unanswered.
fn next_event(connection: &mut Connection) -> Result<Publish> {
    let mut event = None;
    connection.serve_but(|_, packet| match packet {
        Packet::Publish(publish) if publish.topic == EVENTS => {
            event = Some(publish.clone());
            Ok(support::scripted::Answer::End)
        }
        _ => Ok(support::scripted::Answer::Ordinary),
    })?;
    event.ok_or_else(|| std::io::Error::other("the client said goodbye"))
}
