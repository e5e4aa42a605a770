//! amqtt, in Python: MQTT 3.1.1 only; closes on MQTT 5. Only `make faults` gets it.

use std::process::Command;

use super::{in_repository, Broker, Ready, Recipe};
use crate::support::codec::Version;

/// Keeps everything in memory.
#[track_caller]
pub fn start() -> Broker {
    let program = in_repository("target/amqtt/bin/amqtt");
    assert!(program.exists(), "amqtt is not installed: run make faults");
    Broker::launch(Recipe {
        name: "amqtt",
        version: Version::V311,
        ready: Ready::Accepts,
        command: Box::new(move |directory, port, _| {
            let text = format!(
                "listeners:\n  default:\n    type: tcp\n    bind: 127.0.0.1:{port}\n    max_connections: 0\n\
                 plugins:\n  amqtt.plugins.authentication.AnonymousAuthPlugin:\n    allow_anonymous: true\n"
            );
            let file = directory.join("amqtt.yaml");
            std::fs::write(&file, text).expect("the broker's directory is writable");
            let mut command = Command::new(&program);
            command.arg("-c").arg(file);
            command
        }),
    })
}
