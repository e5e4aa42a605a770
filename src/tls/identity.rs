//! This client's own certificate and key.

use super::pem::{self, file_fault, Content};
use super::{der, Tls};
use crate::fault::{Fault, FaultCode};
use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::SignatureScheme;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

const CERT: &str = "tls_client_cert_file";
const KEY: &str = "tls_client_key_file";

/// The certificate and the key that belongs to it, if both are given.
pub(super) fn read(
    tls: &Tls,
    provider: &CryptoProvider,
) -> Result<Option<Arc<CertifiedKey>>, Vec<Fault>> {
    let (cert, key) = match (&tls.client_cert_file, &tls.client_key_file) {
        (None, None) => return Ok(None),
        (Some(cert), Some(key)) => (cert, key),
        (Some(cert), None) => return Err(vec![alone(CERT, cert, KEY)]),
        (None, Some(key)) => return Err(vec![alone(KEY, key, CERT)]),
    };
    let (chain, sections) = match (
        pem::read(CERT, cert, Content::Certificates),
        pem::read(KEY, key, Content::PrivateKey),
    ) {
        (Ok(chain), Ok(sections)) => (chain, sections),
        (chain, sections) => return Err(chain.err().into_iter().chain(sections.err()).collect()),
    };
    let wrong = |field, path: &Path, what: &str| {
        vec![file_fault(field, path, FaultCode::WrongFileContent, what)]
    };
    let chain: Vec<_> = chain
        .into_iter()
        .map(|(_, bytes)| CertificateDer::from(bytes))
        .collect();
    let Some(shown) = chain.first().and_then(|first| der::read(first)) else {
        let what = "contains a certificate that can't be read; give this client's certificate, as its CA made it";
        return Err(wrong(CERT, cert, what));
    };
    let private = sections
        .into_iter()
        .find_map(|(kind, bytes)| PrivateKeyDer::from_pem(kind, bytes))
        .and_then(|key| provider.key_provider.load_private_key(key).ok());
    let Some(private) = private else {
        let what = "contains a private key that can't be used; give an RSA key of 2048 to 4096 bits, an ECDSA key on \
                    P-256 or P-384, or an Ed25519 key";
        return Err(wrong(KEY, key, what));
    };
    if private
        .public_key()
        .is_some_and(|public| public.as_ref() != shown.key_info)
    {
        let what = format!(
            "does not belong to the first certificate in {CERT}; give the key of this client's certificate, and put \
             that certificate first in its file"
        );
        return Err(vec![file_fault(KEY, key, FaultCode::KeyMismatch, &what)]);
    }
    Ok(Some(Arc::new(CertifiedKey::new(chain, private))))
}

fn alone(field: &str, path: &Path, missing: &str) -> Fault {
    let what = format!("is given without {missing}; give both, or neither");
    file_fault(field, path, FaultCode::Conflict, &what)
}

/// What one connection shows, and whether the broker asked for it: that tells a refused certificate from other
/// failures with the same alert.
#[derive(Debug)]
pub(super) struct Identity {
    key: Option<Arc<CertifiedKey>>,
    asked: AtomicBool,
}

impl Identity {
    pub(super) fn new(key: Option<Arc<CertifiedKey>>) -> Self {
        let asked = AtomicBool::new(false);
        Identity { key, asked }
    }

    pub(super) fn was_asked_for(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    pub(super) fn is_there(&self) -> bool {
        self.key.is_some()
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.key.is_some()
    }
}
