//! Bytes to packets.

use super::wire::{Fault, Reader};
use super::{
    Ack, AckKind, Codes, ConnAck, Connect, Packet, Properties, Publish, Reason, Subscribe,
    Unsubscribe, Version, Will,
};

impl Packet {
    /// Decodes one whole packet. A CONNECT says itself which version it speaks.
    pub fn decode(frame: &[u8], version: Version) -> Result<Packet, Fault> {
        let mut reader = Reader(frame);
        let first = reader.byte()?;
        let length = reader.variable()? as usize;
        if reader.0.len() != length {
            return Err(format!(
                "{length} bytes announced, {} there",
                reader.0.len()
            ));
        }
        let packet = take_packet(first, &mut reader, version)?;
        if reader.is_empty() {
            Ok(packet)
        } else {
            Err(format!(
                "{} bytes too many after {packet:?}",
                reader.0.len()
            ))
        }
    }
}

fn take_packet(first: u8, reader: &mut Reader, version: Version) -> Result<Packet, Fault> {
    let flags = first & 0x0f;
    let expected_flags = match first >> 4 {
        3 => flags,
        6 | 8 | 10 => 2,
        _ => 0,
    };
    if flags != expected_flags {
        return Err(format!("wrong flags in the first byte {first:#04x}"));
    }
    Ok(match first >> 4 {
        1 => Packet::Connect(take_connect(reader)?),
        2 => {
            let session_present = reader.byte()? == 1;
            let code = reader.byte()?;
            // A broker that speaks only 3.1.1 refuses MQTT 5 without properties.
            let properties = take_optional_properties(reader, version)?;
            Packet::ConnAck(ConnAck {
                session_present,
                code,
                properties,
            })
        }
        3 => Packet::Publish(take_publish(flags, reader, version)?),
        4 => take_ack(AckKind::PubAck, reader, version)?,
        5 => take_ack(AckKind::PubRec, reader, version)?,
        6 => take_ack(AckKind::PubRel, reader, version)?,
        7 => take_ack(AckKind::PubComp, reader, version)?,
        8 => {
            let id = reader.two()?;
            let properties = take_properties(reader, version)?;
            let mut filters = Vec::new();
            while !reader.is_empty() {
                filters.push((reader.text()?, reader.byte()?));
            }
            Packet::Subscribe(Subscribe {
                id,
                filters,
                properties,
            })
        }
        9 => Packet::SubAck(take_codes(reader, version)?),
        10 => {
            let id = reader.two()?;
            let properties = take_properties(reader, version)?;
            let mut filters = Vec::new();
            while !reader.is_empty() {
                filters.push(reader.text()?);
            }
            Packet::Unsubscribe(Unsubscribe {
                id,
                filters,
                properties,
            })
        }
        11 => Packet::UnsubAck(take_codes(reader, version)?),
        12 => Packet::PingReq,
        13 => Packet::PingResp,
        14 => Packet::Disconnect(take_reason(reader, version)?),
        15 => Packet::Auth(take_reason(reader, version)?),
        kind => return Err(format!("there is no packet of type {kind}")),
    })
}

fn take_properties(reader: &mut Reader, version: Version) -> Result<Properties, Fault> {
    match version {
        Version::V5 => Properties::take(reader),
        Version::V311 => Ok(Properties::default()),
    }
}

fn take_optional_properties(reader: &mut Reader, version: Version) -> Result<Properties, Fault> {
    if reader.is_empty() {
        return Ok(Properties::default());
    }
    take_properties(reader, version)
}

fn take_reason(reader: &mut Reader, version: Version) -> Result<Reason, Fault> {
    if reader.is_empty() {
        return Ok(Reason::default());
    }
    Ok(Reason {
        code: reader.byte()?,
        properties: take_optional_properties(reader, version)?,
    })
}

fn take_ack(kind: AckKind, reader: &mut Reader, version: Version) -> Result<Packet, Fault> {
    let id = reader.two()?;
    let Reason { code, properties } = take_reason(reader, version)?;
    Ok(Packet::Ack(Ack {
        kind,
        id,
        reason: code,
        properties,
    }))
}

fn take_codes(reader: &mut Reader, version: Version) -> Result<Codes, Fault> {
    Ok(Codes {
        id: reader.two()?,
        properties: take_optional_properties(reader, version)?,
        codes: reader.rest(),
    })
}

fn take_connect(reader: &mut Reader) -> Result<Connect, Fault> {
    let name = reader.text()?;
    if name != "MQTT" {
        return Err(format!("a CONNECT of protocol {name:?}"));
    }
    let mut connect = Connect::new(Version::V311, "");
    connect.level = reader.byte()?;
    let version = connect.version();
    let flags = reader.byte()?;
    if flags & 0x01 != 0 {
        return Err(format!(
            "reserved bit set in the connect flags {flags:#04x}"
        ));
    }
    connect.clean_start = flags & 0x02 != 0;
    connect.keep_alive = reader.two()?;
    connect.properties = take_properties(reader, version)?;
    connect.client_id = reader.text()?;
    if flags & 0x04 != 0 {
        connect.will = Some(Will {
            properties: take_properties(reader, version)?,
            topic: reader.text()?,
            payload: reader.binary()?,
            qos: flags >> 3 & 0x03,
            retain: flags & 0x20 != 0,
        });
    }
    if flags & 0x80 != 0 {
        connect.username = Some(reader.text()?);
    }
    if flags & 0x40 != 0 {
        connect.password = Some(reader.binary()?);
    }
    Ok(connect)
}

fn take_publish(flags: u8, reader: &mut Reader, version: Version) -> Result<Publish, Fault> {
    let qos = flags >> 1 & 0x03;
    if qos == 3 {
        return Err("a PUBLISH with QoS 3".to_owned());
    }
    Ok(Publish {
        topic: reader.text()?,
        id: if qos > 0 { reader.two()? } else { 0 },
        properties: take_properties(reader, version)?,
        payload: reader.rest(),
        qos,
        retain: flags & 0x01 != 0,
        dup: flags & 0x08 != 0,
    })
}
