//! How one connection is secured by TLS.

use crate::engine::{Failure, FailureKind};
use crate::tls::{Session, Source, TlsFailure};
use rustls::ClientConnection;
use std::io;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Security {
    session: Session,
    /// What is wrong with the files now, if what was read from them earlier is used.
    stale: Option<String>,
}

impl Security {
    /// Reads the files, and so may wait for a drive.
    pub(super) fn new(source: &Source) -> Self {
        let (session, stale) = source.session();
        Security { session, stale }
    }

    /// What speaks TLS on the connection.
    pub(super) fn client(&self) -> Result<ClientConnection, Failure> {
        ClientConnection::new(self.session.config(), self.session.server_name())
            .map_err(|error| self.failure(self.session.failure(&error)))
    }

    /// What an error of reading or writing means, while TLS is being set up or if it is one of TLS.
    pub(super) fn io_failure(&self, error: &io::Error) -> Failure {
        self.failure(self.session.io_failure(error))
    }

    /// What is wrong with the files now, if what was read from them earlier is used.
    pub(super) fn stale(&self) -> Option<&str> {
        self.stale.as_deref()
    }

    fn failure(&self, failure: TlsFailure) -> Failure {
        let TlsFailure { mut text, passes } = failure;
        if let Some(stale) = &self.stale {
            text = format!("{text} ({stale})");
        }
        let kind = match passes {
            true => FailureKind::Later,
            false => FailureKind::Permanent,
        };
        Failure { kind, text }
    }
}
