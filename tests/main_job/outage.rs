//! A broker that is stopped and started again while events are published.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::support::broker::mosquitto::{self, Mosquitto};
use crate::support::broker::Broker;
use crate::support::proxy::Proxy;
use crate::support::retained;
use crate::support::subscriber::Subscriber;
use crate::support::wait::{eventually, PATIENCE};
use crate::{delivered, numbers, online, publish, STATUS};

const CAMERAS: [&str; 3] = ["door", "garden", "street"];

#[test]
fn nothing_is_lost_over_restarts_without_persistence() {
    survives_restarts(mosquitto::start());
}

#[test]
fn nothing_is_lost_over_restarts_with_persistence() {
    survives_restarts(Mosquitto::default().persistence().start());
}

/// The publisher goes through a proxy, which keeps it out after each restart until the subscriber is back: a broker
/// without persistence forgets the subscription, and what it then acknowledges would reach nobody.
fn survives_restarts(mut broker: Broker) {
    let proxy = Proxy::start(broker.port());
    let subscriber = Subscriber::durable(&broker, &["argusai/#"]);
    let client = online(proxy.port(), json!({"reconnect_max_seconds": 1}));
    let is_over = Arc::new(AtomicBool::new(false));
    let publishers = CAMERAS.map(|camera| {
        let (client, is_over) = (client.clone(), is_over.clone());
        thread::spawn(move || {
            let mut deliveries = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                deliveries.push(publish(&client, camera, deliveries.len()));
                // Slower than a broker that saves each message to a busy disk: the queue has to become empty.
                thread::sleep(Duration::from_millis(25));
            }
            deliveries
        })
    });
    for round in 1..=2 {
        let before = client.status().counters;
        eventually("events arrive", || {
            client.status().counters.delivered > before.delivered + 20
        });
        proxy.down();
        broker.kill();
        eventually("events wait", || client.status().queued > 20);
        broker.start();
        subscriber.wait_for_connections(round + 1);
        proxy.up();
        eventually("the queue is empty", || {
            let status = client.status();
            status.connections as usize == round + 1 && status.queued < 5
        });
    }
    is_over.store(true, Ordering::Relaxed);
    let deliveries = publishers.map(|thread| thread.join().expect("a publisher does not panic"));
    for (camera, deliveries) in CAMERAS.iter().zip(&deliveries) {
        deliveries.iter().for_each(delivered);
        let topic = format!("argusai/events/{camera}");
        let all: Vec<_> = (0..deliveries.len()).collect();
        let seen = subscriber.wait_for("every event", |seen| {
            let mut numbers = numbers(seen, &topic);
            numbers.sort_unstable();
            numbers.dedup();
            numbers == all
        });
        let mut first_times = numbers(&seen, &topic);
        let mut known = std::collections::HashSet::new();
        first_times.retain(|number| known.insert(*number));
        assert_eq!(first_times, all, "{camera}: in order, whatever came twice");
    }
    let counters = client.status().counters;
    let published: usize = deliveries.iter().map(Vec::len).sum();
    assert_eq!(
        (counters.accepted, counters.delivered),
        (published as u64, published as u64)
    );
    assert_eq!(
        retained(&broker, STATUS).map(|kept| kept.text()).as_deref(),
        Some("online")
    );
    client.shutdown(PATIENCE).expect("the first shutdown");
    assert_eq!(
        retained(&broker, STATUS).map(|kept| kept.text()).as_deref(),
        Some("offline")
    );
}

#[test]
fn publishing_never_blocks_on_a_broker_that_stands_still() {
    let mut broker = mosquitto::start();
    let client = online(broker.port(), json!({}));
    broker.pause();
    let deliveries: Vec<_> = (0..5000)
        .map(|number| publish(&client, "door", number))
        .collect();
    assert!(
        client.flush(Duration::ZERO) > 0,
        "the broker has not acknowledged all"
    );
    broker.resume();
    deliveries.iter().for_each(delivered);
    assert_eq!(client.flush(PATIENCE), 0);
}
