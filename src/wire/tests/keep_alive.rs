//! Pings, and answers that do not come.

use super::{message, open_with, Told, BOTH};
use crate::engine::{EndCause, Version};
use crate::message::QoS::AtLeastOnce;
use crate::outbox::Time;
use crate::support::codec::{self, property, ConnAck, Packet, Publish};
use crate::support::scripted::{Answer, ScriptedBroker};
use crate::wire::exchange::{Exchange, Start};
use crate::wire::frame::FrameCutter;
use crate::wire::keep_alive::KeepAlive;
use crate::wire::requests::channel;
use crate::wire::stream::Stream;
use crate::wire::topics::Topics;
use serde_json::json;
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Result};
use std::time::Duration;

const KEEP_ALIVE: Duration = Duration::from_secs(30);

#[test]
fn an_idle_connection_pings_and_one_that_is_not_answered_ends() {
    for version in BOTH {
        for answers in [true, false] {
            let broker = ScriptedBroker::start(move |connection| {
                connection.accept()?;
                connection.serve_but(|_, packet| match packet {
                    Packet::PingReq if !answers => Ok(Answer::Nothing),
                    _ => Ok(Answer::Ordinary),
                })
            });
            let mut link = open_with(broker.port(), version, &json!({"keep_alive_seconds": 30}));
            link.waker.clock().advance(KEEP_ALIVE);
            assert_eq!(link.poll(Duration::ZERO), []);
            broker.wait_for("a ping", |received| {
                received.iter().any(|one| one.packet == Packet::PingReq)
            });
            if answers {
                // What comes after the answer shows that it was heard.
                link.send(message(1, AtLeastOnce));
                link.poll_until(|told| told.contains(&Told::Acked(1)));
            }
            link.waker.clock().advance(KEEP_ALIVE);
            if answers {
                assert_eq!(link.poll(Duration::ZERO), []);
            } else {
                let (_, ended) = link.poll_to_the_end();
                assert_eq!(ended.kind, EndCause::Stalled, "MQTT {version:?}");
                assert!(ended.text.contains("did not answer a ping"), "{ended:?}");
            }
        }
    }
}

#[test]
fn a_longer_keep_alive_of_the_broker_does_not_make_us_look_less_often() {
    for (announced, pings_after) in [(0_u16, 30), (600, 30), (10, 10)] {
        let broker = ScriptedBroker::start(move |connection| {
            connection
                .accept_with(ConnAck::default().with(property::SERVER_KEEP_ALIVE, announced))?;
            connection.serve()
        });
        let mut link = open_with(
            broker.port(),
            Version::V5,
            &json!({"keep_alive_seconds": 30}),
        );
        link.waker.clock().advance(Duration::from_secs(pings_after));
        link.poll(Duration::ZERO);
        broker.wait_for("a ping", |received| {
            received.iter().any(|one| one.packet == Packet::PingReq)
        });
    }
}

/// Takes all that is written, and has this to say.
struct Queue(VecDeque<u8>);

impl Stream for Queue {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match Read::read(&mut self.0, buffer)? {
            0 => Err(ErrorKind::WouldBlock.into()),
            read => Ok(read),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        Ok(bytes.len())
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

#[test]
fn an_answer_that_has_arrived_behind_something_else_is_an_answer() {
    let message = Packet::Publish(Publish {
        topic: "other".into(),
        payload: vec![b'x'; 1000],
        ..Publish::default()
    });
    let mut bytes = message.encode(codec::Version::V5).repeat(1000);
    bytes.extend(Packet::PingResp.encode(codec::Version::V5));
    let (_client, requests) = channel(Version::V5, 1);
    let mut exchange = Exchange::new(Start {
        stream: Queue(VecDeque::new()),
        version: Version::V5,
        topics: Topics::only("a"),
        requests,
        span: 1,
        keep_alive: KeepAlive::new(Time::ZERO, 30, None),
        incoming: FrameCutter::default(),
    });
    let mut inputs = Vec::new();
    exchange.step(KEEP_ALIVE, &mut inputs);
    exchange.stream_mut().0.extend(bytes);
    // Read in several steps, each of them later than the limit.
    for _ in 0..100 {
        exchange.step(2 * KEEP_ALIVE, &mut inputs);
    }
    assert!(exchange.stream().0.is_empty());
    assert!(inputs.is_empty(), "{inputs:?}");
}

#[test]
fn bytes_that_trickle_and_never_make_a_packet_are_no_answer() {
    for version in BOTH {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            // A message of the largest size, byte by byte.
            connection.send_bytes(&[0x30, 0xff, 0xff, 0xff, 0x7f])?;
            loop {
                connection.drip(&[b'x'; 100], Duration::from_millis(1))?;
            }
        });
        let mut link = open_with(broker.port(), version, &json!({"keep_alive_seconds": 30}));
        link.waker.clock().advance(KEEP_ALIVE);
        assert_eq!(link.poll(Duration::ZERO), []);
        link.waker.clock().advance(KEEP_ALIVE);
        let (_, ended) = link.poll_to_the_end();
        assert_eq!(ended.kind, EndCause::Stalled, "MQTT {version:?}");
    }
}
