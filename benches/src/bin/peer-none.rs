//! No client at all: what the measurement itself costs.

use argus_mqtt_benches::{run, Options, Peer};

struct Nothing;

impl Peer for Nothing {
    fn publish(&self, _: &str, _: &[u8]) {}
    fn announce(&self) {}
    fn wait_acknowledged(&self, _: u64) {}
}

fn main() {
    run(&Options::from_arguments(), &Nothing);
}
