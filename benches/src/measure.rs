//! Clock, CPU time and percentiles.

use nix::sys::resource::{getrusage, UsageWho};
use nix::sys::time::TimeValLike;
use nix::time::{clock_gettime, ClockId};
use serde_json::{json, Value};

/// Nanoseconds of the clock that all processes of this machine share.
pub fn now_ns() -> u64 {
    let time = clock_gettime(ClockId::CLOCK_MONOTONIC).expect("every Linux has this clock");
    u64::try_from(time.num_nanoseconds()).expect("the clock starts at 0")
}

/// CPU seconds of this process: (user, system).
pub fn cpu_seconds() -> (f64, f64) {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("asking about oneself is always allowed");
    let seconds = |time: nix::sys::time::TimeVal| time.num_microseconds() as f64 / 1e6;
    (seconds(usage.user_time()), seconds(usage.system_time()))
}

/// Median and tail of some durations in nanoseconds.
pub fn percentiles(mut durations: Vec<u64>) -> Value {
    durations.sort_unstable();
    let at = |fraction: f64| {
        let index = (durations.len() as f64 * fraction) as usize;
        durations
            .get(index.min(durations.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0)
    };
    let mean = durations.iter().sum::<u64>() as f64 / durations.len().max(1) as f64;
    json!({
        "p50_ns": at(0.50), "p99_ns": at(0.99), "p999_ns": at(0.999), "mean_ns": mean, "count": durations.len(),
    })
}

/// Mean duration of a call at queue lengths 10, 100, 1000...: of the calls from half of each length to the whole.
pub fn growth(durations: &[u64]) -> Value {
    let mut points = Vec::new();
    let mut length = 10;
    while length <= durations.len() {
        let slice = &durations[length / 2..length];
        points.push(json!([
            length,
            slice.iter().sum::<u64>() as f64 / slice.len() as f64
        ]));
        length *= 10;
    }
    Value::Array(points)
}
