//! The codec, against bytes written out by hand from the specification.

use crate::support::codec::{
    property, Ack, AckKind, Codes, ConnAck, Connect, Packet, Properties, Publish, Reason,
    Subscribe, Unsubscribe, Value, Version, Will, NO_LOCAL,
};

fn is(packet: &Packet, version: Version, bytes: &[u8]) {
    assert_eq!(packet.encode(version), bytes, "{packet:?}");
    assert_eq!(Packet::decode(bytes, version).as_ref(), Ok(packet));
}

fn connect(version: Version) -> Connect {
    let mut connect = Connect::new(version, "me");
    connect.keep_alive = 30;
    connect.will = Some(Will {
        topic: "s".to_owned(),
        payload: b"off".to_vec(),
        qos: 1,
        retain: true,
        properties: Properties::default(),
    });
    connect.username = Some("u".to_owned());
    connect.password = Some(b"p".to_vec());
    connect
}

#[test]
fn connect_of_3_1_1() {
    let bytes = b"\x10\x1c\0\x04MQTT\x04\xee\0\x1e\0\x02me\0\x01s\0\x03off\0\x01u\0\x01p";
    is(
        &Packet::Connect(connect(Version::V311)),
        Version::V311,
        bytes,
    );
}

#[test]
fn connect_of_5() {
    let mut connect = connect(Version::V5);
    connect
        .properties
        .set(property::SESSION_EXPIRY_INTERVAL, 10u32);
    let will = connect.will.as_mut().expect("it has one");
    will.properties.set(property::WILL_DELAY_INTERVAL, 2u32);
    let bytes = b"\x10\x28\0\x04MQTT\x05\xee\0\x1e\x05\x11\0\0\0\x0a\0\x02me\
                  \x05\x18\0\0\0\x02\0\x01s\0\x03off\0\x01u\0\x01p";
    is(&Packet::Connect(connect), Version::V5, bytes);
}

#[test]
fn connack() {
    is(
        &Packet::ConnAck(ConnAck::refused(1)),
        Version::V311,
        b"\x20\x02\x00\x01",
    );
    let connack = ConnAck::default()
        .with(property::RECEIVE_MAXIMUM, 20u16)
        .with(property::MAXIMUM_QOS, 1u8)
        .with(property::REASON_STRING, "ok");
    let bytes = b"\x20\x0d\0\0\x0a\x21\0\x14\x24\x01\x1f\0\x02ok";
    is(&Packet::ConnAck(connack), Version::V5, bytes);
    // The refusal of an old broker, read by a client that speaks MQTT 5.
    let refusal = Packet::decode(b"\x20\x02\x00\x01", Version::V5);
    assert_eq!(refusal, Ok(Packet::ConnAck(ConnAck::refused(1))));
}

#[test]
fn publish() {
    let mut publish = Publish {
        topic: "a/b".to_owned(),
        payload: b"x".to_vec(),
        qos: 1,
        retain: true,
        dup: true,
        id: 258,
        properties: Properties::default(),
    };
    let bytes = b"\x3b\x08\0\x03a/b\x01\x02x";
    is(&Packet::Publish(publish.clone()), Version::V311, bytes);
    publish
        .properties
        .set(property::MESSAGE_EXPIRY_INTERVAL, 300u32);
    let pair = Value::Pair("k".to_owned(), "v".to_owned());
    publish.properties.set(property::USER_PROPERTY, pair);
    let bytes = b"\x3b\x15\0\x03a/b\x01\x02\x0c\x02\0\0\x01\x2c\x26\0\x01k\0\x01vx";
    is(&Packet::Publish(publish), Version::V5, bytes);
    let at_most_once = Publish {
        topic: "t".to_owned(),
        ..Publish::default()
    };
    is(
        &Packet::Publish(at_most_once),
        Version::V5,
        b"\x30\x04\0\x01t\0",
    );
}

#[test]
fn acknowledgements() {
    is(
        &Packet::Ack(Ack::new(AckKind::PubAck, 7)),
        Version::V311,
        b"\x40\x02\0\x07",
    );
    is(
        &Packet::Ack(Ack::new(AckKind::PubRel, 7)),
        Version::V5,
        b"\x62\x02\0\x07",
    );
    let mut refusal = Ack::new(AckKind::PubAck, 7);
    refusal.reason = 0x87;
    is(&Packet::Ack(refusal), Version::V5, b"\x40\x03\0\x07\x87");
}

#[test]
fn subscriptions() {
    let subscribe = Packet::Subscribe(Subscribe {
        id: 1,
        filters: vec![("a/#".to_owned(), 1 | NO_LOCAL)],
        properties: Properties::default(),
    });
    is(&subscribe, Version::V311, b"\x82\x08\0\x01\0\x03a/#\x05");
    is(&subscribe, Version::V5, b"\x82\x09\0\x01\0\0\x03a/#\x05");
    let unsubscribe = Packet::Unsubscribe(Unsubscribe {
        id: 1,
        filters: vec!["a".to_owned()],
        properties: Properties::default(),
    });
    is(&unsubscribe, Version::V5, b"\xa2\x06\0\x01\0\0\x01a");
    let codes = Codes {
        id: 1,
        codes: vec![1],
        properties: Properties::default(),
    };
    is(
        &Packet::SubAck(codes.clone()),
        Version::V311,
        b"\x90\x03\0\x01\x01",
    );
    is(
        &Packet::SubAck(codes.clone()),
        Version::V5,
        b"\x90\x04\0\x01\0\x01",
    );
    is(
        &Packet::UnsubAck(codes),
        Version::V5,
        b"\xb0\x04\0\x01\0\x01",
    );
}

#[test]
fn pings_and_disconnects() {
    is(&Packet::PingReq, Version::V5, b"\xc0\0");
    is(&Packet::PingResp, Version::V5, b"\xd0\0");
    is(
        &Packet::Disconnect(Reason::default()),
        Version::V5,
        b"\xe0\0",
    );
    let taken_over = Reason {
        code: 0x8e,
        properties: Properties::default(),
    };
    is(
        &Packet::Disconnect(taken_over),
        Version::V5,
        b"\xe0\x01\x8e",
    );
}

#[test]
fn long_packets_have_longer_lengths() {
    let publish = Packet::Publish(Publish {
        topic: "t".to_owned(),
        payload: vec![0; 200],
        ..Publish::default()
    });
    let bytes = publish.encode(Version::V311);
    assert_eq!(bytes[..5], *b"\x30\xcb\x01\0\x01");
    assert_eq!(Packet::decode(&bytes, Version::V311), Ok(publish));
}

#[test]
fn what_is_no_packet_is_refused() {
    for bytes in [
        &b"\x00\x00"[..],
        b"\x30\x01\x00",
        b"\x36\x04\0\x01t\0",
        b"\x80\x05\0\x01\0\x01a",
        b"\x20\x05\0\0\x02\x7f\0",
        b"\xc0\x01\0",
    ] {
        assert!(Packet::decode(bytes, Version::V5).is_err(), "{bytes:02x?}");
    }
}
