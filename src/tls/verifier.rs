//! Whether the certificate that a broker shows is the right one.

use super::clock::UnixSeconds;
use super::rejection::Rejection;
use super::shown::{Shown, RSA_BITS};
use super::{der, Fingerprint};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_name, WebPkiServerVerifier};
use rustls::crypto::{
    verify_tls12_signature, verify_tls13_signature, verify_tls13_signature_with_raw_key,
    WebPkiSupportedAlgorithms,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, PeerMisbehaved, SignatureScheme};
use std::path::PathBuf;
use std::sync::Arc;

/// What a certificate is trusted for.
#[derive(Debug)]
pub(super) enum Trust {
    /// An authority signed it, or it is itself one of those in `tls_ca_file`.
    Known {
        /// `None` if nothing in `tls_ca_file` can be an authority.
        authorities: Option<Arc<WebPkiServerVerifier>>,
        /// What is in `tls_ca_file`.
        listed: Vec<CertificateDer<'static>>,
        /// `tls_ca_file`; `None`: the system's authorities.
        file: Option<PathBuf>,
    },
    /// It is this one.
    Fingerprint(Fingerprint),
    /// Nothing: `tls_insecure_skip_verify`.
    Anything,
}

impl Trust {
    /// Whether `tls_ca_file` has a certificate of this name.
    pub(super) fn lists(&self, subject: &[u8]) -> bool {
        let Trust::Known { listed, .. } = self else {
            return false;
        };
        let is_it = |one| der::read(one).is_some_and(|fields| fields.subject == subject);
        listed.iter().any(|one| is_it(one))
    }
}

/// Judges by the settings. The name to verify is always its own.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) trust: Trust,
    pub(super) name: ServerName<'static>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    fn judge(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<(), Rejection> {
        let fields = der::read(shown).ok_or(Rejection::Unreadable)?;
        let (authorities, listed) = match &self.trust {
            Trust::Anything => return Ok(()),
            Trust::Fingerprint(wanted) => {
                let found = Fingerprint::of(shown);
                return match found == *wanted {
                    true => Ok(()),
                    false => Err(Rejection::OtherFingerprint(found)),
                };
            }
            Trust::Known {
                authorities,
                listed,
                ..
            } => (authorities, listed),
        };
        if listed.iter().any(|one| one == shown) {
            // What an authority would vouch for is plain: it is the very certificate that was given. The rest holds.
            return self.judge_listed(shown, &fields, now);
        }
        let Some(authorities) = authorities else {
            return Err(Rejection::UnknownIssuer);
        };
        authorities
            .verify_server_cert(shown, intermediates, &self.name, ocsp, now)
            .map(drop)
            .map_err(Rejection::from)
    }

    fn judge_listed(
        &self,
        shown: &CertificateDer<'_>,
        fields: &der::Fields<'_>,
        now: UnixTime,
    ) -> Result<(), Rejection> {
        let now = UnixSeconds(i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
        let (from, until) = (
            UnixSeconds(fields.not_before),
            UnixSeconds(fields.not_after),
        );
        if now < from {
            return Err(Rejection::NotYet(from));
        }
        if now > until {
            return Err(Rejection::Expired(until));
        }
        ParsedCertificate::try_from(shown)
            .and_then(|parsed| verify_server_name(&parsed, &self.name))
            .map_err(Rejection::from)
    }

    /// As rustls verifies it; with the bare key where webpki can't read the certificate around it, which is trusted
    /// for other reasons: version 1 of X.509, or an extension that it doesn't know and that is marked as critical.
    fn verify_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
        is_tls13: bool,
    ) -> Result<HandshakeSignatureValid, Error> {
        if ParsedCertificate::try_from(shown).is_ok() {
            let verify = match is_tls13 {
                true => verify_tls13_signature,
                false => verify_tls12_signature,
            };
            return verify(message, shown, signed, &self.algorithms);
        }
        let fields =
            der::read(shown).ok_or(Error::InvalidCertificate(CertificateError::BadEncoding))?;
        if is_tls13 {
            let key = SubjectPublicKeyInfoDer::from(fields.key_info);
            return verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms);
        }
        let (_, candidates) = self
            .algorithms
            .mapping
            .iter()
            .find(|(scheme, _)| *scheme == signed.scheme)
            .ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
        let is_valid = candidates.iter().any(|candidate| {
            candidate.public_key_alg_id().as_ref() == fields.key_algorithm
                && candidate
                    .verify_signature(fields.key, message, signed.signature())
                    .is_ok()
        });
        match is_valid {
            true => Ok(HandshakeSignatureValid::assertion()),
            false => Err(CertificateError::BadSignature.into()),
        }
    }

    /// A signature of a key that is too small or too large counts as a wrong one.
    fn with_reason(&self, error: Error, shown: &CertificateDer<'_>) -> Error {
        let bits = der::read(shown).and_then(|fields| fields.rsa_bits());
        match bits.filter(|bits| !RSA_BITS.contains(bits)) {
            None => error,
            Some(bits) => Shown {
                verifier: self,
                certificate: shown,
                others: &[],
            }
            .refuse(&Rejection::KeySize(bits)),
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.judge(shown, intermediates, ocsp, now) {
            Ok(()) => Ok(ServerCertVerified::assertion()),
            Err(rejection) => Err(Shown {
                verifier: self,
                certificate: shown,
                others: intermediates,
            }
            .refuse(&rejection)),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(message, shown, signed, false)
            .map_err(|error| self.with_reason(error, shown))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(message, shown, signed, true)
            .map_err(|error| self.with_reason(error, shown))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
