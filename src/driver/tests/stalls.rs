//! A broker that acknowledges nothing is left in bounded time.

use super::*;

#[test]
fn what_is_written_is_no_progress() {
    let mut host = Host::online("");
    let start = host.now;
    let mut waited = 0;
    while host.driver.engine().is_online() {
        host.publish(Some(300));
        for packet in host.sent() {
            host.write(&packet);
        }
        host.plan();
        host.now += SECOND;
        waited += 1;
        assert!(waited < 60, "it goes on for ever");
        if let Plan::Run(_) = host.plan() {
            continue;
        }
    }
    assert_eq!(host.now - start, 20 * SECOND);
}

#[test]
fn neither_are_messages_that_are_not_acknowledged_by_themselves() {
    let mut host = Host::online("");
    let start = host.now;
    host.publish(None);
    while host.driver.engine().is_online() {
        host.publish_as(QoS::AtMostOnce, "states/door", "{}", None);
        for packet in host.sent() {
            host.write(&packet);
        }
        host.plan();
        host.now += SECOND;
        assert!(host.now - start < 60 * SECOND, "it goes on for ever");
        host.plan();
    }
    assert_eq!(host.now - start, 20 * SECOND);
}

#[test]
fn an_acknowledgement_is() {
    let mut host = Host::online("");
    for _ in 0..10 {
        host.publish(None);
        host.publish(None);
        let sent = host.sent();
        host.write(&sent[1]);
        host.acknowledge(&sent[0]);
        host.wait(19 * SECOND);
        assert!(host.driver.engine().is_online());
        host.acknowledge(&sent[1]);
    }
}

#[test]
fn the_time_counts_from_the_last_acknowledgement_of_whatever() {
    let mut host = Host::online("");
    host.publish(None);
    host.publish(None);
    let sent = host.sent();
    sent.iter().for_each(|packet| host.write(packet));
    host.wait(10 * SECOND);
    // The oldest stays unacknowledged.
    host.acknowledge(&sent[1]);
    host.wait(20 * SECOND - Duration::from_millis(1));
    assert!(host.driver.engine().is_online());
    host.wait(Duration::from_millis(1));
    host.plan();
    assert!(!host.driver.engine().is_online());
}

#[test]
fn what_went_before_an_acknowledgement_has_passed() {
    let mut host = Host::online("");
    let picture = vec![0; 16 * 1024 * 100];
    host.publish_as(QoS::AtMostOnce, "pictures/door", picture, None);
    let large = host.sent();
    host.write(&large[0]);
    for acknowledges in [true, false] {
        host.publish(None);
        let sent = host.sent();
        host.write(&sent[0]);
        if acknowledges {
            host.acknowledge(&sent[0]);
        }
    }
    let until = match host.plan() {
        Plan::Run(until) => until,
        other => panic!("{other:?}"),
    };
    assert_eq!(until - host.now, 20 * SECOND);
}

#[test]
fn a_large_message_may_take_the_time_that_a_slow_link_takes() {
    let mut host = Host::online("");
    let picture = vec![0; 16 * 1024 * 100];
    host.publish_as(QoS::AtLeastOnce, "pictures/door", picture, None);
    let sent = host.sent();
    host.write(&sent[0]);
    host.wait(119 * SECOND);
    assert!(host.driver.engine().is_online());
    let until = match host.plan() {
        Plan::Run(until) => until,
        other => panic!("{other:?}"),
    };
    assert_eq!(until - host.now, SECOND);
}

#[test]
fn many_messages_in_a_buffer_do_not_add_up() {
    let mut host = Host::online("");
    for _ in 0..20 {
        host.publish_as(QoS::AtLeastOnce, "pictures/door", vec![0; 200_000], None);
        for packet in host.sent() {
            host.write(&packet);
        }
    }
    let until = match host.plan() {
        Plan::Run(until) => until,
        other => panic!("{other:?}"),
    };
    assert_eq!(until - host.now, 32 * SECOND);
}

#[test]
fn a_stall_wakes_whoever_waits() {
    let mut host = Host::online("");
    host.publish(None);
    let sent = host.sent();
    host.write(&sent[0]);
    assert!(matches!(host.plan(), Plan::Run(until) if until == host.now + 20 * SECOND));
    host.now += 20 * SECOND;
    assert!(matches!(host.plan(), Plan::Wait(_)));
    assert!(host.effects.notify_waiters);
    assert!(host.last_error().contains("acknowledges nothing"));
}

#[test]
fn a_caller_does_not_end_a_connection_that_the_background_thread_may_be_writing_to() {
    let mut host = Host::online("");
    host.publish(None);
    let sent = host.sent();
    host.write(&sent[0]);
    host.plan();
    host.now += 30 * SECOND;
    host.publish(None);
    assert!(host.driver.engine().is_online());
    assert!(host.effects.wake_worker);
    assert!(matches!(host.plan(), Plan::Wait(_)));
}

#[test]
fn no_token_is_so_far_from_the_oldest_in_flight_that_their_packet_ids_could_meet() {
    let json = r#""max_in_flight": 2"#;
    let mut host = Host::online(json);
    host.publish(None);
    let oldest = token(&host.sent()[0]).expect("it has one");
    let span = u64::from(crate::engine::window_span(&settings(json)));
    for _ in 0..10 {
        host.publish(None);
        for packet in host.acknowledge_all() {
            assert!(token(&packet).is_some_and(|token| token < oldest + span));
        }
    }
    assert_eq!(host.driver.engine().outbox().queued(), 8);
}

#[test]
fn what_is_ahead_of_a_message_may_take_its_time_too() {
    let mut host = Host::online("");
    let picture = vec![0; 16 * 1024 * 100];
    host.publish_as(QoS::AtMostOnce, "pictures/door", picture, None);
    let large = host.sent();
    host.write(&large[0]);
    host.publish(None);
    let sent = host.sent();
    host.write(&sent[0]);
    host.wait(119 * SECOND);
    assert!(host.driver.engine().is_online());
}
