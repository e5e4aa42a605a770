//! The wall clock, in seconds, for what two processes wrote down.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A moment of ours as the wall clock showed it.
pub fn seconds(at: Instant) -> f64 {
    static START: OnceLock<(Instant, f64)> = OnceLock::new();
    let (start, wall) = START.get_or_init(|| {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        (
            Instant::now(),
            wall.expect("it is after 1970").as_secs_f64(),
        )
    });
    // Either may be the earlier one.
    wall + at.saturating_duration_since(*start).as_secs_f64()
        - start.saturating_duration_since(at).as_secs_f64()
}

pub fn now() -> f64 {
    seconds(Instant::now())
}
