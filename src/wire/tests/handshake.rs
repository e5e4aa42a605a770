//! The handshake over a stream that does what TLS may.

use super::{attempt, BOTH};
use crate::outbox::Time;
use crate::settings::Settings;
use crate::support::codec::{self, ConnAck, Packet};
use crate::support::wait::PATIENCE;
use crate::wire::handshake::Handshake;
use crate::wire::stream::Stream;
use std::io::{ErrorKind, Read, Result};

/// Takes what is first written without saying so, as TLS does while it agrees on keys, and says it at the next write.
struct Late {
    incoming: std::io::Cursor<Vec<u8>>,
    taken: Option<usize>,
    written: usize,
}

impl Stream for Late {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self.incoming.read(buffer)? {
            0 => Err(ErrorKind::WouldBlock.into()),
            read => Ok(read),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self.taken.take() {
            Some(taken) => {
                self.written += taken;
                Ok(taken)
            }
            None => {
                self.taken = Some(bytes.len());
                Err(ErrorKind::WouldBlock.into())
            }
        }
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

#[test]
fn nothing_is_owed_to_the_stream_when_the_answer_is_there_first() {
    let settings = Settings::from_json(r#"{"broker_host": "broker.test"}"#).expect("it is valid");
    for version in BOTH {
        let on_the_wire = match version {
            crate::engine::Version::V5 => codec::Version::V5,
            crate::engine::Version::V311 => codec::Version::V311,
        };
        let connack = Packet::ConnAck(ConnAck::default()).encode(on_the_wire);
        let stream = Late {
            incoming: std::io::Cursor::new(connack),
            taken: None,
            written: 0,
        };
        let handshake = Handshake::new(stream, &settings, &attempt(version, PATIENCE), Time::ZERO);
        let mut handshake = handshake.expect("CONNECT can be made");
        let answer = handshake.step(Time::ZERO).expect("the answer is there");
        answer.expect("it accepts");
        let (stream, _) = handshake.finish();
        assert_eq!(stream.taken, None);
        assert!(stream.written > 0);
    }
}
