//! ejabberd: MQTT 5 and 3.1.1. Only `make faults` gets it.

use std::process::Command;

use super::{in_repository, Broker, Ready, Recipe};
use crate::support::codec::Version;

/// Lets in whoever names a user, with any password. Keeps retained messages on disk, and sessions in memory.
#[track_caller]
pub fn start() -> Broker {
    Broker::launch(Recipe {
        name: "ejabberd",
        version: Version::V5,
        ready: Ready::Line("Start accepting TCP connections"),
        command: Box::new(|directory, port, _| {
            let text = format!(
                "hosts: [localhost]\n\
                 loglevel: info\n\
                 listen:\n  - port: {port}\n    ip: \"127.0.0.1\"\n    module: mod_mqtt\n\
                 auth_method: [anonymous]\n\
                 anonymous_protocol: both\n\
                 allow_multiple_connections: true\n\
                 acme:\n  auto: false\n\
                 modules:\n  mod_mqtt:\n    max_queue: 100000\n"
            );
            let file = directory.join("ejabberd.yml");
            std::fs::write(file, text).expect("the broker's directory is writable");
            let mut command = Command::new(in_repository("tests/brokers/ejabberd"));
            command.arg(directory);
            command
        }),
    })
}
