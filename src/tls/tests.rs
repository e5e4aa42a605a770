//! Handshakes with a real broker, without a client around them, and the reader of certificates.

use super::{der, read_certificate, Session, Source, Tls, TlsFailure};
use crate::support::broker::mosquitto::Mosquitto;
use crate::support::certificates::Certificates;
use crate::support::openssl::Openssl;
use crate::tls::clock::{UnixSeconds, DAY};
use proptest::prelude::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::CertificateDer;
use rustls::ClientConnection;
use std::net::TcpStream;

fn trusting(certificates: &Certificates, server_name: Option<&str>) -> Source {
    let tls = Tls {
        ca_file: Some(certificates.ca_file().into()),
        server_name: server_name.map(str::to_owned),
        ..Tls::default()
    };
    Source::new(&tls, "127.0.0.1").expect("the files are sound")
}

fn handshake(session: &Session, port: u16) -> Result<ClientConnection, TlsFailure> {
    let mut connection = ClientConnection::new(session.config(), session.server_name())
        .expect("the configuration is sound");
    let mut socket = TcpStream::connect(("127.0.0.1", port)).expect("the broker listens");
    while connection.is_handshaking() {
        connection
            .complete_io(&mut socket)
            .map_err(|error| session.io_failure(&error))?;
    }
    Ok(connection)
}

#[test]
fn the_broker_is_asked_for_the_name_that_is_verified() {
    let certificates = Certificates::for_names(&["broker.example"]);
    let broker = Mosquitto::default().tls(&certificates).start();
    let (session, stale) = trusting(&certificates, Some("broker.example")).session();
    assert_eq!(stale, None);
    assert_eq!(session.server_name().to_str(), "broker.example");
    handshake(&session, broker.tls_port()).expect("the name is in it");
    let (session, _) = trusting(&certificates, None).session();
    let failure = handshake(&session, broker.tls_port()).expect_err("another name");
    assert!(failure.text.contains("127.0.0.1"), "{failure:?}");
    assert!(!failure.passes);
}

#[test]
fn a_port_without_tls_may_be_one_that_is_starting() {
    let certificates = Certificates::new();
    let broker = Mosquitto::default().start();
    let (session, _) = trusting(&certificates, None).session();
    let failure = handshake(&session, broker.port()).expect_err("it speaks no TLS");
    assert!(failure.text.contains("broker_port"), "{failure:?}");
}

#[test]
fn files_that_are_broken_now_take_nothing_away() {
    let certificates = Certificates::new();
    let files = Openssl::new();
    let good = std::fs::read(certificates.ca_file()).expect("it is there");
    let file = files.write("ca.pem", &good);
    let tls = Tls {
        ca_file: Some(file),
        ..Tls::default()
    };
    let source = Source::new(&tls, "127.0.0.1").expect("the file is sound");
    let broker = Mosquitto::default().tls(&certificates).start();
    files.write("ca.pem", "");
    let (session, stale) = source.session();
    let stale = stale.expect("it says so");
    assert!(stale.contains("is empty"), "{stale}");
    handshake(&session, broker.tls_port()).expect("what was read first holds");
    files.write("ca.pem", &good);
    assert_eq!(source.session().1, None);
}

#[test]
fn dates_are_read_as_openssl_reads_them() {
    let openssl = Openssl::new();
    // The latter ends after 2050, which is written in another form.
    for days in ["1", "36500"] {
        let file = openssl.self_signed(&["-days", days]);
        let certificate = CertificateDer::from_pem_file(&file).expect("it is PEM");
        let fields = der::read(&certificate).expect("it is a certificate");
        let printed = openssl.ask(&file, &["-dates", "-dateopt", "iso_8601"]);
        for (name, seconds) in [
            ("notBefore", fields.not_before),
            ("notAfter", fields.not_after),
        ] {
            let day = UnixSeconds(seconds);
            let rest = seconds.rem_euclid(DAY);
            let time = format!("{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60);
            let wanted = format!("{name}={day} {time}");
            assert!(printed.contains(&wanted), "{printed}: {wanted}");
        }
        assert!(fields.is_self_issued());
    }
}

#[test]
fn a_certificate_is_told_to_a_person() {
    let openssl = Openssl::new();
    let names = "subjectAltName=critical,DNS:broker.lan,email:a@b.c,IP:192.0.2.7,IP:2001:db8::1";
    let subject =
        "/C=DE/O=H\u{f6}me/OU=\u{202e}moc.reko\u{200b}rb/emailAddress=a@b.c/CN=broker\u{1b}[31m";
    let arguments = ["-utf8", "-subj", subject, "-addext", names];
    let file = openssl.self_signed(&arguments);
    let der = CertificateDer::from_pem_file(&file).expect("it is PEM");
    let told = read_certificate(&der).expect("it is a certificate");
    assert_eq!(
        told.subject,
        "C=DE, O=H\u{f6}me, OU=\\u{202e}moc.reko\\u{200b}rb, CN=broker\\u{1b}[31m"
    );
    assert_eq!(told.issuer, told.subject);
    assert!(told.is_self_signed);
    assert_eq!(told.names, ["broker.lan", "192.0.2.7", "2001:db8::1"]);
    let printed = openssl.ask(&file, &["-fingerprint", "-sha256"]);
    assert!(printed.contains(&told.fingerprint), "{printed}: {told:?}");
}

#[test]
fn a_certificate_may_name_nothing() {
    let openssl = Openssl::new();
    let file = openssl.self_signed(&["-subj", "/"]);
    let der = CertificateDer::from_pem_file(&file).expect("it is PEM");
    let told = read_certificate(&der).expect("it is a certificate");
    assert_eq!((&*told.subject, told.names.len()), ("", 0));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = read_certificate(&bytes);
    }

    #[test]
    fn no_damage_makes_the_reader_panic(at in 0..700_usize, byte: u8, length in 0..800_usize) {
        let mut certificate = TEMPLATE.with(Vec::clone);
        if let Some(found) = certificate.get_mut(at) {
            *found = byte;
        }
        certificate.truncate(length);
        let _ = read_certificate(&certificate);
    }
}

thread_local! {
    static TEMPLATE: Vec<u8> = {
        let pem = std::fs::read(Certificates::new().ca_file()).expect("it was just made");
        CertificateDer::from_pem_slice(&pem).expect("it is PEM").to_vec()
    };
}
