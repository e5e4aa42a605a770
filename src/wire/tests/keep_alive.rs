//! Pings, and answers that do not come.

use super::{message, open_with, Told, BOTH};
use crate::engine::{EndCause, Version};
use crate::message::QoS::AtLeastOnce;
use crate::support::codec::{property, ConnAck, Packet};
use crate::support::scripted::{Answer, ScriptedBroker};
use serde_json::json;
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
