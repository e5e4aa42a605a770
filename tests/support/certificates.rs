//! A certificate authority of our own, and what it signed.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tempfile::TempDir;

/// PEM files: a CA, a server certificate and a client certificate; gone when dropped.
pub struct Certificates {
    directory: TempDir,
    files: [PathBuf; 5],
}

impl Certificates {
    /// A server certificate for `localhost` and 127.0.0.1.
    pub fn new() -> Certificates {
        Certificates::for_names(&["localhost", "127.0.0.1"])
    }

    /// A server certificate for names and addresses of choice: a wrong one for a test of just that.
    pub fn for_names(names: &[&str]) -> Certificates {
        let directory = TempDir::new().expect("the system's temporary directory is writable");
        let write = |name: &str, text: String| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).expect("the directory is ours");
            path
        };

        let ca_key = key();
        let mut ca = params(&[], "test CA");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_certificate = ca.self_signed(&ca_key).expect("the parameters are sound");
        let issuer = Issuer::new(ca, ca_key);

        let sign = |names: &[&str], common_name: &str, usage: ExtendedKeyUsagePurpose| {
            let key = key();
            let mut params = params(names, common_name);
            params.extended_key_usages = vec![usage];
            let certificate = params
                .signed_by(&key, &issuer)
                .expect("the parameters are sound");
            (certificate.pem(), key.serialize_pem())
        };
        let server = sign(names, "test broker", ExtendedKeyUsagePurpose::ServerAuth);
        let client = sign(&[], "test client", ExtendedKeyUsagePurpose::ClientAuth);

        let files = [
            write("ca.pem", ca_certificate.pem()),
            write("server.pem", server.0),
            write("server.key", server.1),
            write("client.pem", client.0),
            write("client.key", client.1),
        ];
        Certificates { directory, files }
    }

    pub fn ca_file(&self) -> &Path {
        &self.files[0]
    }

    pub fn server_cert_file(&self) -> &Path {
        &self.files[1]
    }

    pub fn server_key_file(&self) -> &Path {
        &self.files[2]
    }

    pub fn client_cert_file(&self) -> &Path {
        &self.files[3]
    }

    pub fn client_key_file(&self) -> &Path {
        &self.files[4]
    }
}

impl Default for Certificates {
    fn default() -> Certificates {
        Certificates::new()
    }
}

fn key() -> KeyPair {
    KeyPair::generate().expect("the system has randomness")
}

fn params(names: &[&str], common_name: &str) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("the names are plain ASCII");
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params
}
