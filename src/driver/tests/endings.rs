//! What becomes of messages when a connection ends.

use super::*;
use crate::outcome::Outcome;

#[test]
fn what_was_not_acknowledged_is_sent_again_in_order() {
    let mut host = Host::online("");
    let ids: Vec<_> = (0..3).map(|_| host.publish(None)).collect();
    let sent = host.sent();
    host.acknowledge(&sent[1]);
    host.end(EndCause::ByPeer);
    host.connect();
    host.acknowledge_all();
    let again: Vec<_> = host
        .acknowledge_all()
        .into_iter()
        .filter(|packet| matches!(packet, Packet::Publish { .. }))
        .collect();
    assert_eq!(again.len(), 2);
    assert_eq!(host.driver.engine().outbox().counters.resent, 2);
    for id in ids {
        assert_eq!(host.outcome(id), Some(Outcome::Delivered));
    }
}

#[test]
fn what_a_connection_says_after_its_end_is_not_heard() {
    let mut host = Host::online("");
    let id = host.publish(None);
    let sent = host.sent();
    host.end(EndCause::ByPeer);
    host.acknowledge(&sent[0]);
    assert_eq!(host.outcome(id), None);
    assert_eq!(host.driver.engine().outbox().counters.delivered, 0);
}

#[test]
fn messages_wait_here_while_others_wait_to_be_written() {
    let mut host = Host::online("");
    let publish = |host: &mut Host| {
        host.publish_as(QoS::AtLeastOnce, "pictures/door", vec![0; 10_000], None);
    };
    for _ in 0..90 {
        publish(&mut host);
    }
    let first = host.sent();
    assert!(first.len() < 90);
    for packet in &first[..2] {
        host.write(packet);
    }
    assert_eq!(host.sent().len(), 2);
}

#[test]
fn large_messages_are_handed_over_one_at_a_time() {
    let mut host = Host::online("");
    for _ in 0..3 {
        host.publish_as(QoS::AtLeastOnce, "pictures/door", vec![0; 4 << 20], None);
    }
    for _ in 0..3 {
        let handed_over = host.sent();
        assert_eq!(handed_over.len(), 1);
        host.write(&handed_over[0]);
    }
}
