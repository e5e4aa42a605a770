//! What one connection needs of TLS.

use super::failure::{self, TlsFailure};
use super::identity::Identity;
use super::{Material, Tls};
use crate::fault::Fault;
use rustls::pki_types::ServerName;
use rustls::ClientConfig;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// TLS for one attempt to connect, and what its failure means.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    config: Arc<ClientConfig>,
    server_name: ServerName<'static>,
    identity: Arc<Identity>,
}

impl Session {
    pub(crate) fn new(material: &Material) -> Self {
        let identity = Arc::new(Identity::new(material.key.clone()));
        let config = ClientConfig::builder_with_provider(material.provider.clone())
            .with_safe_default_protocol_versions()
            .expect("ring has ciphers for TLS 1.2 and 1.3")
            .dangerous()
            .with_custom_certificate_verifier(material.verifier.clone())
            .with_client_cert_resolver(identity.clone());
        Session {
            config: Arc::new(config),
            server_name: material.verifier.name.clone(),
            identity,
        }
    }

    /// For `rustls::ClientConnection::new`.
    pub(crate) fn config(&self) -> Arc<ClientConfig> {
        self.config.clone()
    }

    /// The name to ask for, for `rustls::ClientConnection::new`. Whatever is passed there, this one is verified.
    pub(crate) fn server_name(&self) -> ServerName<'static> {
        self.server_name.clone()
    }

    /// What an error of rustls means, from the start of TLS until the broker has accepted the connection: in TLS 1.3
    /// it refuses a client certificate only after the handshake.
    pub(crate) fn failure(&self, error: &rustls::Error) -> TlsFailure {
        failure::of(error, &self.identity)
    }

    /// What an error of the connection means, during the handshake.
    pub(crate) fn io_failure(&self, error: &io::Error) -> TlsFailure {
        failure::of_io(error, &self.identity)
    }
}

/// Reads the files for each connection anew, so that renewed certificates are used from the next one on.
#[derive(Debug)]
pub(crate) struct Source {
    tls: Tls,
    broker_host: String,
    last: Mutex<Material>,
}

impl Source {
    /// # Errors
    /// Every fault of the TLS settings.
    pub(crate) fn new(tls: &Tls, broker_host: &str) -> Result<Self, Vec<Fault>> {
        Ok(Source {
            tls: tls.clone(),
            broker_host: broker_host.to_owned(),
            last: Mutex::new(Material::read(tls, broker_host)?),
        })
    }

    /// For the next connection. Files that have a fault now, as while they are being replaced, take nothing away: what
    /// was read last holds, and the second value says what is wrong.
    pub(crate) fn session(&self) -> (Session, Option<String>) {
        let read = Material::read(&self.tls, &self.broker_host);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(material) => {
                *last = material;
                (Session::new(&last), None)
            }
            Err(faults) => {
                let faults: Vec<_> = faults.iter().map(Fault::to_string).collect();
                let text = format!(
                    "{}; the last valid content is still in use",
                    faults.join("; ")
                );
                (Session::new(&last), Some(text))
            }
        }
    }
}
