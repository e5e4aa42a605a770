//! TLS with rustls, on ring: what the files hold, whether the broker is the right one, and what a failure means.
//!
//! [`Material`] is what the settings and their files give, read and judged in one place: by a check of settings, when a
//! client is made, and for each connection. A [`Session`] is what one connection needs of it.

mod certificate;
mod clock;
#[cfg(feature = "tls")]
mod der;
#[cfg(feature = "tls")]
mod failure;
mod fingerprint;
#[cfg(feature = "tls")]
mod identity;
#[cfg(feature = "tls")]
mod material;
#[cfg(feature = "tls")]
mod names;
#[cfg(feature = "tls")]
mod pem;
#[cfg(feature = "tls")]
mod rejection;
#[cfg(feature = "tls")]
mod session;
#[cfg(feature = "tls")]
mod shown;
mod validity;
#[cfg(feature = "tls")]
mod verdict;
#[cfg(feature = "tls")]
mod verifier;

#[cfg(all(test, feature = "tls"))]
mod tests;

#[cfg(feature = "tls")]
pub(crate) use certificate::read as read_certificate;
pub use certificate::BrokerCertificate;
pub(crate) use clock::UnixSeconds;
#[cfg(feature = "tls")]
pub(crate) use failure::TlsFailure;
pub(crate) use fingerprint::Fingerprint;
#[cfg(feature = "tls")]
pub(crate) use material::Material;
#[cfg(feature = "tls")]
pub(crate) use session::{Session, Source};
#[cfg(feature = "tls")]
pub(crate) use validity::valid_until;
pub(crate) use validity::Validity;
#[cfg(feature = "tls")]
pub(crate) use verdict::rejected_certificate;

use std::path::PathBuf;

/// How to connect over TLS, as the settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tls {
    /// PEM certificates to trust: authorities, or the broker's own. `None`: the system's authorities.
    pub(crate) ca_file: Option<PathBuf>,
    /// The broker's certificate, whoever signed it and whatever name is in it.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// The name to ask for and to verify, where that is not `broker_host`.
    pub(crate) server_name: Option<String>,
    /// PEM certificate of this client; given together with `client_key_file`.
    pub(crate) client_cert_file: Option<PathBuf>,
    /// PEM private key of this client.
    pub(crate) client_key_file: Option<PathBuf>,
    /// Take whatever certificate the broker shows.
    pub(crate) insecure_skip_verify: bool,
}
