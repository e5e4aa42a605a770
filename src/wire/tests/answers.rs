//! What a broker may answer, and what it must not.

use super::{message, open, Told, BOTH, TOPIC};
use crate::engine::{Packet, Version};
use crate::message::QoS::{AtLeastOnce, AtMostOnce};
use crate::support::codec::{self, Ack, AckKind, Codes, Properties};
use crate::support::scripted::ScriptedBroker;

#[test]
fn a_refusal_names_the_packet_and_the_reason() {
    let broker = ScriptedBroker::start(|connection| {
        connection.accept()?;
        for reason in [0x10, 0x87, 0x99, 0x00] {
            let publish = connection.expect_publish()?;
            connection.acknowledge_with(&publish, reason)?;
        }
        connection.swallow()
    });
    let mut link = open(broker.port(), Version::V5);
    (1..=4).for_each(|token| link.send(message(token, AtLeastOnce)));
    let told = link.poll_until(|told| told.contains(&Told::Acked(4)));
    let told: Vec<_> = told
        .iter()
        .filter(|told| !matches!(told, Told::Written(_)))
        .collect();
    let [Told::Unmatched(1), Told::Refused(2, login), Told::Refused(3, format), Told::Acked(4)] =
        told.as_slice()
    else {
        panic!("{told:?}");
    };
    assert!(login.contains("not authorized"), "{login}");
    assert!(format.contains("payload format invalid"), "{format}");
}

#[test]
fn an_acknowledgement_in_any_form_counts() {
    // After packet type, length and packet id.
    for (rest, is_refused) in [
        (&[][..], false),
        (&[0x00], false),
        (&[0x00, 0x00], false),
        (&[0x11], false),
        (&[0x7f, 0x00], false),
        (&[0x00, 0x02, 0x7f, 0x00], false),
        (&[0x00, 0x7f], false),
        (&[0x87], true),
        (&[0xfe], true),
        (&[0x87, 0x09, 0x1f], true),
    ] {
        let broker = ScriptedBroker::start(move |connection| {
            connection.accept()?;
            let publish = connection.expect_publish()?;
            let length = 2 + rest.len() as u8;
            let [high, low] = publish.id.to_be_bytes();
            connection.send_bytes(&[&[0x40, length, high, low], rest].concat())?;
            connection.serve()
        });
        let mut link = open(broker.port(), Version::V5);
        link.send(message(1, AtLeastOnce));
        link.send(message(2, AtLeastOnce));
        let told = link.poll_until(|told| told.contains(&Told::Acked(2)));
        let first = told
            .iter()
            .find(|told| matches!(told, Told::Acked(1) | Told::Refused(1, _)));
        let was_refused = matches!(first.expect("it is answered"), Told::Refused(..));
        assert_eq!(was_refused, is_refused, "{rest:x?}: {told:?}");
    }
}

#[test]
fn a_suback_whose_properties_cant_be_read_is_an_answer_all_the_same() {
    for (code, is_granted) in [(0x00, true), (0x02, true), (0x87, false)] {
        let broker = ScriptedBroker::start(move |connection| {
            connection.accept()?;
            let [high, low] = connection.expect_subscribe()?.id.to_be_bytes();
            connection.send_bytes(&[0x90, 0x06, high, low, 0x02, 0x7f, 0x00, code])?;
            connection.serve()
        });
        let mut link = open(broker.port(), Version::V5);
        link.send(Packet::Subscribe {
            token: 1,
            topic: TOPIC.into(),
            no_local: true,
        });
        link.send(message(2, AtLeastOnce));
        let told = link.poll_until(|told| told.contains(&Told::Acked(2)));
        let was_granted = told.contains(&Told::Subscribed(1, Ok(())));
        assert_eq!(was_granted, is_granted, "{code:#x}: {told:?}");
    }
}

/// A broker whose answer to the first SUBSCRIBE has this code.
fn refuse_the_subscription(code: u8) -> ScriptedBroker {
    ScriptedBroker::start(move |connection| {
        connection.accept()?;
        let subscribe = connection.expect_subscribe()?;
        connection.send(&codec::Packet::SubAck(Codes {
            id: subscribe.id,
            codes: vec![code],
            properties: Properties::default(),
        }))?;
        connection.swallow()
    })
}

#[test]
fn a_subscription_is_granted_or_refused_by_its_packet_id() {
    for (version, code, expected) in [
        (Version::V5, 0x01, Ok(())),
        (Version::V5, 0x87, Err("not authorized")),
        // Codes that there are none of concern the subscription alone.
        (Version::V5, 0x03, Err("reason code 0x03")),
        (Version::V5, 0xfe, Err("reason code 0xfe")),
        (Version::V311, 0x03, Err("reason code 0x03")),
        (Version::V311, 0x00, Ok(())),
        (Version::V311, 0x80, Err("no reason")),
    ] {
        let broker = refuse_the_subscription(code);
        let mut link = open(broker.port(), version);
        link.send(Packet::Subscribe {
            token: 1,
            topic: TOPIC.into(),
            no_local: true,
        });
        let told = link.poll_until(|told| told.len() == 2);
        let [Told::Written(1), Told::Subscribed(1, result)] = told.as_slice() else {
            panic!("{told:?}");
        };
        match (result, expected) {
            (Ok(()), Ok(())) => {}
            (Err(why), Err(says)) => assert!(why.contains(says), "{why}"),
            _ => panic!("MQTT {version:?}, {code:#x}: {result:?}"),
        }
    }
}

/// Acknowledges with these packet ids, the last of which is that of the message; gives how many counted for nothing.
#[track_caller]
fn acknowledge_with(version: Version, kind: AckKind, ids: &'static [u16]) -> usize {
    let broker = ScriptedBroker::start(move |connection| {
        connection.accept()?;
        connection.expect_publish()?;
        let publish = connection.expect_publish()?;
        for id in ids {
            connection.send(&codec::Packet::Ack(Ack::new(kind, *id)))?;
        }
        connection.acknowledge(&publish)?;
        let last = connection.expect_publish()?;
        connection.acknowledge(&last)?;
        connection.swallow()
    });
    let mut link = open(broker.port(), version);
    // It has no packet id, and the broker may acknowledge one.
    link.send(message(1, AtMostOnce));
    link.send(message(2, AtLeastOnce));
    let mut told = link.poll_until(|told| told.contains(&Told::Acked(2)));
    link.send(message(3, AtLeastOnce));
    told.extend(link.poll_until(|told| told.contains(&Told::Acked(3))));
    let all = told.len();
    told.retain(|told| *told != Told::Unsolicited);
    let expected = [
        Told::Written(1),
        Told::Written(2),
        Told::Acked(2),
        Told::Written(3),
        Told::Acked(3),
    ];
    assert_eq!(told, expected, "MQTT {version:?}");
    all - told.len()
}

#[test]
fn an_acknowledgement_of_nothing_is_ignored_and_counted() {
    for version in BOTH {
        let ids = &[0, 1, 3, 102, 103, 65_535];
        assert_eq!(
            acknowledge_with(version, AckKind::PubAck, ids),
            6,
            "MQTT {version:?}"
        );
    }
}

#[test]
fn an_acknowledgement_that_is_repeated_counts_once() {
    for version in BOTH {
        assert_eq!(
            acknowledge_with(version, AckKind::PubAck, &[2]),
            1,
            "MQTT {version:?}"
        );
    }
}

#[test]
fn the_acknowledgements_of_qos_2_are_ignored_and_counted() {
    for version in BOTH {
        for kind in [AckKind::PubRec, AckKind::PubComp] {
            assert_eq!(acknowledge_with(version, kind, &[2]), 1, "MQTT {version:?}");
        }
    }
}

#[test]
fn an_answer_to_no_subscription_says_nothing() {
    for version in BOTH {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            let publish = connection.expect_publish()?;
            for id in [9, publish.id, 65_535] {
                connection.send(&codec::Packet::SubAck(Codes {
                    id,
                    codes: vec![0],
                    properties: Properties::default(),
                }))?;
            }
            connection.acknowledge(&publish)?;
            connection.serve()
        });
        let mut link = open(broker.port(), version);
        link.send(message(1, AtLeastOnce));
        let told = link.poll_until(|told| told.contains(&Told::Acked(1)));
        let ignored = std::iter::repeat_n(Told::Unsolicited, 3);
        let expected: Vec<_> = std::iter::once(Told::Written(1))
            .chain(ignored)
            .chain([Told::Acked(1)])
            .collect();
        assert_eq!(told, expected, "MQTT {version:?}");
    }
}
