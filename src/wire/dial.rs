//! Opens connections by one set of settings.

use super::addresses::{order, Silent};
use super::opening::Opening;
use super::resolve::{self, literal, name_failure, LookUp, Resolver, Target, Threads};
use super::stream::Socket;
use crate::engine::{Attempt, Failure};
use crate::error::Error;
use crate::settings::Settings;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

/// See the module. Clones remember together.
#[derive(Clone)]
pub(crate) struct Dialer {
    settings: Arc<Settings>,
    #[cfg(feature = "tls")]
    tls: Option<Arc<crate::tls::Source>>,
    threads: Threads,
    silent: Silent,
    resolver: Arc<Resolver>,
}

impl std::fmt::Debug for Dialer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialer")
            .field("broker", &self.settings.broker())
            .finish_non_exhaustive()
    }
}

impl Dialer {
    /// Reads the TLS files, if there are any, and so may wait for a drive; each attempt reads them again.
    pub(crate) fn new(settings: Arc<Settings>) -> Result<Self, Error> {
        Ok(Dialer {
            #[cfg(feature = "tls")]
            tls: settings.tls_source()?.map(Arc::new),
            settings,
            threads: Threads::default(),
            silent: Silent::default(),
            resolver: Arc::new(resolve::system),
        })
    }

    /// A dialer for new settings. What the old one has under way still counts.
    pub(crate) fn with(&self, settings: Arc<Settings>) -> Result<Self, Error> {
        Ok(Dialer {
            threads: self.threads.clone(),
            resolver: self.resolver.clone(),
            ..Dialer::new(settings)?
        })
    }

    /// The same with another resolver.
    #[cfg(test)]
    pub(super) fn with_resolver(
        self,
        resolver: impl Fn(&str, u16) -> std::io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Self {
        Dialer {
            resolver: Arc::new(resolver),
            ..self
        }
    }

    /// The settings it connects by.
    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// Starts an attempt, and returns at once.
    pub(crate) fn open(&self, attempt: Attempt) -> Opening {
        Opening::new(self.clone(), attempt)
    }

    /// What to connect to, when there is nothing to be looked up.
    pub(super) fn literal_target(&self) -> Option<Target> {
        if self.settings.tls.is_some() {
            return None;
        }
        Some(Target {
            addresses: vec![literal(&self.settings)?],
            #[cfg(feature = "tls")]
            tls: None,
        })
    }

    /// Looks up what to connect to.
    pub(super) fn look_up(&self) -> Result<LookUp, Failure> {
        let dialer = self.clone();
        LookUp::start(&self.settings, &self.threads, move || {
            let addresses = match literal(&dialer.settings) {
                Some(address) => vec![address],
                None => dialer.resolve()?,
            };
            Ok(Target {
                addresses,
                #[cfg(feature = "tls")]
                tls: dialer.tls.as_deref().map(super::security::Security::new),
            })
        })
    }

    fn resolve(&self) -> Result<Vec<SocketAddr>, Failure> {
        let (host, port) = (&self.settings.broker_host, self.settings.broker_port);
        let found = (self.resolver)(host, port);
        let addresses = found.map_err(|error| resolve::failure(&self.settings, &error))?;
        match addresses.is_empty() {
            true => Err(name_failure(&self.settings, "it has no address")),
            false => Ok(addresses),
        }
    }

    /// The stream to speak MQTT over. `stream` is in non-blocking mode.
    #[cfg(feature = "tls")]
    pub(super) fn socket(&self, stream: TcpStream, target: &Target) -> Result<Socket, Failure> {
        match &target.tls {
            None => Ok(Socket::Plain(stream)),
            Some(security) => {
                let tls = super::tls_stream::TlsStream::new(security.clone(), stream)?;
                Ok(Socket::Tls(Box::new(tls)))
            }
        }
    }

    /// The stream to speak MQTT over. `stream` is in non-blocking mode.
    #[cfg(not(feature = "tls"))]
    pub(super) fn socket(&self, stream: TcpStream, _: &Target) -> Result<Socket, Failure> {
        Ok(Socket::Plain(stream))
    }

    /// In which order to try these addresses.
    pub(super) fn order(&self, addresses: &[SocketAddr]) -> Vec<SocketAddr> {
        order(addresses, &self.silent)
    }

    /// The addresses that accepted and said nothing.
    pub(super) fn silent(&self) -> &Silent {
        &self.silent
    }
}
