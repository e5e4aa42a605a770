//! As much of MQTT 3.1.1 and 5 as an acknowledger has to read.

/// One packet in a buffer: its first byte and what follows its length.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// Packet type and flags.
    pub header: u8,
    /// What follows the remaining length.
    pub body: &'a [u8],
}

/// Splits the first packet off a buffer; `None` if it is not complete. Gives its whole length too.
pub fn split(buffer: &[u8]) -> Option<(Packet<'_>, usize)> {
    let header = *buffer.first()?;
    let (length, digits) = variable_integer(&buffer[1..])?;
    let end = 1 + digits + length;
    Some((
        Packet {
            header,
            body: buffer.get(1 + digits..end)?,
        },
        end,
    ))
}

/// A variable byte integer and how many bytes it takes; `None` if it is not complete.
pub fn variable_integer(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

/// What the sink looks at in a PUBLISH.
#[derive(Debug, Clone, Copy)]
pub struct Publish {
    /// 0 to 2.
    pub qos: u8,
    /// Whether the retain flag is set.
    pub retain: bool,
    /// The packet identifier as it is on the wire; none with QoS 0.
    pub packet_id: Option<[u8; 2]>,
    /// The Message Expiry Interval in seconds.
    pub expiry: Option<u32>,
    /// Length of the payload in bytes.
    pub payload_length: usize,
}

impl Publish {
    /// Reads a PUBLISH; `None` if it is malformed.
    pub fn read(packet: Packet<'_>, version_5: bool) -> Option<Publish> {
        let qos = (packet.header >> 1) & 3;
        let mut rest = skip_text(packet.body)?;
        let packet_id = match qos {
            0 => None,
            _ => {
                let id = *rest.first_chunk::<2>()?;
                rest = &rest[2..];
                Some(id)
            }
        };
        let mut expiry = None;
        if version_5 {
            let (length, digits) = variable_integer(rest)?;
            expiry = expiry_of(rest.get(digits..digits + length)?)?;
            rest = &rest[digits + length..];
        }
        let retain = packet.header & 1 == 1;
        Some(Publish {
            qos,
            retain,
            packet_id,
            expiry,
            payload_length: rest.len(),
        })
    }
}

/// Looks for the expiry among the properties of a PUBLISH; outer `None` if they are malformed.
fn expiry_of(mut properties: &[u8]) -> Option<Option<u32>> {
    let mut expiry = None;
    while let Some((identifier, rest)) = properties.split_first() {
        properties = match identifier {
            0x01 => rest.get(1..)?,
            0x02 => {
                expiry = Some(u32::from_be_bytes(*rest.first_chunk::<4>()?));
                &rest[4..]
            }
            0x23 => rest.get(2..)?,
            0x03 | 0x08 | 0x09 => skip_text(rest)?,
            0x0b => &rest[variable_integer(rest)?.1..],
            0x26 => skip_text(skip_text(rest)?)?,
            _ => return None,
        };
    }
    Some(expiry)
}

/// What follows a text or binary field with its two bytes of length.
pub fn skip_text(bytes: &[u8]) -> Option<&[u8]> {
    let length = u16::from_be_bytes(*bytes.first_chunk::<2>()?);
    bytes.get(2 + usize::from(length)..)
}
