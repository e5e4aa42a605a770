//! Encryption, and whom to trust.

use super::{Allowed, Default, Field, Group, NONE};
use crate::tls::Tls;
use crate::Settings;

/// What is given for TLS, whether it is used or not.
fn given(settings: &Settings) -> &Tls {
    settings.tls.as_ref().unwrap_or(&settings.unused_tls)
}

pub(super) const GROUP: Group = Group {
    title: "TLS",
    fields: &[
        Field {
            name: "use_tls",
            title: "Use TLS",
            default: Default::Switch(false),
            allowed: Allowed::Switch,
            meaning: "Whether to connect over TLS 1.2 or 1.3. Without it, the other settings of this group are not \
                      used.",
            get: |settings| settings.tls.is_some().into(),
        },
        Field {
            name: "tls_ca_file",
            title: "CA certificates",
            default: Default::Derived("the authorities that the system trusts"),
            allowed: Allowed::PemFile,
            meaning: "The certificates to trust, in PEM: those of certificate authorities, or the broker's own. They \
                      replace those of the system.",
            get: |settings| path(given(settings).ca_file.as_deref()),
        },
        Field {
            name: "tls_fingerprint",
            title: "Certificate fingerprint",
            default: NONE,
            allowed: Allowed::Fingerprint,
            meaning: "The SHA-256 fingerprint of the broker's certificate. Only that certificate is accepted, whoever \
                      signed it, whatever name is in it and whatever its dates; `tls_ca_file` is then not used.",
            get: |settings| {
                let fingerprint = given(settings).fingerprint;
                fingerprint.map(|fingerprint| fingerprint.to_string()).into()
            },
        },
        Field {
            name: "tls_server_name",
            title: "Server name",
            default: Default::Derived("`broker_host`"),
            allowed: Allowed::Host,
            meaning: "The name that the broker's certificate must have, and that the broker is asked for, if that is \
                      not `broker_host`.",
            get: |settings| given(settings).server_name.as_deref().into(),
        },
        Field {
            name: "tls_client_cert_file",
            title: "Client certificate",
            default: NONE,
            allowed: Allowed::PemFile,
            meaning: "This client's certificate, in PEM, followed by the intermediate certificates if there are any. \
                      Requires `tls_client_key_file`.",
            get: |settings| path(given(settings).client_cert_file.as_deref()),
        },
        Field {
            name: "tls_client_key_file",
            title: "Client key",
            default: NONE,
            allowed: Allowed::PemFile,
            meaning: "The private key of the client certificate, in PEM and not encrypted: RSA of 2048 to 4096 bits, \
                      ECDSA on P-256 or P-384, or Ed25519.",
            get: |settings| path(given(settings).client_key_file.as_deref()),
        },
        Field {
            name: "tls_insecure_skip_verify",
            title: "Skip verification",
            default: Default::Switch(false),
            allowed: Allowed::Switch,
            meaning: "Accepts any certificate, so that anyone on the network path can read and change everything, \
                      including the password. The status shows a warning while it is on. Connections still fail if the \
                      broker's key is RSA with fewer than 2048 or more than 8192 bits, RSA-PSS, or ECDSA on a curve other \
                      than P-256 and P-384, if \
                      the broker does not hold the key, or if it supports only TLS 1.1 and older. Prefer \
                      `tls_fingerprint`.",
            get: |settings| given(settings).insecure_skip_verify.into(),
        },
    ],
};

fn path(path: Option<&std::path::Path>) -> serde_json::Value {
    path.map(|path| path.to_string_lossy()).into()
}
