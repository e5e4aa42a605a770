//! What became of a message, and of the client.

use crate::error::{Error, ErrorKind};
use serde::{Serialize, Serializer};
use std::fmt;

/// What became of a message. Each one that was accepted ends in exactly one of these.
///
/// In JSON it is the field "outcome", beside "reason" where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// QoS 1: the broker acknowledged it. QoS 0: it was written to the network.
    Delivered,
    /// Its expiry passed before it could be delivered.
    Expired,
    /// It was dropped from the outbox, for the reason given.
    Dropped(DropReason),
    /// It was a state, and a newer state of the same topic replaced it before it was delivered.
    Superseded,
    /// It can't be delivered to this broker, for the reason given.
    Rejected(String),
    /// It had been sent but not acknowledged when the client was shut down; it may have arrived.
    Unknown,
}

impl Outcome {
    /// The same as a result for whoever waited for the delivery.
    pub(crate) fn into_result(self) -> Result<(), Error> {
        let (kind, why) = match self {
            Outcome::Delivered => return Ok(()),
            Outcome::Expired => (ErrorKind::Expired, "expired before it could be sent".into()),
            Outcome::Dropped(reason) => (ErrorKind::Dropped, reason.to_string()),
            Outcome::Superseded => (
                ErrorKind::Superseded,
                "a newer state of the same topic replaced it before it was delivered".into(),
            ),
            Outcome::Rejected(reason) => (ErrorKind::Rejected, reason),
            Outcome::Unknown => (
                ErrorKind::Unknown,
                "sent but not acknowledged when the client shut down; it may have arrived".into(),
            ),
        };
        Err(Error::new(kind, why))
    }
}

/// Why a message was dropped from the outbox. Its text, in JSON too, is a sentence for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DropReason {
    /// The outbox was full, and the message made room for a newer one.
    QueueFull,
    /// The client shut down before the message could be sent.
    ShutDown,
    /// The broker took it, but nobody was subscribed to its topic until it expired or there was no more time.
    NoSubscriber,
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DropReason::QueueFull => "the outbox was full and this was its oldest message",
            DropReason::NoSubscriber => {
                "no subscriber: the broker accepted it, but nobody was subscribed to its topic"
            }
            DropReason::ShutDown => "the client shut down before it could be sent",
        })
    }
}

impl Serialize for DropReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The result of a shutdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// Messages that had not been delivered when the client closed.
    pub left: usize,
    /// Whether the broker acknowledged the offline message. If not, the broker publishes the will. Always true with
    /// `announce_availability` off, as there was no birth message either.
    pub offline_acknowledged: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_that_is_not_delivered_is_an_error_with_its_reason() {
        let error = |outcome: Outcome| {
            let error = outcome.into_result().expect_err("it was not delivered");
            (error.kind(), error.to_string())
        };
        assert_eq!(Outcome::Delivered.into_result(), Ok(()));
        assert_eq!(error(Outcome::Expired).0, ErrorKind::Expired);
        assert_eq!(error(Outcome::Unknown).0, ErrorKind::Unknown);
        let full = "the outbox was full and this was its oldest message";
        assert_eq!(
            error(Outcome::Dropped(DropReason::QueueFull)),
            (ErrorKind::Dropped, full.into())
        );
        assert_eq!(
            error(Outcome::Rejected("why".into())),
            (ErrorKind::Rejected, "why".into())
        );
    }

    #[test]
    fn an_outcome_has_a_form_in_json() {
        for (outcome, json) in [
            (Outcome::Delivered, r#"{"outcome":"delivered"}"#),
            (
                Outcome::Dropped(DropReason::ShutDown),
                r#"{"outcome":"dropped","reason":"the client shut down before it could be sent"}"#,
            ),
            (
                Outcome::Rejected("too large".into()),
                r#"{"outcome":"rejected","reason":"too large"}"#,
            ),
        ] {
            let text = serde_json::to_string(&outcome).expect("it can be written");
            assert_eq!(text, json);
        }
    }
}
