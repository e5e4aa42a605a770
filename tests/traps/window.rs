//! How much is in flight, and that packet ids never meet.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::codec::{property, ConnAck, Packet, Publish};
use crate::support::scripted::{Answer, Connection, ScriptedBroker};
use crate::support::wait::Gate;
use crate::{connect, delivered, publish};

/// Acknowledges only when `hold` are waiting or nothing more comes, the newest first, and notes what was wrong.
fn serve_backwards(
    connection: &mut Connection,
    most: usize,
    wrong: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut held: Vec<Publish> = Vec::new();
    connection.serve_but(|connection, packet| {
        let Packet::Publish(publish) = packet else {
            return Ok(Answer::Ordinary);
        };
        let ids: HashSet<_> = held.iter().map(|publish| publish.id).collect();
        let mut wrong = wrong.lock().expect("no thread panics holding it");
        if publish.qos == 1 && !ids.is_empty() && ids.contains(&publish.id) {
            wrong.push(format!("the packet id {} is in use", publish.id));
        }
        held.push(publish.clone());
        if held.len() > most {
            wrong.push(format!("{} in flight, {most} allowed", held.len()));
        }
        // The birth message is alone; the last of them comes alone too.
        if held.len() == most || publish.topic == crate::STATUS || publish.text().contains("last") {
            while let Some(publish) = held.pop() {
                connection.acknowledge(&publish)?;
            }
        }
        Ok(Answer::Nothing)
    })
}

#[test]
fn the_receive_maximum_is_kept_and_no_id_is_used_twice_at_once() {
    for most in [1_u16, 2, 3, 16, 20] {
        let wrong = Arc::new(Mutex::new(Vec::new()));
        let broker = ScriptedBroker::start({
            let wrong = wrong.clone();
            move |connection| {
                connection.accept_with(ConnAck::default().with(property::RECEIVE_MAXIMUM, most))?;
                // Two places of a window are the client's own, for availability.
                let most_events = usize::from(most.saturating_sub(2).max(1));
                serve_backwards(connection, most_events, &wrong)
            }
        });
        let client = connect(broker.port(), json!({"guard_availability": false}));
        client.wait_online(crate::PATIENCE).expect("it gets online");
        // A whole number of windows, many times round the packet ids.
        let most_events = usize::from(most.saturating_sub(2).max(1));
        let deliveries: Vec<_> = (0..most_events * 40)
            .map(|number| publish(&client, number))
            .collect();
        deliveries.iter().for_each(delivered);
        let wrong = wrong.lock().expect("no thread panics holding it");
        assert!(wrong.is_empty(), "receive maximum {most}: {wrong:?}");
        assert_eq!(broker.connections(), 1);
    }
}

#[test]
fn a_window_that_shrinks_on_the_next_connection_is_kept() {
    let wrong = Arc::new(Mutex::new(Vec::new()));
    let broker = ScriptedBroker::start({
        let wrong = wrong.clone();
        move |connection| {
            if connection.number() == 1 {
                connection.accept()?;
                for _ in 0..50 {
                    crate::next_event(connection)?;
                }
                connection.close();
                return Ok(());
            }
            connection.accept_with(ConnAck::default().with(property::RECEIVE_MAXIMUM, 4_u16))?;
            serve_backwards(connection, 2, &wrong)
        }
    });
    let client = connect(broker.port(), json!({"guard_availability": false}));
    let deliveries: Vec<_> = (0..100).map(|number| publish(&client, number)).collect();
    deliveries.iter().for_each(delivered);
    let wrong = wrong.lock().expect("no thread panics holding it");
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(broker.connections(), 2);
}

#[test]
fn a_client_that_was_shut_down_is_gone_soon_although_its_window_is_full() {
    let closed = Arc::new(Gate::default());
    let broker = ScriptedBroker::start({
        let closed = closed.clone();
        move |connection| {
            connection.accept_with(ConnAck::default().with(property::RECEIVE_MAXIMUM, 1_u16))?;
            crate::next_event(connection)?;
            let ended = connection.swallow();
            closed.open();
            ended
        }
    });
    let client = connect(broker.port(), json!({"guard_availability": false}));
    let _delivery = publish(&client, 1);
    broker.wait_for("the event", |received| {
        received
            .iter()
            .any(|packet| packet.is_publish_on(crate::EVENTS))
    });
    // By then it waits for the acknowledgement, and has nothing else to do.
    assert_eq!(client.flush(Duration::from_millis(300)), 1);
    let report = client.shutdown(Duration::from_millis(100));
    assert_eq!(report.expect("it is the first shutdown").left, 1);
    let start = Instant::now();
    closed.wait();
    // Not only when the broker has acknowledged nothing for 20 s.
    assert!(start.elapsed() < Duration::from_secs(10));
}
