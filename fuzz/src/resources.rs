//! What the process holds: it must not grow from run to run.

use std::fs;
use std::time::{Duration, Instant};

/// Between two looks.
const RUNS: u64 = 128;
/// Beyond what was held at first: what the ends of the last runs may still hold.
const SLACK: usize = 64;
/// Attempts that were given up take their time to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Watches threads and file descriptors.
#[derive(Default)]
pub struct Watch {
    runs: u64,
    first: Option<(usize, usize)>,
}

impl Watch {
    /// To be called after each run. Fails when the process holds more and more.
    pub fn look(&mut self) {
        self.runs += 1;
        if !self.runs.is_multiple_of(RUNS) {
            return;
        }
        let (threads, files) = *self.first.get_or_insert_with(held);
        let end = Instant::now() + PATIENCE;
        loop {
            let now = held();
            if now.0 <= threads + SLACK && now.1 <= files + SLACK {
                return;
            }
            assert!(
                Instant::now() < end,
                "at first {threads} threads and {files} files, now {} and {}",
                now.0,
                now.1
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Threads and file descriptors.
fn held() -> (usize, usize) {
    let count = |directory| fs::read_dir(directory).expect("this is Linux").count();
    (count("/proc/self/task"), count("/proc/self/fd"))
}
