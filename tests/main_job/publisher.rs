//! A publisher in a process of its own, so that it can be killed and paused.

use std::process::Command;
use std::time::Duration;

use argus_mqtt::{Client, Settings};
use serde_json::Value;

use crate::support::process::Process;
use crate::support::wait::PATIENCE;

const SETTINGS: &str = "ARGUS_MQTT_TEST_PUBLISHER";

/// Starts it, and waits until it is online.
#[track_caller]
pub fn start(name: &str, settings: &Value) -> Process {
    let program = std::env::current_exe().expect("a running program has a file");
    let mut command = Command::new(program);
    command
        .args(["publisher::the_process", "--exact", "--nocapture"])
        .env(SETTINGS, settings.to_string());
    let mut process = Process::spawn(name, command);
    process.wait_for_line("is online");
    process
}

/// The program that [`start`] runs: this test binary, with only this test. It prints its notices. Each line of its
/// standard input is an event; at the end of the input it goes without a shutdown.
#[test]
fn the_process() {
    let Ok(settings) = std::env::var(SETTINGS) else {
        return;
    };
    let settings = Settings::from_json(&settings).expect("the settings are valid");
    let client = Client::connect(settings).expect("a thread can be started");
    client.wait_online(PATIENCE).expect("it gets online");
    println!("it is online");
    let reader = client.clone();
    std::thread::spawn(move || {
        while let Ok(notice) = reader.next_notice(Duration::MAX) {
            println!("{notice:?}");
        }
    });
    for event in std::io::stdin().lines() {
        let event = event.expect("the input is text");
        drop(
            client
                .publish_event("door", event)
                .expect("the event is accepted"),
        );
    }
    // No destructor runs: the connection ends with the process.
    std::process::exit(0);
}
