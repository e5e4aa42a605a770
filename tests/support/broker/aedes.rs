//! aedes on Node.js, in two versions; both keep everything in memory alone.

use std::process::Command;

use super::{in_repository, Broker, Ready, Recipe};
use crate::support::codec::Version;

/// MQTT 3.1.1 only; answers MQTT 5 with `20 02 00 01` and closes.
#[track_caller]
pub fn start_0_51() -> Broker {
    start("aedes-0.51", Version::V311)
}

/// MQTT 5 and 3.1.1.
#[track_caller]
pub fn start_2() -> Broker {
    start("aedes-2", Version::V5)
}

#[track_caller]
fn start(name: &'static str, version: Version) -> Broker {
    let brokers = in_repository("tests/brokers");
    assert!(
        brokers.join("node_modules").join(name).exists(),
        "{name} is not installed: run tools/setup"
    );
    Broker::launch(Recipe {
        name,
        version,
        ready: Ready::Line("listening on"),
        command: Box::new(move |_, port, _| {
            let mut command = Command::new("node");
            command
                .arg(brokers.join("aedes.js"))
                .arg(name)
                .arg(port.to_string());
            command
        }),
    })
}
