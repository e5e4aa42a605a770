//! Hashing of numbers that nobody but this library chooses: message ids, and hashes.

use std::hash::{BuildHasherDefault, Hasher};

/// For maps and sets whose keys are such numbers. The hash of the standard library withstands keys that an attacker has
/// chosen, and costs many times as much.
pub(crate) type IdHash = BuildHasherDefault<IdHasher>;

/// Ids count up. An odd factor spreads them over the high bits too, where the standard collections tell entries apart.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = (self.0.rotate_left(5) ^ id).wrapping_mul(FACTOR);
    }
}
