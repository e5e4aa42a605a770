//! Certificates and keys that cannot be accepted: what is said is what is wrong with them, and what helps.

use super::support::broker::mosquitto::Mosquitto;
use super::support::openssl::Openssl;
use super::support::wait::eventually;
use super::{broker, connect, refused, works};
use argus_mqtt::Settings;
use serde_json::{json, Value};
use std::path::{Path, PathBuf};

/// What is said of a broker with this certificate.
#[track_caller]
fn reason(openssl: &Openssl, certificate: &Path, more: Value) -> String {
    let broker = broker(certificate, openssl);
    refused(&connect(broker.tls_port(), more))
}

#[test]
fn an_address_that_is_given_as_a_name_is_told_from_one_that_is_missing() {
    let openssl = Openssl::new();
    for (names, says) in [
        (
            "subjectAltName=DNS:127.0.0.1",
            "names only \"DNS:127.0.0.1\", which can't be verified for \"127.0.0.1\"; make one that names \
             \"IP:127.0.0.1\", with: openssl req",
        ),
        (
            "subjectAltName=URI:mqtt://127.0.0.1,DNS:broker.",
            "names only \"URI:mqtt://127.0.0.1\", \"DNS:broker.\", which",
        ),
        // Escaped, and once.
        (
            "subjectAltName=DNS:a\u{1b}[31m\\\\",
            r#"names only "DNS:a\u{1b}[31m\\", which"#,
        ),
        (
            "subjectAltName=DNS:127.0.0.1,DNS:broker.lan",
            "is for \"broker.lan\", not for \"127.0.0.1\"; set",
        ),
        (
            "subjectAltName=DNS:*.example.org,IP:::1",
            "is for \"*.example.org\", \"::1\", not for \"127.0.0.1\"; set broker_host or tls_server_name to a name \
             that it has, where * stands for one part of a name",
        ),
    ] {
        let certificate = openssl.self_signed(&["-addext", names]);
        let reason = reason(
            &openssl,
            &certificate,
            json!({"tls_ca_file": certificate}),
        );
        assert!(reason.contains(says), "{reason}");
    }
}

#[test]
fn the_authority_that_is_missing_is_named() {
    let openssl = Openssl::new();
    let [root, middle] = openssl.chain();
    let certificate = openssl.key().with_file_name("broker.pem");
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("it was just made");
    let trusted = json!({"tls_ca_file": root});
    // Without the certificate between, and with it.
    let said = reason(&openssl, &certificate, trusted.clone());
    assert!(
        said.contains("by an authority \"CN=middle\" that"),
        "{said}"
    );
    assert!(said.contains("show its certificate too"), "{said}");
    let chain = openssl.write("chain.pem", read(&certificate) + &read(&middle));
    let broker = broker(&chain, &openssl);
    works(&connect(broker.tls_port(), trusted));
    // The whole chain, but nobody trusts its root: one of that name has another key.
    let said = reason(&openssl, &chain, json!({}));
    assert!(said.contains("by an authority \"CN=root\" that"), "{said}");
    let other = Openssl::new();
    let [another, _] = other.chain();
    let said = reason(&openssl, &chain, json!({"tls_ca_file": another}));
    assert!(
        said.contains("\"CN=root\" that has the name, but not the key"),
        "{said}"
    );
}

#[test]
fn the_certificate_of_an_authority_is_told_from_one_whose_authority_is_missing() {
    let openssl = Openssl::new();
    let [root, middle] = openssl.chain();
    let said = reason(&openssl, &middle, json!({"tls_ca_file": root}));
    assert!(said.contains("is one of an authority (CA:TRUE)"), "{said}");
    assert!(said.contains("one with CA:FALSE"), "{said}");
}

#[test]
fn a_certificate_between_that_has_expired_is_not_said_to_be_the_brokers() {
    let openssl = Openssl::new();
    openssl.chain();
    let (authority, _) = openssl.signed_for("20200131000000Z", "20900131000000Z");
    let sign = "ca -batch -config ca.cnf -notext -cert ca.pem -keyfile key.pem -in middle.csr -extfile middle.ext \
                -out old.pem -startdate 20200131000000Z -enddate 20210131000000Z";
    openssl.run(&sign.split_whitespace().collect::<Vec<_>>());
    let read = |name: &str| {
        let path = openssl.key().with_file_name(name);
        std::fs::read_to_string(path).expect("it was just made")
    };
    let chain = openssl.write("chain.pem", read("broker.pem") + &read("old.pem"));
    let broker = broker(&chain, &openssl);
    let client = connect(broker.tls_port(), json!({"tls_ca_file": authority}));
    eventually("it has failed", || client.status().last_error.is_some());
    let said = client.status().last_error.expect("it has failed");
    assert!(
        said.contains("an intermediate certificate that the broker shows expired on 2021-01-31"),
        "{said}"
    );
}

#[test]
fn a_key_of_the_broker_that_is_not_supported_is_told() {
    let names = ["-addext", "subjectAltName=IP:127.0.0.1"];
    let small = Openssl::with_key(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]);
    let certificate = small.self_signed(&names);
    for more in [
        json!({"tls_ca_file": certificate}),
        json!({"tls_insecure_skip_verify": true}),
    ] {
        for mosquitto in [Mosquitto::default(), Mosquitto::default().only_tls_1_2()] {
            let broker = mosquitto
                .tls_with(&certificate, &small.key(), &["ciphers DEFAULT:@SECLEVEL=0"])
                .start();
            let said = refused(&connect(broker.tls_port(), more.clone()));
            assert!(said.contains("RSA with 1024 bits, but only 2048"), "{said}");
        }
    }
    for key in [
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
        &["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
    ] {
        let openssl = Openssl::with_key(key);
        let certificate = openssl.self_signed(&names);
        let said = reason(&openssl, &certificate, json!({"tls_ca_file": certificate}));
        assert!(said.contains("a key that is RSA, ECDSA on"), "{said}");
    }
}

/// In the forms in which openssl writes it, and in one file with its certificate.
#[test]
fn a_client_key_of_each_kind_that_the_reference_names_is_taken() {
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("it was just made");
    let openssl = Openssl::new();
    let certificate = openssl.self_signed(&["-addext", "subjectAltName=IP:127.0.0.1"]);
    let mut taken = Vec::new();
    let mut trusted = read(&certificate);
    for key in [
        &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"][..],
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        &["-algorithm", "ED25519"],
    ] {
        let client = Openssl::with_key(key);
        let own = client.self_signed(&[]);
        trusted += &read(&own);
        let old = match key {
            // Too young for an old form.
            [_, "ED25519"] => read(&client.key()),
            _ => read(&client.old_key()),
        };
        // As `openssl ecparam -genkey` writes it.
        let parameters =
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        let keys = [old.clone(), parameters.to_owned() + &old, old + &read(&own)];
        taken.push((client, own, keys));
    }
    let trusted = openssl.write("trusted.pem", trusted);
    let broker = Mosquitto::default()
        .tls_with(&trusted, &openssl.key(), &["use_subject_as_username true"])
        .require_client_certificates()
        .start();
    for (client, own, keys) in &taken {
        for (number, key) in keys.iter().enumerate() {
            let key = client.write(&format!("{number}.pem"), key);
            works(&connect(
                broker.tls_port(),
                json!({"tls_ca_file": certificate, "tls_client_cert_file": own, "tls_client_key_file": key}),
            ));
        }
    }
}

#[test]
fn a_client_certificate_that_is_not_valid_yet_is_noted() {
    let openssl = Openssl::new();
    let (_, own) = openssl.signed_for("20800131000000Z", "20900131000000Z");
    let settings = super::settings(
        1,
        json!({
            "tls_insecure_skip_verify": true,
            "tls_client_cert_file": own,
            "tls_client_key_file": openssl.key(),
        }),
    );
    let notes = Settings::check(&settings.to_string());
    assert!(
        notes.contains("tls_client_cert_file is valid only from 2080-01-31 on"),
        "{notes}"
    );
}
