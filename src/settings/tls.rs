//! The files that TLS needs: whether they are there, and what they should be.

use super::reader::Reader;
use std::fs;
use std::path::{Path, PathBuf};

/// How to connect over TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tls {
    /// PEM certificates of the authorities to trust; `None`: those of the system.
    pub(crate) ca_file: Option<PathBuf>,
    /// PEM certificate of this client; given together with `client_key_file`.
    pub(crate) client_cert_file: Option<PathBuf>,
    /// PEM private key of this client.
    pub(crate) client_key_file: Option<PathBuf>,
    /// Take whatever certificate the broker shows.
    pub(crate) insecure_skip_verify: bool,
}

const CA: &str = "tls_ca_file";
const CERT: &str = "tls_client_cert_file";
const KEY: &str = "tls_client_key_file";

/// No PEM file comes near this; what does is not read.
const LARGEST: u64 = 16 << 20;

/// What a file should hold, by how its PEM marks begin.
struct Content {
    name: &'static str,
    begins: &'static [&'static str],
}

const CERTIFICATE: Content = Content {
    name: "certificate",
    begins: &["-----BEGIN CERTIFICATE-----"],
};
const PRIVATE_KEY: Content = Content {
    name: "private key",
    begins: &[
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----",
    ],
};

/// Whether a text is what a PEM file holds, where the path of one is meant.
pub(super) fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN")
}

/// Reads the fields. The files are looked at only if they are to be used.
pub(super) fn read(reader: &mut Reader<'_>, in_use: bool) -> Tls {
    let tls = Tls {
        ca_file: reader.file(CA),
        client_cert_file: reader.file(CERT),
        client_key_file: reader.file(KEY),
        insecure_skip_verify: reader.switch("tls_insecure_skip_verify"),
    };
    if in_use {
        check(reader, &tls);
    }
    tls
}

fn check(reader: &mut Reader<'_>, tls: &Tls) {
    if !cfg!(feature = "tls") {
        let what = "is not possible: this library was built without TLS; use one built with the cargo feature tls, \
                    or connect without TLS";
        return reader.fault("use_tls", what);
    }
    for (name, path, content) in [
        (CA, &tls.ca_file, &CERTIFICATE),
        (CERT, &tls.client_cert_file, &CERTIFICATE),
        (KEY, &tls.client_key_file, &PRIVATE_KEY),
    ] {
        if let Some(what) = path.as_deref().and_then(|path| file_fault(path, content)) {
            reader.fault(name, &what);
        }
    }
    if reader.sound(&[CERT, KEY]) {
        match (&tls.client_cert_file, &tls.client_key_file) {
            (Some(_), None) => reader.fault(
                CERT,
                &format!("is given without {KEY}; give both, or neither"),
            ),
            (None, Some(_)) => reader.fault(
                KEY,
                &format!("is given without {CERT}; give both, or neither"),
            ),
            _ => {}
        }
    }
}

/// What is wrong with a file, in words that follow its path.
fn file_fault(path: &Path, content: &Content) -> Option<String> {
    let name = content.name;
    let remedy = format!("give the path of a PEM file with a {name}, which this program may read");
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return Some(format!("can't be read: {error}; {remedy}")),
    };
    // To read a pipe or a device might never end.
    if !metadata.is_file() {
        return Some(format!("is no file; {remedy}"));
    }
    if metadata.len() > LARGEST {
        return Some(format!("is {} bytes large; {remedy}", metadata.len()));
    }
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Some(format!("can't be read: {error}; {remedy}")),
    };
    let text = String::from_utf8_lossy(&bytes);
    if content.begins.iter().any(|begin| text.contains(begin)) && !is_encrypted(&text) {
        return None;
    }
    Some(match found(&text) {
        None => format!("holds no PEM; {remedy} (openssl converts other forms to PEM)"),
        Some("an encrypted private key") => {
            "holds an encrypted private key, which can't be used here; give one without a passphrase \
             (openssl pkey writes one)"
                .into()
        }
        Some(found) => format!("holds {found} and no {name}; {remedy}"),
    })
}

fn is_encrypted(text: &str) -> bool {
    text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        || text.contains("Proc-Type: 4,ENCRYPTED")
}

fn found(text: &str) -> Option<&'static str> {
    match text {
        _ if is_encrypted(text) => Some("an encrypted private key"),
        _ if text.contains("PRIVATE KEY-----") => Some("a private key"),
        _ if text.contains(CERTIFICATE.begins[0]) => Some("a certificate"),
        _ if is_pem(text) => Some("other PEM"),
        _ => None,
    }
}
