//! Attempts to connect: over which addresses, for how long, and how many at once.

use super::{attempt, dialer, outcome, waker, BOTH, SOON};
use crate::engine::{FailureKind, Version};
use crate::support::codec::{self, ConnAck, Packet};
use crate::support::fields;
use crate::support::port::Port;
use crate::support::scripted::{Connection as Scripted, ScriptedBroker};
use crate::support::wait::{eventually, Gate, PATIENCE};
use crate::wire::Dialer;
use serde_json::{json, Value};
use socket2::{Domain, Socket, Type};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

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
        let waker = waker();
        waker.wake();
        // Much longer than the broker waits for the gate.
        let interrupted = opening.poll(4 * PATIENCE, &waker);
        assert!(interrupted.is_none(), "{interrupted:?}");
        let too_early = opening.poll(waker.clock().now(), &waker);
        assert!(too_early.is_none(), "{too_early:?}");
        gate.open();
        let opened = opening.poll(PATIENCE, &waker);
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
        let mut opening = dialer(broker.port(), &json!({})).open(attempt(version, PATIENCE));
        let waker = waker();
        while broker.received().is_empty() {
            let until = waker.clock().now() + Duration::from_millis(10);
            assert!(opening.poll(until, &waker).is_none(), "it got an answer");
        }
        drop(opening);
        begin.open();
        end.wait();
    }
}
/// An address of this machine that does not answer: its queue of connections is full.
pub(super) struct BlackHole {
    listener: Socket,
    _full: Vec<Socket>,
}

impl BlackHole {
    pub(super) fn new(address: &str) -> Self {
        let address: SocketAddr = address.parse().expect("it is an address");
        let listener = tcp(&address);
        listener.bind(&address.into()).expect("any port will do");
        listener.listen(0).expect("it can listen");
        let hole = listener.local_addr().expect("it is bound");
        let mut full = Vec::new();
        loop {
            let socket = tcp(&address);
            let connected = socket.connect_timeout(&hole, Duration::from_millis(200));
            full.push(socket);
            if connected.is_err() {
                return BlackHole {
                    listener,
                    _full: full,
                };
            }
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        let address = self.listener.local_addr().expect("it is bound");
        address.as_socket().expect("it is of the internet")
    }
}

fn tcp(address: &SocketAddr) -> Socket {
    Socket::new(Domain::for_address(*address), Type::STREAM, None).expect("there are sockets")
}

/// A dialer for a name with these addresses.
fn named(addresses: Vec<SocketAddr>, more: &Value) -> Dialer {
    let fields = json!({"broker_host": "broker.test"});
    dialer(1, &fields::with(fields, more)).with_resolver(move |host, _| {
        assert_eq!(host, "broker.test");
        Ok(addresses.clone())
    })
}

fn local(broker: &ScriptedBroker) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], broker.port()))
}

/// An address at which nobody listens.
fn nobody(port: &Port) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port.number()))
}

#[test]
fn an_address_that_does_not_answer_delays_the_next_and_no_more() {
    for version in BOTH {
        for hole in ["[::1]:0", "127.0.0.1:0"] {
            let broker = ScriptedBroker::ordinary();
            let hole = BlackHole::new(hole);
            let dialer = named(vec![hole.address(), local(&broker)], &json!({}));
            let link = outcome(&dialer, attempt(version, PATIENCE)).expect("it opens");
            assert!(
                link.waker.clock().now() < PATIENCE,
                "it waited for the first"
            );
            assert_eq!(broker.connections(), 1);
        }
    }
}

#[test]
fn the_first_that_connects_is_taken_and_what_it_says_counts() {
    use FailureKind::{NotRunning, Unreachable};
    let port = Port::claim();
    for version in BOTH {
        let refuses = ScriptedBroker::start(|connection| {
            let connect = connection.expect_connect()?;
            let code = if connect.version() == codec::Version::V5 {
                0x87
            } else {
                5
            };
            connection.send(&Packet::ConnAck(ConnAck::refused(code)))?;
            connection.swallow()
        });
        let accepts = ScriptedBroker::ordinary();
        for (addresses, expected) in [
            (vec![nobody(&port), local(&accepts)], None),
            (vec![local(&accepts), local(&refuses)], None),
            (
                vec![nobody(&port), local(&refuses), local(&accepts)],
                Some(FailureKind::NotAuthorized),
            ),
            (vec![nobody(&port)], Some(NotRunning)),
            (vec![], Some(Unreachable)),
        ] {
            let text = format!("MQTT {version:?}, {addresses:?}");
            let dialer = named(addresses, &json!({}));
            let found = outcome(&dialer, attempt(version, PATIENCE));
            assert_eq!(found.err().map(|failure| failure.kind), expected, "{text}");
        }
    }
}

#[test]
fn only_the_connection_that_wins_sends_a_connect() {
    for version in BOTH {
        let connects = || {
            ScriptedBroker::start(|connection| {
                connection.expect_connect()?;
                connection.send(&Packet::ConnAck(ConnAck::default()))?;
                connection.swallow()
            })
        };
        let brokers = [connects(), connects()];
        let dialer = named(brokers.iter().map(local).collect(), &json!({}));
        let _link = outcome(&dialer, attempt(version, PATIENCE)).expect("it opens");
        let received = brokers
            .iter()
            .map(|broker| broker.received().len())
            .sum::<usize>();
        assert_eq!(received, 1, "MQTT {version:?}");
    }
}

#[test]
fn an_address_that_stays_silent_comes_last_the_next_time() {
    for version in BOTH {
        let silent = ScriptedBroker::start(Scripted::swallow);
        let broker = ScriptedBroker::ordinary();
        let dialer = named(vec![local(&silent), local(&broker)], &json!({}));
        let failure = outcome(&dialer, attempt(version, SOON)).expect_err("it is silent");
        assert_eq!(failure.kind, FailureKind::Silent);
        for _ in 0..2 {
            outcome(&dialer, attempt(version, PATIENCE)).expect("the other is first");
        }
        assert_eq!(silent.connections(), 1, "MQTT {version:?}");
    }
}

#[test]
fn a_broker_that_accepts_no_tcp_connection_is_unreachable() {
    let hole = BlackHole::new("127.0.0.1:0");
    let dialer = named(vec![hole.address()], &json!({}));
    let failure = outcome(&dialer, attempt(Version::V5, SOON)).expect_err("it does not answer");
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(
        failure.text.contains("no connection within 0.2 s"),
        "{failure:?}"
    );
}

#[test]
fn a_name_that_is_not_found_is_a_failure_that_names_it() {
    let dialer = dialer(1, &json!({"broker_host": "broker.test"}));
    let dialer = dialer.with_resolver(|_, _| Err(std::io::Error::other("no such name")));
    let failure = outcome(&dialer, attempt(Version::V5, PATIENCE)).expect_err("it is not found");
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(
        failure
            .text
            .contains(r#"the name "broker.test" can't be resolved: no such name"#),
        "{failure:?}"
    );
}

#[test]
fn a_look_up_without_a_descriptor_says_what_to_raise() {
    let dialer = dialer(1, &json!({"broker_host": "broker.test"}));
    let none_left = rustix::io::Errno::MFILE.raw_os_error();
    let dialer =
        dialer.with_resolver(move |_, _| Err(std::io::Error::from_raw_os_error(none_left)));
    let failure = outcome(&dialer, attempt(Version::V5, PATIENCE)).expect_err("it is not found");
    assert_eq!(failure.kind, FailureKind::Later);
    assert!(failure.text.contains("ulimit -n"), "{failure:?}");
    assert!(!failure.text.contains("can't be resolved"), "{failure:?}");
}

#[test]
fn an_interface_that_is_not_there_is_no_name_that_is_not_found() {
    let dialer = dialer(1, &json!({"broker_host": "fe80::1%nope7"}));
    let failure = outcome(&dialer, attempt(Version::V5, PATIENCE)).expect_err("there is none");
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(
        failure.text.contains("the network interface \"nope7\""),
        "{failure:?}"
    );
    assert!(!failure.text.contains("can't be resolved"), "{failure:?}");
}

#[test]
fn a_broker_that_does_not_run_is_looked_for_at_all_its_addresses() {
    let (first, second) = (Port::claim(), Port::claim());
    let (first, second) = (nobody(&first), nobody(&second));
    let failure = outcome(
        &named(vec![first, second], &json!({})),
        attempt(Version::V5, PATIENCE),
    )
    .expect_err("nobody listens");
    assert_eq!(failure.kind, FailureKind::NotRunning);
    assert!(failure.text.contains(&first.to_string()), "{failure:?}");
    assert!(failure.text.contains(&second.to_string()), "{failure:?}");
}

#[test]
fn look_ups_that_hang_are_given_up_and_never_more_than_two() {
    let gate = Arc::new(Gate::default());
    let broker = ScriptedBroker::ordinary();
    let address = local(&broker);
    let dialer = dialer(
        1,
        &json!({"broker_host": "broker.test", "connect_timeout_seconds": 1}),
    );
    let dialer = dialer.with_resolver({
        let gate = gate.clone();
        move |_, _| {
            gate.wait();
            Ok(vec![address])
        }
    });
    let failure = outcome(&dialer, attempt(Version::V5, PATIENCE)).expect_err("it hangs");
    assert!(failure.text.contains("no answer within 1 s"), "{failure:?}");
    // New settings count what is under way.
    let next = dialer
        .with(dialer.settings().clone())
        .expect("there are no files");
    drop(next.open(attempt(Version::V5, PATIENCE)));
    let failure = outcome(&dialer, attempt(Version::V5, PATIENCE)).expect_err("it is the third");
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(failure.text.contains("still hang"), "{failure:?}");
    gate.open();
    eventually("there is room again", || {
        let failure = outcome(&dialer, attempt(Version::V5, PATIENCE)).err();
        failure.is_none_or(|failure| !failure.text.contains("still hang"))
    });
    assert_eq!(broker.connections(), 1, "none that was given up connects");
}
