//! TLS with rustls, on ring.

use crate::engine::{Failure, FailureKind};
use crate::error::{Error, ErrorKind};
use crate::settings::{Settings, Tls};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{ring, verify_tls12_signature, verify_tls13_signature, CryptoProvider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use rustls::{DigitallySignedStruct, SignatureScheme};
use std::path::Path;
use std::sync::Arc;

/// What the settings ask for.
pub(super) fn client_config(tls: &Tls) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            Error::new(ErrorKind::Internal, format!("TLS can't be set up: {error}"))
        })?;
    let builder = match tls.insecure_skip_verify {
        true => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(NoVerification(provider))),
        false => builder.with_root_certificates(roots(tls)?),
    };
    let config = match (&tls.client_cert_file, &tls.client_key_file) {
        (Some(cert), Some(key)) => {
            let certificates = certificates("tls_client_cert_file", cert)?;
            let secret = PrivateKeyDer::from_pem_file(key)
                .map_err(|error| fault("tls_client_key_file", key, &error))?;
            builder
                .with_client_auth_cert(certificates, secret)
                .map_err(|error| fault("tls_client_cert_file", cert, &error))?
        }
        _ => builder.with_no_client_auth(),
    };
    Ok(Arc::new(config))
}

/// The name that the certificate has to be for, and that the broker is told.
pub(super) fn server_name(settings: &Settings) -> Result<ServerName<'static>, Failure> {
    let host = &settings.broker_host;
    ServerName::try_from(host.clone()).map_err(|error| Failure {
        kind: FailureKind::Permanent,
        text: format!("broker_host {host:?} is no name that a certificate can have: {error}"),
    })
}

fn roots(tls: &Tls) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = &tls.ca_file {
        for certificate in certificates("tls_ca_file", file)? {
            roots
                .add(certificate)
                .map_err(|error| fault("tls_ca_file", file, &error))?;
        }
        return Ok(roots);
    }
    // A system's store may hold certificates that can't be read; the others still count.
    let (usable, _) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if usable == 0 {
        return Err(Error::new(
            ErrorKind::InvalidSettings,
            "tls_ca_file: not set, and this system has no trusted certificates; name the PEM file of the broker's CA",
        ));
    }
    Ok(roots)
}

fn certificates(field: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| fault(field, file, &error))
}

fn fault(field: &str, file: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InvalidSettings,
        format!("{field} {file:?}: {why}; name a readable PEM file"),
    )
}

/// A failed handshake, in plain words.
pub(super) fn explain(error: &rustls::Error) -> Failure {
    let text = match error {
        rustls::Error::InvalidCertificate(why) => certificate(why),
        rustls::Error::InvalidMessage(_) => "the broker does not speak TLS on this port; check broker_port and use_tls".into(),
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::HandshakeFailure,
        ) => format!("the broker refuses our client certificate, or misses one: {error}; check tls_client_cert_file"),
        other => format!("TLS failed: {other}"),
    };
    Failure {
        kind: FailureKind::Permanent,
        text,
    }
}

fn certificate(why: &CertificateError) -> String {
    match why {
        // The latter when the CA that signed it has the name of ours.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "the broker's certificate is not signed by a CA we trust; check tls_ca_file".into()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("the broker's certificate is for another name: {why}; check broker_host")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("the broker's certificate has expired: {why}")
        }
        other => format!("the broker's certificate is not accepted: {other}"),
    }
}

/// Accepts any certificate, as `tls_insecure_skip_verify` asks; what was signed with it is still checked.
#[derive(Debug)]
struct NoVerification(Arc<CryptoProvider>);

impl ServerCertVerifier for NoVerification {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            cert,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            cert,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
