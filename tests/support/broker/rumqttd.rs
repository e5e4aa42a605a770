//! rumqttd, as the demo has it inside: MQTT 5. Only `make faults` builds it.

use std::path::PathBuf;
use std::process::Command;

use super::{Broker, Ready, Recipe};
use crate::support::codec::Version;

/// Keeps everything in memory.
#[track_caller]
pub fn start() -> Broker {
    let demo = demo();
    assert!(
        demo.exists(),
        "{} is not built: run make faults",
        demo.display()
    );
    Broker::launch(Recipe {
        name: "rumqttd",
        version: Version::V5,
        ready: Ready::Accepts,
        command: Box::new(move |_, port, _| {
            let mut command = Command::new(&demo);
            command.arg("broker").arg(format!("127.0.0.1:{port}"));
            command
        }),
    })
}

/// In the directory that the Makefile has for it, beside that of the test programs.
fn demo() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let target = test.ancestors().nth(3);
    target
        .expect("it is in target/debug/deps")
        .join("demo/debug/argus-mqtt-demo")
}
