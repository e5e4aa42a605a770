//! How connections end, and that what was read before is reported before.

use super::{message, open, Told, BOTH};
use crate::engine::{EndCause, Version};
use crate::message::QoS::AtLeastOnce;
use crate::support::codec::{property, Ack, AckKind, Packet, Reason};
use crate::support::scripted::{Connection, ScriptedBroker};
use crate::wire::connection::Inner;
use crate::wire::{Event, MAX_INCOMING};
use rumqttc::{v5, Request};
use std::io::Result;
use std::time::Duration;

/// More than rumqttc reads at once.
const MANY: u64 = 25;

/// Acknowledges many messages and ends the connection with the same breath; gives how it ended.
#[track_caller]
fn end_after_acknowledgements(
    version: Version,
    end: impl Fn(&mut Connection, Vec<u8>) -> Result<()> + Send + Sync + 'static,
) -> super::ConnectionEnd {
    let broker = ScriptedBroker::start(move |connection| {
        connection.accept()?;
        let mut bytes = Vec::new();
        for _ in 0..MANY {
            let publish = connection.expect_publish()?;
            let ack = Packet::Ack(Ack::new(AckKind::PubAck, publish.id));
            bytes.extend(ack.encode(connection.version()));
        }
        end(connection, bytes)
    });
    let mut link = open(broker.port(), version);
    for token in 1..=MANY {
        link.send(message(token, AtLeastOnce));
    }
    let (told, ended) = link.poll_to_the_end();
    let acked = told.iter().filter(|told| matches!(told, Told::Acked(_)));
    let all: Vec<_> = (1..=MANY).map(Told::Acked).collect();
    assert!(acked.eq(&all), "MQTT {version:?}, {ended:?}: {told:?}");
    ended
}

#[test]
fn acknowledgements_come_before_a_close() {
    for version in BOTH {
        let ended = end_after_acknowledgements(version, |connection, bytes| {
            connection.send_bytes(&bytes)?;
            connection.close();
            Ok(())
        });
        assert_eq!(ended.kind, EndCause::ByPeer);
        assert!(ended.text.contains("closed the connection"), "{ended:?}");
    }
}

#[test]
fn acknowledgements_come_before_a_reset() {
    for version in BOTH {
        let ended = end_after_acknowledgements(version, |connection, bytes| {
            connection.send_bytes(&bytes)?;
            connection.reset();
            Ok(())
        });
        assert_eq!(ended.kind, EndCause::ByPeer);
        assert!(ended.text.contains("the connection broke"), "{ended:?}");
    }
}

/// What a broker sends that no connection survives, in which version, and how that is told.
fn last_words() -> Vec<(Version, Vec<u8>, EndCause, &'static str)> {
    let too_large = [&[0x30_u8][..], &length(MAX_INCOMING + 1)].concat();
    let mut words = vec![
        // DISCONNECT, with a reason: the client id is taken over, and the server is shutting down.
        (
            Version::V5,
            vec![0xe0, 0x02, 0x8e, 0x00],
            EndCause::TakenOver,
            "session taken over",
        ),
        (
            Version::V5,
            vec![0xe0, 0x02, 0x8b, 0x00],
            EndCause::ByPeer,
            "server shutting down",
        ),
        // 3.1.1 knows it only from a client.
        (
            Version::V311,
            vec![0xe0, 0x00],
            EndCause::ByPeer,
            "broke the protocol",
        ),
        // A PUBLISH with a topic alias, and a second CONNACK.
        (
            Version::V5,
            vec![0x30, 0x07, 0x00, 0x01, b'a', 0x03, 0x23, 0x00, 0x01],
            EndCause::ByPeer,
            "topic alias",
        ),
        (
            Version::V5,
            vec![0x20, 0x06, 0x00, 0x00, 0x03, 0x21, 0x00, 0x02],
            EndCause::ByPeer,
            "second CONNACK",
        ),
        // A packet id that a window never has.
        (
            Version::V5,
            vec![0x40, 0x02, 0xff, 0xff],
            EndCause::ByPeer,
            "broke the protocol",
        ),
        (
            Version::V311,
            vec![0x40, 0x02, 0xff, 0xff],
            EndCause::ByPeer,
            "broke the protocol",
        ),
    ];
    for version in BOTH {
        words.extend([
            (
                version,
                vec![0xff; 8],
                EndCause::ByPeer,
                "broke the protocol",
            ),
            (
                version,
                vec![0x30, 0xff, 0xff, 0xff, 0xff],
                EndCause::ByPeer,
                "broke the protocol",
            ),
            (
                version,
                too_large.clone(),
                EndCause::TooLarge,
                "larger than 1048576 bytes",
            ),
        ]);
    }
    words
}

/// The length of a packet as it stands in its second to fifth byte.
fn length(bytes: u32) -> [u8; 4] {
    let seven_bits = |shift: u32| (bytes >> shift & 0x7f) as u8;
    [
        seven_bits(0) | 0x80,
        seven_bits(7) | 0x80,
        seven_bits(14) | 0x80,
        seven_bits(21),
    ]
}

#[test]
fn acknowledgements_come_before_last_words_of_any_kind() {
    for (version, words, kind, says) in last_words() {
        let ended = end_after_acknowledgements(version, move |connection, mut bytes| {
            bytes.extend(&words);
            connection.send_bytes(&bytes)?;
            connection.swallow()
        });
        assert_eq!(ended.kind, kind, "MQTT {version:?}: {ended:?}");
        assert!(ended.text.contains(says), "MQTT {version:?}: {ended:?}");
    }
}

#[test]
fn what_a_broker_says_at_the_end_is_told_in_brief_and_on_one_line() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        let mut reason = Reason {
            code: 0x89,
            ..Reason::default()
        };
        let text = format!("come back\nlater{}", "!".repeat(60_000));
        reason
            .properties
            .set(property::REASON_STRING, text.as_str());
        connection.send(&Packet::Disconnect(reason))?;
        connection.swallow()
    });
    let (_, ended) = open(broker.port(), Version::V5).poll_to_the_end();
    assert!(ended.text.contains("server busy"), "{ended:?}");
    assert!(ended.text.contains("come back\\nlater"), "{ended:?}");
    assert!(ended.text.len() < 400, "{} bytes", ended.text.len());
}

#[test]
fn a_panic_below_is_the_end_of_the_connection() {
    for version in BOTH {
        let broker = ScriptedBroker::ordinary();
        let mut link = open(broker.port(), version);
        // What rumqttc was never made to send.
        match &mut link.connection.inner {
            Inner::V5(connection) => connection
                .eventloop
                .pending
                .push_back(v5::Request::PingResp),
            Inner::V4(connection) => connection
                .eventloop
                .pending
                .push_back(Request::PingResp(rumqttc::PingResp)),
        }
        let (told, ended) = link.poll_to_the_end();
        assert_eq!(told, []);
        assert!(
            ended.text.contains("panicked"),
            "MQTT {version:?}: {ended:?}"
        );
    }
}

#[test]
fn a_packet_id_that_is_given_out_twice_is_the_end() {
    let broker = ScriptedBroker::ordinary();
    let mut link = open(broker.port(), Version::V5);
    let told = link
        .sender
        .translate(Event::Broken("it happened"))
        .map(Told::from);
    let Some(Told::Ended(ended)) = told else {
        panic!("it is no end: {told:?}");
    };
    assert!(ended.text.contains("it happened"), "{ended:?}");
    link.poll(Duration::ZERO);
}
