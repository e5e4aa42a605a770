//! What answers that is no MQTT broker, and CONNACKs in their short forms.

use super::{attempt, dialer, outcome, BOTH};
use crate::engine::{Failure, FailureKind, Version};
use crate::support::scripted::ScriptedBroker;
use crate::support::wait::PATIENCE;
use serde_json::json;

/// What comes of an answer to CONNECT after which the connection stays open, or not.
#[track_caller]
fn answered(version: Version, answer: &'static [u8], closes: bool) -> Failure {
    let broker = ScriptedBroker::start(move |connection| {
        connection.expect_connect()?;
        connection.send_bytes(answer)?;
        if closes {
            connection.close();
            return Ok(());
        }
        connection.swallow()
    });
    let dialer = dialer(broker.port(), &json!({}));
    outcome(&dialer, attempt(version, PATIENCE)).expect_err("it is no CONNACK")
}

#[test]
fn what_is_no_mqtt_is_named_and_quoted_at_once() {
    for (answer, closes, says) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"[..],
            false,
            r#"web server answers there, not an MQTT broker: "HTTP/1.1 400 Bad Request""#,
        ),
        (
            b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n",
            false,
            r#""SSH-2.0-OpenSSH_9.2p1 Debian""#,
        ),
        (
            b"220 mail.example ready\r\n",
            false,
            r#""220 mail.example ready""#,
        ),
        (
            b"AMQP\x00\x00\x09\x01",
            false,
            r#"speaks AMQP, not MQTT: "AMQP\0\0\t\u{1}""#,
        ),
        // MySQL, and SETTINGS of HTTP/2.
        (
            b"J\x00\x00\x00\x0a8.0.36\x00",
            false,
            "answered PUBACK instead of CONNACK",
        ),
        (
            &[0x00, 0x00, 0x12, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00],
            false,
            "a packet of the reserved type 0 instead of CONNACK",
        ),
        (b"go away", true, r#""go away""#),
        (
            &[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46],
            false,
            "set use_tls",
        ),
        (
            b"\xffgarbage\x1b",
            true,
            r#"makes no sense: "ÿgarbage\u{1b}""#,
        ),
        (
            &[0xd0, 0x00],
            false,
            "the broker answered PINGRESP instead of CONNACK",
        ),
        (
            &[0xe0, 0x01, 0x89],
            false,
            "the broker answered DISCONNECT instead of CONNACK",
        ),
        // Half a CONNACK.
        (&[0x20, 0x09, 0x00], true, "makes no sense"),
    ] {
        for version in BOTH {
            let failure = answered(version, answer, closes);
            assert_eq!(failure.kind, FailureKind::Undecided, "{failure:?}");
            assert!(failure.text.contains(says), "{failure:?}");
        }
    }
}

#[test]
fn a_connack_in_any_form_is_understood_at_once() {
    use FailureKind::{Later, NotAuthorized, Permanent, Undecided, WrongVersion};
    for (version, answer, kind, says) in [
        // In the form of 3.1.1, to MQTT 5.
        (
            Version::V5,
            &[0x20, 0x02, 0x00, 0x01][..],
            WrongVersion,
            "does not speak MQTT 5",
        ),
        (
            Version::V5,
            &[0x20, 0x02, 0x00, 0x00],
            WrongVersion,
            "does not speak MQTT 5",
        ),
        (
            Version::V5,
            &[0x20, 0x02, 0x00, 0x05],
            WrongVersion,
            "does not speak MQTT 5",
        ),
        (
            Version::V5,
            &[0x20, 0x03, 0x00, 0x01, 0x00],
            WrongVersion,
            "does not speak MQTT 5",
        ),
        // MQTT 5 without the length of the properties, and with properties that can't be read.
        (
            Version::V5,
            &[0x20, 0x02, 0x00, 0x84],
            WrongVersion,
            "does not speak MQTT 5",
        ),
        (
            Version::V5,
            &[0x20, 0x02, 0x00, 0x86],
            NotAuthorized,
            "refuses the login",
        ),
        (
            Version::V5,
            &[0x20, 0x04, 0x00, 0x89, 0x01, 0x7f],
            Later,
            "server busy",
        ),
        (
            Version::V5,
            &[0x20, 0x03, 0x00, 0xc7, 0x00],
            Undecided,
            "reason code 0xc7",
        ),
        (
            Version::V5,
            &[0x20, 0x03, 0x00, 0x07, 0x00],
            Undecided,
            "reason code 0x07",
        ),
        (
            Version::V5,
            &[0x20, 0x01, 0x00],
            Undecided,
            "without a code",
        ),
        (Version::V5, &[0x20, 0x00], Undecided, "without a code"),
        (
            Version::V311,
            &[0x20, 0x02, 0x00, 0x01],
            WrongVersion,
            "does not speak MQTT 3.1.1",
        ),
        (
            Version::V311,
            &[0x20, 0x02, 0x00, 0x84],
            WrongVersion,
            "does not speak MQTT 3.1.1",
        ),
        (
            Version::V311,
            &[0x20, 0x03, 0x00, 0x84, 0x00],
            WrongVersion,
            "does not speak MQTT 3.1.1",
        ),
        (
            Version::V311,
            &[0x20, 0x02, 0x00, 0x07],
            Undecided,
            "reason code 0x07",
        ),
        (
            Version::V311,
            &[0x20, 0x01, 0x00],
            Undecided,
            "without a code",
        ),
        // What the broker says besides.
        (
            Version::V5,
            &[
                0x20, 0x10, 0x00, 0x9d, 0x0d, 0x1f, 0x00, 0x04, b'm', b'o', b'v', b'e', 0x1c, 0x00,
                0x03, b'a', b':', b'1',
            ],
            Permanent,
            r#"server moved ("move"; it names the server "a:1")"#,
        ),
    ] {
        let failure = answered(version, answer, false);
        assert_eq!(
            failure.kind, kind,
            "MQTT {version:?}, {answer:x?}: {failure:?}"
        );
        assert!(
            failure.text.contains(says),
            "MQTT {version:?}, {answer:x?}: {failure:?}"
        );
    }
}

#[test]
fn limits_of_0_are_no_offer() {
    for answer in [
        &[0x20, 0x06, 0x00, 0x00, 0x03, 0x21, 0x00, 0x00][..],
        &[0x20, 0x08, 0x00, 0x00, 0x05, 0x27, 0x00, 0x00, 0x00, 0x00],
    ] {
        let failure = answered(Version::V5, answer, false);
        assert_eq!(failure.kind, FailureKind::Undecided);
        assert!(
            failure
                .text
                .contains("of 0, with which nothing can be sent"),
            "{failure:?}"
        );
    }
}
