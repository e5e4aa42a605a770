//! Attempts to connect: over which addresses, for how long, and how many at once.

use super::{attempt, dialer, outcome, BOTH, SOON};
use crate::engine::{FailureKind, Version};
use crate::support::codec::{ConnAck, Packet};
use crate::support::scripted::{Connection, ScriptedBroker};
use crate::support::wait::{eventually, Gate, PATIENCE};
use crossbeam_channel::{bounded, never};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Nobody listens there, whatever the port: the scripted broker has another address of this machine.
const NOBODY: &str = "127.0.0.2";
const SOMEBODY: &str = "127.0.0.1";

/// What comes of trying these addresses in turn, with a broker that is silent on so many connections, and how many
/// connections it got.
fn try_in_turn(
    version: Version,
    hosts: &[&str],
    silent: usize,
    refuses: bool,
    limit: Duration,
) -> (std::result::Result<(), FailureKind>, usize) {
    let broker = ScriptedBroker::start(move |connection| match connection.number() {
        number if number <= silent => connection.swallow(),
        _ if refuses => connection.refuse(ConnAck::refused(match version {
            Version::V5 => 0x87,
            Version::V311 => 5,
        })),
        _ => connection.run_ordinary(),
    });
    let dialer = dialer(broker.port(), &json!({}));
    let hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
    let opened = dialer.try_in_turn(&attempt(version, limit), &hosts);
    let opened = opened.map(drop).map_err(|failure| failure.kind);
    (opened, broker.connections())
}

#[test]
fn the_addresses_of_a_name_are_tried_in_turn() {
    use FailureKind::{Permanent, Silent, Unreachable};
    // What the silent one costs, and enough for the other.
    let both = Duration::from_secs(5);
    for version in BOTH {
        for (hosts, silent, refuses, limit, expected) in [
            (&[NOBODY, SOMEBODY][..], 0, false, PATIENCE, (Ok(()), 1)),
            // The first that accepts is taken, and so is the first that refuses.
            (&[SOMEBODY, SOMEBODY], 0, false, PATIENCE, (Ok(()), 1)),
            (
                &[NOBODY, SOMEBODY, SOMEBODY],
                0,
                true,
                PATIENCE,
                (Err(Permanent), 1),
            ),
            (&[SOMEBODY, SOMEBODY], 1, false, both, (Ok(()), 2)),
            // Silence says more than no connection, whichever comes first.
            (&[NOBODY, SOMEBODY], 1, false, SOON, (Err(Silent), 1)),
            (&[SOMEBODY, NOBODY], 1, false, SOON, (Err(Silent), 1)),
            (&[NOBODY, NOBODY], 0, false, PATIENCE, (Err(Unreachable), 0)),
            (&[], 0, false, PATIENCE, (Err(Unreachable), 0)),
        ] {
            let found = try_in_turn(version, hosts, silent, refuses, limit);
            assert_eq!(
                found, expected,
                "MQTT {version:?}, {hosts:?}, {silent} silent"
            );
        }
    }
}

#[test]
fn an_attempt_can_be_interrupted_and_waited_for_again() {
    for version in BOTH {
        let gate = Arc::new(Gate::default());
        let broker = ScriptedBroker::start({
            let gate = gate.clone();
            move |connection| {
                connection.expect_connect()?;
                gate.wait();
                connection.send(&Packet::ConnAck(ConnAck::default()))?;
                connection.serve()
            }
        });
        let mut opening = dialer(broker.port(), &json!({})).open(attempt(version, PATIENCE));
        let (word, interrupt) = bounded(1);
        word.send(()).expect("there is room");
        // Much longer than the broker waits for the gate.
        let interrupted = opening.wait(Instant::now() + 4 * PATIENCE, &interrupt);
        assert!(interrupted.is_none(), "{interrupted:?}");
        let too_early = opening.wait(Instant::now(), &never());
        assert!(too_early.is_none(), "{too_early:?}");
        gate.open();
        let opened = opening.wait(Instant::now() + PATIENCE, &never());
        assert!(matches!(opened, Some(Ok(_))), "{opened:?}");
    }
}

#[test]
fn an_attempt_that_is_given_up_closes_what_comes_of_it() {
    for version in BOTH {
        let (begin, end) = (Arc::new(Gate::default()), Arc::new(Gate::default()));
        let broker = ScriptedBroker::start({
            let (begin, end) = (begin.clone(), end.clone());
            move |connection| {
                connection.expect_connect()?;
                begin.wait();
                connection.send(&Packet::ConnAck(ConnAck::default()))?;
                let closed = connection.swallow();
                end.open();
                closed
            }
        });
        let opening = dialer(broker.port(), &json!({})).open(attempt(version, PATIENCE));
        broker.wait_for_connections(1);
        drop(opening);
        begin.open();
        end.wait();
    }
}

#[test]
fn no_more_than_two_attempts_are_alive() {
    let broker = ScriptedBroker::start(Connection::swallow);
    let dialer = dialer(broker.port(), &json!({}));
    // Given up, but not over.
    let first = dialer.open(attempt(Version::V5, PATIENCE));
    broker.wait_for_connections(1);
    drop(first);
    let new_settings = dialer.settings().clone();
    let next = dialer.with(new_settings).expect("there are no files");
    let second = next.open(attempt(Version::V311, PATIENCE));
    broker.wait_for_connections(2);
    drop(second);
    let failure = outcome(&dialer, attempt(Version::V5, PATIENCE)).expect_err("it is the third");
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(failure.text.contains("still hang"), "{failure:?}");
    assert_eq!(broker.connections(), 2);
    drop(broker);
    eventually("there is room again", || {
        let next = outcome(&dialer, attempt(Version::V5, PATIENCE));
        let failure = next.expect_err("nobody listens any more");
        !failure.text.contains("still hang")
    });
}
