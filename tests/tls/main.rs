//! TLS against a real broker.

#![cfg(feature = "tls")]

#[path = "../support/mod.rs"]
mod support;

mod advice;
mod files;
mod kinds;
mod names;
mod trust;

use argus_mqtt::{Client, ErrorKind, Outcome, Settings, State};
use serde_json::{json, Value};
use std::path::Path;
use std::time::Duration;
use support::broker::mosquitto::Mosquitto;
use support::broker::Broker;
use support::certificates::Certificates;
use support::openssl::Openssl;
use support::wait::PATIENCE;

fn settings(port: u16, more: Value) -> Value {
    let settings = json!({
        "broker_host": "127.0.0.1",
        "broker_port": port,
        "use_tls": true,
        "reconnect_max_seconds": 1,
    });
    support::fields::with(settings, &more)
}

/// A broker with this certificate and the key of `openssl`.
#[track_caller]
fn broker(certificate: &Path, openssl: &Openssl) -> Broker {
    Mosquitto::default()
        .tls_with(certificate, &openssl.key(), &[])
        .start()
}

#[track_caller]
fn connect(port: u16, more: Value) -> Client {
    let settings = Settings::from_value(&settings(port, more)).expect("the settings are valid");
    Client::connect(settings).expect("a thread can be started")
}

/// Waits as long as it takes to be refused, and gives the reason.
#[track_caller]
fn refused(client: &Client) -> String {
    let error = client
        .wait_online(Duration::MAX)
        .expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert_eq!(client.status().state, State::Refused);
    error.to_string()
}

#[track_caller]
fn works(client: &Client) {
    client.wait_online(PATIENCE).expect("it gets online");
    let delivery = client.publish_event("door", "{}").expect("accepted");
    let outcome = delivery.wait(PATIENCE).expect("it ends");
    assert_eq!(outcome, Outcome::Delivered);
}

#[test]
fn a_broker_whose_certificate_a_named_authority_signed_is_trusted() {
    let certificates = Certificates::new();
    let broker = Mosquitto::default().tls(&certificates).start();
    for protocol in ["5", "3.1.1"] {
        for host in ["127.0.0.1", "localhost"] {
            let client = connect(
                broker.tls_port(),
                json!({"tls_ca_file": certificates.ca_file(), "broker_host": host, "protocol": protocol}),
            );
            works(&client);
            assert_eq!(client.status().protocol, Some(protocol));
        }
    }
}

#[test]
fn a_certificate_of_another_authority_is_refused_at_once() {
    let (its, ours) = (Certificates::new(), Certificates::new());
    let broker = Mosquitto::default().tls(&its).start();
    let client = connect(broker.tls_port(), json!({"tls_ca_file": ours.ca_file()}));
    let reason = refused(&client);
    assert!(reason.contains("tls_ca_file"), "{reason}");
    assert!(!reason.contains("3.1.1"), "no downgrade: {reason}");
}

#[test]
fn a_certificate_that_the_system_does_not_know_is_refused_at_once() {
    let certificates = Certificates::new();
    let broker = Mosquitto::default().tls(&certificates).start();
    let reason = refused(&connect(broker.tls_port(), json!({})));
    assert!(reason.contains("certificate"), "{reason}");
}

#[test]
fn a_certificate_for_another_name_is_refused_at_once() {
    let certificates = Certificates::for_names(&["broker.example"]);
    let broker = Mosquitto::default().tls(&certificates).start();
    let client = connect(
        broker.tls_port(),
        json!({"tls_ca_file": certificates.ca_file()}),
    );
    let reason = refused(&client);
    assert!(reason.contains("127.0.0.1"), "{reason}");
}

#[test]
fn verification_can_be_switched_off_and_the_status_warns() {
    let certificates = Certificates::new();
    let broker = Mosquitto::default().tls(&certificates).start();
    let client = connect(broker.tls_port(), json!({"tls_insecure_skip_verify": true}));
    works(&client);
    let warnings = client.status().warnings;
    let warned = |warning: &String| warning.contains("tls_insecure_skip_verify");
    assert!(warnings.iter().any(warned), "{warnings:?}");
}

#[test]
fn a_client_certificate_is_shown_and_one_that_is_missing_is_told() {
    let certificates = Certificates::new();
    let broker = Mosquitto::default()
        .tls_with_client_certificates(&certificates)
        .start();
    let client = connect(
        broker.tls_port(),
        json!({
            "tls_ca_file": certificates.ca_file(),
            "tls_client_cert_file": certificates.client_cert_file(),
            "tls_client_key_file": certificates.client_key_file(),
        }),
    );
    works(&client);

    let reason = refused(&connect(
        broker.tls_port(),
        json!({"tls_ca_file": certificates.ca_file()}),
    ));
    assert!(reason.contains("certificate"), "{reason}");
    assert!(!reason.contains("3.1.1"), "no downgrade: {reason}");
}

#[test]
fn plain_and_tls_that_meet_say_so() {
    let certificates = Certificates::new();
    let broker = Mosquitto::default().tls(&certificates).start();
    let plain = connect(broker.tls_port(), json!({"use_tls": false}));
    let error = plain
        .wait_online(Duration::from_secs(5))
        .expect_err("it is a port for TLS");
    assert!(error.to_string().contains("clos"), "{error}");
    let tls = connect(
        broker.port(),
        json!({"tls_ca_file": certificates.ca_file()}),
    );
    let error = tls
        .wait_online(Duration::from_secs(5))
        .expect_err("it is no port for TLS");
    assert!(error.to_string().contains("TLS"), "{error}");
}
