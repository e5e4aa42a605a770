//! A broker that was back before it was missed, and has forgotten everything.

use super::*;

fn host(json: &str) -> Host {
    let comma = if json.is_empty() { "" } else { ", " };
    let mut host = Host::new(&format!(
        r#""home_assistant_status_topic": "ha", "availability_heartbeat_seconds": 0{comma}{json}"#
    ));
    let topics = [Arc::from("events/door")].into();
    host.effects = host.driver.set_announced(host.now, topics);
    host.come_online();
    kept(&mut host, "online");
    host.acknowledge_all();
    host
}

fn kept(host: &mut Host, text: &'static str) {
    host.report(Input::Received {
        subject: Subject::Availability,
        payload: text.into(),
        retain: true,
    });
}

/// Our birth message comes back, as it was just said.
fn come_back(host: &mut Host) {
    host.report(Input::Received {
        subject: Subject::Availability,
        payload: "online".into(),
        retain: false,
    });
}

/// Connects again, with an event that waits. Gives what is handed over first.
fn reconnect(host: &mut Host) -> Vec<Packet> {
    host.end(EndCause::ByPeer);
    host.publish(Some(300));
    host.connect();
    host.sent()
}

fn is_handed_over(host: &mut Host) -> bool {
    texts(&host.acknowledge_all()).contains(&"{}".into())
}

#[test]
fn what_is_kept_shows_that_only_the_link_broke() {
    for text in ["offline", "online"] {
        let mut host = host("");
        let first = reconnect(&mut host);
        assert_eq!(texts(&first), ["SUBSCRIBE", "online"]);
        host.acknowledge(&first[1]);
        assert!(host.sent().iter().all(|packet| super::text(packet) != "{}"));
        host.acknowledge(&first[0]);
        kept(&mut host, text);
        host.acknowledge_all();
        assert_eq!(host.driver.engine().outbox().queued(), 0, "{text}");
    }
}

#[test]
fn a_broker_that_keeps_nothing_was_gone() {
    let mut host = host("");
    let first = reconnect(&mut host);
    first.iter().for_each(|packet| host.acknowledge(packet));
    come_back(&mut host);
    assert!(!is_handed_over(&mut host), "it may still come");
    // The guard finds our birth message, which says nothing any more.
    host.wait(SECOND);
    kept(&mut host, "online");
    host.acknowledge_all();
    host.wait(119 * SECOND);
    assert!(!is_handed_over(&mut host));
    host.report(Input::Received {
        subject: Subject::HomeAssistant,
        payload: "online".into(),
        retain: false,
    });
    assert!(is_handed_over(&mut host));
}

#[test]
fn who_may_not_read_there_sees_nothing() {
    let mut host = host("");
    let first = reconnect(&mut host);
    first.iter().for_each(|packet| host.acknowledge(packet));
    host.acknowledge_all();
    host.wait(SECOND);
    assert!(is_handed_over(&mut host));
}

#[test]
fn without_an_answer_nothing_is_known() {
    for refuses in [false, true] {
        let mut host = host("");
        let first = reconnect(&mut host);
        host.acknowledge(&first[1]);
        host.acknowledge_all();
        match refuses {
            true => {
                let token = token(&first[0]).expect("it has one");
                host.report(Input::Subscribed(token, Err("no".into())));
            }
            false => host.wait(10 * SECOND),
        }
        assert!(is_handed_over(&mut host));
    }
}

#[test]
fn nobody_looks_where_it_makes_no_difference() {
    for json in [r#""hold_seconds": 0"#, r#""guard_availability": false"#] {
        let mut host = host(json);
        let first = reconnect(&mut host);
        assert_eq!(texts(&first), ["online"], "{json}");
    }
    let mut host = host("");
    host.effects = host.driver.set_announced(host.now, Default::default());
    let first = reconnect(&mut host);
    assert_eq!(texts(&first), ["online"], "nobody is expected");
    let mut host = self::host("");
    let door = Arc::from("events/door");
    host.effects = (host.driver).change_announced(host.now, Some(&door), None);
    let first = reconnect(&mut host);
    assert_eq!(texts(&first), ["online"], "nobody is expected any more");
    let mut host = self::host("");
    host.end(EndCause::ByPeer);
    host.connect_to(Connack {
        retain_available: false,
        ..Connack::default()
    });
    assert_eq!(texts(&host.sent()), ["online"], "it keeps nothing anyway");
}

#[test]
fn nobody_looks_while_the_subscription_rests() {
    let mut host = host("");
    let first = reconnect(&mut host);
    first.iter().for_each(|packet| host.acknowledge(packet));
    kept(&mut host, "online");
    for packet in host.sent() {
        match &packet {
            Packet::Subscribe { token, topic, .. } if &**topic == "argusai/status" => {
                host.report(Input::Subscribed(*token, Err("no".into())));
            }
            _ => host.acknowledge(&packet),
        }
    }
    let first = reconnect(&mut host);
    assert_eq!(texts(&first), ["online"]);
}

#[test]
fn a_broker_that_ends_the_connection_meanwhile_is_not_asked_again() {
    let mut host = host("");
    reconnect(&mut host);
    let first = reconnect(&mut host);
    assert_eq!(texts(&first), ["SUBSCRIBE", "online"], "once may be chance");
    let first = reconnect(&mut host);
    assert_eq!(texts(&first), ["online"]);
    // Granted after the birth message, it may be asked for before it again.
    first.iter().for_each(|packet| host.acknowledge(packet));
    host.acknowledge_all();
    let first = reconnect(&mut host);
    assert_eq!(texts(&first), ["SUBSCRIBE", "online"]);
}

#[test]
fn a_subscription_that_the_session_kept_of_a_look_brings_nobody_elses_birth() {
    let mut host = host(r#""will_delay_seconds": 5"#);
    let first = reconnect(&mut host);
    assert_eq!(texts(&first), ["SUBSCRIBE", "online"]);
    // Before the guard subscribes. The broker does not run for a moment, so the next connection does not look.
    host.end(EndCause::ByPeer);
    host.fail(FailureKind::NotRunning);
    host.connect();
    let first = host.sent();
    assert_eq!(texts(&first), ["online"]);
    host.write(&first[0]);
    come_back(&mut host);
    host.acknowledge(&first[0]);
    let status = host.driver.engine().status(host.now, Duration::ZERO);
    let warnings = status.warnings.join("; ");
    assert!(!warnings.contains("another client publishes"), "{warnings}");
}

/// Without No Local, in a look, our own birth message comes back as often as it is said.
#[test]
fn where_only_the_look_was_granted_heartbeats_are_nobody_elses() {
    for fails in [true, false] {
        let mut host = host("");
        let heartbeat =
            settings(r#""home_assistant_status_topic": "ha", "availability_heartbeat_seconds": 5"#);
        host.effects = host.driver.reconfigure(host.now, heartbeat).1;
        let first = reconnect(&mut host);
        first.iter().for_each(|packet| host.acknowledge(packet));
        come_back(&mut host);
        host.acknowledge_all();
        kept(&mut host, "online");
        let guard = host.sent();
        assert_eq!(texts(&guard), ["SUBSCRIBE", "{}"]);
        host.acknowledge(&guard[1]);
        let token = token(&guard[0]).expect("it has one");
        let answer = if fails { Err("no".into()) } else { Ok(()) };
        host.report(Input::Subscribed(token, answer));
        for _ in 0..2 {
            host.wait(5 * SECOND);
            assert_eq!(texts(&host.acknowledge_all()), ["online"]);
            if fails {
                come_back(&mut host);
            }
        }
        let is_foreign = |host: &Host| {
            let status = host.driver.engine().status(host.now, Duration::ZERO);
            let warnings = status.warnings.join("; ");
            warnings.contains("another client publishes")
        };
        assert!(!is_foreign(&host), "the guard fails: {fails}");
        come_back(&mut host);
        assert!(is_foreign(&host), "one more than was said");
    }
}

#[test]
fn on_3_1_1_our_own_birth_is_not_taken_for_a_foreign_one() {
    let mut host = host(r#""protocol": "3.1.1""#);
    let first = reconnect(&mut host);
    host.acknowledge(&first[0]);
    kept(&mut host, "offline");
    host.acknowledge(&first[1]);
    host.report(Input::Received {
        subject: Subject::Availability,
        payload: "online".into(),
        retain: false,
    });
    host.acknowledge_all();
    let status = host.driver.engine().status(host.now, Duration::ZERO);
    assert!(!status
        .warnings
        .iter()
        .any(|text| text.contains("another client publishes")));
    // What is kept is still to be read back.
    host.wait(5 * SECOND);
    let status = host.driver.engine().status(host.now, Duration::ZERO);
    assert!(status
        .warnings
        .iter()
        .any(|text| text.contains("did not come back")));
}

#[test]
fn the_guard_waits_for_the_look_as_it_would_bring_our_own_birth_message() {
    let mut host = host("");
    let first = reconnect(&mut host);
    first.iter().for_each(|packet| host.acknowledge(packet));
    come_back(&mut host);
    let topic = |host: &mut Host| match host.acknowledge_all().as_slice() {
        [Packet::Subscribe { topic, .. }] => topic.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(topic(&mut host), "ha");
    host.wait(SECOND);
    assert_eq!(topic(&mut host), "argusai/status");
}

#[test]
fn home_assistant_may_come_before_the_result() {
    for is_answered in [false, true] {
        let mut host = host("");
        let first = reconnect(&mut host);
        host.acknowledge(&first[1]);
        if is_answered {
            host.acknowledge(&first[0]);
        }
        come_back(&mut host);
        assert!(!is_handed_over(&mut host));
        host.report(Input::Received {
            subject: Subject::HomeAssistant,
            payload: "online".into(),
            retain: false,
        });
        assert!(is_handed_over(&mut host));
        host.acknowledge(&first[0]);
        host.wait(20 * SECOND);
        host.publish(Some(300));
        assert!(is_handed_over(&mut host), "{is_answered}");
    }
}

#[test]
fn a_broker_that_refuses_the_birth_message_is_not_waited_for() {
    let mut host = host("");
    host.end(EndCause::ByPeer);
    host.publish(Some(300));
    let look = host.connect_without_birth();
    host.acknowledge(&look[0]);
    assert!(!is_handed_over(&mut host));
    host.wait(SECOND);
    assert!(is_handed_over(&mut host));
}

#[test]
fn a_connection_that_ends_once_it_is_online_did_not_end_over_the_look() {
    let mut host = host("");
    for _ in 0..3 {
        let first = reconnect(&mut host);
        assert_eq!(texts(&first), ["SUBSCRIBE", "online"]);
        host.acknowledge(&first[1]);
        assert!(host.driver.engine().is_online());
    }
}

#[test]
fn a_broker_that_answers_the_birth_message_late_may_send_late_what_it_keeps() {
    let mut host = host("");
    let first = reconnect(&mut host);
    host.acknowledge(&first[0]);
    come_back(&mut host);
    host.wait(5 * SECOND);
    host.acknowledge(&first[1]);
    host.plan();
    kept(&mut host, "offline");
    host.acknowledge_all();
    assert_eq!(host.driver.engine().outbox().queued(), 0);
}
