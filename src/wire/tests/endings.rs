//! How connections end, and that what was read before is reported before.

use super::{message, open, Told, BOTH};
use crate::engine::{EndCause, Version};
use crate::message::QoS::AtLeastOnce;
use crate::support::codec::{property, Ack, AckKind, Packet, Reason};
use crate::support::scripted::{Connection, ScriptedBroker};
use std::io::Result;

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
    use EndCause::{ByPeer, Disconnected, TakenOver, Unavailable};
    let mut words = Vec::new();
    // DISCONNECT, in all its forms; 3.1.1 knows it only from a client.
    for (bytes, kind, says) in [
        (
            &[0xe0, 0x02, 0x8e, 0x00][..],
            TakenOver,
            "session taken over",
        ),
        (&[0xe0, 0x01, 0x8e], TakenOver, "session taken over"),
        (&[0xe0, 0x01, 0x8b], Unavailable, "server shutting down"),
        (&[0xe0, 0x00], ByPeer, "normal disconnection"),
        (&[0xe0, 0x01, 0xc7], Disconnected, "reason code 0xc7"),
        // Properties that can't be read.
        (
            &[0xe0, 0x04, 0x8b, 0x02, 0x7f, 0x00],
            Unavailable,
            "server shutting down",
        ),
        // A PUBLISH with a topic alias, and a second CONNACK.
        (
            &[0x30, 0x07, 0x00, 0x01, b'a', 0x03, 0x23, 0x00, 0x01],
            Disconnected,
            "topic alias",
        ),
        (
            &[0x20, 0x06, 0x00, 0x00, 0x03, 0x21, 0x00, 0x02],
            Disconnected,
            "second CONNACK",
        ),
        (
            &[0xf0, 0x02, 0x00, 0x00],
            Disconnected,
            "broke the protocol",
        ),
    ] {
        words.push((Version::V5, bytes.to_vec(), kind, says));
    }
    for (bytes, kind, says) in [
        (&[0xe0, 0x00][..], ByPeer, "disconnected this client"),
        (&[0xe0, 0x01, 0x8e], TakenOver, "disconnected this client"),
        (&[0x20, 0x02, 0x00, 0x00], Disconnected, "second CONNACK"),
    ] {
        words.push((Version::V311, bytes.to_vec(), kind, says));
    }
    for version in BOTH {
        for bytes in [
            &[0xff; 8][..],
            &[0x30, 0xff, 0xff, 0xff, 0xff],
            &[0xc0, 0x00],
            &[0x82, 0x06, 0x00, 0x01, 0x00, 0x01, b'a', 0x00],
            &[0x40, 0x01, 0x00],
            &[0x90, 0x01, 0x00],
        ] {
            words.push((version, bytes.to_vec(), Disconnected, "broke the protocol"));
        }
    }
    words
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
        reason
            .properties
            .set(property::SERVER_REFERENCE, "other:1883");
        connection.send(&Packet::Disconnect(reason))?;
        connection.swallow()
    });
    let (_, ended) = open(broker.port(), Version::V5).poll_to_the_end();
    assert!(ended.text.contains("server busy"), "{ended:?}");
    assert!(ended.text.contains("come back\\nlater"), "{ended:?}");
    assert!(ended.text.contains("\"other:1883\""), "{ended:?}");
    assert!(ended.text.len() < 400, "{} bytes", ended.text.len());
}
