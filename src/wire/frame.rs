//! Cutting what a broker sends into packets, before anything is made of them.

use bytes::{Buf, BufMut, BytesMut};

/// So much of a packet, behind its fixed header, is kept. Nothing that concerns us is larger; the rest of a larger
/// one is dropped as it arrives.
pub(super) const MOST_KEPT: usize = 64 * 1024;

/// The types of packets that a broker may send (MQTT 5, section 2.1.2).
pub(super) mod packet_type {
    pub(crate) const CONNACK: u8 = 2;
    pub(crate) const PUBLISH: u8 = 3;
    pub(crate) const PUBACK: u8 = 4;
    pub(crate) const SUBACK: u8 = 9;
    pub(crate) const DISCONNECT: u8 = 14;
}

/// The first byte of a PUBACK.
const PUBACK: u8 = packet_type::PUBACK << 4;

/// One packet, with its fixed header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) bytes: BytesMut,
    /// It was longer than what is kept; its fixed header says the length of what is there.
    pub(super) is_cut: bool,
}

impl Frame {
    /// A packet of this type with this behind the fixed header.
    pub(super) fn new(packet_type: u8, body: &[u8]) -> Self {
        let mut bytes = BytesMut::with_capacity(5 + body.len());
        bytes.put_u8(packet_type << 4);
        put_length(&mut bytes, body.len());
        bytes.put_slice(body);
        Frame {
            bytes,
            is_cut: false,
        }
    }

    pub(super) fn packet_type(&self) -> u8 {
        self.bytes[0] >> 4
    }

    /// What stands behind the fixed header.
    pub(super) fn body(&self) -> &[u8] {
        let length = self.bytes[1..].iter().take_while(|byte| **byte & 0x80 != 0);
        &self.bytes[2 + length.count()..]
    }
}

/// A length that goes on for more than four bytes: where the next packet begins is unknown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Holds what has arrived of a packet that is not complete.
#[derive(Debug, Default)]
pub(super) struct FrameCutter {
    buffer: BytesMut,
    /// Bytes of a packet that was cut and that are still to come.
    skip: usize,
}

impl FrameCutter {
    /// Takes what arrived next.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        self.buffer.extend_from_slice(&bytes[skipped..]);
    }

    /// The packet id of a PUBACK in its short form, which is a success, if that comes next: it needs no reader, and there
    /// are more of them than of all others together (MQTT 5, section 3.4.2.1; 3.1.1 has no other form).
    pub(super) fn next_success(&mut self) -> Option<u16> {
        let [PUBACK, 2, high, low, ..] = self.buffer[..] else {
            return None;
        };
        self.buffer.advance(4);
        Some(u16::from_be_bytes([high, low]))
    }

    /// The next packet, if all that is kept of it is there.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, Malformed> {
        let Some((header, length)) = fixed_header(&self.buffer)? else {
            return Ok(None);
        };
        let is_cut = length > MOST_KEPT;
        let kept = length.min(MOST_KEPT);
        if self.buffer.len() < header + kept {
            return Ok(None);
        }
        if !is_cut {
            let bytes = self.buffer.split_to(header + kept);
            return Ok(Some(Frame { bytes, is_cut }));
        }
        let mut bytes = BytesMut::with_capacity(header + kept);
        bytes.put_u8(self.buffer[0]);
        put_length(&mut bytes, kept);
        bytes.put_slice(&self.buffer[header..header + kept]);
        self.buffer.advance(header + kept);
        let rest = length - kept;
        let arrived = rest.min(self.buffer.len());
        self.buffer.advance(arrived);
        self.skip = rest - arrived;
        Ok(Some(Frame { bytes, is_cut }))
    }
}

/// The length of the fixed header, and that of what follows it (MQTT 5, section 1.5.5); none when more has to come.
fn fixed_header(bytes: &[u8]) -> Result<Option<(usize, usize)>, Malformed> {
    let rest = bytes.get(1..).unwrap_or_default();
    match variable_length(rest) {
        Some((read, length)) => Ok(Some((1 + read, length))),
        None if rest.len() < 4 => Ok(None),
        None => Err(Malformed),
    }
}

/// A length at the beginning of these bytes: how many of them it takes, and itself (MQTT 5, section 1.5.5).
pub(super) fn variable_length(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut length = 0;
    for (place, byte) in bytes.iter().take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((place + 1, length));
        }
    }
    None
}

fn put_length(bytes: &mut BytesMut, mut length: usize) {
    while length > 0x7f {
        bytes.put_u8((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.put_u8(length as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All that a cutter makes of these pieces.
    fn cut<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Frame>, Result<(), Malformed>) {
        let mut cutter = FrameCutter::default();
        let mut frames = Vec::new();
        for piece in pieces {
            cutter.push(piece);
            loop {
                match cutter.next() {
                    Ok(Some(frame)) => frames.push(frame),
                    Ok(None) => break,
                    Err(malformed) => return (frames, Err(malformed)),
                }
            }
            assert!(cutter.buffer.len() <= 5 + MOST_KEPT + piece.len());
        }
        (frames, Ok(()))
    }

    fn bodies() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
        let size =
            prop_oneof![4 => 0..300_usize, 1 => 16_000..17_000_usize, 1 => 60_000..200_000_usize];
        let body = size.prop_map(|size| (0..size).map(|at| (at % 251) as u8).collect());
        proptest::collection::vec((1..15_u8, body), 1..8)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn however_the_bytes_are_cut_the_same_packets_come_out(
            bodies in bodies(),
            sizes in proptest::collection::vec(prop_oneof![1..10_usize, 1..70_000_usize], 1..50),
        ) {
            let mut bytes = Vec::new();
            for (packet_type, body) in &bodies {
                bytes.extend_from_slice(&Frame::new(*packet_type, body).bytes);
            }
            let mut pieces = Vec::new();
            let mut rest = bytes.as_slice();
            for size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at(rest.len().min(*size));
                pieces.push(piece);
                rest = after;
            }
            let (frames, end) = cut(pieces);
            prop_assert_eq!(end, Ok(()));
            prop_assert_eq!(frames.len(), bodies.len());
            for (frame, (packet_type, body)) in frames.iter().zip(&bodies) {
                prop_assert_eq!(frame.packet_type(), *packet_type);
                prop_assert_eq!(frame.is_cut, body.len() > MOST_KEPT);
                prop_assert!(frame.body() == &body[..body.len().min(MOST_KEPT)]);
            }
        }
    }

    #[test]
    fn a_length_of_five_bytes_is_the_end_as_soon_as_it_shows() {
        let bytes = [0x30, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(cut([&bytes[..4]]).1, Ok(()));
        assert_eq!(cut([&bytes[..]]), (vec![], Err(Malformed)));
        // What came before it is given first.
        let (frames, end) = cut([&[0xd0, 0x00][..], &bytes]);
        assert_eq!((frames.len(), end), (1, Err(Malformed)));
    }

    #[test]
    fn the_largest_packet_there_is_takes_no_more_room_than_others() {
        let mut cutter = FrameCutter::default();
        cutter.push(&[0x30, 0xff, 0xff, 0xff, 0x7f]);
        let mut left = 268_435_455_usize;
        let piece = vec![b'x'; 1 << 20];
        let mut frames = 0;
        while left > 0 {
            let size = piece.len().min(left);
            cutter.push(&piece[..size]);
            left -= size;
            while let Some(frame) = cutter.next().expect("it has a length") {
                assert_eq!(frame.body().len(), MOST_KEPT);
                frames += 1;
            }
            assert!(cutter.buffer.len() <= MOST_KEPT);
        }
        cutter.push(&[0xd0, 0x00]);
        assert_eq!(frames, 1);
        assert_eq!(cutter.next(), Ok(Some(Frame::new(13, &[]))));
    }
}
