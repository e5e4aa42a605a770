//! What a broker answers to CONNECT, and says of itself.

use super::{attempt, dialer, open, outcome, BOTH, SOON};
use crate::engine::{Attempt, Connack, FailureKind, Version};
use crate::message::QoS;
use crate::support::codec::{property, ConnAck, Value};
use crate::support::port::Port;
use crate::support::scripted::{Connection as Scripted, ScriptedBroker};
use crate::support::wait::PATIENCE;
use serde_json::json;
use std::io::Result;

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
        ..Connack::default()
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
            (close, FailureKind::Closed),
            (reset, FailureKind::Closed),
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
            (0x86, 4, FailureKind::NotAuthorized),
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
            FailureKind::NotRunning
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

#[test]
fn a_will_is_delayed_by_a_session_that_lasts_as_long() {
    let (heard, connects) = std::sync::mpsc::channel();
    let broker = ScriptedBroker::start(move |connection| {
        let connect = connection.accept()?;
        let _ = heard.send(connect);
        connection.serve()
    });
    for (delay, expiry) in [(0, None), (30, Some(Value::Four(30)))] {
        let settings = json!({"will_delay_seconds": delay});
        let attempt = Attempt {
            clean_start: delay == 0,
            ..attempt(Version::V5, PATIENCE)
        };
        let opened = outcome(&dialer(broker.port(), &settings), attempt);
        opened.expect("it is accepted");
        let connect = connects.recv_timeout(PATIENCE).expect("it came");
        let will = connect.will.expect("there is one");
        let zero = |value: Option<&Value>| value.filter(|value| **value != Value::Four(0)).cloned();
        let session = zero(connect.properties.get(property::SESSION_EXPIRY_INTERVAL));
        let will = zero(will.properties.get(property::WILL_DELAY_INTERVAL));
        assert_eq!((session, will), (expiry.clone(), expiry));
        assert_eq!(connect.clean_start, delay == 0);
    }
}
