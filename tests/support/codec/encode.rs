//! Packets to bytes.

use super::wire::{put_binary, put_text, put_variable};
use super::{Connect, Packet, Properties, Publish, Reason, Version};

impl Packet {
    /// The whole packet, as short as the version allows.
    pub fn encode(&self, version: Version) -> Vec<u8> {
        let (first, body) = self.first_and_body(version);
        let mut frame = vec![first];
        put_variable(
            &mut frame,
            u32::try_from(body.len()).expect("a packet is shorter than 256 MiB"),
        );
        frame.extend(body);
        frame
    }

    fn first_and_body(&self, version: Version) -> (u8, Vec<u8>) {
        let mut body = Vec::new();
        let first = match self {
            Packet::Connect(connect) => {
                put_connect(connect, &mut body);
                0x10
            }
            Packet::ConnAck(ack) => {
                body.extend([u8::from(ack.session_present), ack.code]);
                put_properties(&ack.properties, version, &mut body);
                0x20
            }
            Packet::Publish(publish) => {
                put_publish(publish, version, &mut body);
                0x30 | u8::from(publish.dup) << 3 | publish.qos << 1 | u8::from(publish.retain)
            }
            Packet::Ack(ack) => {
                body.extend(ack.id.to_be_bytes());
                put_reason(ack.reason, &ack.properties, version, &mut body);
                // PUBREL, like SUBSCRIBE and UNSUBSCRIBE, has a fixed flag.
                (ack.kind as u8) << 4
                    | if ack.kind == super::AckKind::PubRel {
                        2
                    } else {
                        0
                    }
            }
            Packet::Subscribe(subscribe) => {
                body.extend(subscribe.id.to_be_bytes());
                put_properties(&subscribe.properties, version, &mut body);
                for (filter, options) in &subscribe.filters {
                    put_text(&mut body, filter);
                    body.push(*options);
                }
                0x82
            }
            Packet::SubAck(codes) => {
                body.extend(codes.id.to_be_bytes());
                put_properties(&codes.properties, version, &mut body);
                body.extend(&codes.codes);
                0x90
            }
            Packet::Unsubscribe(unsubscribe) => {
                body.extend(unsubscribe.id.to_be_bytes());
                put_properties(&unsubscribe.properties, version, &mut body);
                for filter in &unsubscribe.filters {
                    put_text(&mut body, filter);
                }
                0xa2
            }
            Packet::UnsubAck(codes) => {
                body.extend(codes.id.to_be_bytes());
                if version == Version::V5 {
                    codes.properties.put(&mut body);
                    body.extend(&codes.codes);
                }
                0xb0
            }
            Packet::PingReq => 0xc0,
            Packet::PingResp => 0xd0,
            Packet::Disconnect(Reason { code, properties }) => {
                put_reason(*code, properties, version, &mut body);
                0xe0
            }
            Packet::Auth(Reason { code, properties }) => {
                put_reason(*code, properties, version, &mut body);
                0xf0
            }
        };
        (first, body)
    }
}

fn put_properties(properties: &Properties, version: Version, body: &mut Vec<u8>) {
    if version == Version::V5 {
        properties.put(body);
    }
}

/// A reason code and properties at the end of a packet: both may be left out, and 3.1.1 has neither.
fn put_reason(code: u8, properties: &Properties, version: Version, body: &mut Vec<u8>) {
    if version == Version::V5 && (code != 0 || !properties.is_empty()) {
        body.push(code);
        if !properties.is_empty() {
            properties.put(body);
        }
    }
}

fn put_connect(connect: &Connect, body: &mut Vec<u8>) {
    let version = connect.version();
    put_text(body, "MQTT");
    body.push(connect.level);
    let mut flags = u8::from(connect.clean_start) << 1;
    if let Some(will) = &connect.will {
        flags |= 0x04 | will.qos << 3 | u8::from(will.retain) << 5;
    }
    flags |= u8::from(connect.password.is_some()) << 6;
    flags |= u8::from(connect.username.is_some()) << 7;
    body.push(flags);
    body.extend(connect.keep_alive.to_be_bytes());
    put_properties(&connect.properties, version, body);
    put_text(body, &connect.client_id);
    if let Some(will) = &connect.will {
        put_properties(&will.properties, version, body);
        put_text(body, &will.topic);
        put_binary(body, &will.payload);
    }
    if let Some(username) = &connect.username {
        put_text(body, username);
    }
    if let Some(password) = &connect.password {
        put_binary(body, password);
    }
}

fn put_publish(publish: &Publish, version: Version, body: &mut Vec<u8>) {
    put_text(body, &publish.topic);
    if publish.qos > 0 {
        body.extend(publish.id.to_be_bytes());
    }
    put_properties(&publish.properties, version, body);
    body.extend(&publish.payload);
}
