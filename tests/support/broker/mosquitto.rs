//! Mosquitto: MQTT 5 and 3.1.1.
//!
//! ```ignore
//! let broker = mosquitto::start();
//! let broker = mosquitto::with(&["max_qos 0", "retain_available false"]);
//! let broker = Mosquitto::default().persistence().user("camera", "secret").tls(&certificates).start();
//! ```

use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use super::{debian_program, Broker, Ready, Recipe};
use crate::support::certificates::Certificates;
use crate::support::codec::Version;

/// A Mosquitto that anybody may use, without persistence.
#[track_caller]
pub fn start() -> Broker {
    Mosquitto::default().start()
}

/// As [`start`], with lines of `mosquitto.conf`; those of a listener apply to the listener without TLS.
#[track_caller]
pub fn with(lines: &[&str]) -> Broker {
    let mut mosquitto = Mosquitto::default();
    for line in lines {
        mosquitto = mosquitto.line(line);
    }
    mosquitto.start()
}

/// What is to be different about a Mosquitto.
#[derive(Default)]
pub struct Mosquitto {
    lines: Vec<String>,
    users: Vec<(String, String)>,
    acl: Option<String>,
    persistence: bool,
    ipv6: bool,
    tls: Option<Tls>,
    only_tls_1_2: bool,
}

struct Tls {
    ca_file: String,
    certificate_file: String,
    key_file: String,
    client_certificate_required: bool,
    lines: Vec<String>,
}

impl Mosquitto {
    pub fn line(mut self, line: &str) -> Mosquitto {
        self.lines.push(line.to_owned());
        self
    }

    /// Lets in only the users that are named, by password.
    pub fn user(mut self, name: &str, password: &str) -> Mosquitto {
        self.users.push((name.to_owned(), password.to_owned()));
        self
    }

    /// The text of an ACL file: what is not allowed there is forbidden.
    pub fn acl(mut self, text: &str) -> Mosquitto {
        self.acl = Some(text.to_owned());
        self
    }

    /// Keeps its state on disk, written after every change, so that it survives a SIGKILL too: all that
    /// was acknowledged before the last packet that it answered. (It acknowledges first, then writes.)
    pub fn persistence(mut self) -> Mosquitto {
        self.persistence = true;
        self
    }

    /// Listens on ::1 too, on the same port.
    pub fn ipv6(mut self) -> Mosquitto {
        self.ipv6 = true;
        self
    }

    /// A second listener, with TLS, on [`Broker::tls_port`].
    pub fn tls(mut self, certificates: &Certificates) -> Mosquitto {
        let text = |path: &Path| path.to_str().expect("the path is plain").to_owned();
        self.tls = Some(Tls {
            ca_file: text(certificates.ca_file()),
            certificate_file: text(certificates.server_cert_file()),
            key_file: text(certificates.server_key_file()),
            client_certificate_required: false,
            lines: Vec::new(),
        });
        self
    }

    /// A listener with TLS that shows this certificate, as [`Mosquitto::tls`] has one; lines of `mosquitto.conf` for it.
    pub fn tls_with(mut self, certificate: &Path, key: &Path, lines: &[&str]) -> Mosquitto {
        let text = |path: &Path| path.to_str().expect("the path is plain").to_owned();
        self.tls = Some(Tls {
            ca_file: text(certificate),
            certificate_file: text(certificate),
            key_file: text(key),
            client_certificate_required: false,
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        });
        self
    }

    /// Speaks TLS 1.2 and no other, which Mosquitto has no setting for.
    pub fn only_tls_1_2(mut self) -> Mosquitto {
        self.only_tls_1_2 = true;
        self
    }

    /// Refuses clients that show no certificate that the file of its own one has, or an authority in there signed.
    pub fn require_client_certificates(mut self) -> Mosquitto {
        if let Some(tls) = &mut self.tls {
            tls.client_certificate_required = true;
        }
        self
    }

    /// As [`Mosquitto::tls`], and refuses clients that show no certificate of the same CA.
    pub fn tls_with_client_certificates(self, certificates: &Certificates) -> Mosquitto {
        self.tls(certificates).require_client_certificates()
    }

    #[track_caller]
    pub fn start(self) -> Broker {
        Broker::launch(Recipe {
            name: "mosquitto",
            version: Version::V5,
            // The end of "mosquitto version ... running".
            ready: Ready::Line(" running"),
            command: Box::new(move |directory, port, tls_port| {
                self.write_files(directory, port, tls_port);
                let mut command = debian_program("mosquitto");
                command.arg("-c").arg(directory.join("mosquitto.conf"));
                if self.only_tls_1_2 {
                    let file = directory.join("openssl.cnf");
                    write(&file, ONLY_TLS_1_2);
                    command.env("OPENSSL_CONF", file);
                }
                command
            }),
        })
    }

    fn write_files(&self, directory: &Path, port: u16, tls_port: u16) {
        let at = |name: &str| directory.join(name).display().to_string();
        let mut lines = vec![
            // Stays who started it: as root it would become another user, who cannot read these files.
            "user root".to_owned(),
            "log_dest stderr".to_owned(),
            "log_type all".to_owned(),
            format!("allow_anonymous {}", self.users.is_empty()),
        ];
        if !self.users.is_empty() {
            self.write_password_file(&directory.join("passwords"));
            lines.push(format!("password_file {}", at("passwords")));
        }
        if let Some(acl) = &self.acl {
            write(&directory.join("acl"), acl);
            lines.push(format!("acl_file {}", at("acl")));
        }
        if self.persistence {
            lines.push("persistence true".to_owned());
            lines.push(format!("persistence_location {}/", directory.display()));
            lines.push("autosave_on_changes true".to_owned());
            lines.push("autosave_interval 1".to_owned());
        }
        if self.ipv6 {
            lines.push(format!("listener {port} ::1"));
        }
        lines.push(format!("listener {port} 127.0.0.1"));
        lines.extend(self.lines.iter().cloned());
        if let Some(tls) = &self.tls {
            lines.push(format!("listener {tls_port} 127.0.0.1"));
            lines.push(format!("cafile {}", tls.ca_file));
            lines.push(format!("certfile {}", tls.certificate_file));
            lines.push(format!("keyfile {}", tls.key_file));
            lines.push(format!(
                "require_certificate {}",
                tls.client_certificate_required
            ));
            lines.extend(tls.lines.iter().cloned());
        }
        write(
            &directory.join("mosquitto.conf"),
            &(lines.join("\n") + "\n"),
        );
    }

    fn write_password_file(&self, path: &Path) {
        write(path, "");
        for (name, password) in &self.users {
            edit_password_file(path, "-b", &[name, password]);
        }
    }
}

/// Lets a user in with this password from now on; those who are connected stay.
pub fn set_user(broker: &mut Broker, name: &str, password: &str) {
    edit_password_file(
        &broker.directory().join("passwords"),
        "-b",
        &[name, password],
    );
    broker.process().signal(Signal::HUP);
}

/// Lets a user in no more, and ends its connections.
pub fn delete_user(broker: &mut Broker, name: &str) {
    edit_password_file(&broker.directory().join("passwords"), "-D", &[name]);
    broker.process().signal(Signal::HUP);
}

/// The configuration of OpenSSL.
const ONLY_TLS_1_2: &str =
    "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = default\n\
                            [default]\nMinProtocol = TLSv1.2\nMaxProtocol = TLSv1.2\n";

fn edit_password_file(path: &Path, option: &str, words: &[&str]) {
    let mut command: Command = debian_program("mosquitto_passwd");
    command.arg(option).arg(path).args(words);
    let output = command.output().expect("tools/debian-run can be run");
    assert!(
        output.status.success(),
        "mosquitto_passwd failed: {output:?}"
    );
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
