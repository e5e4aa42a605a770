//! What is to be told of a certificate: until when it holds, and its fingerprint.

use super::clock::{UnixSeconds, DAY};
use super::{der, Fingerprint};
use rustls::pki_types::CertificateDer;

/// So long before its end a certificate is warned of, in days.
const WARNING: i64 = 14;

/// A certificate that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BrokerCertificate {
    /// Displayed, it is the day.
    pub(crate) valid_until: UnixSeconds,
    pub(crate) fingerprint: Fingerprint,
}

#[cfg_attr(
    not(test),
    allow(
        dead_code,
        reason = "the connection has no access to the handshake yet"
    )
)]
impl BrokerCertificate {
    /// The one that the broker showed, of what `ClientConnection::peer_certificates` gives after the handshake. `None`
    /// if it can't be read.
    pub(crate) fn of(chain: Option<&[CertificateDer<'_>]>) -> Option<Self> {
        BrokerCertificate::read(chain?.first()?)
    }

    pub(super) fn read(certificate: &CertificateDer<'_>) -> Option<Self> {
        Some(BrokerCertificate {
            valid_until: UnixSeconds(der::read(certificate)?.not_after),
            fingerprint: Fingerprint::of(certificate),
        })
    }

    /// A warning for the status, from 14 days before its end on.
    pub(crate) fn warning(&self, now: UnixSeconds) -> Option<String> {
        self.ends_soon(now).map(|when| {
            format!("the broker's certificate {when}; give the broker a new one in time")
        })
    }

    /// When it ends, if that is soon or past, in words that follow its name.
    pub(super) fn ends_soon(&self, now: UnixSeconds) -> Option<String> {
        let until = self.valid_until;
        match until.0.saturating_sub(now.0) {
            left if left < 0 => Some(format!("expired on {until}")),
            left if left < WARNING * DAY => Some(format!("expires on {until}")),
            _ => None,
        }
    }
}
