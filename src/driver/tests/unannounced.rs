//! A client that leaves the availability topic alone.

use super::*;

const SILENT: &str = r#""announce_availability": false"#;

fn report(host: &Host) -> crate::outcome::ShutdownReport {
    host.driver.engine().report().expect("it is over")
}

#[test]
fn it_is_online_at_once_and_leaves_without_a_word() {
    let mut host = Host::new(SILENT);
    let id = host.publish(None);
    let attempt = host.connect();
    assert!(!attempt.has_will);
    assert!(host.driver.engine().is_online());
    assert_eq!(texts(&host.acknowledge_all()), ["{}"]);
    assert_eq!(host.outcome(id), Some(crate::outcome::Outcome::Delivered));
    assert!(host.sent().is_empty(), "no subscription either");
    host.driver
        .shut_down(host.now, SECOND)
        .0
        .expect("it is open");
    assert_eq!(texts(&host.sent()), ["DISCONNECT"]);
    host.end(EndCause::ByPeer);
    assert!(report(&host).offline_acknowledged);
}

#[test]
fn a_shutdown_uses_all_of_its_time_for_messages() {
    let mut host = Host::new(SILENT);
    host.connect();
    host.publish(None);
    assert_eq!(texts(&host.sent()), ["{}"]);
    host.driver
        .shut_down(host.now, 4 * SECOND)
        .0
        .expect("it is open");
    host.wait(4 * SECOND - Duration::from_millis(1));
    assert!(host.sent().is_empty());
    host.wait(Duration::from_millis(1));
    assert_eq!(texts(&host.sent()), ["DISCONNECT"]);
    assert_eq!(report(&host).left, 1);
    assert!(report(&host).offline_acknowledged, "it never said online");
}

#[test]
fn new_settings_wait_for_what_is_in_flight() {
    let mut host = Host::new(SILENT);
    host.connect();
    host.publish(None);
    let sent = host.sent();
    let accepted = host.driver.reconfigure(host.now, settings(""));
    accepted.0.expect("it is open");
    assert!(host.sent().is_empty());
    host.acknowledge(&sent[0]);
    assert_eq!(texts(&host.sent()), ["DISCONNECT"]);
    host.end(EndCause::ByPeer);
    assert!(host.connect().has_will);
    assert_eq!(texts(&host.sent()), ["online"]);
}

#[test]
fn who_falls_silent_takes_back_what_it_has_said() {
    let mut host = Host::online("");
    let accepted = host.driver.reconfigure(host.now, settings(SILENT));
    accepted.0.expect("it is open");
    let said = host.sent();
    assert_eq!(texts(&said), ["offline"]);
    host.acknowledge(&said[0]);
    assert_eq!(texts(&host.sent()), ["DISCONNECT"]);
    host.end(EndCause::ByPeer);
    assert!(!host.connect().has_will);
    assert!(host.sent().is_empty());
}

#[test]
fn a_broker_without_retained_messages_is_no_reason_to_warn() {
    let limits = Connack {
        retain_available: false,
        maximum_qos: QoS::AtMostOnce,
        server_keep_alive_seconds: Some(0),
        ..Connack::default()
    };
    for (settings, count) in [("", 3), (SILENT, 0)] {
        let mut host = Host::new(settings);
        host.connect_to(limits.clone());
        let status = host.driver.engine().status(host.now, Duration::ZERO);
        assert_eq!(status.warnings.len(), count, "{:?}", status.warnings);
    }
}

#[test]
fn it_waits_for_nobody() {
    let mut host = Host::new(SILENT);
    let topics = [Arc::from("events/door")].into();
    host.effects = host.driver.set_announced(host.now, topics);
    host.fail(FailureKind::NotRunning);
    host.publish(Some(300));
    host.connect();
    assert_eq!(texts(&host.sent()), ["{}"]);
}
