//! A broker and a witness, for a program that the documentation shows.

use std::process::Command;

use crate::support::broker::{mosquitto, Broker};
use crate::support::process::Process;
use crate::support::subscriber::Subscriber;

pub struct Scene {
    broker: Broker,
    witness: Subscriber,
}

impl Scene {
    pub fn new() -> Scene {
        let broker = mosquitto::start();
        let witness = Subscriber::start(&broker, &["argusai/#"]);
        Scene { broker, witness }
    }

    /// The settings, as JSON, that lead to the broker of this scene.
    pub fn settings(&self) -> String {
        format!("{{{}}}", self.host())
    }

    pub fn port(&self) -> u16 {
        self.broker.port()
    }

    fn host(&self) -> String {
        format!(
            "\"broker_host\": \"127.0.0.1\", \"broker_port\": {}",
            self.broker.port()
        )
    }

    /// The code with the broker that it names replaced by the one of this scene.
    #[track_caller]
    pub fn set_in(&self, code: &str, place: &str) -> String {
        let mut replaced = code.to_owned();
        for quote in ["\"", "\\\""] {
            let host = self.host().replace('"', quote);
            for named in ["homeassistant.local", "localhost"] {
                let field = format!("{quote}broker_host{quote}: {quote}{named}{quote}");
                replaced = replaced.replace(&field, &host);
            }
        }
        assert_ne!(
            replaced, code,
            "{place}: name the broker as \"broker_host\": \"homeassistant.local\""
        );
        replaced
    }

    /// Runs a program to its end, which has to be a success, and gives what the witness saw: topics and payloads.
    #[track_caller]
    pub fn run(&self, name: &str, command: Command) -> Vec<(String, String)> {
        let mut process = Process::spawn(name, command);
        let status = process.wait();
        assert!(
            status.success(),
            "{name}: {status}:\n{}",
            process.lines().join("\n")
        );
        self.witness.wait_for_message("argusai/status", "offline");
        self.seen()
    }

    pub fn witness(&self) -> &Subscriber {
        &self.witness
    }

    pub fn seen(&self) -> Vec<(String, String)> {
        let text = |message: &crate::support::subscriber::Message| {
            (
                message.topic.clone(),
                String::from_utf8_lossy(&message.payload).into_owned(),
            )
        };
        self.witness.messages().iter().map(text).collect()
    }
}

/// That a program was online, published one event for `camera`, and went offline. The states of cameras, if it announces
/// them, are left out.
#[track_caller]
pub fn assert_one_event(name: &str, camera: &str, seen: &[(String, String)]) {
    let is_state = |topic: &str| topic.starts_with("argusai/camera/");
    let seen: Vec<_> = seen.iter().filter(|one| !is_state(&one.0)).collect();
    let topics: Vec<&str> = seen.iter().map(|(topic, _)| topic.as_str()).collect();
    let event = format!("argusai/events/{camera}");
    assert_eq!(
        topics,
        ["argusai/status", &event, "argusai/status"],
        "{name}"
    );
    let (birth, event, end) = (&seen[0].1, &seen[1].1, &seen[2].1);
    assert_eq!(
        (birth.as_str(), end.as_str()),
        ("online", "offline"),
        "{name}"
    );
    assert!(event.contains("description"), "{name}: {event}");
}
