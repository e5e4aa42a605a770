//! Threads that wait are woken by what they wait for, and not by the end of their patience.

use std::thread;
use std::time::Instant;

use argus_mqtt::State;
use serde_json::json;

use crate::support::broker::mosquitto;
use crate::support::codec::Packet;
use crate::support::proxy::Proxy;
use crate::support::scripted::{Answer, ScriptedBroker};
use crate::support::wait::PATIENCE;
use crate::{connect, delivered, publish};

const EACH: usize = 30;

/// A thread that nobody woke looks once more when its time is over, so a wait may look as if it had worked.
#[track_caller]
fn woken<T>(wait: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let found = wait();
    assert!(started.elapsed() < PATIENCE, "nobody woke the thread");
    found
}

/// Each wakes for its own reason, and none may sleep through it because another was told before.
#[test]
fn each_of_many_threads_wakes() {
    let broker = mosquitto::start();
    let client = connect(broker.port(), json!({}));
    thread::scope(|scope| {
        for number in 0..4 {
            let client = &client;
            scope.spawn(move || {
                let camera = format!("camera{number}");
                for event in 0..EACH {
                    woken(|| delivered(&publish(client, &camera, event)));
                }
            });
            scope.spawn(move || {
                for event in 0..EACH {
                    // Nobody asks for its outcome: only the queue tells that it has ended.
                    drop(publish(client, "door", event));
                    assert_eq!(woken(|| client.flush(PATIENCE)), 0);
                    woken(|| client.wait_online(PATIENCE)).expect("it is online");
                }
            });
        }
    });
    assert_eq!(client.status().counters.delivered, 8 * EACH as u64);
}

#[test]
fn a_new_connection_wakes_who_waits_for_it() {
    let broker = mosquitto::start();
    let proxy = Proxy::start(broker.port());
    let client = connect(proxy.port(), json!({"reconnect_max_seconds": 1}));
    // Not once more: three connections that end soon look like a twin of ours.
    for _ in 0..2 {
        woken(|| client.wait_online(PATIENCE)).expect("it gets online");
        proxy.cut();
        woken(|| delivered(&publish(&client, "door", 1)));
    }
}

#[test]
fn the_outcome_of_one_message_wakes_who_waits_for_it_while_others_are_on_their_way() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        connection.serve_but(|_, packet| match packet {
            Packet::Publish(publish) if publish.topic == "argusai/events/silent" => {
                Ok(Answer::Nothing)
            }
            _ => Ok(Answer::Ordinary),
        })
    });
    let client = connect(broker.port(), json!({}));
    client.wait_online(PATIENCE).expect("it gets online");
    let silent = publish(&client, "silent", 0);
    for event in 0..3 {
        woken(|| delivered(&publish(&client, "door", event)));
    }
    // The end of the connection, for want of acknowledgements, would have woken it as well.
    assert_eq!(client.status().state, State::Online);
    drop(silent);
}

#[test]
fn whoever_waits_for_a_message_whose_outcome_another_took_is_told() {
    let broker = mosquitto::start();
    let proxy = Proxy::start(broker.port());
    proxy.down();
    let client = connect(proxy.port(), json!({}));
    let delivery = publish(&client, "door", 1);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| woken(|| delivery.wait(PATIENCE)));
        proxy.up();
        let first = woken(|| delivery.wait(PATIENCE));
        let second = waiting.join().expect("it does not panic");
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let told = first.and(second).expect_err("one of them");
        assert_eq!(told.kind(), argus_mqtt::ErrorKind::InvalidArgument);
    });
}
