//! Payloads of messages that have been delivered, on their way back to those who publish.
//!
//! A thread that frees what another allocates fights with it for the lock of the allocator, and each time that one has to
//! wait costs more than all else that a message needs. So publishers free the payloads of earlier messages.

use bytes::Bytes;

/// So much is kept for them at most: enough for what is acknowledged while a publisher is at work.
const MOST: usize = 256;
const MOST_BYTES: usize = 256 * 1024;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    payloads: Vec<Bytes>,
    bytes: usize,
}

impl Spent {
    /// Keeps a payload, or frees it where that would be too much.
    pub(super) fn add(&mut self, payload: Bytes) {
        if self.payloads.len() < MOST && self.bytes + payload.len() <= MOST_BYTES {
            self.bytes += payload.len();
            self.payloads.push(payload);
        }
    }

    /// Some of them, to be freed: more than one message brings, so that they come to an end.
    pub(crate) fn some(&mut self) -> [Option<Bytes>; 2] {
        let taken = [self.payloads.pop(), self.payloads.pop()];
        let bytes: usize = taken.iter().flatten().map(Bytes::len).sum();
        self.bytes -= bytes;
        taken
    }

    pub(super) fn is_empty(&self) -> bool {
        self.payloads.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_comes_to_an_end() {
        let mut spent = Spent::default();
        for size in [1, 10_000] {
            for _ in 0..1000 {
                spent.add(vec![0; size].into());
            }
            assert!(spent.payloads.len() <= MOST && spent.bytes <= MOST_BYTES);
        }
        spent.add(vec![0; MOST_BYTES + 1].into());
        let mut given = 0;
        while !spent.is_empty() {
            given += spent.some().iter().flatten().count();
        }
        assert_eq!((given, spent.bytes), (MOST, 0));
    }
}
