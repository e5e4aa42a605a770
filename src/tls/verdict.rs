//! Why a broker's certificate is not accepted, in words that help.

use super::clock::UnixSeconds;
use super::failure::TlsFailure;
use super::verifier::{Trust, Verifier};
use super::{der, Fingerprint};
use crate::topic::quote;
use crate::words::words;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, Error, OtherError};
use std::fmt;
use std::sync::Arc;

/// Why a certificate is not accepted.
#[derive(Debug)]
pub(super) enum Rejection {
    Unreadable,
    UnknownIssuer,
    OtherFingerprint(Fingerprint),
    NotYet(UnixSeconds),
    Expired(UnixSeconds),
    /// It names nothing.
    NoName,
    /// It names these.
    OtherNames(Vec<String>),
    NotForServers,
    Version1,
    CriticalExtension,
    Algorithm,
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
            C::NotValidForNameContext { presented, .. } if presented.is_empty() => {
                Rejection::NoName
            }
            C::NotValidForNameContext { presented, .. } => {
                Rejection::OtherNames(presented.iter().map(|name| bare(name)).collect())
            }
            C::ExpiredContext { not_after, .. } => Rejection::Expired(not_after.into()),
            C::NotValidYetContext { not_before, .. } => Rejection::NotYet(not_before.into()),
            C::InvalidPurpose | C::InvalidPurposeContext { .. } => Rejection::NotForServers,
            C::UnhandledCriticalExtension => Rejection::CriticalExtension,
            C::UnsupportedSignatureAlgorithmContext { .. }
            | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => Rejection::Algorithm,
            C::BadEncoding => Rejection::Unreadable,
            // What webpki says and rustls has no variant for.
            C::Other(OtherError(inner)) => match inner.to_string().as_str() {
                // It signs for itself, as `openssl req -x509` makes them.
                "CaUsedAsEndEntity" => Rejection::UnknownIssuer,
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

/// `broker.example` of `DnsName("broker.example")`, and the like.
fn bare(presented: &str) -> String {
    let inside = presented
        .split_once('(')
        .map_or(presented, |(_, rest)| rest);
    inside.trim_end_matches(')').trim_matches('"').to_owned()
}

impl Rejection {
    /// As an error that rustls carries to [`Verdict::of`].
    pub(super) fn into_error(self, verifier: &Verifier, shown: &CertificateDer<'_>) -> Error {
        // The clock of this machine is set, or the broker gets the new certificate that it waits for.
        let passes = matches!(self, Rejection::NotYet(_) | Rejection::Expired(_));
        let text = self.text(verifier, shown);
        let verdict = Verdict {
            failure: TlsFailure { text, passes },
            certificate: shown.to_vec(),
        };
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(verdict))))
    }

    fn text(&self, verifier: &Verifier, shown: &CertificateDer<'_>) -> String {
        let name = verifier.name.to_str();
        let fingerprint = Fingerprint::of(shown);
        let today = UnixSeconds::now();
        match self {
            Rejection::Unreadable => {
                "the broker's certificate can't be read: it is not an X.509 certificate; give the broker another \
                 certificate"
                    .into()
            }
            Rejection::UnknownIssuer => unknown(verifier, shown, fingerprint),
            Rejection::OtherFingerprint(found) => format!(
                "the broker's certificate is not the one of tls_fingerprint, but has the fingerprint {found}; if the \
                 broker was given a new certificate, set tls_fingerprint to that"
            ),
            Rejection::NotYet(from) => format!(
                "the broker's certificate is valid only from {from} on, and the clock of this machine says {today}; \
                 check the clock"
            ),
            Rejection::Expired(until) => format!(
                "the broker's certificate expired on {until} (the clock of this machine says {today}); give the broker \
                 a new certificate"
            ),
            Rejection::NoName => format!(
                "the broker's certificate names no host, so it can't be verified for {name:?}; make one that does, \
                 with: {}; or set tls_fingerprint to {fingerprint}",
                command(&verifier.name)
            ),
            Rejection::OtherNames(names) => format!(
                "the broker's certificate is for {}, not for {name:?}; set broker_host or tls_server_name to a name \
                 that it has",
                list(names)
            ),
            Rejection::NotForServers => {
                "the broker's certificate is not one for servers: its extended key usage lacks serverAuth; give the \
                 broker another certificate"
                    .into()
            }
            Rejection::Version1 => format!(
                "the broker's certificate is of version 1 of X.509, which names no host; make one of version 3, with: \
                 {}; or set tls_fingerprint to {fingerprint}",
                command(&verifier.name)
            ),
            Rejection::CriticalExtension => format!(
                "the broker's certificate has a critical extension that is not supported; give the broker another \
                 certificate, or set tls_fingerprint to {fingerprint}"
            ),
            Rejection::Algorithm => format!(
                "the broker's certificate is signed with an algorithm that is not supported, such as SHA-1; give the \
                 broker another certificate, or set tls_fingerprint to {fingerprint}"
            ),
            Rejection::Other(why) => format!("the broker's certificate is not accepted: {why}"),
        }
    }
}

fn unknown(verifier: &Verifier, shown: &CertificateDer<'_>, fingerprint: Fingerprint) -> String {
    let is_self_issued = der::read(shown).is_some_and(|fields| fields.is_self_issued());
    let (trusted, authority) = match &verifier.trust {
        Trust::Known {
            file: Some(file), ..
        } => (
            format!(
                "tls_ca_file {} does not have",
                quote(&file.to_string_lossy())
            ),
            "name the file of that authority in tls_ca_file",
        ),
        _ => (
            "this system does not trust".into(),
            "name the file of the broker's authority in tls_ca_file",
        ),
    };
    match is_self_issued {
        true => format!(
            "the broker's certificate is self-signed, and one that {trusted}; name a file with that certificate in \
             tls_ca_file, or set tls_fingerprint to {fingerprint}"
        ),
        false => format!(
            "the broker's certificate is signed by an authority that {trusted}; {authority}, or set tls_fingerprint \
             to {fingerprint}"
        ),
    }
}

/// How to make a certificate for this name.
fn command(name: &ServerName<'_>) -> String {
    let kind = match name {
        ServerName::IpAddress(_) => "IP",
        _ => "DNS",
    };
    let name = name.to_str();
    format!(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout broker.key -out broker.crt -subj /CN={name} \
         -addext subjectAltName={kind}:{name}"
    )
}

/// The first few names.
fn list(names: &[String]) -> String {
    const MOST: usize = 5;
    let shown: Vec<_> = names.iter().take(MOST).map(|name| quote(name)).collect();
    match names.len() > MOST {
        true => format!("{} and others", shown.join(", ")),
        false => shown.join(", "),
    }
}

/// What rustls carries from the verifier to the one who asks why the handshake failed.
#[derive(Debug)]
pub(super) struct Verdict {
    failure: TlsFailure,
    /// That was not accepted.
    certificate: Vec<u8>,
}

impl Verdict {
    /// The failure in an error that [`Rejection::into_error`] made.
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
