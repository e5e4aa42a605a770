//! TLS beneath rumqttc, for one attempt.

use super::refusal::causes;
use crate::engine::{Failure, FailureKind};
use crate::tls::{Session, TlsFailure};
use rumqttc::{TlsConfiguration, TlsError, Transport};
use std::error::Error as StdError;

/// How one attempt is secured.
#[derive(Debug)]
pub(super) struct Security {
    session: Option<Session>,
    /// What is wrong with the files, if what was read earlier is used.
    stale: Option<String>,
}

impl Security {
    pub(super) fn none() -> Self {
        Security {
            session: None,
            stale: None,
        }
    }

    pub(super) fn of((session, stale): (Session, Option<String>)) -> Self {
        Security {
            session: Some(session),
            stale,
        }
    }

    pub(super) fn transport(&self) -> Transport {
        match &self.session {
            Some(session) => Transport::tls_with_config(TlsConfiguration::Rustls(session.config())),
            None => Transport::tcp(),
        }
    }

    /// What an error means, if it is one of TLS. What rustls says comes wrapped in several ways, sometimes as an error
    /// of the operating system.
    pub(super) fn failure(&self, error: &(dyn StdError + 'static)) -> Option<Failure> {
        let session = self.session.as_ref()?;
        let by_rustls = causes(error)
            .find_map(|cause| cause.downcast_ref())
            .map(|error| session.failure(error));
        let by_system = causes(error).find_map(|cause| match cause.downcast_ref() {
            Some(TlsError::Io(error)) => Some(session.io_failure(error)),
            _ => None,
        });
        let TlsFailure { mut text, passes } = by_rustls.or(by_system)?;
        if let Some(stale) = &self.stale {
            text = format!("{text} ({stale})");
        }
        let kind = match passes {
            true => FailureKind::Later,
            false => FailureKind::Permanent,
        };
        Some(Failure { kind, text })
    }
}
