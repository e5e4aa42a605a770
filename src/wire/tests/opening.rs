//! Attempts to connect, and what a broker says of itself.

use super::{attempt, dialer, open, open_with, outcome, Told, BOTH};
use crate::message::QoS;
use crate::session::{Connack, FailureKind, Version};
use crate::support::codec::{property, ConnAck};
use crate::support::port::Port;
use crate::support::scripted::{Connection as Scripted, ScriptedBroker};
use crate::support::wait::{eventually, Gate, PATIENCE};
use crate::wire::connection::Inner;
use crossbeam_channel::{bounded, never};
use serde_json::json;
use std::io::Result;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// For an attempt that is to fail by it.
const SOON: Duration = Duration::from_millis(200);

#[test]
fn the_limits_that_a_broker_announces_are_told() {
    let broker = ScriptedBroker::start(|connection| {
        let connack = ConnAck::default()
            .with(property::RECEIVE_MAXIMUM, 20_u16)
            .with(property::MAXIMUM_PACKET_SIZE, 3000_u32)
            .with(property::MAXIMUM_QOS, 0_u8)
            .with(property::RETAIN_AVAILABLE, 0_u8)
            .with(property::SERVER_KEEP_ALIVE, 40_u16);
        connection.accept_with(connack)?;
        connection.serve()
    });
    let expected = Connack {
        receive_maximum: 20,
        maximum_packet_size: 3000,
        maximum_qos: QoS::AtMostOnce,
        retain_available: false,
        server_keep_alive_seconds: Some(40),
    };
    assert_eq!(open(broker.port(), Version::V5).connack, expected);
}

#[test]
fn a_broker_that_announces_nothing_has_no_limits() {
    for version in BOTH {
        let broker = ScriptedBroker::ordinary();
        assert_eq!(open(broker.port(), version).connack, Connack::default());
    }
}

#[test]
fn a_receive_maximum_of_0_is_no_offer() {
    let broker = ScriptedBroker::start(|connection| {
        let connack = ConnAck::default().with(property::RECEIVE_MAXIMUM, 0_u16);
        connection.accept_with(connack)?;
        connection.swallow()
    });
    let failure = outcome(
        &dialer(broker.port(), &json!({})),
        attempt(Version::V5, PATIENCE),
    );
    let failure = failure.expect_err("nothing can be sent");
    assert_eq!(failure.kind, FailureKind::Undecided);
    assert!(failure.text.contains("receive maximum of 0"), "{failure:?}");
}

#[test]
fn a_server_keep_alive_of_0_leaves_ours_in_force() {
    for (seconds, expected) in [(0_u16, 30), (40, 40)] {
        let broker = ScriptedBroker::start(move |connection| {
            let connack = ConnAck::default().with(property::SERVER_KEEP_ALIVE, seconds);
            connection.accept_with(connack)?;
            connection.serve()
        });
        let more = json!({"keep_alive_seconds": 30});
        let link = open_with(broker.port(), Version::V5, &more);
        let Inner::V5(connection) = &link.connection.inner else {
            panic!("it was opened with MQTT 5");
        };
        let keep_alive = connection.eventloop.options.keep_alive();
        assert_eq!(keep_alive, Duration::from_secs(expected));
    }
}

/// What a broker does instead of accepting.
type Refusal = fn(&mut Scripted) -> Result<()>;

#[test]
fn each_way_to_refuse_calls_for_what_it_should() {
    let close: Refusal = |connection| {
        connection.expect_connect()?;
        connection.close();
        Ok(())
    };
    let reset: Refusal = |connection| {
        connection.expect_connect()?;
        connection.reset();
        Ok(())
    };
    let nonsense: Refusal = |connection| {
        connection.expect_connect()?;
        connection.send_bytes(&[0xff; 8])?;
        connection.swallow()
    };
    let other_packet: Refusal = |connection| {
        connection.expect_connect()?;
        connection.send_bytes(&[0xd0, 0x00])?;
        connection.swallow()
    };
    let silence: Refusal = Scripted::swallow;
    for version in BOTH {
        for (refusal, kind) in [
            (close, FailureKind::Undecided),
            (reset, FailureKind::Undecided),
            (nonsense, FailureKind::Undecided),
            (other_packet, FailureKind::Undecided),
            (silence, FailureKind::Silent),
        ] {
            let broker = ScriptedBroker::start(refusal);
            let limit = if kind == FailureKind::Silent {
                SOON
            } else {
                PATIENCE
            };
            let failure = outcome(&dialer(broker.port(), &json!({})), attempt(version, limit));
            assert_eq!(
                failure.expect_err("it is refused").kind,
                kind,
                "MQTT {version:?}"
            );
        }
        for (code_of_5, code_of_3_1_1, kind) in [
            (0x84, 1, FailureKind::WrongVersion),
            (0x86, 4, FailureKind::Permanent),
            (0x88, 3, FailureKind::Later),
        ] {
            let code = if version == Version::V5 {
                code_of_5
            } else {
                code_of_3_1_1
            };
            let broker =
                ScriptedBroker::start(move |connection| connection.refuse(ConnAck::refused(code)));
            let failure = outcome(
                &dialer(broker.port(), &json!({})),
                attempt(version, PATIENCE),
            );
            assert_eq!(failure.expect_err("it is refused").kind, kind, "{code:#x}");
        }
        let nobody = Port::claim();
        let failure = outcome(
            &dialer(nobody.number(), &json!({})),
            attempt(version, PATIENCE),
        );
        assert_eq!(
            failure.expect_err("nobody listens").kind,
            FailureKind::Unreachable
        );
    }
}

#[test]
fn an_answer_that_makes_no_sense_is_told_in_brief() {
    for version in BOTH {
        let broker = ScriptedBroker::start(|connection| {
            connection.expect_connect()?;
            // A PUBLISH of 8 kB.
            connection.send_bytes(&[0x30, 0x80, 0x40])?;
            connection.send_bytes(&[0; 8192])?;
            connection.swallow()
        });
        let failure = outcome(
            &dialer(broker.port(), &json!({})),
            attempt(version, PATIENCE),
        );
        let failure = failure.expect_err("it is no CONNACK");
        assert_eq!(failure.kind, FailureKind::Undecided, "{failure:?}");
        assert!(failure.text.len() < 400, "{} bytes", failure.text.len());
    }
}

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
                connection.send(&crate::support::codec::Packet::ConnAck(ConnAck::default()))?;
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
                connection.send(&crate::support::codec::Packet::ConnAck(ConnAck::default()))?;
                let closed = connection.swallow();
                end.open();
                closed
            }
        });
        drop(dialer(broker.port(), &json!({})).open(attempt(version, PATIENCE)));
        begin.open();
        end.wait();
    }
}

#[test]
fn no_more_than_two_attempts_are_alive() {
    let broker = ScriptedBroker::start(Scripted::swallow);
    let dialer = dialer(broker.port(), &json!({}));
    // Given up, but not over.
    drop(dialer.open(attempt(Version::V5, PATIENCE)));
    let new_settings = dialer.settings().clone();
    let next = dialer.with(new_settings).expect("there are no files");
    drop(next.open(attempt(Version::V311, PATIENCE)));
    broker.wait_for_connections(2);
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

#[test]
fn messages_on_the_availability_topic_are_passed_on() {
    for version in BOTH {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            let message = crate::support::codec::Publish {
                topic: "argusai/status".to_owned(),
                payload: b"offline".to_vec(),
                retain: true,
                ..Default::default()
            };
            connection.send(&crate::support::codec::Packet::Publish(message))?;
            connection.serve()
        });
        let told = open(broker.port(), version).poll_until(|told| !told.is_empty());
        assert_eq!(told, [Told::Received("offline".into())]);
    }
}
