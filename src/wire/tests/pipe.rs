//! A connection in memory, whose bytes are cut and delayed as a test says, and the broker at its other end.

use crate::support::codec::{self, read_frame, Packet};
use crate::wire::stream::Stream;
use std::collections::VecDeque;
use std::io::{Cursor, Error, ErrorKind, Result};

/// How many bytes each read or write takes, in turn; 0 for none yet.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    sizes: Vec<usize>,
    next: usize,
}

impl Sizes {
    pub(super) fn new(sizes: Vec<usize>) -> Self {
        Sizes { sizes, next: 0 }
    }

    fn take(&mut self) -> usize {
        let size = self.sizes[self.next % self.sizes.len()];
        self.next += 1;
        size
    }
}

/// How a broker ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    Orderly,
    Reset,
}

/// The client's end, with the broker behind it: it sees a packet when all of it was written.
pub(super) struct Pipe<B> {
    broker: B,
    reads: Sizes,
    writes: Sizes,
    to_client: VecDeque<u8>,
    /// What the broker has not made a packet of.
    to_broker: Vec<u8>,
    close: Option<Close>,
}

impl<B: FnMut(Packet) -> (Vec<u8>, Option<Close>)> Pipe<B> {
    /// `broker` gives what it answers to a packet, and whether it then closes.
    pub(super) fn new(broker: B, reads: Sizes, writes: Sizes) -> Self {
        Pipe {
            broker,
            reads,
            writes,
            to_client: VecDeque::new(),
            to_broker: Vec::new(),
            close: None,
        }
    }

    fn serve(&mut self) {
        loop {
            let mut bytes = Cursor::new(&self.to_broker);
            let Ok(frame) = read_frame(&mut bytes) else {
                return;
            };
            self.to_broker.drain(..frame.len());
            let packet = Packet::decode(&frame, codec::Version::V5).expect("it is a packet");
            let (answer, close) = (self.broker)(packet);
            self.to_client.extend(answer);
            self.close = self.close.or(close);
        }
    }
}

impl<B: FnMut(Packet) -> (Vec<u8>, Option<Close>)> Stream for Pipe<B> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let size = self.reads.take().min(buffer.len());
        if size == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        if self.to_client.is_empty() {
            return match self.close {
                None => Err(ErrorKind::WouldBlock.into()),
                Some(Close::Orderly) => Ok(0),
                Some(Close::Reset) => Err(ErrorKind::ConnectionReset.into()),
            };
        }
        let size = size.min(self.to_client.len());
        for (place, byte) in buffer.iter_mut().zip(self.to_client.drain(..size)) {
            *place = byte;
        }
        Ok(size)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.close.is_some() {
            return Err(Error::from(ErrorKind::BrokenPipe));
        }
        let size = self.writes.take().min(bytes.len());
        if size == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.to_broker.extend_from_slice(&bytes[..size]);
        self.serve();
        Ok(size)
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}
