//! Events wait for Home Assistant where it is expected, and only as long as that is of use.

use super::*;
use crate::engine::Notice;
use crate::outbox::Rank;
use crate::outcome::Outcome;

const HOLD: Time = Duration::from_secs(120);
const STATUS: &str =
    r#""home_assistant_status_topic": "homeassistant/status", "availability_heartbeat_seconds": 0"#;

/// Online, with Home Assistant's topic watched, and a camera announced.
fn host() -> Host {
    let mut host = Host::new(STATUS);
    announce(&mut host);
    host.come_online();
    assert_eq!(texts(&host.acknowledge_all()), ["SUBSCRIBE"]);
    host
}

fn announce(host: &mut Host) {
    let topics = [Arc::from("events/door")].into();
    host.effects = host.driver.set_announced(host.now, topics);
}

fn said(host: &mut Host, text: &'static str, retain: bool) {
    host.report(Input::Received {
        subject: Subject::HomeAssistant,
        payload: text.into(),
        retain,
    });
}

/// The broker is gone for a moment, and we are back.
fn outage(host: &mut Host) {
    host.end(EndCause::ByPeer);
    host.fail(FailureKind::NotRunning);
    host.come_online();
    host.acknowledge_all();
}

#[test]
fn the_status_topic_is_asked_for_after_the_birth_and_the_guard() {
    let mut host = Host::new(STATUS);
    host.connect();
    assert_eq!(texts(&host.acknowledge_all()), ["online"]);
    let guard = host.sent();
    assert_eq!(topics(&guard), ["argusai/status"], "one at a time");
    host.acknowledge(&guard[0]);
    assert_eq!(topics(&host.sent()), ["homeassistant/status"]);
}

#[test]
fn a_broker_that_refuses_it_costs_nothing_else() {
    let mut host = Host::new(STATUS);
    host.come_online();
    let token = token(&host.sent()[0]).expect("it has one");
    host.report(Input::Subscribed(token, Err("not authorized".into())));
    let status = host.driver.engine().status(host.now, Duration::ZERO);
    assert!(status.warnings[0].contains("Home Assistant's status topic is not watched"));
    let id = host.publish(Some(300));
    host.acknowledge_all();
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
    host.wait(15 * SECOND);
    assert_eq!(topics(&host.sent()), ["homeassistant/status"], "again");
    host.wait(10 * SECOND);
    let warnings = host
        .driver
        .engine()
        .status(host.now, Duration::ZERO)
        .warnings;
    assert!(warnings[0].contains("did not answer"), "{warnings:?}");
    // Also where the broker ends the connection over it.
    host.wait(30 * SECOND);
    assert_eq!(topics(&host.sent()), ["homeassistant/status"]);
    host.end(EndCause::ByPeer);
    host.come_online();
    assert!(host.sent().is_empty());
    assert!(host.driver.engine().is_online());
}

#[test]
fn after_an_outage_of_the_broker_events_wait_for_the_live_birth() {
    for version in [Version::V5, Version::V311] {
        let mut host = host();
        host.end(EndCause::ByPeer);
        let event = host.publish(Some(300));
        host.fail(FailureKind::NotRunning);
        if version == Version::V311 {
            host.fail(FailureKind::WrongVersion);
        }
        host.come_online();
        host.acknowledge_all();
        let late = host.publish(Some(300));
        let state = host.publish_to("states/door", None);
        assert_eq!(topics(&host.acknowledge_all()), ["states/door"]);
        assert_eq!(host.outcome(state), Some(Outcome::Delivered));
        said(&mut host, "online", true);
        assert!(host.sent().is_empty(), "it may be of before the outage");
        said(&mut host, "starting", false);
        assert!(host.sent().is_empty());
        said(&mut host, "online", false);
        assert_eq!(host.acknowledge_all().len(), 2);
        for id in [event, late] {
            assert_eq!(host.outcome(id), Some(Outcome::Delivered));
        }
    }
}

#[test]
fn a_broken_link_holds_nothing() {
    for kind in [FailureKind::Unreachable, FailureKind::Closed] {
        let mut host = host();
        host.end(EndCause::ByPeer);
        host.publish(Some(300));
        host.fail(kind);
        host.connect();
        assert_eq!(texts(&host.acknowledge_all()), ["SUBSCRIBE", "online"]);
        host.report(Input::Received {
            subject: Subject::Availability,
            payload: "offline".into(),
            retain: true,
        });
        let mut sent = texts(&host.acknowledge_all());
        sent.extend(texts(&host.acknowledge_all()));
        assert!(sent.contains(&"{}".into()), "{kind:?}: {sent:?}");
    }
}

#[test]
fn where_nobody_is_expected_nothing_waits() {
    let mut host = Host::new(STATUS);
    host.come_online();
    host.acknowledge_all();
    outage(&mut host);
    host.publish(Some(300));
    assert_eq!(host.acknowledge_all().len(), 1);
    // Even a message of long ago shows that there is one.
    said(&mut host, "online", true);
    outage(&mut host);
    host.publish(Some(300));
    assert!(host.sent().is_empty());
}

/// The longest of the next pauses, each after an attempt that failed like this.
fn longest_pause(host: &mut Host, kind: FailureKind) -> Time {
    let pauses = (0..10).map(|_| {
        host.fail(kind);
        match host.plan() {
            Plan::Wait(until) => until - host.now,
            other => panic!("no pause: {other:?}"),
        }
    });
    pauses.max().expect("there are some")
}

#[test]
fn the_broker_is_tried_so_often_that_the_birth_is_not_missed() {
    const OFTEN: Time = Duration::from_millis(1500);
    let mut awaiting = host();
    awaiting.end(EndCause::ByPeer);
    assert!(longest_pause(&mut awaiting, FailureKind::NotRunning) <= OFTEN);
    // Its machine starts again.
    assert!(longest_pause(&mut awaiting, FailureKind::Unreachable) <= OFTEN);
    assert!(longest_pause(&mut awaiting, FailureKind::Later) > OFTEN);

    // A link that is broken ends nobody's subscription.
    let mut unlinked = host();
    unlinked.end(EndCause::ByPeer);
    assert!(longest_pause(&mut unlinked, FailureKind::Unreachable) > OFTEN);
    // Nobody is expected, nothing waits, or nothing would be heard.
    let mut alone = Host::new(STATUS);
    assert!(longest_pause(&mut alone, FailureKind::NotRunning) > OFTEN);
    for setting in [
        r#""hold_seconds": 0"#,
        r#""home_assistant_status_topic": "" "#,
    ] {
        let mut host = Host::new(setting);
        announce(&mut host);
        assert!(
            longest_pause(&mut host, FailureKind::NotRunning) > OFTEN,
            "{setting}"
        );
    }
    // The settings say how often at most.
    let mut patient = Host::new(&format!(r#"{STATUS}, "reconnect_min_seconds": 10"#));
    announce(&mut patient);
    assert_eq!(
        longest_pause(&mut patient, FailureKind::NotRunning),
        10 * SECOND
    );
}

#[test]
fn attempts_that_follow_one_another_quickly_are_logged_once() {
    let mut host = host();
    host.effects = host.driver.open_notices_once(host.now);
    host.end(EndCause::ByPeer);
    for expected in [1, 0, 0] {
        host.fail(FailureKind::NotRunning);
        let notices = super::news::read_all(&mut host);
        let lines = notices.iter().filter(|notice| {
            matches!(notice, Notice::Log { text, .. } if text.starts_with("cannot connect"))
        });
        assert_eq!(lines.count(), expected);
    }
}

#[test]
fn they_wait_no_longer_than_the_settings_say() {
    let mut host = host();
    outage(&mut host);
    host.publish(Some(300));
    host.wait(HOLD - Duration::from_millis(1));
    assert!(host.sent().is_empty());
    host.wait(Duration::from_millis(1));
    assert_eq!(host.acknowledge_all().len(), 1);

    let mut host = Host::new(&format!(r#"{STATUS}, "hold_seconds": 0"#));
    announce(&mut host);
    host.come_online();
    host.acknowledge_all();
    outage(&mut host);
    host.publish(Some(300));
    assert_eq!(host.sent().len(), 1);
}

#[test]
fn while_home_assistant_is_gone_they_wait_too() {
    for retain in [false, true] {
        let mut host = host();
        said(&mut host, "offline", retain);
        let id = host.publish(Some(60));
        assert!(host.sent().is_empty());
        host.wait(60 * SECOND);
        assert_eq!(host.outcome(id), Some(Outcome::Expired), "they age");
        host.publish(Some(300));
        said(&mut host, "online", false);
        assert_eq!(host.acknowledge_all().len(), 1);
        host.publish(Some(300));
        assert_eq!(host.acknowledge_all().len(), 1);
    }
}

#[test]
fn the_hold_of_an_outage_survives_another_and_a_broken_link() {
    let mut host = host();
    outage(&mut host);
    host.publish(Some(300));
    host.wait(HOLD / 2);
    host.end(EndCause::ByPeer);
    host.come_online();
    host.acknowledge_all();
    assert!(host.sent().is_empty(), "still held");
    outage(&mut host);
    host.wait(HOLD - SECOND);
    assert!(host.sent().is_empty(), "it begins anew");
    host.wait(SECOND);
    assert_eq!(host.sent().len(), 1);
}

#[test]
fn a_shutdown_does_not_wait_for_home_assistant() {
    let mut host = host();
    outage(&mut host);
    let id = host.publish(Some(300));
    let (begun, _) = host.driver.shut_down(host.now, 5 * SECOND);
    assert_eq!(begun, Ok(()));
    assert_eq!(topics(&host.acknowledge_all()), ["events/door"]);
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
}

#[test]
fn another_broker_has_another_home_assistant() {
    let mut host = Host::new(STATUS);
    host.come_online();
    host.acknowledge_all();
    said(&mut host, "offline", false);
    let other = settings(&format!(r#"{STATUS}, "broker_port": 1884"#));
    let (accepted, _) = host.driver.reconfigure(host.now, other);
    assert_eq!(accepted, Ok(()));
    host.acknowledge_all();
    host.end(EndCause::ByPeer);
    host.come_online();
    host.acknowledge_all();
    host.publish(Some(300));
    assert_eq!(host.sent().len(), 1);
}

fn topics(packets: &[Packet]) -> Vec<&str> {
    let mut topics: Vec<&str> = Vec::new();
    for packet in packets {
        if let Packet::Publish { topic, .. } | Packet::Subscribe { topic, .. } = packet {
            topics.push(topic);
        }
    }
    topics
}

#[test]
fn states_are_said_again_for_home_assistant_when_it_has_come() {
    let mut host = host();
    let (topic, payload) = (Arc::from("states/door"), Bytes::from_static(b"on"));
    let (accepted, _) = host
        .driver
        .set_state(host.now, &topic, payload, Rank::State, false);
    accepted.expect("there is room");
    assert_eq!(topics(&host.acknowledge_all()), ["states/door"]);
    for (text, retain, again) in [
        ("offline", false, 0),
        ("online", true, 0),
        ("online", false, 1),
    ] {
        host.wait(60 * SECOND);
        said(&mut host, text, retain);
        host.wait(5 * SECOND);
        assert_eq!(host.acknowledge_all().len(), again, "{text}, {retain}");
    }
}

#[test]
fn new_settings_may_shorten_what_is_left_of_a_hold() {
    for (json, left) in [
        (r#""hold_seconds": 0"#, 0),
        (r#""hold_seconds": 30"#, 30),
        (r#""hold_seconds": 3600"#, 120),
        (r#""hold_seconds": 30, "keep_alive_seconds": 45"#, 30),
    ] {
        let mut host = host();
        outage(&mut host);
        host.publish(Some(300));
        let accepted = (host.driver).reconfigure(host.now, settings(&format!("{STATUS}, {json}")));
        accepted.0.expect("it is open");
        if json.contains("keep_alive") {
            assert_eq!(texts(&host.acknowledge_all()), ["offline"]);
            host.end(EndCause::ByPeer);
            host.come_online();
            host.acknowledge_all();
        }
        if left > 0 {
            host.wait(left * SECOND - Duration::from_millis(1));
            assert!(host.sent().is_empty(), "{json}");
            host.wait(Duration::from_millis(1));
        }
        assert_eq!(topics(&host.sent()), ["events/door"], "{json}");
    }
}

#[test]
fn a_hold_ends_in_time_where_the_birth_message_is_refused() {
    let mut host = Host::new(&format!(r#"{STATUS}, "hold_seconds": 30"#));
    announce(&mut host);
    host.come_online();
    host.acknowledge_all();
    host.end(EndCause::ByPeer);
    host.publish(Some(300));
    host.fail(FailureKind::NotRunning);
    host.connect_without_birth();
    host.acknowledge_all();
    host.acknowledge_all();
    host.wait(30 * SECOND - Duration::from_millis(1));
    assert!(host.sent().is_empty());
    host.wait(Duration::from_millis(1));
    assert_eq!(topics(&host.sent()), ["events/door"]);
}

fn set_config(host: &mut Host, topic: &str, payload: &'static str) {
    let (said, effects) =
        host.driver
            .set_state(host.now, &topic.into(), payload.into(), Rank::Config, false);
    host.effects = effects;
    said.expect("there is room");
    host.acknowledge_until_silent();
}

/// What is said within the seconds after Home Assistant's birth message.
fn after_birth(host: &mut Host) -> Vec<(String, String)> {
    said(host, "online", false);
    let mut all = Vec::new();
    for _ in 0..100 {
        host.wait(Duration::from_millis(100));
        let sent = host.sent();
        all.extend(
            topics(&sent)
                .into_iter()
                .map(String::from)
                .zip(texts(&sent)),
        );
        sent.iter().for_each(|packet| host.acknowledge(packet));
    }
    all
}

#[test]
fn a_config_that_home_assistant_may_not_have_seen_cleared_is_cleared_again_once() {
    let mut host = host();
    let said = |topic: &str, payload: &str| (topic.to_owned(), payload.to_owned());
    set_config(&mut host, "homeassistant/gone", "{}");
    set_config(&mut host, "homeassistant/back", "{}");
    after_birth(&mut host);
    outage(&mut host);
    set_config(&mut host, "homeassistant/gone", "");
    set_config(&mut host, "homeassistant/back", "");
    set_config(&mut host, "homeassistant/back", "{}");
    let expected = [
        said("homeassistant/gone", ""),
        said("homeassistant/back", "{}"),
    ];
    assert_eq!(after_birth(&mut host), expected);
    assert_eq!(after_birth(&mut host), [expected[1].clone()]);
    // It was there when this one was cleared.
    set_config(&mut host, "homeassistant/back", "");
    assert_eq!(after_birth(&mut host), []);
}

/// How long it takes until the next attempt, after a connection that lasted so long and then ended.
fn pause_after(host: &mut Host, lasted: Time, end: EndCause) -> Time {
    host.wait(lasted);
    host.end(end);
    host.next_attempt().1
}

#[test]
fn an_attempt_at_once_finds_a_broker_gone_that_is_back_soon() {
    let mut found = host();
    let pause = pause_after(&mut found, 11 * SECOND, EndCause::ByPeer);
    assert!(pause < SECOND / 50, "{pause:?}");
    let refused = Input::Failed(Failure {
        kind: FailureKind::NotRunning,
        text: "refused".into(),
    });
    let number = found.number + 1;
    found.effects = found.driver.report(found.now, number, [refused]);
    assert!(found.next_attempt().1 >= SECOND, "then the settings hold");
    // Where nothing would wait, or a broker closes again and again, nothing is to be found out.
    let mut without = Host::new(STATUS);
    without.come_online();
    without.acknowledge_all();
    for (mut host, lasted, end) in [
        (without, 11 * SECOND, EndCause::ByPeer),
        (host(), 9 * SECOND, EndCause::ByPeer),
        (host(), 11 * SECOND, EndCause::Stalled),
        (host(), 11 * SECOND, EndCause::TakenOver),
    ] {
        let pause = pause_after(&mut host, lasted, end);
        assert!(pause >= SECOND, "{lasted:?}, {end:?}: {pause:?}");
    }
}

#[test]
fn a_home_assistant_that_was_heard_at_another_broker_is_not_expected_at_this_one() {
    let mut host = Host::new(STATUS);
    host.come_online();
    host.acknowledge_all();
    said(&mut host, "online", false);
    let elsewhere = settings(&format!(r#"{STATUS}, "broker_port": 1884"#));
    host.effects = host.driver.reconfigure(host.now, elsewhere).1;
    host.end(EndCause::ByPeer);
    host.come_online();
    host.acknowledge_all();
    outage(&mut host);
    host.publish(Some(300));
    assert_eq!(texts(&host.sent()), ["{}"]);
}
