//! What rumqttc's errors before CONNACK mean, in plain words.

use crate::engine::{Failure, FailureKind};
use crate::words;
use rumqttc::v5::mqttbytes::v5::ConnectReturnCode as V5Code;
use rumqttc::ConnectReturnCode as V4Code;
use std::error::Error as StdError;
use std::fmt::Debug;
use std::io;
use std::time::Duration;

fn failure(kind: FailureKind, text: impl Into<String>) -> Failure {
    Failure {
        kind,
        text: text.into(),
    }
}

/// `NotAuthorized` as "not authorized".
pub(super) fn words(code: &impl Debug) -> String {
    words::words(&format!("{code:?}"))
}

pub(super) fn silent(limit: Duration) -> Failure {
    failure(
        FailureKind::Silent,
        format!("the broker did not answer within {} s", limit.as_secs_f32()),
    )
}

pub(super) fn closed() -> Failure {
    failure(
        FailureKind::Undecided,
        "the broker closed the connection without an answer; if it expects TLS on this port, set use_tls",
    )
}

pub(super) fn unreachable(error: &io::Error) -> Failure {
    failure(
        FailureKind::Unreachable,
        format!("the broker can't be reached: {error}"),
    )
}

/// The operating system gives us nothing to wait on.
pub(super) fn no_runtime(error: io::Error) -> Failure {
    failure(
        FailureKind::Later,
        format!("no connection can be made: {error}"),
    )
}

const CREDENTIALS: &str = "the broker refuses the login; check username and password";
/// Mosquitto says so of a wrong password too, and of a client id without the prefix that it wants.
const NOT_AUTHORIZED: &str =
    "the broker does not authorize this client; check username, password and client_id (a broker may demand a certain \
     prefix of it), and whether it accepts clients from this address";
const CLIENT_ID: &str = "the broker refuses the client ID; set another client_id";

/// MQTT 5, section 3.2.2.2.
pub(super) fn connack_v5(code: V5Code) -> Failure {
    let (kind, text) = match code {
        V5Code::UnsupportedProtocolVersion => (
            FailureKind::WrongVersion,
            "the broker does not speak MQTT 5".into(),
        ),
        V5Code::BadUserNamePassword => (FailureKind::Permanent, CREDENTIALS.into()),
        V5Code::NotAuthorized => (FailureKind::Permanent, NOT_AUTHORIZED.into()),
        V5Code::ClientIdentifierNotValid => (FailureKind::Permanent, CLIENT_ID.into()),
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
            format!("the broker refuses the connection: {}", words(&code)),
        ),
        _ => (
            FailureKind::Later,
            format!(
                "the broker refuses the connection for now: {}",
                words(&code)
            ),
        ),
    };
    failure(kind, text)
}

/// MQTT 3.1.1, section 3.2.2.3.
pub(super) fn connack_v4(code: V4Code) -> Failure {
    let (kind, text) = match code {
        V4Code::RefusedProtocolVersion => (
            FailureKind::WrongVersion,
            "the broker does not speak MQTT 3.1.1",
        ),
        V4Code::BadUserNamePassword => (FailureKind::Permanent, CREDENTIALS),
        V4Code::NotAuthorized => (FailureKind::Permanent, NOT_AUTHORIZED),
        V4Code::BadClientId => (FailureKind::Permanent, CLIENT_ID),
        _ => (
            FailureKind::Later,
            "the broker refuses the connection for now: it is not available",
        ),
    };
    failure(kind, text)
}

/// The error of the operating system inside, if there is one.
pub(super) fn io_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The error and all it wraps. An `io::Error` does not give away what it wraps as its source.
pub(super) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    fn inner<'a>(error: &&'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
        let error: &'a (dyn StdError + 'static) = *error;
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    }
    std::iter::successors(Some(error), inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_as_words() {
        assert_eq!(words(&V5Code::ServerBusy), "server busy");
    }

    #[test]
    fn each_refusal_calls_for_what_it_should() {
        for (code, kind) in [
            (
                V5Code::UnsupportedProtocolVersion,
                FailureKind::WrongVersion,
            ),
            (V5Code::BadUserNamePassword, FailureKind::Permanent),
            (V5Code::NotAuthorized, FailureKind::Permanent),
            (V5Code::RetainNotSupported, FailureKind::NoRetain),
            (V5Code::QoSNotSupported, FailureKind::NoQos1),
            (V5Code::ServerUnavailable, FailureKind::Later),
            (V5Code::ServerBusy, FailureKind::Later),
            (V5Code::QuotaExceeded, FailureKind::Later),
            (V5Code::ConnectionRateExceeded, FailureKind::Later),
        ] {
            assert_eq!(connack_v5(code).kind, kind, "{code:?}");
        }
        assert_eq!(
            connack_v4(V4Code::NotAuthorized).kind,
            FailureKind::Permanent
        );
        assert_eq!(
            connack_v4(V4Code::ServiceUnavailable).kind,
            FailureKind::Later
        );
    }
}
