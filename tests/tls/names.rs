//! Which name a certificate must have.

use super::support::broker::mosquitto::Mosquitto;
use super::support::certificates::Certificates;
use super::{connect, refused, works};
use argus_mqtt::{FaultCode, Settings};
use serde_json::json;

#[test]
fn a_server_name_is_verified_instead_of_the_host() {
    let certificates = Certificates::for_names(&["broker.example"]);
    let broker = Mosquitto::default().tls(&certificates).start();
    let with = |name: &str| {
        connect(
            broker.tls_port(),
            json!({"tls_ca_file": certificates.ca_file(), "tls_server_name": name}),
        )
    };
    works(&with("broker.example"));
    works(&with("Broker.Example."));
    // No certificate has the dot of the root.
    for other in ["other.example", "other.example."] {
        let reason = refused(&with(other));
        assert!(
            reason.contains("is for \"broker.example\", not for \"other.example\""),
            "{reason}"
        );
    }
}

#[test]
fn a_star_stands_for_one_part_of_a_name() {
    let certificates = Certificates::for_names(&["*.example.org", "xn--kche-0ra.example"]);
    let broker = Mosquitto::default().tls(&certificates).start();
    let with = |name: &str| {
        connect(
            broker.tls_port(),
            json!({"tls_ca_file": certificates.ca_file(), "tls_server_name": name}),
        )
    };
    // The other is an internationalised name in its ASCII form.
    for name in ["broker.example.org", "XN--kche-0ra.example"] {
        works(&with(name));
    }
    for other in ["example.org", "a.broker.example.org", "brokerexample.org"] {
        let reason = refused(&with(other));
        assert!(
            reason.contains("is for \"*.example.org\", \"xn--kche-0ra.example\", not for"),
            "{reason}"
        );
        assert!(reason.contains("* stands for one part"), "{reason}");
    }
}

#[test]
fn a_server_name_is_a_host() {
    let error = Settings::from_value(&super::settings(
        1,
        json!({"tls_server_name": "mqtts://broker.example", "tls_insecure_skip_verify": true}),
    ))
    .expect_err("it is a URL");
    assert_eq!(error.faults()[0].field, "tls_server_name");
    assert_eq!(error.faults()[0].code, FaultCode::InvalidHost);
}

#[test]
fn the_interface_of_an_address_is_not_verified() {
    let more = json!({"broker_host": "fe80::1%lo", "tls_insecure_skip_verify": true});
    Settings::from_value(&super::settings(1, more)).expect("it can be verified for fe80::1");
}
