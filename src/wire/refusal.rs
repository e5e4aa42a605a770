//! What a broker's refusals mean, in plain words.

#[cfg(feature = "tls")]
use super::not_mqtt::{quote_bytes, NotMqtt};
use super::said;
pub(super) use super::unreachable::Unreachable;
use crate::engine::{EndCause, Failure, FailureKind};
use crate::error::no_descriptor;
use rumqttc::v5::mqttbytes::v5::ConnectReturnCode as V5Code;
use rumqttc::ConnectReturnCode as V4Code;
use rustix::io::Errno;
use std::io;
use std::time::Duration;

pub(super) fn failure(kind: FailureKind, text: impl Into<String>) -> Failure {
    Failure {
        kind,
        text: text.into(),
    }
}

pub(super) fn silent(limit: Duration) -> Failure {
    failure(
        FailureKind::Silent,
        format!("the broker did not answer within {} s", limit.as_secs_f32()),
    )
}

pub(super) fn closed(uses_tls: bool) -> Failure {
    let advice = match uses_tls {
        true => "",
        false => "; if it expects TLS on this port, set use_tls",
    };
    let text = format!("the broker closed the connection without an answer{advice}");
    failure(FailureKind::Closed, text)
}

/// Says nothing about the version of MQTT, of which nothing was said yet.
pub(super) fn silent_in_tls(limit: Duration) -> Failure {
    let seconds = limit.as_secs_f32();
    unreachable_text(&format!(
        "it did not finish the TLS handshake within {seconds} s; check broker_port"
    ))
}

pub(super) fn unreachable_text(why: &str) -> Failure {
    failure(
        FailureKind::Unreachable,
        format!("the broker can't be reached: {why}"),
    )
}

/// The operating system gives us nothing to connect with, or to wait on.
pub(super) fn no_socket(error: &io::Error) -> Failure {
    let text = match is_out_of_descriptors(error) {
        true => no_descriptor("for a connection", error),
        false => format!("no connection can be made: {error}"),
    };
    failure(FailureKind::Later, text)
}

/// Whether the operating system has no file descriptor left.
pub(super) fn is_out_of_descriptors(error: &io::Error) -> bool {
    let error = error.raw_os_error();
    [Errno::MFILE, Errno::NFILE]
        .iter()
        .any(|one| error == Some(one.raw_os_error()))
}

/// A broker that speaks no MQTT 5.
pub(super) fn not_v5() -> Failure {
    failure(
        FailureKind::WrongVersion,
        "the broker does not speak MQTT 5",
    )
}

/// A broker that speaks no MQTT 3.1.1.
pub(super) fn not_v311() -> Failure {
    failure(
        FailureKind::WrongVersion,
        "the broker does not speak MQTT 3.1.1",
    )
}

/// A code in CONNACK that the specification does not have.
pub(super) fn unknown_code(code: u8) -> Failure {
    let reason = said::unnamed(code);
    failure(
        FailureKind::Undecided,
        format!("the broker refuses the connection: {reason}"),
    )
}

/// What a reason code of DISCONNECT says of who ended the connection (MQTT 5, section 3.14.2.1).
pub(super) fn disconnect_cause(code: u8) -> EndCause {
    match code {
        0x00 => EndCause::ByPeer,
        0x8e => EndCause::TakenOver,
        // Busy, shutting down, keep alive, quota, administration, moved, connection rate or time: nothing that lies in
        // one packet.
        0x89 | 0x8b | 0x8d | 0x97 | 0x98 | 0x9c | 0x9d | 0x9f | 0xa0 => EndCause::Unavailable,
        _ => EndCause::Disconnected,
    }
}

const CREDENTIALS: &str = "the broker refuses the login; check username and password";
/// Mosquitto says so of a wrong password too, and of a client id without the prefix that it wants.
const NOT_AUTHORIZED: &str =
    "the broker does not authorize this client; check username, password and client_id (a broker may demand a certain \
     prefix of it), and whether it accepts clients from this address";
const CLIENT_ID: &str = "the broker refuses the client ID; set another client_id";

/// MQTT 5, section 3.2.2.2; `detail` is what the broker says besides.
pub(super) fn connack_v5(code: V5Code, detail: &str) -> Failure {
    let (kind, text) = match code {
        V5Code::UnsupportedProtocolVersion => return not_v5(),
        V5Code::BadUserNamePassword => (FailureKind::NotAuthorized, CREDENTIALS.into()),
        V5Code::NotAuthorized => (FailureKind::NotAuthorized, NOT_AUTHORIZED.into()),
        V5Code::ClientIdentifierNotValid => (FailureKind::NotAuthorized, CLIENT_ID.into()),
        V5Code::RetainNotSupported => (
            FailureKind::NoRetain,
            "the broker refuses a retained will".into(),
        ),
        V5Code::QoSNotSupported => (
            FailureKind::NoQos1,
            "the broker refuses a will of QoS 1".into(),
        ),
        V5Code::Banned
        | V5Code::BadAuthenticationMethod
        | V5Code::TopicNameInvalid
        | V5Code::PacketTooLarge
        | V5Code::PayloadFormatInvalid
        | V5Code::UseAnotherServer
        | V5Code::ServerMoved => (
            FailureKind::Permanent,
            format!("the broker refuses the connection: {}", said::words(&code)),
        ),
        _ => (
            FailureKind::Later,
            format!(
                "the broker refuses the connection for now: {}",
                said::words(&code)
            ),
        ),
    };
    failure(kind, text + detail)
}

/// MQTT 3.1.1, section 3.2.2.3.
pub(super) fn connack_v4(code: V4Code) -> Failure {
    let (kind, text) = match code {
        V4Code::RefusedProtocolVersion => return not_v311(),
        V4Code::BadUserNamePassword => (FailureKind::NotAuthorized, CREDENTIALS),
        V4Code::NotAuthorized => (FailureKind::NotAuthorized, NOT_AUTHORIZED),
        V4Code::BadClientId => (FailureKind::NotAuthorized, CLIENT_ID),
        _ => (
            FailureKind::Later,
            "the broker refuses the connection for now: it is not available",
        ),
    };
    failure(kind, text)
}

/// A broker that answers TLS with something else.
#[cfg(feature = "tls")]
pub(super) fn no_tls(bytes: &[u8]) -> Failure {
    let what = match NotMqtt::recognise(bytes) {
        Some(other) => other.explain(bytes, true),
        None => format!(
            "it answers {}; check broker_port and use_tls",
            quote_bytes(bytes)
        ),
    };
    let text = format!("the broker does not speak TLS on this port: {what}");
    failure(FailureKind::Permanent, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_lie_in_a_packet_is_held_against_one() {
        for (code, cause) in [
            (0x00, EndCause::ByPeer),
            (0x80, EndCause::Disconnected),
            (0x8b, EndCause::Unavailable),
            (0x8e, EndCause::TakenOver),
            (0x95, EndCause::Disconnected),
            (0x98, EndCause::Unavailable),
        ] {
            assert_eq!(disconnect_cause(code), cause, "{code:#x}");
        }
    }

    #[test]
    fn each_refusal_calls_for_what_it_should() {
        for (code, kind) in [
            (
                V5Code::UnsupportedProtocolVersion,
                FailureKind::WrongVersion,
            ),
            (V5Code::BadUserNamePassword, FailureKind::NotAuthorized),
            (V5Code::NotAuthorized, FailureKind::NotAuthorized),
            (V5Code::RetainNotSupported, FailureKind::NoRetain),
            (V5Code::QoSNotSupported, FailureKind::NoQos1),
            (V5Code::ServerUnavailable, FailureKind::Later),
            (V5Code::ServerBusy, FailureKind::Later),
            (V5Code::QuotaExceeded, FailureKind::Later),
            (V5Code::ConnectionRateExceeded, FailureKind::Later),
        ] {
            assert_eq!(connack_v5(code, "").kind, kind, "{code:?}");
        }
        assert_eq!(
            connack_v4(V4Code::NotAuthorized).kind,
            FailureKind::NotAuthorized
        );
        assert_eq!(
            connack_v4(V4Code::ServiceUnavailable).kind,
            FailureKind::Later
        );
    }
}
