//! The versions of the brokers, as they say themselves.

use std::process::Command;

use crate::support::broker::{debian_program, in_repository};

pub fn mosquitto() -> String {
    first_line(debian_program("mosquitto").arg("-h"))
}

pub fn nats() -> String {
    first_line(debian_program("nats-server").arg("--version"))
}

pub fn aedes_0_51() -> String {
    npm("aedes-0.51")
}

pub fn aedes_2() -> String {
    npm("aedes-2")
}

pub fn ejabberd() -> String {
    first_line(Command::new(in_repository("tests/brokers/ejabberd")).arg("--version"))
}

/// From the lock file of the demo, which has it inside.
pub fn rumqttd() -> String {
    let lock = read("examples/demo/Cargo.lock");
    let mut lines = lock
        .lines()
        .skip_while(|line| *line != "name = \"rumqttd\"");
    let version = lines.nth(1).and_then(|line| line.split('"').nth(1));
    format!("rumqttd {}", version.unwrap_or("unknown"))
}

pub fn amqtt() -> String {
    let say = "import amqtt; print('amqtt', amqtt.__version__)";
    first_line(Command::new(in_repository("target/amqtt/bin/python")).args(["-c", say]))
}

fn npm(package: &str) -> String {
    let text = read(&format!(
        "tests/brokers/node_modules/{package}/package.json"
    ));
    let package: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let version = package["version"].as_str();
    format!("aedes {}", version.unwrap_or("unknown"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(in_repository(path)).unwrap_or_default()
}

fn first_line(command: &mut Command) -> String {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().unwrap_or("unknown").to_owned()
}
