//! Why a broker's certificate is not accepted.

use super::clock::UnixSeconds;
use super::Fingerprint;
use crate::words::words;
use rustls::{CertificateError, Error, OtherError};

/// Why a certificate is not accepted.
#[derive(Debug)]
pub(super) enum Rejection {
    Unreadable,
    UnknownIssuer,
    /// It may sign others, as those that `openssl req -x509` makes by default. Nobody looks at who has signed it then.
    Authority,
    OtherFingerprint(Fingerprint),
    NotYet(UnixSeconds),
    Expired(UnixSeconds),
    /// It does not name the host.
    OtherNames,
    NotForServers,
    Version1,
    CriticalExtension,
    Algorithm,
    /// It is RSA with so many bits.
    KeySize(usize),
    Other(String),
}

impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        use CertificateError as C;
        let Error::InvalidCertificate(why) = error else {
            return Rejection::Other(words(&error.to_string()));
        };
        match why {
            // The latter when the authority that signed it has the name of one that we know.
            C::UnknownIssuer | C::BadSignature => Rejection::UnknownIssuer,
            C::NotValidForName | C::NotValidForNameContext { .. } => Rejection::OtherNames,
            C::ExpiredContext { not_after, .. } => Rejection::Expired(not_after.into()),
            C::NotValidYetContext { not_before, .. } => Rejection::NotYet(not_before.into()),
            C::InvalidPurpose | C::InvalidPurposeContext { .. } => Rejection::NotForServers,
            C::UnhandledCriticalExtension => Rejection::CriticalExtension,
            C::UnsupportedSignatureAlgorithmContext { .. }
            | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => Rejection::Algorithm,
            C::BadEncoding => Rejection::Unreadable,
            // What webpki says and rustls has no variant for.
            C::Other(OtherError(inner)) => match inner.to_string().as_str() {
                "CaUsedAsEndEntity" => Rejection::Authority,
                "UnsupportedCertVersion" => Rejection::Version1,
                "UnsupportedCriticalExtension" => Rejection::CriticalExtension,
                other => Rejection::Other(words(other)),
            },
            other => Rejection::Other(words(&format!("{other:?}"))),
        }
    }
}

impl From<rustls::pki_types::UnixTime> for UnixSeconds {
    fn from(time: rustls::pki_types::UnixTime) -> Self {
        UnixSeconds(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
    }
}
