//! Which version is tried, and for how long.

use super::*;

#[test]
fn a_lesser_will_is_tried_once_of_each_kind_and_at_once() {
    let mut host = Host::new("");
    let wills = [
        FailureKind::NoRetain,
        FailureKind::NoQos1,
        FailureKind::NoRetain,
    ]
    .map(|kind| {
        let (at, will) = (host.now, host.fail(kind).will);
        assert_eq!(host.now, at, "without a pause");
        (will.retain, will.qos)
    });
    let full = (true, QoS::AtLeastOnce);
    assert_eq!(wills[0], full);
    assert_eq!(wills[1], (false, QoS::AtLeastOnce));
    assert_eq!(wills[2], (false, QoS::AtMostOnce));
    let (again, pause) = host.next_attempt();
    assert!(pause >= SECOND, "there is no less");
    assert_eq!((again.will.retain, again.will.qos), full);
}

#[test]
fn one_close_without_an_answer_does_not_settle_the_version() {
    let mut host = Host::new("");
    assert_eq!(host.fail(FailureKind::Closed).version, Version::V5);
    assert_eq!(host.connect().version, Version::V5);
    host.end(EndCause::ByPeer);
    assert_eq!(host.fail(FailureKind::Closed).version, Version::V5);
    assert_eq!(host.fail(FailureKind::Closed).version, Version::V5);
    assert_eq!(host.connect().version, Version::V311);
    host.end(EndCause::ByPeer);
    assert_eq!(host.connect().version, Version::V5, "it was upgraded");
}

#[test]
fn an_answer_that_makes_no_sense_is_asked_for_once() {
    let mut host = Host::new("");
    assert_eq!(host.fail(FailureKind::Undecided).version, Version::V5);
    assert_eq!(host.connect().version, Version::V311);
}

#[test]
fn a_broker_that_may_not_speak_mqtt_5_gets_a_part_of_the_time() {
    let mut host = Host::new(r#""connect_timeout_seconds": 60"#);
    assert_eq!(host.fail(FailureKind::Silent).limit, 3 * SECOND);
    assert_eq!(host.connect().limit, 60 * SECOND);
    let mut host = Host::new(r#""connect_timeout_seconds": 60, "protocol": "5""#);
    assert_eq!(host.connect().limit, 60 * SECOND);
}

#[test]
fn the_session_of_another_topic_is_ended_once() {
    let delay = r#""will_delay_seconds": 30"#;
    let mut host = Host::online(delay);
    let renamed = settings(&format!(r#"{delay}, "availability_topic": "elsewhere""#));
    let (accepted, _) = host.driver.reconfigure(host.now, renamed);
    accepted.expect("it is open");
    host.end(EndCause::ByPeer);
    assert!(host.connect().clean_start, "its will has to speak");
    host.end(EndCause::ByPeer);
    assert!(!host.connect().clean_start, "a short break is not seen");
}

#[test]
fn both_versions_are_one_attempt_to_connect() {
    let mut host = Host::new("");
    host.fail(FailureKind::WrongVersion);
    host.fail(FailureKind::Unreachable);
    host.connect();
    let status = host.driver.engine().status(host.now, Duration::ZERO);
    assert_eq!((status.connection_attempts, status.connections), (2, 1));
}
