//! What the settings and their files give for TLS, judged in one place.

use super::clock::UnixSeconds;
use super::identity;
use super::pem::{self, file_fault, Content};
use super::validity::ends_soon;
use super::verifier::{Trust, Verifier};
use super::{der, Tls};
use crate::fault::{Fault, FaultCode};
use crate::topic::quote;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{ring, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::RootCertStore;
use rustls_native_certs::ErrorKind;
use std::path::Path;
use std::sync::Arc;

const CA: &str = "tls_ca_file";

/// What connections need, read from the files as they are now.
#[derive(Clone, Debug)]
pub(crate) struct Material {
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) verifier: Arc<Verifier>,
    pub(super) key: Option<Arc<CertifiedKey>>,
}

impl Material {
    /// Reads and judges the files. It may take some milliseconds; no lock should be held.
    ///
    /// # Errors
    /// Every fault of the TLS settings.
    pub(crate) fn read(tls: &Tls, broker_host: &str) -> Result<Material, Vec<Fault>> {
        let provider = Arc::new(ring::default_provider());
        let name = server_name(tls, broker_host).map_err(|fault| vec![fault]);
        let trust = trust(tls, &provider).map_err(|fault| vec![fault]);
        let key = identity::read(tls, &provider);
        match (name, trust, key) {
            (Ok(name), Ok(trust), Ok(key)) => Ok(Material {
                verifier: Arc::new(Verifier {
                    trust,
                    name,
                    algorithms: provider.signature_verification_algorithms,
                }),
                provider,
                key,
            }),
            (name, trust, key) => {
                let faults = [name.err(), trust.err(), key.err()];
                Err(faults.into_iter().flatten().flatten().collect())
            }
        }
    }

    /// What is worth knowing of the files, in sentences for a person.
    pub(crate) fn notes(&self) -> Vec<String> {
        let Some(own) = self.key.as_ref().and_then(|key| key.cert.first()) else {
            return Vec::new();
        };
        let Some(fields) = der::read(own) else {
            return Vec::new();
        };
        let (now, from) = (UnixSeconds::now(), UnixSeconds(fields.not_before));
        if now < from {
            return vec![format!(
                "the certificate in tls_client_cert_file is valid only from {from} on, and the clock of this machine \
                 says {now}; check the clock"
            )];
        }
        ends_soon(UnixSeconds(fields.not_after), now)
            .map(|when| format!("the certificate in tls_client_cert_file {when}; renew it"))
            .into_iter()
            .collect()
    }
}

/// The name to ask for and to verify.
fn server_name(tls: &Tls, broker_host: &str) -> Result<ServerName<'static>, Fault> {
    let (field, name) = match &tls.server_name {
        Some(name) => ("tls_server_name", name.as_str()),
        None => ("broker_host", broker_host),
    };
    // Neither the network interface of an address nor the dot of the root is part of what a certificate names.
    let bare = name.split_once('%').map_or(name, |(address, _)| address);
    let bare = bare.strip_suffix('.').unwrap_or(bare);
    ServerName::try_from(bare.to_owned()).map_err(|_| {
        let shown = quote(name);
        let what = format!(
            "{shown} is not a name that a certificate can have; set tls_server_name to the one that the broker's has"
        );
        Fault::new(field, FaultCode::InvalidHost, Some(shown), what)
    })
}

fn trust(tls: &Tls, provider: &Arc<CryptoProvider>) -> Result<Trust, Fault> {
    if tls.insecure_skip_verify {
        return Ok(Trust::Anything);
    }
    if let Some(fingerprint) = tls.fingerprint {
        return Ok(Trust::Fingerprint(fingerprint));
    }
    let Some(file) = &tls.ca_file else {
        // A system's store may hold certificates that can't be read; the others still count.
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        let authorities = authorities(roots, provider);
        return match authorities {
            Some(_) => Ok(Trust::Known {
                authorities,
                listed: Vec::new(),
                file: None,
            }),
            None => Err(no_roots(&found.errors)),
        };
    };
    let listed = listed(file)?;
    let mut roots = RootCertStore::empty();
    // Not all need be fit for an authority: the broker's own certificate is not.
    roots.add_parsable_certificates(listed.iter().cloned());
    Ok(Trust::Known {
        authorities: authorities(roots, provider),
        listed,
        file: Some(file.clone()),
    })
}

/// A fault of the system, or of the environment variables that say where its certificates are.
fn no_roots(errors: &[rustls_native_certs::Error]) -> Fault {
    // Never the text of another error: those of PEM quote the file.
    let unreadable = errors.iter().find_map(|error| match &error.kind {
        ErrorKind::Io { inner, path } => Some(format!(
            ": {} can't be read: {inner}",
            quote(&path.to_string_lossy())
        )),
        _ => None,
    });
    let is_set = |name: &&str| std::env::var_os(name).is_some();
    let set = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().find(is_set);
    let place = match set {
        Some(name) => format!("no trusted certificates are found where {name} says"),
        None => "this system has no trusted certificates".to_owned(),
    };
    let why = unreadable.unwrap_or_default();
    let what = format!("not given, and {place}{why}; name the PEM file of the broker's authority");
    Fault::new(CA, FaultCode::TlsUnavailable, None, what)
}

fn authorities(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Option<Arc<WebPkiServerVerifier>> {
    // Without a root there is nothing to build, and without revocation lists nothing else can go wrong.
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .ok()
}

fn listed(file: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let sections = pem::read(CA, file, Content::Certificates)?;
    let certificates: Vec<_> = sections
        .into_iter()
        .map(|(_, bytes)| CertificateDer::from(bytes))
        .collect();
    let unreadable = certificates.iter().position(|one| der::read(one).is_none());
    match unreadable {
        None => Ok(certificates),
        Some(index) => {
            let what = format!(
                "contains a certificate that can't be read, number {} of {}; remove it, or create the file again",
                index + 1,
                certificates.len()
            );
            Err(file_fault(CA, file, FaultCode::WrongFileContent, &what))
        }
    }
}
