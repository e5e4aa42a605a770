//! What counts as written, and what a write may take.

use super::{huge_message, message, open, open_with, Told, BOTH, TOPIC};
use crate::engine::{EndCause, Packet, Version};
use crate::message::QoS::{AtLeastOnce, AtMostOnce};
use crate::outbox::Time;
use crate::support::codec;
use crate::support::scripted::{Connection, ScriptedBroker};
use crate::support::wait::{Gate, PATIENCE};
use bytes::Bytes;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Accepts, reads nothing until the first gate is open, then all there is, and opens the second.
fn read_late(gates: &Arc<[Gate; 2]>) -> impl Fn(&mut Connection) -> std::io::Result<()> {
    let gates = gates.clone();
    move |connection| {
        connection.accept()?;
        gates[0].wait();
        let closed = connection.swallow();
        gates[1].open();
        closed
    }
}

#[test]
fn a_write_that_the_timeout_cuts_is_the_end_and_was_not_written() {
    for (version, qos) in [
        (Version::V5, AtMostOnce),
        (Version::V5, AtLeastOnce),
        (Version::V311, AtMostOnce),
        (Version::V311, AtLeastOnce),
    ] {
        let gates = Arc::default();
        let broker = ScriptedBroker::start_with_small_buffer(read_late(&gates));
        let mut link = open(broker.port(), version);
        link.send(message(1, AtMostOnce));
        link.send(message(2, AtLeastOnce));
        link.send(huge_message(3, qos));
        link.send(message(4, AtMostOnce));
        let (told, ended) = link.poll_each_to_the_end(Duration::from_secs(1));
        assert_eq!(
            told,
            [Told::Written(1), Told::Written(2)],
            "MQTT {version:?}, {qos:?}"
        );
        assert_eq!(ended.kind, EndCause::Stalled);
        drop(link);
        gates[0].open();
        gates[1].wait();
        let arrived: Vec<_> = broker
            .published()
            .iter()
            .map(codec::Publish::text)
            .collect();
        assert_eq!(
            arrived,
            ["1", "2"],
            "no packet arrives that was not written"
        );
    }
}

#[test]
fn a_write_that_the_peer_breaks_off_was_not_written() {
    for version in BOTH {
        let gate = Arc::new(Gate::default());
        let broker = ScriptedBroker::start_with_small_buffer({
            let gate = gate.clone();
            move |connection| {
                connection.accept()?;
                gate.wait();
                connection.reset();
                Ok(())
            }
        });
        let mut link = open(broker.port(), version);
        link.send(huge_message(1, AtMostOnce));
        std::thread::scope(|scope| {
            let polled = scope.spawn(|| link.poll_to_the_end());
            gate.open();
            let (told, ended) = polled.join().expect("it ends");
            assert_eq!(told, [], "MQTT {version:?}");
            assert_eq!(ended.kind, EndCause::ByPeer);
        });
    }
}

#[test]
fn a_time_in_which_nothing_happens_is_no_end() {
    for version in BOTH {
        let broker = ScriptedBroker::ordinary();
        let mut link = open(broker.port(), version);
        let mut events = Vec::new();
        let polled = link
            .connection
            .poll(Duration::from_millis(1), 0, &mut events);
        assert_eq!(polled, Ok(false));
        assert!(events.is_empty());
        link.send(message(1, AtLeastOnce));
        let told = link.poll_until(|told| told.len() == 2);
        assert_eq!(told, [Told::Written(1), Told::Acked(1)]);
    }
}

#[test]
fn everything_that_is_handed_over_is_reported_as_written_in_that_order() {
    for version in BOTH {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            connection.swallow()
        });
        let mut link = open(broker.port(), version);
        link.send(message(1, AtMostOnce));
        link.send(Packet::Subscribe {
            token: 2,
            topic: TOPIC.into(),
        });
        link.send(message(3, AtLeastOnce));
        link.send(message(4, AtMostOnce));
        link.send(Packet::Disconnect);
        let told = link.poll_until(|told| told.len() == 4);
        assert_eq!(told, [1, 2, 3, 4].map(Told::Written));
        // The farewell has no token: that it was written shows in that nothing is left to write.
        while link.sender.write_limit().is_some() {
            assert_eq!(link.poll(PATIENCE), []);
        }
        broker.wait_for("the farewell", |received| {
            matches!(received.last(), Some(last) if matches!(last.packet, codec::Packet::Disconnect(_)))
        });
    }
}

#[test]
fn a_broker_that_closes_after_the_farewell_ends_the_connection() {
    for version in BOTH {
        let broker = ScriptedBroker::ordinary();
        let mut link = open(broker.port(), version);
        link.send(Packet::Disconnect);
        let (told, ended) = link.poll_to_the_end();
        assert_eq!(told, []);
        assert_eq!(ended.kind, EndCause::ByPeer);
    }
}

#[test]
fn what_is_handed_over_has_to_be_written_in_a_time_that_depends_on_its_size() {
    let at = Time::from_secs;
    for version in BOTH {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            connection.swallow()
        });
        let mut link = open(broker.port(), version);
        assert_eq!(link.sender.write_limit(), None);
        let large = Packet::Publish {
            token: 2,
            topic: TOPIC.into(),
            payload: Bytes::from(vec![b'x'; 160 << 10]),
            qos: AtLeastOnce,
            retain: false,
            expiry_seconds: None,
        };
        // 10 s, and for 64 KiB that may wait before it, and for itself, at 16 KiB/s.
        link.send_at(at(100), message(1, AtLeastOnce));
        assert_eq!(link.sender.write_limit(), Some(at(114)));
        link.send_at(at(101), large);
        assert_eq!(link.sender.write_limit(), Some(at(125)));
        link.send_at(at(102), Packet::Disconnect);
        assert_eq!(link.sender.write_limit(), Some(at(125)));
        while link.sender.unwritten() > 0 {
            assert!(link.sender.write_limit().is_some(), "MQTT {version:?}");
            link.poll(PATIENCE);
        }
        assert_eq!(link.sender.write_limit(), None);
    }
}

#[test]
fn a_poll_comes_back_when_it_is_woken() {
    for version in BOTH {
        let broker = ScriptedBroker::ordinary();
        let mut link = open(broker.port(), version);
        let start = Instant::now();
        std::thread::scope(|scope| {
            let connection = &mut link.connection;
            let polled = scope.spawn(|| connection.poll(4 * PATIENCE, 0, &mut Vec::new()));
            link.sender
                .wake(Time::ZERO, "status", &Bytes::from_static(b"online"));
            assert_eq!(polled.join().expect("no panic"), Ok(true));
        });
        assert!(start.elapsed() < 2 * PATIENCE);
        broker.wait_for("what is already there", |received| {
            received
                .iter()
                .filter_map(|one| one.publish())
                .any(|publish| publish.text() == "online" && publish.qos == 0 && !publish.retain)
        });
    }
}

#[test]
fn an_expiry_is_written_where_there_is_a_place_for_it() {
    for (version, expected) in [(Version::V5, Some(7)), (Version::V311, None)] {
        let broker = ScriptedBroker::ordinary();
        let mut link = open_with(broker.port(), version, &json!({}));
        for (token, expiry_seconds) in [(1, Some(7)), (2, None)] {
            link.send(Packet::Publish {
                token,
                topic: TOPIC.into(),
                payload: Bytes::new(),
                qos: AtLeastOnce,
                retain: true,
                expiry_seconds,
            });
        }
        link.poll_until(|told| told.contains(&Told::Acked(2)));
        let expiries: Vec<_> = broker
            .published()
            .iter()
            .map(codec::Publish::expiry)
            .collect();
        assert_eq!(expiries, [expected, None], "MQTT {version:?}");
    }
}

#[test]
fn a_write_that_begins_to_block_while_the_connection_waits_is_noticed_in_its_own_time() {
    std::thread::scope(|scope| {
        for version in BOTH {
            scope.spawn(move || {
                let gates = Arc::default();
                let broker = ScriptedBroker::start_with_small_buffer(read_late(&gates));
                let mut link = open(broker.port(), version);
                let limit = Duration::from_secs(3600);
                let started = Instant::now();
                let ended = loop {
                    link.send(Packet::Publish {
                        token: 1,
                        topic: TOPIC.into(),
                        payload: Bytes::from(vec![b'x'; 64 << 10]),
                        qos: AtMostOnce,
                        retain: false,
                        expiry_seconds: None,
                    });
                    // As one that has been waiting since before the message was handed over.
                    let mut events = Vec::new();
                    let polled = link.connection.poll(limit, 0, &mut events);
                    for event in events {
                        link.sender.translate(event);
                    }
                    if let Err(ended) = polled {
                        break ended;
                    }
                };
                assert_eq!(ended.kind, EndCause::Stalled, "MQTT {version:?}");
                assert!(
                    started.elapsed() < limit / 2,
                    "it waited for something else"
                );
                drop(link);
                gates[0].open();
            });
        }
    });
}
