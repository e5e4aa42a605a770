//! The test of a connection, against real brokers.

mod support;

use argus_mqtt::{
    test_connection, Client, ConnectionReport, ConnectionTest, ErrorKind, Settings, StepName,
    StepResult,
};
use rustix::event::{poll, PollFd, PollFlags};
use serde_json::{json, Value};
use std::io::Read;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};
use support::broker::mosquitto::{self, Mosquitto};
use support::broker::nats;
#[cfg(feature = "tls")]
use support::certificates::Certificates;
use support::codec::Packet;
use support::port::Port;
use support::retained;
use support::scripted::{Answer, ScriptedBroker};
use support::subscriber::Subscriber;
use support::wait::PATIENCE;

const TOPIC: &str = "argusai/connection-test";

fn settings(port: u16, more: Value) -> Settings {
    let settings = json!({"broker_host": "127.0.0.1", "broker_port": port});
    Settings::from_value(&support::fields::with(settings, &more)).expect("the settings are valid")
}

#[track_caller]
fn tested(port: u16, more: Value) -> ConnectionReport {
    let report = test_connection(&settings(port, more), PATIENCE).expect("it can be tested");
    let steps: Vec<_> = report.steps.iter().map(|step| step.step).collect();
    assert_eq!(steps.len(), 7, "{steps:?}");
    assert_eq!(report.works, report.cause.is_none(), "{report:#?}");
    assert_eq!(report.works, report.remedy.is_none(), "{report:#?}");
    report
}

fn result(report: &ConnectionReport, wanted: StepName) -> StepResult {
    let mut steps = report.steps.iter();
    let step = steps.find(|step| step.step == wanted);
    step.expect("each step is told").result
}

/// Failed at this step, for this reason, with this advice; those before are passed or skipped, those after not reached.
#[track_caller]
fn failed(report: &ConnectionReport, step: StepName, cause: &str, remedy: &str) {
    let mut before = true;
    for one in &report.steps {
        if one.step == step {
            assert_eq!(one.result, StepResult::Failed, "{report:#?}");
            before = false;
        } else if before {
            let is_behind = matches!(one.result, StepResult::Passed | StepResult::Skipped);
            assert!(is_behind, "{report:#?}");
        } else {
            assert_eq!(one.result, StepResult::NotReached, "{report:#?}");
        }
    }
    let has =
        |text: &Option<String>, part: &str| text.as_ref().is_some_and(|text| text.contains(part));
    assert!(has(&report.cause, cause), "{report:#?}");
    assert!(has(&report.remedy, remedy), "{report:#?}");
}

#[test]
fn what_works_passes_and_leaves_a_running_client_and_its_topics_alone() {
    let broker = mosquitto::start();
    let witness = Subscriber::start(&broker, &["#"]);
    let running = Client::connect(settings(broker.port(), json!({}))).expect("it starts");
    running.wait_online(PATIENCE).expect("it gets online");
    let client_id = running.status().client_id;

    let report = tested(broker.port(), json!({}));
    assert!(report.works, "{report:#?}");
    assert_eq!(report.protocol, Some("5"));
    assert_eq!(report.client_id, format!("{client_id}-test"));
    assert_eq!(report.topic, TOPIC);
    assert!(report.limits.is_some());
    for step in [
        StepName::Tcp,
        StepName::Mqtt,
        StepName::Login,
        StepName::Publish,
        StepName::Subscribe,
    ] {
        assert_eq!(result(&report, step), StepResult::Passed, "{report:#?}");
    }
    for step in [StepName::Name, StepName::Tls] {
        assert_eq!(result(&report, step), StepResult::Skipped, "{report:#?}");
    }
    let timed: f64 = report.steps.iter().filter_map(|step| step.seconds).sum();
    assert!(timed > 0.0 && timed <= report.seconds, "{report:#?}");

    let delivery = running.publish_event("door", "{}").expect("accepted");
    delivery.wait(PATIENCE).expect("it ends");
    let seen = witness.wait_for("the event", |seen| {
        seen.iter()
            .any(|message| message.topic == "argusai/events/door")
    });
    let on = |topic: &str| seen.iter().filter(|message| message.topic == topic).count();
    assert_eq!((on(TOPIC), on("argusai/status")), (1, 1), "{seen:?}");
    assert_eq!(retained(&broker, TOPIC), None);
    assert_eq!(running.status().connections, 1);
}

#[test]
fn a_name_that_is_looked_up_is_a_step_and_one_that_has_no_address_fails() {
    let broker = mosquitto::start();
    let report = tested(broker.port(), json!({"broker_host": "localhost"}));
    assert_eq!(
        result(&report, StepName::Name),
        StepResult::Passed,
        "{report:#?}"
    );
    let report = tested(
        broker.port(),
        json!({"broker_host": "no-such-host.invalid"}),
    );
    failed(
        &report,
        StepName::Name,
        "no-such-host.invalid",
        "broker_host",
    );
}

#[test]
fn a_port_where_nobody_listens_fails_at_once() {
    let port = Port::claim();
    let begun = Instant::now();
    let report = tested(port.number(), json!({}));
    assert!(begun.elapsed() < PATIENCE / 2, "{report:#?}");
    failed(&report, StepName::Tcp, "refused", "broker_port");
}

#[test]
fn a_wrong_password_is_a_matter_of_the_login_on_both_versions() {
    let broker = Mosquitto::default().user("camera", "right").start();
    for protocol in ["auto", "5", "3.1.1"] {
        let login = json!({"protocol": protocol, "username": "camera", "password": "hunter2"});
        let report = tested(broker.port(), login);
        failed(&report, StepName::Login, "does not authorize", "password");
        assert!(!format!("{report:?}").contains("hunter2"));
    }
    let right = json!({"username": "camera", "password": "right"});
    assert!(tested(broker.port(), right).works);
}

#[test]
fn what_mqtt_5_may_not_publish_is_told_with_the_topic() {
    let acl = "topic write argusai/events/#\ntopic read #\n";
    let broker = Mosquitto::default().acl(acl).start();
    let report = tested(broker.port(), json!({}));
    failed(&report, StepName::Publish, TOPIC, "access rules");
}

#[test]
fn what_3_1_1_may_not_publish_is_unproven_as_it_is_refused_in_silence() {
    let acl = "topic write argusai/events/#\ntopic read #\n";
    let broker = Mosquitto::default().acl(acl).start();
    let report = tested(broker.port(), json!({"protocol": "3.1.1"}));
    assert!(report.works, "{report:#?}");
    assert_eq!(result(&report, StepName::Publish), StepResult::Unproven);
    assert_eq!(result(&report, StepName::Subscribe), StepResult::Unproven);
    assert_eq!(report.proves.len(), 1, "the login alone: {report:#?}");
}

#[test]
fn a_broker_that_speaks_only_3_1_1_is_asked_so_and_the_message_comes_back() {
    let broker = nats::start();
    let report = tested(broker.port(), json!({}));
    assert_eq!(report.protocol, Some("3.1.1"), "{report:#?}");
    let reason = report.protocol_reason.clone().unwrap_or_default();
    assert!(reason.contains("MQTT 5 failed"), "{reason}");
    assert_eq!(
        result(&report, StepName::Publish),
        StepResult::Passed,
        "{report:#?}"
    );
    assert_eq!(result(&report, StepName::Subscribe), StepResult::Passed);
}

#[test]
fn a_subscription_that_is_refused_fails() {
    let broker = ScriptedBroker::start(|connection| {
        let connect = connection.accept()?;
        assert_eq!(connect.will, None, "a test leaves no will");
        connection.serve_but(|connection, packet| match packet {
            Packet::Subscribe(subscribe) => {
                connection.send(&Packet::SubAck(support::codec::Codes {
                    id: subscribe.id,
                    codes: vec![0x87],
                    properties: support::codec::Properties::default(),
                }))?;
                Ok(Answer::Nothing)
            }
            _ => Ok(Answer::Ordinary),
        })
    });
    let report = tested(broker.port(), json!({"protocol": "5"}));
    failed(&report, StepName::Subscribe, TOPIC, "subscribe");
}

#[test]
fn a_broker_that_says_nothing_fails_within_the_time_of_the_test() {
    let mut broker = mosquitto::start();
    broker.pause();
    let slow = settings(broker.port(), json!({"connect_timeout_seconds": 60}));
    let report = test_connection(&slow, Duration::from_millis(300)).expect("it can be tested");
    failed(&report, StepName::Mqtt, "0.3 s", "broker_port");
    assert!(report.seconds < PATIENCE.as_secs_f64() / 2.0, "{report:#?}");
}

#[test]
fn something_that_is_no_mqtt_broker_is_told_by_what_it_says() {
    let broker = ScriptedBroker::start(|connection| {
        connection.read()?;
        connection.send_bytes(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n")
    });
    let report = tested(broker.port(), json!({}));
    failed(&report, StepName::Mqtt, "HTTP", "broker_port");
}

#[cfg(feature = "tls")]
#[test]
fn tls_is_a_step_of_its_own() {
    let (its, other) = (Certificates::new(), Certificates::new());
    let broker = Mosquitto::default()
        .tls_with_client_certificates(&its)
        .start();
    let tls = |more: Value| {
        let settings = json!({"use_tls": true, "tls_ca_file": its.ca_file()});
        tested(broker.tls_port(), support::fields::with(settings, &more))
    };
    let certificate = json!({
        "tls_client_cert_file": its.client_cert_file(),
        "tls_client_key_file": its.client_key_file(),
    });
    let report = tls(certificate);
    assert!(report.works, "{report:#?}");
    assert_eq!(result(&report, StepName::Tls), StepResult::Passed);
    let shown = report.certificate.expect("it came over TLS");
    assert!(
        shown.names.iter().any(|name| name == "127.0.0.1"),
        "{shown:#?}"
    );
    assert!(
        shown.names.iter().any(|name| name == "localhost"),
        "{shown:#?}"
    );
    assert!(
        !shown.is_self_signed && shown.issuer.starts_with("CN="),
        "{shown:#?}"
    );
    assert!(shown.valid_from < shown.valid_until, "{shown:#?}");
    let by_fingerprint = json!({
        "tls_ca_file": null,
        "tls_fingerprint": shown.fingerprint,
        "tls_client_cert_file": its.client_cert_file(),
        "tls_client_key_file": its.client_key_file(),
    });
    let report = tls(by_fingerprint);
    assert!(report.works, "what the report says can be set: {report:#?}");
    assert_eq!(report.certificate.as_ref(), Some(&shown));
    failed(
        &tls(json!({})),
        StepName::Tls,
        "certificate",
        "tls_client_cert_file",
    );
    let report = tls(json!({"tls_ca_file": other.ca_file()}));
    failed(
        &report,
        StepName::Tls,
        "signed by an authority \"CN=",
        "tls_ca_file",
    );
    assert_eq!(
        report.certificate,
        Some(shown),
        "also when it is not trusted"
    );
    let report = tested(
        broker.port(),
        json!({"use_tls": true, "tls_ca_file": its.ca_file()}),
    );
    failed(&report, StepName::Tls, "TLS", "");
    assert_eq!(report.certificate, None);
}

#[cfg(feature = "tls")]
#[test]
fn a_file_that_cannot_be_used_is_a_fault_of_the_settings() {
    let certificates = Certificates::new();
    let port = Port::claim();
    let tls = json!({"use_tls": true, "tls_ca_file": certificates.ca_file()});
    let settings = settings(port.number(), tls);
    drop(certificates);
    let error = test_connection(&settings, PATIENCE).expect_err("the file is gone");
    assert_eq!(error.kind(), argus_mqtt::ErrorKind::InvalidSettings);
}

#[test]
fn in_the_background_the_descriptor_says_when_the_report_is_there() {
    let broker = mosquitto::start();
    let test = ConnectionTest::begin(settings(broker.port(), json!({})), PATIENCE);
    let test = test.expect("it can be tested");
    let patience = rustix::time::Timespec::try_from(PATIENCE).expect("it is short");
    let ready = poll(&mut [PollFd::new(&test, PollFlags::IN)], Some(&patience));
    assert_eq!(ready, Ok(1));
    let report = test.report(Duration::ZERO).expect("it is there");
    assert!(report.works, "{report:#?}");
    assert_eq!(test.report(Duration::ZERO), Ok(report), "and stays");
}

#[test]
fn in_the_background_it_blocks_nobody_and_ends_when_it_is_dropped() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).expect("there is a port");
    let port = silent.local_addr().expect("it is bound").port();
    let hour = Duration::from_secs(3600);
    let test = ConnectionTest::begin(settings(port, json!({})), hour).expect("it can be tested");
    let (mut connection, _) = silent.accept().expect("it connects");
    let running = test
        .report(Duration::ZERO)
        .expect_err("nobody has answered");
    assert_eq!(running.kind(), ErrorKind::Timeout);
    let none = rustix::time::Timespec::default();
    let ready = poll(
        &mut [PollFd::from_borrowed_fd(test.as_fd(), PollFlags::IN)],
        Some(&none),
    );
    assert_eq!(ready, Ok(0));
    drop(test);
    connection
        .set_read_timeout(Some(PATIENCE))
        .expect("it is not zero");
    let mut sent = Vec::new();
    connection
        .read_to_end(&mut sent)
        .expect("the connection is closed soon");
    assert!(sent.starts_with(b"\x10"), "a CONNECT and no more");
}
