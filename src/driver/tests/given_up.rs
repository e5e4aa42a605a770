//! What the broker keeps on an availability topic that new settings gave up.

use super::*;
use crate::outbox::Rank;

const OLD: &str =
    r#""availability_topic": "old/status", "keep_alive_seconds": 30, "will_delay_seconds": 20"#;
const NEW: &str = r#""availability_topic": "new/status", "keep_alive_seconds": 30"#;
/// One and a half keep alives, the delay, and the margin.
const WILLS: Time = Duration::from_secs(75);

fn reconfigure(host: &mut Host, json: &str) {
    let (accepted, effects) = host.driver.reconfigure(host.now, settings(json));
    accepted.expect("it is open");
    host.effects = effects;
}

/// The old connection says goodbye, and the new one comes online.
fn move_in_order(host: &mut Host, json: &str) {
    reconfigure(host, json);
    assert_eq!(texts(&host.acknowledge_all()), ["offline"]);
    assert_eq!(texts(&host.acknowledge_all()), ["DISCONNECT"]);
    host.end(EndCause::ByPeer);
    host.come_online();
    assert!(host.sent().is_empty());
}

/// The topics that are cleared after this time, and not before; the broker takes what it is sent.
fn cleared_after(host: &mut Host, time: Time) -> Vec<String> {
    host.wait(time - Duration::from_millis(1));
    assert!(host.sent().is_empty(), "before its time");
    host.wait(Duration::from_millis(1));
    let sent = host.acknowledge_all();
    let topics = sent.iter().map(|packet| match packet {
        Packet::Publish {
            topic,
            payload,
            qos: QoS::AtLeastOnce,
            retain: true,
            ..
        } if payload.is_empty() => topic.to_string(),
        other => panic!("this clears nothing: {other:?}"),
    });
    topics.collect()
}

fn is_at_rest(host: &mut Host) -> bool {
    host.wait(1000 * SECOND);
    host.sent().is_empty()
}

#[test]
fn after_a_goodbye_it_is_cleared_soon_and_again_when_no_will_can_come() {
    let mut host = Host::online(OLD);
    move_in_order(&mut host, NEW);
    assert_eq!(cleared_after(&mut host, 5 * SECOND), ["old/status"]);
    assert_eq!(cleared_after(&mut host, WILLS - 5 * SECOND), ["old/status"]);
    assert!(is_at_rest(&mut host));
    assert_eq!(host.driver.engine().outbox().counters.accepted, 0);
}

#[test]
fn without_a_goodbye_it_is_cleared_when_no_will_can_come_any_more() {
    let mut host = Host::online(OLD);
    host.end(EndCause::ByPeer);
    reconfigure(&mut host, NEW);
    host.fail(FailureKind::Unreachable);
    host.come_online();
    assert!(host.sent().is_empty());
    assert_eq!(cleared_after(&mut host, WILLS), ["old/status"]);
    assert!(is_at_rest(&mut host));
}

#[test]
fn the_keep_alive_of_the_broker_counts_if_it_is_longer() {
    let mut host = Host::new(OLD);
    host.connect_to(Connack {
        server_keep_alive_seconds: Some(60),
        ..Connack::default()
    });
    host.end(EndCause::ByPeer);
    reconfigure(&mut host, NEW);
    host.come_online();
    assert!(host.sent().is_empty());
    let later = WILLS + 45 * SECOND;
    assert_eq!(cleared_after(&mut host, later), ["old/status"]);
}

#[test]
fn one_that_is_taken_back_is_not_cleared() {
    let mut host = Host::online(OLD);
    move_in_order(&mut host, NEW);
    move_in_order(&mut host, OLD);
    assert_eq!(cleared_after(&mut host, 5 * SECOND), ["new/status"]);
    // Of the new settings, without the delay.
    let wills = WILLS - 20 * SECOND;
    assert_eq!(cleared_after(&mut host, wills - 5 * SECOND), ["new/status"]);
    assert!(is_at_rest(&mut host));
}

#[test]
fn a_clearing_that_the_broker_has_not_acknowledged_is_taken_back_too() {
    let mut host = Host::online(OLD);
    move_in_order(&mut host, NEW);
    host.wait(5 * SECOND);
    assert_eq!(texts(&host.sent()), [""]);
    host.end(EndCause::ByPeer);
    reconfigure(&mut host, OLD);
    host.connect();
    assert_eq!(texts(&host.acknowledge_all()), ["online"]);
    assert_eq!(texts(&host.acknowledge_all()), ["SUBSCRIBE"]);
    assert!(host.sent().is_empty());
    let wills = WILLS - 20 * SECOND;
    assert_eq!(cleared_after(&mut host, wills), ["new/status"]);
    assert!(is_at_rest(&mut host));
}

#[test]
fn a_clearing_that_the_broker_has_not_acknowledged_is_said_again_on_the_next_connection() {
    let mut host = Host::online(OLD);
    host.end(EndCause::ByPeer);
    reconfigure(&mut host, NEW);
    host.come_online();
    host.wait(WILLS);
    assert_eq!(texts(&host.sent()), [""]);
    host.end(EndCause::ByPeer);
    host.connect();
    assert_eq!(texts(&host.acknowledge_all()), ["online"]);
    assert!(texts(&host.acknowledge_all()).contains(&String::new()));
    assert!(is_at_rest(&mut host));
}

#[test]
fn at_another_broker_and_by_a_silent_client_nothing_is_cleared() {
    for also in [
        r#""broker_port": 1884"#,
        r#""announce_availability": false"#,
    ] {
        let mut host = Host::online(OLD);
        host.end(EndCause::ByPeer);
        reconfigure(&mut host, &format!("{NEW}, {also}"));
        host.connect();
        host.acknowledge_all();
        host.acknowledge_all();
        assert!(is_at_rest(&mut host), "{also}");
    }
}

#[test]
fn states_that_named_it_are_said_before() {
    let mut host = Host::online(OLD);
    host.end(EndCause::ByPeer);
    let (topic, config) = ("homeassistant/a/config".into(), "config".into());
    let said = host
        .driver
        .set_state(host.now, &topic, config, Rank::Config, false);
    said.0.expect("there is room");
    reconfigure(&mut host, NEW);
    host.connect();
    let mut all = Vec::new();
    for _ in 0..4 {
        all.extend(texts(&host.acknowledge_all()));
    }
    host.wait(WILLS);
    all.extend(texts(&host.acknowledge_all()));
    assert_eq!(all, ["online", "SUBSCRIBE", "config", ""]);
}

#[test]
fn of_too_many_the_oldest_are_left() {
    let mut host = Host::new("");
    for number in 0..18 {
        let topic = format!(r#""availability_topic": "t/{number}", "keep_alive_seconds": 30"#);
        reconfigure(&mut host, &topic);
    }
    host.come_online();
    assert!(host.sent().is_empty());
    let cleared = cleared_after(&mut host, 55 * SECOND);
    let expected: Vec<_> = (1..17).map(|number| format!("t/{number}")).collect();
    assert_eq!(cleared, expected);
}

#[test]
fn a_broker_that_does_not_close_after_the_goodbye_may_have_missed_it() {
    let mut host = Host::online(OLD);
    reconfigure(&mut host, NEW);
    assert_eq!(texts(&host.acknowledge_all()), ["offline"]);
    assert_eq!(texts(&host.acknowledge_all()), ["DISCONNECT"]);
    host.now += SECOND;
    host.come_online();
    assert_eq!(cleared_after(&mut host, WILLS), ["old/status"]);
    assert!(is_at_rest(&mut host));
}
