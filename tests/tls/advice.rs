//! What is said when TLS does not come about: the advice fits what is wrong.

use super::support::broker::mosquitto::Mosquitto;
use super::support::certificates::Certificates;
use super::support::openssl::Openssl;
use super::support::wait::eventually;
use super::{connect, refused};
use argus_mqtt::Client;
use serde_json::json;

#[track_caller]
fn last_error(client: &Client) -> String {
    eventually("it has failed", || client.status().last_error.is_some());
    client.status().last_error.expect("it has failed")
}

#[test]
fn no_cipher_in_common_is_no_matter_of_a_client_certificate() {
    let openssl = Openssl::new();
    let certificate = openssl.self_signed(&["-addext", "subjectAltName=IP:127.0.0.1"]);
    let broker = Mosquitto::default()
        .tls_with(
            &certificate,
            &openssl.key(),
            &["ciphers_tls1.3 TLS_AES_128_CCM_SHA256"],
        )
        .start();
    let reason = refused(&connect(
        broker.tls_port(),
        json!({"tls_ca_file": certificate}),
    ));
    assert!(reason.contains("ciphers"), "{reason}");
    assert!(!reason.contains("client"), "{reason}");
}

#[test]
fn a_client_certificate_that_is_missing_or_refused_is_named() {
    let (certificates, others) = (Certificates::new(), Certificates::new());
    for mosquitto in [Mosquitto::default(), Mosquitto::default().only_tls_1_2()] {
        let broker = mosquitto
            .tls_with_client_certificates(&certificates)
            .start();
        let client = connect(
            broker.tls_port(),
            json!({"tls_ca_file": certificates.ca_file()}),
        );
        let reason = refused(&client);
        assert!(reason.contains("requires a client certificate"), "{reason}");
        let client = connect(
            broker.tls_port(),
            json!({
                "tls_ca_file": certificates.ca_file(),
                "tls_client_cert_file": others.client_cert_file(),
                "tls_client_key_file": others.client_key_file(),
            }),
        );
        let reason = refused(&client);
        assert!(
            reason.contains("refuses the client certificate"),
            "{reason}"
        );
        assert!(reason.contains("tls_client_cert_file"), "{reason}");
    }
}

#[test]
fn a_port_without_tls_is_named() {
    let broker = Mosquitto::default().start();
    let client = connect(broker.port(), json!({"tls_insecure_skip_verify": true}));
    let reason = last_error(&client);
    assert!(reason.contains("broker_port"), "{reason}");
    assert!(reason.contains("use_tls"), "{reason}");
}

#[test]
fn a_certificate_that_is_not_for_servers_is_refused_in_words() {
    let openssl = Openssl::new();
    let ca = openssl.self_signed(&[]);
    let ca = openssl.write("ca.pem", std::fs::read(ca).expect("it was just made"));
    let request = "req -new -key key.pem -subj /CN=broker -out request.pem";
    openssl.run(&request.split(' ').collect::<Vec<_>>());
    openssl.write(
        "extensions",
        "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=clientAuth\nbasicConstraints=CA:FALSE\n",
    );
    let sign =
        "x509 -req -in request.pem -CA ca.pem -CAkey key.pem -extfile extensions -out broker.pem";
    openssl.run(&sign.split(' ').collect::<Vec<_>>());
    let certificate = ca.with_file_name("broker.pem");
    let broker = super::broker(&certificate, &openssl);
    let reason = refused(&connect(broker.tls_port(), json!({"tls_ca_file": ca})));
    assert!(reason.contains("not one for servers"), "{reason}");
    // But whoever names that very certificate has it.
    super::works(&connect(
        broker.tls_port(),
        json!({"tls_ca_file": certificate}),
    ));
}
