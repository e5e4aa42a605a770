//! What counts as written, and what a write may take.

use super::{huge_message, message, open, open_with, Link, Told, BOTH, TOPIC};
use crate::engine::{EndCause, Link as _, Packet, Version};
use crate::message::QoS::{AtLeastOnce, AtMostOnce};
use crate::support::codec;
use crate::support::scripted::{Connection, ScriptedBroker};
use crate::support::wait::{Gate, PATIENCE};
use bytes::Bytes;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

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
fn a_write_that_takes_too_long_is_the_end_and_was_not_written() {
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
        let told = link.poll_until(|told| told.contains(&Told::Written(2)));
        assert_eq!(
            told,
            [Told::Written(1), Told::Written(2)],
            "MQTT {version:?}, {qos:?}"
        );
        // 20 s, and 32 MiB at 16 KiB/s.
        link.waker
            .clock()
            .advance(Duration::from_secs(20 + 2048) - PATIENCE);
        assert_eq!(link.poll(Duration::ZERO), [], "it has time yet");
        link.waker
            .clock()
            .advance(PATIENCE + Duration::from_secs(2));
        let (told, ended) = link.poll_to_the_end();
        assert_eq!(told, []);
        assert_eq!(ended.kind, EndCause::Stalled);
        assert!(ended.text.contains("stopped reading"), "{ended:?}");
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
        assert_eq!(link.poll(Duration::from_millis(1)), []);
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
            no_local: true,
        });
        link.send(message(3, AtLeastOnce));
        link.send(message(4, AtMostOnce));
        link.send(Packet::Disconnect { with_will: false });
        let told = link.poll_until(|told| told.len() == 4);
        assert_eq!(told, [1, 2, 3, 4].map(Told::Written));
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
        link.send(Packet::Disconnect { with_will: false });
        let (told, ended) = link.poll_to_the_end();
        assert_eq!(told, []);
        assert_eq!(ended.kind, EndCause::ByPeer);
    }
}

#[test]
fn a_poll_comes_back_when_it_is_woken_and_has_written_what_was_handed_over() {
    let cases = BOTH.map(|version| [(version, false), (version, true)]);
    for (version, waits) in cases.into_iter().flatten() {
        let broker = ScriptedBroker::ordinary();
        let mut link = open(broker.port(), version);
        link.waker.wake();
        assert_eq!(link.poll(4 * PATIENCE), []);
        std::thread::scope(|scope| {
            let Link {
                connection,
                waker,
                sender,
                ..
            } = &mut link;
            let waker = &*waker;
            let polled = scope.spawn(|| {
                let mut inputs = Vec::new();
                connection.poll(4 * PATIENCE, waker, &mut inputs);
                inputs
            });
            // Whether it waits already, or not yet.
            while waits && !waker.is_asleep() {
                std::thread::yield_now();
            }
            sender.send(message(1, AtMostOnce)).expect("it is taken");
            waker.wake();
            let told = polled.join().expect("no panic").into_iter().map(Told::from);
            assert!(told.eq([Told::Written(1)]), "MQTT {version:?}");
        });
        assert!(link.waker.clock().now() < PATIENCE);
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
fn what_was_handed_over_is_written_before_a_connection_is_closed() {
    for version in BOTH {
        let broker = ScriptedBroker::ordinary();
        let mut link = open(broker.port(), version);
        link.send(message(1, AtMostOnce));
        link.send(Packet::Disconnect { with_will: false });
        link.connection.close();
        let received = broker.wait_for("the farewell", |received| {
            matches!(received.last(), Some(last) if matches!(last.packet, codec::Packet::Disconnect(_)))
        });
        assert!(received.iter().any(|one| one.is_publish_on(TOPIC)));
    }
}

#[test]
fn the_will_can_be_asked_for_at_the_end() {
    for version in BOTH {
        let gate = Arc::new(Gate::default());
        let broker = ScriptedBroker::start({
            let gate = gate.clone();
            move |connection| {
                connection.accept()?;
                let closed = connection.swallow();
                gate.open();
                closed
            }
        });
        let mut link = open(broker.port(), version);
        link.send(message(1, AtMostOnce));
        link.send(Packet::Disconnect { with_will: true });
        let (told, ended) = match version {
            Version::V5 => (link.poll_until(|told| !told.is_empty()), None),
            // It closes without a word, which makes the broker publish the will, and close too.
            Version::V311 => {
                let (told, ended) = link.poll_to_the_end();
                (told, Some(ended.kind))
            }
        };
        assert_eq!(told, [Told::Written(1)]);
        drop(link);
        gate.wait();
        let received = broker.received();
        let last = received.last().map(|one| &one.packet);
        match (version, last) {
            (Version::V5, Some(codec::Packet::Disconnect(reason))) => {
                assert_eq!(reason.code, 0x04);
                assert_eq!(
                    reason
                        .properties
                        .get(codec::property::SESSION_EXPIRY_INTERVAL),
                    Some(&0_u32.into())
                );
            }
            (Version::V311, Some(codec::Packet::Publish(_))) => {
                assert_eq!(ended, Some(EndCause::ByPeer))
            }
            other => panic!("{other:?}"),
        }
    }
}
