//! The settings of TLS, and what they must be to each other.

use super::reader::Reader;
use crate::fault::FaultCode;
use crate::tls::{Fingerprint, Tls};

/// Reads the fields. The files are read only if they are to be used. Gives what is worth knowing of them, too.
pub(super) fn read(reader: &mut Reader<'_>, in_use: bool, broker_host: &str) -> (Tls, Vec<String>) {
    let tls = Tls {
        ca_file: reader.file("tls_ca_file"),
        fingerprint: reader
            .optional_text("tls_fingerprint")
            .and_then(|text| Fingerprint::parse(&text).ok()),
        server_name: reader.optional_text("tls_server_name"),
        client_cert_file: reader.file("tls_client_cert_file"),
        client_key_file: reader.file("tls_client_key_file"),
        insecure_skip_verify: reader.switch("tls_insecure_skip_verify"),
    };
    let notes = match in_use {
        true => check(reader, &tls, broker_host),
        false => Vec::new(),
    };
    (tls, notes)
}

fn check(reader: &mut Reader<'_>, tls: &Tls, broker_host: &str) -> Vec<String> {
    if tls.insecure_skip_verify && tls.fingerprint.is_some() {
        let what = "conflicts with tls_fingerprint, with which the certificate is verified; remove one of them";
        reader.fault("tls_insecure_skip_verify", FaultCode::Conflict, what);
    }
    // A host with a fault can't be verified, and has been reported.
    let broker_host = match broker_host {
        "" => "localhost",
        host => host,
    };
    // One that is given and could not be read is not missing.
    let sound = reader.sound(&["tls_ca_file", "tls_client_cert_file", "tls_client_key_file"]);
    match sound && reader.sound(&["tls_fingerprint", "tls_server_name"]) {
        true => judge(reader, tls, broker_host),
        false => Vec::new(),
    }
}

#[cfg(feature = "tls")]
fn judge(reader: &mut Reader<'_>, tls: &Tls, broker_host: &str) -> Vec<String> {
    match crate::tls::Material::read(tls, broker_host) {
        Ok(material) => material.notes(),
        Err(faults) => {
            reader.extend_sound(faults);
            Vec::new()
        }
    }
}

#[cfg(not(feature = "tls"))]
fn judge(reader: &mut Reader<'_>, _: &Tls, _: &str) -> Vec<String> {
    let what = "is not possible: this library was built without TLS; use one built with the cargo feature tls, or \
                connect without TLS";
    reader.fault("use_tls", FaultCode::TlsUnavailable, what);
    Vec::new()
}
