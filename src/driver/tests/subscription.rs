//! The subscription that guards availability is asked for again after every failure.

use super::*;

/// Online but for the answer to SUBSCRIBE, which is given.
fn asked() -> (Host, Token) {
    let mut host = Host::new("");
    host.connect();
    host.acknowledge_all();
    let sent = host.sent();
    assert_eq!(texts(&sent), ["SUBSCRIBE"]);
    let token = token(&sent[0]).expect("it has one");
    (host, token)
}

fn warnings(host: &Host) -> String {
    host.driver
        .engine()
        .status(host.now, Duration::ZERO)
        .warnings
        .join("; ")
}

#[test]
fn a_connection_that_broke_at_the_wrong_moment_is_guarded_later() {
    let (mut host, _) = asked();
    host.end(EndCause::ByPeer);
    host.connect();
    host.acknowledge_all();
    assert_eq!(texts(&host.sent()), ["SUBSCRIBE"], "once may be chance");
    host.end(EndCause::ByPeer);
    host.connect();
    host.acknowledge_all();
    assert!(host.sent().is_empty(), "the broker may have closed over it");
    assert!(warnings(&host).contains("not watched"));
    host.wait(15 * SECOND);
    let sent = host.sent();
    assert_eq!(texts(&sent), ["SUBSCRIBE"], "on the same connection");
    host.acknowledge(&sent[0]);
    assert_eq!(warnings(&host), "");
}

#[test]
fn home_assistants_birth_is_not_missed_after_a_single_close() {
    let mut host = Host::new(r#""home_assistant_status_topic": "ha""#);
    let topic = |host: &mut Host| match host.sent().as_slice() {
        [Packet::Subscribe { topic, .. }] => topic.to_string(),
        other => panic!("{other:?}"),
    };
    host.connect();
    host.acknowledge_all();
    host.acknowledge_all();
    assert_eq!(topic(&mut host), "ha");
    host.end(EndCause::Disconnected);
    host.connect();
    host.acknowledge_all();
    host.acknowledge_all();
    assert_eq!(topic(&mut host), "ha", "at once");
    host.end(EndCause::ByPeer);
    host.connect();
    host.acknowledge_all();
    host.acknowledge_all();
    assert!(host.sent().is_empty(), "twice is over it");
    host.wait(15 * SECOND);
    assert_eq!(topic(&mut host), "ha");
}

#[test]
fn a_refusal_or_no_answer_is_tried_again_too() {
    let (mut host, token) = asked();
    host.report(Input::Subscribed(token, Err("not authorized".into())));
    assert!(warnings(&host).contains("not authorized"));
    host.wait(15 * SECOND);
    assert_eq!(texts(&host.sent()), ["SUBSCRIBE"]);
    // Not answered within 10 s, and then twice the time.
    host.wait(10 * SECOND);
    assert!(warnings(&host).contains("did not answer"));
    host.wait(30 * SECOND - Duration::from_millis(1));
    assert!(host.sent().is_empty());
    host.wait(Duration::from_millis(1));
    assert_eq!(texts(&host.sent()), ["SUBSCRIBE"]);
}

#[test]
fn a_late_subscription_brings_nobody_elses_birth() {
    for protocol in ["5", "3.1.1"] {
        let mut host = Host::new(&format!(r#""protocol": "{protocol}""#));
        host.connect();
        host.acknowledge_all();
        host.sent();
        host.wait(10 * SECOND);
        let received = |host: &mut Host, text: &'static str| {
            host.report(Input::Received {
                subject: Subject::Availability,
                payload: text.into(),
                retain: false,
            });
        };
        received(&mut host, "offline");
        assert_eq!(texts(&host.acknowledge_all()), ["online"]);
        received(&mut host, "online");
        assert!(!warnings(&host).contains("another client publishes"));
    }
}

#[test]
fn once_it_was_granted_earlier_failures_do_not_count() {
    let (mut host, token) = asked();
    host.report(Input::Subscribed(token, Err("no".into())));
    host.wait(15 * SECOND);
    assert_eq!(texts(&host.acknowledge_all()), ["SUBSCRIBE"]);
    host.end(EndCause::ByPeer);
    host.connect();
    host.acknowledge_all();
    let sent = host.sent();
    let token = super::token(&sent[0]).expect("it has one");
    host.report(Input::Subscribed(token, Err("no".into())));
    host.wait(15 * SECOND);
    assert_eq!(texts(&host.sent()), ["SUBSCRIBE"], "as after the first");
}

#[test]
fn what_others_write_is_set_right_also_when_it_is_too_large_to_be_ours() {
    let mut host = Host::online("");
    let payload = Bytes::from(vec![b'x'; 64 * 1024]);
    let retain = true;
    host.report(Input::Received {
        subject: Subject::Availability,
        payload,
        retain,
    });
    assert_eq!(texts(&host.acknowledge_all()), ["online"]);
    assert_eq!(host.driver.engine().outbox().counters.guard_repairs, 1);
}

#[test]
fn a_birth_message_that_is_larger_than_the_broker_takes_is_named() {
    let birth = "x".repeat(200);
    let mut host = Host::new(&format!(r#""birth_message": "{birth}""#));
    host.connect_to(Connack {
        maximum_packet_size: 100,
        ..Connack::default()
    });
    assert!(!host.sent().iter().any(|packet| text(packet) == birth));
    let refusal = host.driver.engine().refusal().expect("it is refused");
    assert!(refusal.contains("100 bytes"), "{refusal}");
}
