//! What a failed handshake means, in words that help.

use super::identity::Identity;
use super::verdict::Verdict;
use crate::words::words;
use rustls::{AlertDescription as Alert, Error, PeerIncompatible};
use std::io;

/// Why TLS did not come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TlsFailure {
    /// For a person: what is wrong, and what to do.
    pub(crate) text: String,
    /// Whether it can pass by itself, such as while a broker starts or a clock is set.
    pub(crate) passes: bool,
}

const OTHER_PORT: &str =
    "check that broker_port is its port for TLS (often 8883, while 1883 is usually without TLS), or switch use_tls off";

/// Of an error of rustls, before the broker has accepted the connection.
pub(super) fn of(error: &Error, identity: &Identity) -> TlsFailure {
    if let Some(failure) = Verdict::of(error) {
        return failure;
    }
    let passes = matches!(
        error,
        Error::FailedToGetCurrentTime
            | Error::FailedToGetRandomBytes
            | Error::DecryptError
            | Error::AlertReceived(
                Alert::InternalError
                    | Alert::CloseNotify
                    | Alert::BadRecordMac
                    | Alert::UserCanceled
            )
    );
    let text = match error {
        Error::AlertReceived(alert) => of_alert(*alert, identity),
        Error::InvalidMessage(_) => {
            format!("the broker does not speak TLS on this port; {OTHER_PORT}")
        }
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => NO_VERSION.into(),
        Error::PeerIncompatible(_) => NOTHING_IN_COMMON.into(),
        Error::InvalidCertificate(_) => {
            "the broker could not prove that the certificate is its own: its signature of the handshake is wrong".into()
        }
        Error::NoCertificatesPresented => "the broker shows no certificate".into(),
        Error::PeerMisbehaved(how) => {
            format!("the broker breaks the TLS protocol: {}", words(&format!("{how:?}")))
        }
        Error::General(text) => format!("TLS failed: {text}"),
        other => {
            // The first word is the kind; what follows may be lists of numbers.
            let shown = format!("{other:?}");
            let kind = shown.split(|c: char| !c.is_alphanumeric()).next();
            format!("TLS failed: {}", words(kind.unwrap_or_default()))
        }
    };
    TlsFailure { text, passes }
}

/// Of an error of the connection during the handshake.
pub(super) fn of_io(error: &io::Error, identity: &Identity) -> TlsFailure {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    if let Some(error) = inner {
        return of(error, identity);
    }
    let text = match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => {
            format!("the broker closed the connection while TLS was being set up; {OTHER_PORT}")
        }
        _ => format!("the connection failed while TLS was being set up: {error}"),
    };
    TlsFailure { text, passes: true }
}

const NO_VERSION: &str =
    "the broker offers neither TLS 1.2 nor TLS 1.3, and older ones are not supported; update it, or its tls_version";
const NOTHING_IN_COMMON: &str =
    "the broker accepts none of the ciphers, key exchanges and signatures that this library has; let it use TLS 1.3, or \
     TLS 1.2 with ECDHE and AES-GCM or ChaCha20-Poly1305, and a key that is RSA, ECDSA on P-256 or P-384, or Ed25519";

const FOREIGN: &str =
    "the broker refuses the client certificate, because it does not trust the authority that signed it; check \
     tls_client_cert_file, which must also contain the intermediate certificates if there are any";

fn of_alert(alert: Alert, identity: &Identity) -> String {
    match alert {
        Alert::ProtocolVersion => NO_VERSION.into(),
        Alert::InsufficientSecurity => NOTHING_IN_COMMON.into(),
        // In TLS 1.2 it also says that a client certificate is missing; but then it was asked for.
        Alert::HandshakeFailure if !identity.was_asked_for() => NOTHING_IN_COMMON.into(),
        // That its signature is wrong, when another authority of the same name is trusted.
        Alert::DecryptError if identity.is_there() && identity.was_asked_for() => FOREIGN.into(),
        Alert::UnrecognisedName => {
            "the broker does not know the name that it was asked for; check broker_host and tls_server_name".into()
        }
        Alert::HandshakeFailure
        | Alert::CertificateRequired
        | Alert::NoCertificate
        | Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::CertificateExpired
        | Alert::CertificateRevoked
        | Alert::UnknownCA
        | Alert::AccessDenied
            if identity.was_asked_for() && !identity.is_there() =>
        {
            "the broker requires a client certificate; set tls_client_cert_file and tls_client_key_file".into()
        }
        Alert::CertificateExpired => {
            "the broker refuses the client certificate, because it has expired; renew tls_client_cert_file".into()
        }
        Alert::CertificateRevoked => {
            "the broker refuses the client certificate, because it was revoked; give another in tls_client_cert_file"
                .into()
        }
        Alert::UnknownCA => FOREIGN.into(),
        Alert::HandshakeFailure
        | Alert::CertificateRequired
        | Alert::NoCertificate
        | Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::AccessDenied => format!(
            "the broker refuses the client certificate ({}); check tls_client_cert_file",
            words(&format!("{alert:?}"))
        ),
        other => format!("the broker ended TLS: {}", words(&format!("{other:?}"))),
    }
}
