//! States: what a broker is to keep, also one that has lost its memory.

use std::collections::BTreeMap;

use argus_mqtt::{ErrorKind, Outcome};
use serde_json::json;

use crate::support::broker::mosquitto;
use crate::support::broker::Broker;
use crate::support::wait::{eventually, PATIENCE};
use crate::support::{all_retained, retained};
use crate::{connect, delivered, online, publish};

/// What the broker keeps under "home/".
fn kept(broker: &Broker) -> BTreeMap<String, String> {
    let all = all_retained(broker, "home/#");
    all.into_iter()
        .map(|message| (message.topic.clone(), message.text()))
        .collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = pairs.iter().map(|(t, p)| (t.to_string(), p.to_string()));
    owned.collect()
}

#[test]
fn states_return_to_a_broker_that_lost_its_memory() {
    let mut broker = mosquitto::start();
    let client = online(broker.port(), json!({"reconnect_max_seconds": 1}));
    for (topic, payload) in [("home/a", "1"), ("home/b", "2"), ("home/c", "3")] {
        let state = client.publish_state(topic, payload);
        delivered(&state.expect("there is room"));
    }
    assert_eq!(
        kept(&broker),
        map(&[("home/a", "1"), ("home/b", "2"), ("home/c", "3")])
    );

    broker.kill();
    eventually("the loss is noticed", || client.status().protocol.is_none());
    let updates: Vec<_> = (0..1000)
        .map(|number| client.publish_state("home/b", number.to_string()))
        .map(|state| state.expect("there is room"))
        .collect();
    let forgotten = client.forget_state("home/c").expect("it is never refused");
    let event = publish(&client, "door", 1);
    assert_eq!(client.status().queued, 3, "one for each topic");
    broker.start();
    delivered(&event);
    delivered(&forgotten);
    delivered(&updates[999]);
    let superseded = updates[0].wait(PATIENCE).expect("it ended");
    assert_eq!(superseded, Outcome::Superseded);
    assert_eq!(client.status().counters.superseded, 999);
    assert_eq!(kept(&broker), map(&[("home/a", "1"), ("home/b", "999")]));
    client.shutdown(PATIENCE).expect("the first shutdown");
}

#[test]
fn what_an_earlier_process_said_is_cleared_though_it_was_forgotten_offline() {
    let mut broker = mosquitto::Mosquitto::default().persistence().start();
    let before = online(broker.port(), json!({}));
    delivered(&before.publish_state("home/old", "1").expect("room"));
    before.shutdown(PATIENCE).expect("the first shutdown");
    broker.kill();
    let client = connect(broker.port(), json!({"reconnect_max_seconds": 1}));
    let forgotten = client.forget_state("home/old").expect("it is valid");
    broker.start();
    delivered(&forgotten);
    assert!(retained(&broker, "home/old").is_none());
    client.shutdown(PATIENCE).expect("the first shutdown");
}

#[test]
fn nonsense_is_refused_with_the_remedy() {
    let client = connect(1, json!({}));
    for (refused, says) in [
        (client.publish_state("a/+", "1").err(), "must not contain"),
        (client.publish_state("a", "").err(), "forget it"),
        (client.publish_state("argusai/status", "x").err(), "own"),
        (client.forget_state("").err(), "at least one character"),
        (client.forget_state("argusai/status").err(), "own"),
    ] {
        let error = refused.expect("it is refused");
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(says), "{error}");
    }
}
