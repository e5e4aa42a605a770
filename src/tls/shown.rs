//! Why a broker's certificate is not accepted, in words that help.

use super::certificate::distinguished_name;
use super::clock::UnixSeconds;
use super::failure::TlsFailure;
use super::names::Names;
use super::rejection::Rejection;
use super::verdict::Verdict;
use super::verifier::{Trust, Verifier};
use super::{der, Fingerprint};
use crate::topic::quote;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::Error;

/// What a broker has shown, and to whom.
pub(super) struct Shown<'a> {
    pub(super) verifier: &'a Verifier,
    pub(super) certificate: &'a CertificateDer<'a>,
    /// What it has shown with it.
    pub(super) others: &'a [CertificateDer<'a>],
}

impl Shown<'_> {
    /// An error that rustls carries to [`Verdict::of`].
    pub(super) fn refuse(&self, rejection: &Rejection) -> Error {
        // The clock of this machine is set, or the broker gets the new certificate that it waits for.
        let passes = matches!(rejection, Rejection::NotYet(_) | Rejection::Expired(_));
        let text = self.text(rejection);
        let certificate = self.certificate.to_vec();
        Verdict::new(TlsFailure { text, passes }, certificate).into_error()
    }

    fn text(&self, rejection: &Rejection) -> String {
        let fingerprint = Fingerprint::of(self.certificate);
        let today = UnixSeconds::now();
        match rejection {
            Rejection::Unreadable => {
                "the broker's certificate can't be read: it is not an X.509 certificate; give the broker another \
                 certificate"
                    .into()
            }
            Rejection::UnknownIssuer => self.unknown_issuer(),
            Rejection::Authority if self.is_self_issued() => self.unknown_issuer(),
            Rejection::Authority => format!(
                "the broker's certificate is one of an authority (CA:TRUE), which no broker may show; give the broker \
                 one with CA:FALSE, or set tls_fingerprint to {fingerprint}"
            ),
            Rejection::OtherFingerprint(found) => format!(
                "the broker's certificate is not the one of tls_fingerprint, but has the fingerprint {found}; if the \
                 broker was given a new certificate, set tls_fingerprint to that"
            ),
            Rejection::NotYet(from) => format!(
                "{} is valid only from {from} on, and the clock of this machine says {today}; check the clock",
                self.whose(|fields| fields.not_before == from.0)
            ),
            Rejection::Expired(until) => format!(
                "{} expired on {until} (the clock of this machine says {today}); give the broker a new one",
                self.whose(|fields| fields.not_after == until.0)
            ),
            Rejection::OtherNames => self.other_names(),
            Rejection::NotForServers => {
                "the broker's certificate is not one for servers: its extended key usage lacks serverAuth; give the \
                 broker another certificate"
                    .into()
            }
            Rejection::Version1 => format!(
                "the broker's certificate is of version 1 of X.509, which names no host; make one of version 3, with: \
                 {}; or set tls_fingerprint to {fingerprint}",
                command(&self.verifier.name)
            ),
            Rejection::CriticalExtension => format!(
                "the broker's certificate has a critical extension that is not supported; give the broker another \
                 certificate, or set tls_fingerprint to {fingerprint}"
            ),
            Rejection::Algorithm => format!(
                "the broker's certificate is signed with an algorithm that is not supported, such as SHA-1; give the \
                 broker another certificate, or set tls_fingerprint to {fingerprint}"
            ),
            Rejection::KeySize(bits) => format!(
                "the broker's key is RSA with {bits} bits, but only {} to {} are supported; give the broker a new key \
                 and certificate",
                RSA_BITS.start(),
                RSA_BITS.end()
            ),
            Rejection::Other(why) => format!(
                "the broker's certificate is not accepted: {why}; give the broker another certificate, or set \
                 tls_fingerprint to {fingerprint}"
            ),
        }
    }

    /// Whose date it is: a certificate between the broker's and that of its authority has dates, too.
    fn whose(&self, is_it: impl Fn(&der::Fields<'_>) -> bool) -> &'static str {
        match der::read(self.certificate).is_some_and(|fields| is_it(&fields)) {
            true => "the broker's certificate",
            false => "an intermediate certificate that the broker shows",
        }
    }

    fn other_names(&self) -> String {
        let name = self.verifier.name.to_str();
        let fingerprint = Fingerprint::of(self.certificate);
        let Names { hosts, others } = Names::of(self.certificate);
        let command = command(&self.verifier.name);
        if !hosts.is_empty() {
            return format!(
                "the broker's certificate is for {}, not for {name:?}; set broker_host or tls_server_name to a name \
                 that it has{}",
                list(&hosts),
                match hosts.iter().any(|host| host.starts_with("*.")) {
                    true => ", where * stands for one part of a name",
                    false => "",
                }
            );
        }
        match others.is_empty() {
            true => format!(
                "the broker's certificate names no host, so it can't be verified for {name:?}; make one that does, \
                 with: {command}; or set tls_fingerprint to {fingerprint}"
            ),
            false => format!(
                "the broker's certificate names only {}, which can't be verified for {name:?}; make one that names \
                 {:?}, with: {command}; or set tls_fingerprint to {fingerprint}",
                list(&others),
                alternative(&self.verifier.name)
            ),
        }
    }

    fn unknown_issuer(&self) -> String {
        let fingerprint = Fingerprint::of(self.certificate);
        let file = match &self.verifier.trust {
            Trust::Known {
                file: Some(file), ..
            } => Some(format!("tls_ca_file {}", quote(&file.to_string_lossy()))),
            _ => None,
        };
        let (place, have, which) = match &file {
            Some(file) => (file.as_str(), "have", "that authority"),
            None => ("this system", "trust", "the broker's authority"),
        };
        if self.is_self_issued() {
            return format!(
                "the broker's certificate is self-signed, and one that {place} does not {have}; name a file with that \
                 certificate in tls_ca_file, or set tls_fingerprint to {fingerprint}"
            );
        }
        let issuer = self.last_issuer();
        let shown = match distinguished_name(issuer) {
            name if name.is_empty() => String::new(),
            name => format!(" {}", quote(&name)),
        };
        match file.is_some() && self.verifier.trust.lists(issuer) {
            true => format!(
                "the broker's certificate is signed by an authority{shown} that has the name, but not the key of the \
                 one in {place}; name a file with its present certificate in tls_ca_file, or set tls_fingerprint to \
                 {fingerprint}"
            ),
            false => format!(
                "the broker's certificate is signed by an authority{shown} that {place} does not {have}; name the file \
                 of {which} in tls_ca_file, or, if that is an intermediate one, let the broker show its certificate \
                 too, or set tls_fingerprint to {fingerprint}"
            ),
        }
    }

    fn is_self_issued(&self) -> bool {
        der::read(self.certificate).is_some_and(|fields| fields.is_self_issued())
    }

    /// Who signed the last certificate of the chain that the broker has shown.
    fn last_issuer(&self) -> &[u8] {
        let Some(mut last) = der::read(self.certificate) else {
            return &[];
        };
        for other in self.others {
            match der::read(other) {
                Some(next) if next.subject == last.issuer && !last.is_self_issued() => last = next,
                _ => break,
            }
        }
        last.issuer
    }
}

/// The sizes of a broker's RSA key with which ring verifies.
pub(super) const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The name as openssl takes it.
fn alternative(name: &ServerName<'_>) -> String {
    let kind = match name {
        ServerName::IpAddress(_) => "IP",
        _ => "DNS",
    };
    format!("{kind}:{}", name.to_str())
}

/// How to make a certificate for this name.
fn command(name: &ServerName<'_>) -> String {
    format!(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout broker.key -out broker.crt -subj /CN={} \
         -addext subjectAltName={}",
        name.to_str(),
        alternative(name)
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
