//! Which certificates of brokers are accepted.

use super::support::broker::mosquitto::Mosquitto;
use super::support::broker::Broker;
use super::support::openssl::Openssl;
use super::support::wait::eventually;
use super::{broker, connect, refused, works};
use argus_mqtt::{Client, State};
use serde_json::json;
use std::path::Path;

const NAMES: &[&str] = &["-addext", "subjectAltName=IP:127.0.0.1"];
const UNKNOWN_EXTENSION: &[&str] = &[
    "-addext",
    "subjectAltName=IP:127.0.0.1",
    "-addext",
    "1.2.3.4=critical,ASN1:UTF8String:x",
];

/// One that speaks TLS 1.3, and one that does not.
fn brokers(certificate: &Path, openssl: &Openssl) -> [Broker; 2] {
    let old = Mosquitto::default().only_tls_1_2();
    let old = old.tls_with(certificate, &openssl.key(), &[]).start();
    [broker(certificate, openssl), old]
}

/// As `openssl x509 -fingerprint` prints it.
fn fingerprint(openssl: &Openssl, certificate: &Path) -> String {
    let printed = openssl.ask(certificate, &["-fingerprint", "-sha256"]);
    let (_, digits) = printed.trim().split_once('=').expect("name and digits");
    digits.to_owned()
}

#[test]
fn the_certificate_that_the_broker_shows_is_trusted_when_it_is_named() {
    let openssl = Openssl::new();
    let certificate = openssl.self_signed(NAMES);
    let broker = broker(&certificate, &openssl);
    let client = connect(broker.tls_port(), json!({"tls_ca_file": certificate}));
    works(&client);
    // Its name still counts.
    let client = connect(
        broker.tls_port(),
        json!({"tls_ca_file": certificate, "broker_host": "localhost"}),
    );
    let reason = refused(&client);
    assert!(
        reason.contains("is for \"127.0.0.1\", not for \"localhost\""),
        "{reason}"
    );
}

#[test]
fn a_self_signed_certificate_that_is_not_named_is_refused_with_the_ways_out() {
    let openssl = Openssl::new();
    let certificate = openssl.self_signed(NAMES);
    let broker = broker(&certificate, &openssl);
    let other = Openssl::new();
    // The second names an authority of the same name, which has another key.
    for more in [json!({}), json!({"tls_ca_file": other.self_signed(NAMES)})] {
        let reason = refused(&connect(broker.tls_port(), more));
        assert!(reason.contains("self-signed"), "{reason}");
        assert!(reason.contains("tls_ca_file"), "{reason}");
        assert!(
            reason.contains(&fingerprint(&openssl, &certificate)),
            "{reason}"
        );
        assert!(!reason.contains("CaUsedAsEndEntity"), "{reason}");
    }
}

#[test]
fn a_certificate_without_a_name_is_refused_with_how_to_make_one() {
    let openssl = Openssl::new();
    let certificate = openssl.self_signed(&[]);
    let broker = broker(&certificate, &openssl);
    let client = connect(broker.tls_port(), json!({"tls_ca_file": certificate}));
    let reason = refused(&client);
    assert!(reason.contains("names no host"), "{reason}");
    let (_, after) = reason.split_once("openssl ").expect("how to make one");
    let (command, _) = after.split_once(';').expect("the command ends");
    // What it says to do helps.
    let remade = Openssl::new();
    remade.run(&command.split(' ').collect::<Vec<_>>());
    let directory = remade.key();
    let directory = directory.parent().expect("it is in one");
    let certificate = directory.join("broker.crt");
    let broker = Mosquitto::default()
        .tls_with(&certificate, &directory.join("broker.key"), &[])
        .start();
    works(&connect(
        broker.tls_port(),
        json!({"tls_ca_file": certificate}),
    ));
}

#[test]
fn a_fingerprint_replaces_chain_and_name() {
    let openssl = Openssl::new();
    for make in [
        |openssl: &Openssl| openssl.self_signed(&[]),
        |openssl: &Openssl| openssl.version_1(),
        |openssl: &Openssl| openssl.self_signed(UNKNOWN_EXTENSION),
    ] {
        let certificate = make(&openssl);
        for broker in brokers(&certificate, &openssl) {
            let digits = fingerprint(&openssl, &certificate);
            for text in [digits.to_lowercase().replace(':', ""), digits] {
                let client = connect(broker.tls_port(), json!({"tls_fingerprint": text}));
                works(&client);
            }
        }
    }
}

#[test]
fn another_fingerprint_is_refused_with_the_one_that_the_broker_has() {
    let openssl = Openssl::new();
    let certificate = openssl.self_signed(NAMES);
    let broker = broker(&certificate, &openssl);
    // Even where the certificate is trusted otherwise.
    let client = connect(
        broker.tls_port(),
        json!({"tls_fingerprint": "ab".repeat(32), "tls_ca_file": certificate}),
    );
    let reason = refused(&client);
    assert!(
        reason.contains(&fingerprint(&openssl, &certificate)),
        "{reason}"
    );
}

#[test]
fn whatever_is_shown_is_taken_without_verification() {
    let openssl = Openssl::new();
    for make in [
        |openssl: &Openssl| openssl.version_1(),
        |openssl: &Openssl| openssl.self_signed(UNKNOWN_EXTENSION),
    ] {
        let certificate = make(&openssl);
        for broker in brokers(&certificate, &openssl) {
            let client = connect(broker.tls_port(), json!({"tls_insecure_skip_verify": true}));
            works(&client);
        }
    }
}

#[test]
fn a_listed_certificate_with_an_unknown_critical_extension_is_refused_in_words() {
    let openssl = Openssl::new();
    let certificate = openssl.self_signed(UNKNOWN_EXTENSION);
    let broker = broker(&certificate, &openssl);
    let client = connect(broker.tls_port(), json!({"tls_ca_file": certificate}));
    let reason = refused(&client);
    assert!(reason.contains("critical extension"), "{reason}");
    assert!(reason.contains("tls_fingerprint"), "{reason}");
    let certificate = openssl.version_1();
    let broker = self::broker(&certificate, &openssl);
    let client = connect(broker.tls_port(), json!({"tls_ca_file": certificate}));
    let reason = refused(&client);
    assert!(reason.contains("version 1"), "{reason}");
}

#[test]
fn dates_count_for_a_listed_certificate() {
    let openssl = Openssl::new();
    let key = std::fs::read_to_string(openssl.key()).expect("it is there");
    let key =
        rcgen::KeyPair::from_pem_and_sign_algo(&key, &rcgen::PKCS_RSA_SHA256).expect("an RSA key");
    let make = |from, until| {
        let mut params =
            rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).expect("it is an address");
        params.not_before = rcgen::date_time_ymd(from, 1, 31);
        params.not_after = rcgen::date_time_ymd(until, 1, 31);
        params
            .self_signed(&key)
            .expect("the parameters are sound")
            .pem()
    };
    let expired = openssl.write("expired.pem", make(2020, 2021));
    let broker = self::broker(&expired, &openssl);
    let client = connect(broker.tls_port(), json!({"tls_ca_file": expired}));
    let reason = tried_again(&client);
    assert!(reason.contains("expired on 2021-01-31"), "{reason}");
    // But that one and no other was asked for.
    let digits = fingerprint(&openssl, &expired);
    works(&connect(
        broker.tls_port(),
        json!({"tls_fingerprint": digits}),
    ));

    let early = openssl.write("early.pem", make(2080, 2090));
    let broker = self::broker(&early, &openssl);
    let client = connect(broker.tls_port(), json!({"tls_ca_file": early}));
    let reason = tried_again(&client);
    assert!(reason.contains("valid only from 2080-01-31 on"), "{reason}");
    assert!(reason.contains("clock"), "{reason}");
}

/// Waits until it has failed twice, as what may pass, and gives the reason.
#[track_caller]
fn tried_again(client: &Client) -> String {
    eventually("it has failed twice", || {
        client.status().reconnect_attempt >= 2
    });
    let status = client.status();
    assert_ne!(status.state, State::Refused, "{status:?}");
    status.last_error.expect("it failed")
}

#[test]
fn a_client_comes_online_by_itself_once_the_broker_shows_a_certificate_that_is_valid() {
    for (from, until, says) in [
        (
            "20200131000000Z",
            "20210131000000Z",
            "expired on 2021-01-31",
        ),
        (
            "20800131000000Z",
            "20900131000000Z",
            "valid only from 2080-01-31 on",
        ),
    ] {
        let openssl = Openssl::new();
        let (authority, certificate) = openssl.signed_for(from, until);
        let mut broker = broker(&certificate, &openssl);
        let client = connect(broker.tls_port(), json!({"tls_ca_file": authority}));
        let reason = tried_again(&client);
        assert!(reason.contains(says), "{reason}");
        openssl.signed_for("20200131000000Z", "20900131000000Z");
        broker.restart();
        works(&client);
        assert_eq!(client.status().last_error, None);
    }
}

#[test]
fn the_end_of_the_brokers_certificate_is_told_and_warned_of() {
    for (days, is_soon) in [("13", true), ("15", false)] {
        let openssl = Openssl::new();
        let certificate = openssl.self_signed(&[NAMES, &["-days", days]].concat());
        for broker in brokers(&certificate, &openssl) {
            let client = connect(broker.tls_port(), json!({"tls_ca_file": certificate}));
            works(&client);
            let status = client.status();
            let until = status
                .limits
                .and_then(|limits| limits.certificate_valid_until);
            let until = until.expect("it was read");
            let printed = openssl.ask(&certificate, &["-enddate", "-dateopt", "iso_8601"]);
            assert!(
                printed.starts_with(&format!("notAfter={until} ")),
                "{printed}: {until}"
            );
            let warning = format!("the broker's certificate expires on {until}");
            let is_told =
                |warning: &str| status.warnings.iter().any(|text| text.starts_with(warning));
            assert_eq!(is_told(&warning), is_soon, "{:?}", status.warnings);
        }
    }
}
