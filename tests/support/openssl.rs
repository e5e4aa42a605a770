//! Certificates as people make them: with openssl, in a directory that is gone when dropped.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What `openssl ca` signs, and how: the only way of openssl 3.0 to choose the dates.
const CA: &str = "
[ca]
default_ca = test
[test]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = policy
unique_subject = no
x509_extensions = server
[policy]
commonName = supplied
[server]
subjectAltName = IP:127.0.0.1
";

/// A private key, and certificates for it.
pub struct Openssl {
    directory: TempDir,
}

impl Openssl {
    /// With an RSA key of 2048 bits.
    #[track_caller]
    pub fn new() -> Openssl {
        Openssl::with_key(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
    }

    /// With a key as `openssl genpkey` makes it of these arguments.
    #[track_caller]
    pub fn with_key(arguments: &[&str]) -> Openssl {
        let directory = TempDir::new().expect("the system's temporary directory is writable");
        let openssl = Openssl { directory };
        let out = ["-out", "key.pem"];
        openssl.run(&[&["genpkey"], arguments, &out].concat());
        openssl
    }

    pub fn key(&self) -> PathBuf {
        self.path("key.pem")
    }

    /// The self-signed certificate that `openssl req -x509` makes, with these arguments besides.
    #[track_caller]
    pub fn self_signed(&self, more: &[&str]) -> PathBuf {
        let usual = "req -x509 -key key.pem -days 30 -subj /CN=127.0.0.1 -out cert.pem";
        let usual: Vec<&str> = usual.split(' ').collect();
        self.run(&[&usual, more].concat());
        self.path("cert.pem")
    }

    /// A self-signed certificate of version 1.
    #[track_caller]
    pub fn version_1(&self) -> PathBuf {
        self.run(&[
            "req",
            "-new",
            "-key",
            "key.pem",
            "-subj",
            "/CN=x",
            "-out",
            "request.pem",
        ]);
        let sign = "x509 -req -in request.pem -signkey key.pem -out v1.pem";
        self.run(&sign.split(' ').collect::<Vec<_>>());
        self.path("v1.pem")
    }

    /// An authority, which has the same key, and the certificate for 127.0.0.1 that it signs for these times, such as
    /// `20200131000000Z`.
    #[track_caller]
    pub fn signed_for(&self, from: &str, until: &str) -> (PathBuf, PathBuf) {
        self.write("ca.cnf", CA);
        self.write("index.txt", "");
        let lines = [
            "req -x509 -key key.pem -days 3650 -subj /CN=authority -out ca.pem",
            "req -new -key key.pem -subj /CN=127.0.0.1 -out request.pem",
            &format!(
                "ca -batch -config ca.cnf -notext -cert ca.pem -keyfile key.pem -in request.pem \
                 -out dated.pem -startdate {from} -enddate {until}"
            ),
        ];
        for line in lines {
            self.run(&line.split_whitespace().collect::<Vec<_>>());
        }
        (self.path("ca.pem"), self.path("dated.pem"))
    }

    /// An authority `root`, another one `middle` that it has signed, and `broker.pem`, a certificate for 127.0.0.1 that
    /// the latter has signed. Gives the first two. All have the same key.
    #[track_caller]
    pub fn chain(&self) -> [PathBuf; 2] {
        self.write("middle.ext", "basicConstraints=critical,CA:TRUE\n");
        self.write("broker.ext", "subjectAltName=IP:127.0.0.1\n");
        let lines = [
            "req -x509 -key key.pem -days 30 -subj /CN=root -out root.pem",
            "req -new -key key.pem -subj /CN=middle -out middle.csr",
            "x509 -req -in middle.csr -CA root.pem -CAkey key.pem -days 30 -extfile middle.ext -out middle.pem",
            "req -new -key key.pem -subj /CN=broker -out broker.csr",
            "x509 -req -in broker.csr -CA middle.pem -CAkey key.pem -days 30 -extfile broker.ext -out broker.pem",
        ];
        for line in lines {
            self.run(&line.split(' ').collect::<Vec<_>>());
        }
        ["root.pem", "middle.pem"].map(|name| self.path(name))
    }

    /// The key as openssl wrote it before PKCS #8.
    #[track_caller]
    pub fn old_key(&self) -> PathBuf {
        self.run(&["pkey", "-in", "key.pem", "-traditional", "-out", "old.pem"]);
        self.path("old.pem")
    }

    /// What openssl says of a certificate: `-fingerprint -sha256` and the like.
    #[track_caller]
    pub fn ask(&self, certificate: &Path, questions: &[&str]) -> String {
        let certificate = certificate.to_str().expect("the path is plain");
        let fixed = ["x509", "-noout", "-in", certificate];
        self.run(&[&fixed, questions].concat())
    }

    /// Writes a file beside the key.
    #[track_caller]
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("the directory is ours");
        path
    }

    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new("openssl")
            .current_dir(self.directory.path())
            .args(arguments)
            .output()
            .expect("openssl can be run; install it");
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "openssl {arguments:?}: {complaints}"
        );
        String::from_utf8(output.stdout).expect("it writes ASCII")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

impl Default for Openssl {
    fn default() -> Openssl {
        Openssl::new()
    }
}
