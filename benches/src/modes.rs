//! The measurements, the same for every peer.

use std::io::Write;
use std::time::Duration;

use serde_json::{json, Value};

use crate::measure::{cpu_seconds, growth, now_ns, percentiles};
use crate::Options;

/// A client library behind the three calls that are measured.
pub trait Peer: Sync {
    /// Publishes one event with QoS 1 and an expiry.
    fn publish(&self, topic: &str, payload: &[u8]);

    /// Publishes a retained message with QoS 1 that does not expire, as a birth message is.
    /// Does nothing where the library does this by itself before [`Peer::wait_acknowledged`] returns.
    fn announce(&self);

    /// Waits until as many events (and announcements) as `count` were acknowledged.
    fn wait_acknowledged(&self, count: u64);
}

/// Runs what the options ask for and prints the result as one line of JSON. Then it waits to be killed: what a client
/// sends when it closes is not to be counted.
pub fn run(options: &Options, peer: &impl Peer) {
    let result = match options.mode.as_str() {
        "throughput" => throughput(options, peer),
        "calls" => calls(options, peer),
        "roundtrip" => roundtrip(options, peer),
        "queue" => queue(options, peer),
        "start" => start(peer),
        mode => panic!("mode={mode} is unknown"),
    };
    report(&result);
    wait_for_driver();
}

fn report(value: &Value) {
    println!("{value}");
    std::io::stdout().flush().expect("the driver reads this");
}

/// Tells the driver how far this is, and waits for its word to go on.
fn checkpoint(name: &str) {
    report(&json!({ "checkpoint": name }));
    wait_for_driver();
}

fn wait_for_driver() {
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .expect("the driver answers");
}

fn throughput(options: &Options, peer: &impl Peer) -> Value {
    let before = cpu_seconds();
    let start = now_ns();
    for index in 0..options.messages {
        if options.backlog > 0 && index >= options.backlog {
            peer.wait_acknowledged(index - options.backlog + 1);
        }
        peer.publish(topic(options, index), &options.payload);
    }
    peer.wait_acknowledged(options.messages);
    let seconds = (now_ns() - start) as f64 / 1e9;
    let after = cpu_seconds();
    json!({ "seconds": seconds, "user": after.0 - before.0, "system": after.1 - before.1 })
}

fn calls(options: &Options, peer: &impl Peer) -> Value {
    let each = options.messages / options.threads as u64;
    let durations = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..options.threads)
            .map(|_| scope.spawn(|| timed_calls(options, peer, each)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a publishing thread does not panic"))
            .collect()
    });
    peer.wait_acknowledged(each * options.threads as u64);
    percentiles(durations)
}

fn timed_calls(options: &Options, peer: &impl Peer, count: u64) -> Vec<u64> {
    let mut durations = Vec::with_capacity(count as usize);
    for index in 0..count {
        if options.pause_us > 0 {
            std::thread::sleep(Duration::from_micros(options.pause_us));
        }
        let start = now_ns();
        peer.publish(topic(options, index), &options.payload);
        durations.push(now_ns() - start);
    }
    durations
}

fn roundtrip(options: &Options, peer: &impl Peer) -> Value {
    let mut durations = Vec::with_capacity(options.messages as usize);
    for index in 0..options.messages {
        let start = now_ns();
        peer.publish(topic(options, index), &options.payload);
        peer.wait_acknowledged(index + 1);
        durations.push(now_ns() - start);
    }
    percentiles(durations)
}

/// Publishes while the broker is away. At the checkpoints the driver reads this process's memory, takes the
/// broker away, and brings it back.
fn queue(options: &Options, peer: &impl Peer) -> Value {
    checkpoint("connected");
    let durations = timed_calls(options, peer, options.messages);
    checkpoint("queued");
    report(&json!({ "growth": growth(&durations), "calls": percentiles(durations) }));
    checkpoint("told");
    peer.wait_acknowledged(options.messages);
    json!({ "empty_ns": now_ns() })
}

fn start(peer: &impl Peer) -> Value {
    peer.announce();
    peer.wait_acknowledged(1);
    json!({ "acknowledged_ns": now_ns() })
}

fn topic(options: &Options, index: u64) -> &str {
    &options.topics[(index % options.topics.len() as u64) as usize]
}
