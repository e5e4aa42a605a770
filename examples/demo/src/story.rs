//! What the demo prints: every line with its time, and whether each promise held.

use std::io::Write;
use std::sync::Mutex;
use std::time::Instant;

pub struct Story {
    start: Instant,
    failures: Mutex<Vec<String>>,
}

impl Story {
    pub fn new() -> Story {
        Story {
            start: Instant::now(),
            failures: Mutex::new(Vec::new()),
        }
    }

    pub fn chapter(&self, title: &str) {
        write(&format!("\n{title}\n"));
    }

    /// One thing that happened, now, and to whom.
    pub fn line(&self, who: &str, what: &str) {
        write(&format!(
            "{:8.2} s  {who:<14}  {what}\n",
            self.start.elapsed().as_secs_f64()
        ));
    }

    /// A promise, and whether it held in what was seen.
    pub fn promise(&self, text: &str, held: bool) {
        write(&format!(
            "      {}  {text}\n",
            if held { "   held" } else { "NOT HELD" }
        ));
        if !held {
            self.failures
                .lock()
                .expect("no thread panics with this lock")
                .push(text.to_string());
        }
    }

    /// What did not hold.
    pub fn failures(&self) -> Vec<String> {
        self.failures
            .lock()
            .expect("no thread panics with this lock")
            .clone()
    }
}

/// Prints without a panic when nobody reads any more, as in `make demo | head`.
fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
