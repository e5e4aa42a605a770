//! How the reason for which a certificate is not accepted comes through rustls.

use super::failure::TlsFailure;
use rustls::{CertificateError, Error, OtherError};
use std::fmt;
use std::sync::Arc;

/// What rustls carries from the verifier to the one who asks why the handshake failed.
#[derive(Debug)]
pub(super) struct Verdict {
    failure: TlsFailure,
    certificate: Vec<u8>,
}

impl Verdict {
    /// About a certificate that was not accepted.
    pub(super) fn new(failure: TlsFailure, certificate: Vec<u8>) -> Self {
        Verdict {
            failure,
            certificate,
        }
    }

    pub(super) fn into_error(self) -> Error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(self))))
    }

    /// The failure in an error that [`Verdict::into_error`] made.
    pub(super) fn of(error: &Error) -> Option<TlsFailure> {
        Verdict::within(error).map(|verdict| verdict.failure.clone())
    }

    fn within(error: &Error) -> Option<&Verdict> {
        let Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) = error else {
            return None;
        };
        inner.downcast_ref::<Verdict>()
    }
}

/// The certificate that was not accepted, if that is what the error is about.
pub(crate) fn rejected_certificate(error: &Error) -> Option<&[u8]> {
    Verdict::within(error).map(|verdict| &*verdict.certificate)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.failure.text)
    }
}

impl std::error::Error for Verdict {}
