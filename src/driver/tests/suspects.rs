//! Messages are blamed for closes only when nothing else explains them.

use super::*;
use crate::outcome::Outcome;

/// Comes online; what is queued is handed over.
fn reconnect(host: &mut Host) -> Vec<Packet> {
    host.connect();
    let birth = host.sent();
    host.acknowledge(&birth[0]);
    host.sent()
}

fn host() -> Host {
    Host::new(r#""guard_availability": false, "reconnect_max_seconds": 1"#)
}

#[test]
fn resets_in_quick_succession_cost_no_message() {
    let mut host = host();
    let id = host.publish(None);
    for _ in 0..20 {
        reconnect(&mut host);
        host.now += SECOND / 2;
        host.end(EndCause::ByPeer);
    }
    assert_eq!(host.outcome(id), None);
    for packet in reconnect(&mut host) {
        host.acknowledge(&packet);
    }
    host.wait(8 * SECOND);
    host.acknowledge_all();
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
}

#[test]
fn a_broker_that_resets_every_so_often_costs_no_message() {
    for period in [1, 2, 3, 4, 6, 10, 30] {
        let mut host = host();
        let id = host.publish(None);
        for _ in 0..30 {
            reconnect(&mut host);
            host.wait(period * SECOND);
            host.end(EndCause::ByPeer);
        }
        assert_eq!(host.outcome(id), None, "every {period} s");
    }
}

#[test]
fn a_message_that_the_broker_closes_on_is_rejected_and_no_other() {
    let mut host = host();
    let poison = host.publish_to("events/poison", None);
    let good = host.publish_to("events/good", None);
    let start = host.now;
    let mut sent = reconnect(&mut host);
    let mut outcomes = (None, None);
    while outcomes.0.is_none() || outcomes.1.is_none() {
        assert!(host.now < start + 120 * SECOND, "it goes on for ever");
        for packet in sent {
            if topics(std::slice::from_ref(&packet)) == ["events/poison"] {
                host.end(EndCause::ByPeer);
                break;
            }
            host.acknowledge(&packet);
        }
        if outcomes.0.is_none() {
            outcomes.0 = host.outcome(poison);
        }
        if outcomes.1.is_none() {
            outcomes.1 = host.outcome(good);
        }
        sent = match host.driver.engine().connection_number() {
            None => reconnect(&mut host),
            Some(_) => {
                host.wait(SECOND);
                host.sent()
            }
        };
    }
    assert!(
        matches!(&outcomes.0, Some(Outcome::Rejected(why)) if why.contains("with it alone")),
        "{outcomes:?}"
    );
    assert_eq!(outcomes.1, Some(Outcome::Delivered));
}

#[test]
fn a_suspect_goes_alone() {
    let mut host = host();
    host.publish_to("events/a", None);
    for _ in 0..3 {
        reconnect(&mut host);
        host.end(EndCause::ByPeer);
    }
    host.publish_to("events/b", None);
    let others = reconnect(&mut host);
    assert_eq!(topics(&others), ["events/b"], "others go first");
    host.wait(2 * SECOND);
    assert!(host.sent().is_empty(), "not while another is in flight");
    host.acknowledge(&others[0]);
    let alone = host.sent();
    assert_eq!(topics(&alone), ["events/a"]);
    host.publish_to("events/c", None);
    assert!(host.sent().is_empty(), "alone");
    host.acknowledge(&alone[0]);
    assert_eq!(topics(&host.sent()), ["events/c"]);
}

/// Three closes while it was unacknowledged: it is held back.
fn host_with_suspect() -> (Host, u64) {
    let mut host = host();
    let id = host.publish(None);
    for _ in 0..3 {
        reconnect(&mut host);
        host.end(EndCause::ByPeer);
    }
    (host, id)
}

#[test]
fn a_close_with_nothing_in_flight_ends_the_suspicion() {
    let (mut host, id) = host_with_suspect();
    assert!(reconnect(&mut host).is_empty());
    host.end(EndCause::ByPeer);
    let sent = reconnect(&mut host);
    assert_eq!(texts(&sent), ["{}"], "it closes without it too");
    host.acknowledge(&sent[0]);
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
}

#[test]
fn a_close_that_was_asked_for_is_held_against_no_message() {
    let mut host = host();
    let id = host.publish(None);
    for keep_alive in 5..15 {
        assert_eq!(reconnect(&mut host).len(), 1, "it is not held back");
        let json = format!(r#""guard_availability": false, "keep_alive_seconds": {keep_alive}"#);
        host.effects = host.driver.reconfigure(host.now, settings(&json)).1;
        let offline = host.sent();
        assert_eq!(texts(&offline), ["offline"]);
        host.acknowledge(&offline[0]);
        host.end(EndCause::ByPeer);
    }
    assert_eq!(host.outcome(id), None);
}

#[test]
fn an_end_that_no_message_causes_ends_the_suspicion() {
    for kind in [
        EndCause::Stalled,
        EndCause::TakenOver,
        EndCause::Unavailable,
    ] {
        let mut host = host();
        host.publish(None);
        for _ in 0..2 {
            reconnect(&mut host);
            host.end(EndCause::ByPeer);
        }
        reconnect(&mut host);
        host.end(kind);
        reconnect(&mut host);
        host.end(EndCause::ByPeer);
        assert_eq!(reconnect(&mut host).len(), 1, "after {kind:?}");
    }
}

fn topics(packets: &[Packet]) -> Vec<&str> {
    let mut topics = Vec::new();
    for packet in packets {
        if let Packet::Publish { topic, .. } = packet {
            topics.push(&**topic);
        }
    }
    topics
}

#[test]
fn what_was_held_back_is_tried_though_the_birth_message_is_refused() {
    let mut host = host();
    let id = host.publish(None);
    for _ in 0..3 {
        reconnect(&mut host);
        host.end(EndCause::ByPeer);
    }
    host.connect_without_birth();
    assert_eq!(host.sent(), [], "it is held back");
    host.wait(3 * SECOND);
    host.acknowledge_all();
    assert_eq!(host.outcome(id), Some(Outcome::Delivered));
}

/// Waits until a message that was held back is sent alone.
fn wait_for_trial(host: &mut Host) {
    assert!(reconnect(host).is_empty(), "it is held back");
    let start = host.now;
    while host.sent().is_empty() {
        host.wait(SECOND);
        assert!(host.now < start + 60 * SECOND, "it is never tried");
    }
}

#[test]
fn a_large_message_is_judged_when_it_may_have_passed() {
    let mut host = host();
    let picture = vec![0; 16 * 1024 * 100];
    let id = host.publish_as(QoS::AtLeastOnce, "pictures/door", picture, None);
    for _ in 0..3 {
        reconnect(&mut host);
        host.end(EndCause::ByPeer);
    }
    for _ in 0..3 {
        assert_eq!(host.outcome(id), None);
        wait_for_trial(&mut host);
        host.wait(50 * SECOND);
        host.end(EndCause::ByPeer);
    }
    let outcome = host.outcome(id);
    assert!(matches!(outcome, Some(Outcome::Rejected(_))), "{outcome:?}");
}

#[test]
fn an_end_that_it_did_not_cause_clears_a_message_of_all_before() {
    let (mut host, id) = host_with_suspect();
    for kind in [EndCause::ByPeer, EndCause::ByPeer, EndCause::Stalled] {
        wait_for_trial(&mut host);
        host.end(kind);
    }
    for _ in 0..3 {
        assert_eq!(reconnect(&mut host).len(), 1, "it goes with others");
        host.end(EndCause::ByPeer);
    }
    for _ in 0..2 {
        wait_for_trial(&mut host);
        host.end(EndCause::ByPeer);
        assert_eq!(host.outcome(id), None);
    }
}

#[test]
fn closes_on_a_message_alone_are_no_twin() {
    let mut host = Host::new(r#""guard_availability": false, "reconnect_max_seconds": 60"#);
    for topic in ["events/a", "events/b"] {
        host.publish_to(topic, None);
    }
    for _ in 0..3 {
        reconnect(&mut host);
        host.end(EndCause::ByPeer);
    }
    for _ in 0..5 {
        wait_for_trial(&mut host);
        host.end(EndCause::ByPeer);
        assert!(!host.last_error().contains("another client"));
    }
}

#[test]
fn a_suspect_that_the_next_broker_cannot_carry_holds_nobody_up() {
    let mut host = host();
    let id = host.publish_as(QoS::AtLeastOnce, "pictures/door", vec![0; 2000], None);
    for _ in 0..3 {
        reconnect(&mut host);
        host.end(EndCause::ByPeer);
    }
    host.connect_to(Connack {
        maximum_packet_size: 1000,
        ..Connack::default()
    });
    host.acknowledge_all();
    host.wait(5 * SECOND);
    let outcome = host.outcome(id);
    assert!(matches!(outcome, Some(Outcome::Rejected(_))), "{outcome:?}");
    host.publish(None);
    assert_eq!(texts(&host.sent()), ["{}"]);
}
