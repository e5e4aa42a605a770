//! What a process uses, sampled while it runs.

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const EVERY: Duration = Duration::from_millis(500);
/// Of a run; in the first one, buffers grow to the size that they need.
const PARTS: usize = 5;
/// By how much the last part may use more than the second.
const MORE_KIB: u64 = 2048;
const MORE_THREADS: u64 = 1;
const MORE_DESCRIPTORS: u64 = 1;

#[derive(Clone, Copy)]
struct Sample {
    resident_kib: u64,
    heap_kib: u64,
    threads: u64,
    descriptors: u64,
}

/// A name, where it stands in a sample, and by how much it may rise.
type Column = (&'static str, fn(&Sample) -> u64, u64);

const COLUMNS: [Column; 4] = [
    ("resident, KiB", |sample| sample.resident_kib, MORE_KIB),
    ("of which its own, KiB", |sample| sample.heap_kib, MORE_KIB),
    ("threads", |sample| sample.threads, MORE_THREADS),
    (
        "file descriptors",
        |sample| sample.descriptors,
        MORE_DESCRIPTORS,
    ),
];

pub struct Samples(Vec<Sample>);

impl Samples {
    /// Until it is over or the process has ended.
    pub fn take(process: u32, is_over: &AtomicBool) -> Samples {
        let mut samples = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            let Some(sample) = Sample::of(process) else {
                break;
            };
            samples.push(sample);
            std::thread::sleep(EVERY);
        }
        Samples(samples)
    }

    /// What rose from the second part to the last.
    pub fn rises(&self) -> Vec<String> {
        let columns = COLUMNS.iter().filter_map(|(name, column, more)| {
            let medians = self.medians(*column);
            let (second, last) = (medians[1], medians[PARTS - 1]);
            let rose = last > second + more;
            rose.then(|| format!("{name} rose from {second} to {last}, {more} are allowed"))
        });
        columns.collect()
    }

    pub fn table(&self) -> String {
        let mut text = String::from(
            "| median of | 1st fifth | 2nd | 3rd | 4th | 5th |\n|---|---|---|---|---|---|\n",
        );
        for (name, column, _) in COLUMNS {
            let medians = self.medians(column).map(|median| median.to_string());
            writeln!(text, "| {name} | {} |", medians.join(" | "))
                .expect("a text takes everything");
        }
        text
    }

    fn medians(&self, column: fn(&Sample) -> u64) -> [u64; PARTS] {
        std::array::from_fn(|part| {
            let edge = |part: usize| self.0.len() * part / PARTS;
            let samples = &self.0[edge(part)..edge(part + 1)];
            let mut values: Vec<u64> = samples.iter().map(column).collect();
            values.sort_unstable();
            values.get(values.len() / 2).copied().unwrap_or(0)
        })
    }
}

impl Sample {
    fn of(process: u32) -> Option<Sample> {
        let path = |name: &str| format!("/proc/{process}/{name}");
        let rollup = std::fs::read_to_string(path("smaps_rollup")).ok()?;
        let status = std::fs::read_to_string(path("status")).ok()?;
        Some(Sample {
            resident_kib: field(&rollup, "Rss:")?,
            // Not what is private: the pages of a library are, as soon as no other process has it loaded.
            heap_kib: field(&rollup, "Anonymous:")?,
            threads: field(&status, "Threads:")?,
            descriptors: std::fs::read_dir(path("fd")).ok()?.count() as u64,
        })
    }
}

fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
