//! Brokers that refuse us, or some of what we ask for.

use std::time::Duration;

use argus_mqtt::{ErrorKind, PublishOptions, QoS, State};
use serde_json::json;

use crate::support::broker::mosquitto::{self, Mosquitto};
use crate::support::port::Port;
use crate::support::wait::{eventually, PATIENCE};
use crate::{connect, delivered, online};

#[test]
fn wrong_credentials_end_the_wait_at_once_on_both_versions() {
    let broker = Mosquitto::default().user("camera", "right").start();
    for protocol in ["auto", "5", "3.1.1"] {
        let client = connect(
            broker.port(),
            json!({"protocol": protocol, "username": "camera", "password": "hunter2"}),
        );
        let error = client
            .wait_online(Duration::MAX)
            .expect_err("it is refused");
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        let text = format!("{error} {:?}", client.status());
        assert!(!text.contains("hunter2"), "{text}");
        assert!(!text.contains("then MQTT 3.1.1"), "no downgrade: {text}");
        assert_eq!(client.status().state, State::Refused);
    }
    let _client = online(
        broker.port(),
        json!({"username": "camera", "password": "right"}),
    );
}

#[test]
fn a_client_id_without_the_prefix_that_the_broker_demands_is_named() {
    let broker = Mosquitto::default()
        .line("clientid_prefixes camera-")
        .start();
    for protocol in ["5", "3.1.1"] {
        let client = connect(broker.port(), json!({"protocol": protocol}));
        let error = client
            .wait_online(Duration::MAX)
            .expect_err("it is refused");
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        assert!(error.to_string().contains("client_id"), "{error}");
    }
    let _client = online(broker.port(), json!({"client_id": "camera-1"}));
}

#[test]
fn a_password_is_read_from_a_file() {
    let broker = Mosquitto::default().user("camera", "right").start();
    let file = tempfile::NamedTempFile::new().expect("a file can be made");
    std::fs::write(file.path(), "right\n").expect("it is ours");
    let _client = online(
        broker.port(),
        json!({"username": "camera", "password_file": file.path()}),
    );
}

#[test]
fn a_broker_that_is_not_there_is_no_refusal() {
    let port = Port::claim();
    let client = connect(port.number(), json!({}));
    eventually("it has tried", || client.status().last_error.is_some());
    let error = client
        .wait_online(Duration::from_millis(1))
        .expect_err("it is not online");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn a_broker_without_qos_1_gets_what_it_allows_and_the_status_says_what_that_costs() {
    let broker = mosquitto::with(&["max_qos 0"]);
    let client = online(broker.port(), json!({}));
    let warnings = client.status().warnings;
    assert!(
        warnings
            .iter()
            .any(|warning| warning.contains("QoS 0 only")),
        "{warnings:?}"
    );
    let once = PublishOptions::new().qos(QoS::AtMostOnce);
    delivered(&client.publish("a", "x", once).expect("accepted"));
    let refused = client
        .publish("a", "x", PublishOptions::default())
        .expect("accepted");
    let outcome = refused.wait(PATIENCE).expect("it ends");
    assert!(
        matches!(outcome, argus_mqtt::Outcome::Rejected(_)),
        "{outcome:?}"
    );
}

#[test]
fn a_broker_without_retained_messages_gets_what_it_allows() {
    let broker = mosquitto::with(&["retain_available false"]);
    let client = online(broker.port(), json!({}));
    let warnings = client.status().warnings;
    assert!(
        warnings
            .iter()
            .any(|warning| warning.contains("no retained")),
        "{warnings:?}"
    );
    delivered(&crate::publish(&client, "door", 1));
}
