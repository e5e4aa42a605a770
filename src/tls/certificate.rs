//! What a certificate says of itself, for a person.

use serde::Serialize;

/// The certificate that a broker has shown, whether or not it is trusted. In its texts, characters that are not seen,
/// such as control characters and marks that turn the direction of text, are escaped, as `\u{202e}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BrokerCertificate {
    /// The subject, such as `CN=broker.example, O=Home`. It may be empty.
    pub subject: String,
    /// The issuer, in the same form.
    pub issuer: String,
    /// Whether the subject is also the issuer.
    pub is_self_signed: bool,
    /// The host names and addresses that it is valid for; at most 20 are listed.
    pub names: Vec<String>,
    /// The first day on which it is valid, such as `2026-01-31`.
    pub valid_from: String,
    /// The last day on which it is valid.
    pub valid_until: String,
    /// Its SHA-256 fingerprint, as the setting `tls_fingerprint` takes it.
    pub fingerprint: String,
}

#[cfg(feature = "tls")]
pub(crate) use read::{distinguished_name, read};

#[cfg(feature = "tls")]
mod read {
    use super::BrokerCertificate;
    use crate::tls::names::{host, text};
    use crate::tls::{der, Fingerprint, UnixSeconds};
    use crate::words::show;

    const MOST_NAMES: usize = 20;
    const MOST_PARTS: usize = 10;
    const LONGEST: usize = 1024;

    /// Reads a certificate in DER; `None` if it is not one.
    pub(crate) fn read(certificate: &[u8]) -> Option<BrokerCertificate> {
        let fields = der::read(certificate)?;
        let names = fields.extensions.and_then(der::alternative_names);
        Some(BrokerCertificate {
            subject: shown(&distinguished_name(fields.subject)),
            issuer: shown(&distinguished_name(fields.issuer)),
            is_self_signed: fields.is_self_issued(),
            names: names
                .into_iter()
                .flatten()
                .filter_map(host)
                .map(|name| shown(&name))
                .take(MOST_NAMES)
                .collect(),
            valid_from: UnixSeconds(fields.not_before).to_string(),
            valid_until: UnixSeconds(fields.not_after).to_string(),
            fingerprint: Fingerprint::of(certificate).to_string(),
        })
    }

    fn shown(text: &str) -> String {
        show(text, LONGEST)
    }

    /// A name as it is usually written, not escaped; what has no short name is left out.
    pub(crate) fn distinguished_name(name: &[u8]) -> String {
        let parts = der::name_parts(name).filter_map(|(kind, value)| {
            let kind = match kind {
                [0x55, 0x04, 0x03] => "CN",
                [0x55, 0x04, 0x06] => "C",
                [0x55, 0x04, 0x07] => "L",
                [0x55, 0x04, 0x08] => "ST",
                [0x55, 0x04, 0x0A] => "O",
                [0x55, 0x04, 0x0B] => "OU",
                _ => return None,
            };
            Some(format!("{kind}={}", text(value)))
        });
        parts.take(MOST_PARTS).collect::<Vec<_>>().join(", ")
    }
}
