//! The data types that packets are made of, and where a packet ends.

use std::io::{Error, ErrorKind, Read};

/// What is wrong with bytes that came in, in words.
pub type Fault = String;

/// Reads one whole packet, fixed header included; no bytes at all before the close is `UnexpectedEof`.
pub fn read_frame(source: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut frame = vec![0; 1];
    source.read_exact(&mut frame)?;
    let mut length = 0;
    for shift in [0, 7, 14, 21] {
        let mut byte = [0];
        source.read_exact(&mut byte)?;
        frame.push(byte[0]);
        length |= usize::from(byte[0] & 0x7f) << shift;
        if byte[0] & 0x80 == 0 {
            let start = frame.len();
            frame.resize(start + length, 0);
            source.read_exact(&mut frame[start..])?;
            return Ok(frame);
        }
    }
    Err(Error::new(ErrorKind::InvalidData, "a length of five bytes"))
}

/// Takes data types off the front.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        if self.0.len() < count {
            return Err(format!("{count} bytes expected, {} left", self.0.len()));
        }
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0).to_vec()
    }

    pub(super) fn byte(&mut self) -> Result<u8, Fault> {
        Ok(self.bytes(1)?[0])
    }

    pub(super) fn two(&mut self) -> Result<u16, Fault> {
        let bytes = self.bytes(2)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    pub(super) fn four(&mut self) -> Result<u32, Fault> {
        Ok(u32::from(self.two()?) << 16 | u32::from(self.two()?))
    }

    pub(super) fn variable(&mut self) -> Result<u32, Fault> {
        let mut value = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a variable byte integer of five bytes".to_owned())
    }

    pub(super) fn binary(&mut self) -> Result<Vec<u8>, Fault> {
        let length = self.two()?;
        Ok(self.bytes(usize::from(length))?.to_vec())
    }

    pub(super) fn text(&mut self) -> Result<String, Fault> {
        String::from_utf8(self.binary()?).map_err(|error| error.to_string())
    }
}

pub(super) fn put_variable(out: &mut Vec<u8>, mut value: u32) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

pub(super) fn put_binary(out: &mut Vec<u8>, value: &[u8]) {
    let length = u16::try_from(value.len()).expect("a test's text is shorter than 64 KiB");
    out.extend(length.to_be_bytes());
    out.extend(value);
}

pub(super) fn put_text(out: &mut Vec<u8>, value: &str) {
    put_binary(out, value.as_bytes());
}
