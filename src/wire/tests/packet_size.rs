//! The size for which the engine takes a packet, beside an independent encoder.

use crate::message::{Message, QoS};
use crate::support::codec::{property, Packet, Properties, Publish, Version};

#[test]
fn the_packet_size_is_that_of_the_packet() {
    for (version, is_v5) in [(Version::V5, true), (Version::V311, false)] {
        for (qos, id) in [(QoS::AtMostOnce, 0), (QoS::AtLeastOnce, 7)] {
            for expiry in [None, Some(60_u32)] {
                for size in [0, 110, 111, 120, 200, 16_370, 17_000, 2_100_000] {
                    let message = Message {
                        topic: "a/b".into(),
                        payload: vec![0; size].into(),
                        qos,
                        retain: false,
                    };
                    let mut properties = Properties::default();
                    if let Some(expiry) = expiry.filter(|_| is_v5) {
                        properties.set(property::MESSAGE_EXPIRY_INTERVAL, expiry);
                    }
                    let packet = Packet::Publish(Publish {
                        topic: message.topic.to_string(),
                        payload: message.payload.to_vec(),
                        qos: qos as u8,
                        retain: false,
                        dup: false,
                        id,
                        properties,
                    });
                    assert_eq!(
                        message.packet_size(is_v5, expiry.is_some()),
                        packet.encode(version).len() as u64,
                        "{version:?} {qos:?} {expiry:?} {size}"
                    );
                }
            }
        }
    }
}
