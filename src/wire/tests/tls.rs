//! Connections over TLS, on our own sockets.

use super::attempts::BlackHole;
use super::{attempt, dialer, huge_message, message, outcome, Told, BOTH};
use crate::engine::{FailureKind, Packet as Handed, Version};
use crate::message::QoS::{AtLeastOnce, AtMostOnce};
use crate::support::codec::{self, read_frame, Ack, AckKind, Codes, ConnAck, Packet, Properties};
use crate::support::wait::{Gate, PATIENCE};
use crate::wire::Dialer;
use bytes::Bytes;
use rcgen::{CertifiedKey, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use std::io::{ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// A broker behind TLS that acknowledges everything on one connection.
struct TlsBroker {
    address: SocketAddr,
    _ca: tempfile::NamedTempFile,
    ca_file: String,
}

impl TlsBroker {
    fn start(name: &str) -> Self {
        let (listener, config, ca) = listen(name);
        let address = listener.local_addr().expect("it is bound");
        std::thread::spawn(move || {
            let (tcp, _) = listener.accept().expect("somebody connects");
            let connection = ServerConnection::new(config).expect("the configuration is good");
            // The client goes away, which is an error here.
            let _ = serve(&mut StreamOwned::new(connection, tcp));
        });
        TlsBroker {
            address,
            ca_file: ca.path().to_string_lossy().into_owned(),
            _ca: ca,
        }
    }

    /// A dialer for a name with these addresses before that of the broker.
    fn dialer(&self, before: Vec<SocketAddr>) -> Dialer {
        let settings =
            json!({"broker_host": "broker.test", "use_tls": true, "tls_ca_file": self.ca_file});
        let addresses = [before, vec![self.address]].concat();
        dialer(1, &settings).with_resolver(move |_, _| Ok(addresses.clone()))
    }
}

/// Listens, with a certificate for this name; the file has it too.
fn listen(name: &str) -> (TcpListener, Arc<ServerConfig>, tempfile::NamedTempFile) {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate can be made");
    let mut ca = tempfile::NamedTempFile::new().expect("there is room for a file");
    ca.write_all(cert.pem().as_bytes())
        .expect("there is room in it");
    let listener = TcpListener::bind("127.0.0.1:0").expect("any port will do");
    (
        listener,
        Arc::new(config(cert.der().clone(), &signing_key)),
        ca,
    )
}

fn config(certificate: rustls::pki_types::CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("key and certificate match")
}

fn serve(stream: &mut StreamOwned<ServerConnection, std::net::TcpStream>) -> Result<()> {
    let mut version = codec::Version::V5;
    loop {
        let frame = read_frame(stream)?;
        let answer = match Packet::decode(&frame, version).expect("it is a packet") {
            Packet::Connect(connect) => {
                version = connect.version();
                Packet::ConnAck(ConnAck::default())
            }
            Packet::Publish(publish) if publish.qos == 1 => {
                Packet::Ack(Ack::new(AckKind::PubAck, publish.id))
            }
            Packet::Subscribe(subscribe) => Packet::SubAck(Codes {
                id: subscribe.id,
                codes: vec![0],
                properties: Properties::default(),
            }),
            Packet::PingReq => Packet::PingResp,
            _ => continue,
        };
        stream.write_all(&answer.encode(version))?;
        stream.flush()?;
    }
}

#[test]
fn messages_of_all_sizes_go_over_tls() {
    for version in BOTH {
        let broker = TlsBroker::start("broker.test");
        let mut link =
            outcome(&broker.dialer(vec![]), attempt(version, PATIENCE)).expect("it opens");
        for token in 1..=50 {
            link.send(message(token, AtLeastOnce));
        }
        link.send(huge_message(51, AtLeastOnce));
        link.send(message(52, AtLeastOnce));
        let told = link.poll_until(|told| told.contains(&Told::Acked(52)));
        let written = told.iter().filter(|told| matches!(told, Told::Written(_)));
        assert!(written.eq(&(1..=52).map(Told::Written).collect::<Vec<_>>()));
        let acked = told.iter().filter(|told| matches!(told, Told::Acked(_)));
        assert!(acked.eq(&(1..=52).map(Told::Acked).collect::<Vec<_>>()));
    }
}

#[test]
fn what_is_reported_as_written_over_tls_has_left_for_good() {
    let (listener, config, ca) = listen("broker.test");
    let address = listener.local_addr().expect("it is bound");
    let gate = Arc::new(Gate::default());
    let server = std::thread::spawn({
        let gate = gate.clone();
        move || {
            let (tcp, _) = listener.accept().expect("somebody connects");
            let connection = ServerConnection::new(config).expect("the configuration is good");
            let mut stream = StreamOwned::new(connection, tcp);
            read_frame(&mut stream).expect("it sends CONNECT");
            let connack = Packet::ConnAck(ConnAck::default()).encode(codec::Version::V5);
            stream.write_all(&connack).expect("it is there");
            gate.wait();
            // Until the end of the stream, which may come in the middle of a packet.
            std::iter::from_fn(|| read_frame(&mut stream).ok()).count()
        }
    });
    let settings = json!({"broker_host": "broker.test", "use_tls": true, "tls_ca_file": ca.path()});
    let dialer = dialer(1, &settings).with_resolver(move |_, _| Ok(vec![address]));
    let mut link = outcome(&dialer, attempt(Version::V5, PATIENCE)).expect("it opens");
    // More than the buffers of a loopback connection take, and as many as there may be.
    let payload = Bytes::from(vec![b'x'; 1000]);
    let mut written = 0;
    for token in 1.. {
        link.send(Handed::Publish {
            token,
            topic: "a".into(),
            payload: payload.clone(),
            qos: AtMostOnce,
            retain: false,
            expiry_seconds: None,
        });
        if token % 100 == 0 {
            let told = link.poll(Duration::ZERO);
            written += told.len();
            if told.is_empty() {
                break;
            }
        }
    }
    drop(link);
    gate.open();
    let arrived = server.join().expect("it does not panic");
    assert!(
        arrived >= written,
        "{written} were written, and {arrived} arrived"
    );
}

#[test]
fn an_address_that_does_not_answer_delays_the_next_over_tls_too() {
    for version in BOTH {
        let hole = BlackHole::new("[::1]:0");
        let broker = TlsBroker::start("broker.test");
        let link = outcome(
            &broker.dialer(vec![hole.address()]),
            attempt(version, PATIENCE),
        );
        let link = link.expect("it opens, under the name that the certificate is for");
        assert!(link.waker.clock().now() < PATIENCE);
    }
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let broker = TlsBroker::start("other.test");
    let failure = outcome(&broker.dialer(vec![]), attempt(Version::V5, PATIENCE));
    let failure = failure.expect_err("the name is another");
    assert_eq!(failure.kind, FailureKind::Permanent);
    let says = r#"is for "other.test", not for "broker.test""#;
    assert!(failure.text.contains(says), "{failure:?}");
}

#[test]
fn what_answers_without_tls_is_named() {
    for (answer, says) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
            r#""HTTP/1.1 400 Bad Request""#,
        ),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", r#""SSH-2.0-OpenSSH_9.2p1""#),
        (
            &[0x20, 0x02, 0x00, 0x01, 0x00],
            "does not speak TLS on this port",
        ),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("any port will do");
        let address = listener.local_addr().expect("it is bound");
        let server = std::thread::spawn(move || {
            let (mut tcp, _) = listener.accept().expect("somebody connects");
            tcp.write_all(answer).expect("it is still there");
            tcp
        });
        let settings = json!({"broker_host": "broker.test", "use_tls": true});
        let dialer = dialer(1, &settings).with_resolver(move |_, _| Ok(vec![address]));
        let failure = outcome(&dialer, attempt(Version::V5, PATIENCE)).expect_err("it is no TLS");
        assert_eq!(failure.kind, FailureKind::Permanent, "{failure:?}");
        assert!(failure.text.contains(says), "{failure:?}");
        assert!(!failure.text.contains("set use_tls"), "{failure:?}");
        drop(server.join());
    }
}

/// A connection that breaks after so many bytes to the client.
struct Cut {
    tcp: TcpStream,
    left: usize,
}

impl Read for Cut {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.tcp.read(buffer)
    }
}

impl Write for Cut {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.left == 0 {
            return Err(ErrorKind::BrokenPipe.into());
        }
        let written = self.tcp.write(&bytes[..bytes.len().min(self.left)])?;
        self.left -= written;
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[test]
fn wherever_a_handshake_is_cut_it_may_succeed_the_next_time() {
    let (listener, config, ca) = listen("broker.test");
    let address = listener.local_addr().expect("it is bound");
    let cuts: Vec<usize> = (0..8).chain((8..1200).step_by(29)).collect();
    let server = std::thread::spawn({
        let cuts = cuts.clone();
        move || {
            for left in cuts {
                let (tcp, _) = listener.accept().expect("somebody connects");
                let tls = ServerConnection::new(config.clone()).expect("it is good");
                // Without CONNACK it ends here at the latest.
                let mut stream = StreamOwned::new(tls, Cut { tcp, left });
                let _ = read_frame(&mut stream);
            }
        }
    });
    let ca_file = ca.path().to_string_lossy().into_owned();
    let settings = json!({"broker_host": "broker.test", "use_tls": true, "tls_ca_file": ca_file});
    let dialer = dialer(1, &settings).with_resolver(move |_, _| Ok(vec![address]));
    let mut kinds = Vec::new();
    for left in cuts {
        let failure = outcome(&dialer, attempt(Version::V5, PATIENCE));
        let failure = failure.expect_err("it never comes to CONNACK");
        // Once TLS stands, a close is about MQTT.
        let may_pass = matches!(failure.kind, FailureKind::Later | FailureKind::Closed);
        assert!(may_pass, "after {left} bytes: {failure:?}");
        kinds.push(failure.kind);
    }
    assert_eq!(kinds.first(), Some(&FailureKind::Later));
    server.join().expect("it went well");
}

#[test]
fn a_handshake_that_is_closed_or_hangs_says_nothing_about_the_version() {
    for (closes, limit, kind, says) in [
        (
            true,
            PATIENCE,
            FailureKind::Later,
            "closed the connection while TLS was being set up",
        ),
        (
            false,
            Duration::from_millis(200),
            FailureKind::Unreachable,
            "did not finish the TLS handshake within 0.2 s",
        ),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("any port will do");
        let address = listener.local_addr().expect("it is bound");
        let server = std::thread::spawn(move || {
            let (tcp, _) = listener.accept().expect("somebody connects");
            if closes {
                let _ = std::io::copy(&mut (&tcp).take(1), &mut std::io::sink());
            }
            (!closes).then_some(tcp)
        });
        let settings = json!({"broker_host": "broker.test", "use_tls": true});
        let dialer = dialer(1, &settings).with_resolver(move |_, _| Ok(vec![address]));
        let failure =
            outcome(&dialer, attempt(Version::V5, limit)).expect_err("there is no answer");
        assert_eq!(failure.kind, kind, "{failure:?}");
        assert!(failure.text.contains(says), "{failure:?}");
        drop(server.join());
    }
}
