//! Runs the programs in `tests/c`. Each says which functions gave which statuses.

use std::collections::BTreeSet;

use crate::compiler::{header, Program};
use crate::support::broker::mosquitto::{self, Mosquitto};
use crate::support::broker::Broker;
use crate::support::codec::Packet;
use crate::support::process::Process;
use crate::support::scripted::{Answer, ScriptedBroker};

#[test]
fn misuse_gets_a_status() {
    misuse();
}

#[test]
fn threads_may_use_a_client_that_one_of_them_shuts_down() {
    threads();
}

#[test]
fn each_outcome_and_each_refusal_has_a_status() {
    outcomes();
}

#[test]
fn notices_are_read_and_waited_for() {
    notices();
}

/// The manual promises nothing that no program has seen.
#[test]
fn every_status_of_the_manual_is_given() {
    let programs = [misuse, threads, outcomes, notices, crate::host::fork];
    let seen: BTreeSet<_> = programs.iter().flat_map(|program| program()).collect();
    let unseen: Vec<_> = in_the_manual().difference(&seen).cloned().collect();
    assert!(unseen.is_empty(), "no program saw {unseen:#?}");
}

fn misuse() -> Vec<String> {
    run("misuse", &[])
}

fn threads() -> Vec<String> {
    run("threads", &[])
}

fn outcomes() -> Vec<String> {
    run_with("outcomes", &Brokers::start().arguments("outcomes"))
}

/// The brokers that the programs need.
pub struct Brokers {
    mosquitto: Broker,
    silent: ScriptedBroker,
    refusing: Broker,
}

impl Brokers {
    #[track_caller]
    pub fn start() -> Brokers {
        let silent = ScriptedBroker::start(|connection| {
            connection.accept()?;
            connection.serve_but(|_, packet| match packet {
                Packet::Publish(publish) if publish.topic != "argusai/status" => {
                    Ok(Answer::Nothing)
                }
                _ => Ok(Answer::Ordinary),
            })
        });
        Brokers {
            mosquitto: mosquitto::with(&["max_packet_size 20000"]),
            silent,
            refusing: Mosquitto::default().user("somebody", "else").start(),
        }
    }

    /// What a program is called with.
    pub fn arguments(&self, name: &str) -> Vec<String> {
        let [mosquitto, silent, refusing] = [
            self.mosquitto.port(),
            self.silent.port(),
            self.refusing.port(),
        ]
        .map(|port| port.to_string());
        match name {
            "outcomes" => vec![mosquitto, silent, refusing],
            "fork" => vec![mosquitto],
            "notices" => vec![mosquitto, silent],
            _ => Vec::new(),
        }
    }
}

fn notices() -> Vec<String> {
    run_with("notices", &Brokers::start().arguments("notices"))
}

/// Runs a program, which has to succeed, and gives its lines of a function and a status.
#[track_caller]
pub fn run(name: &str, ports: &[u16]) -> Vec<String> {
    let arguments: Vec<_> = ports.iter().map(u16::to_string).collect();
    run_with(name, &arguments)
}

#[track_caller]
fn run_with(name: &str, arguments: &[String]) -> Vec<String> {
    let program = Program::c(&format!("tests/c/{name}.c"));
    let mut command = program.command();
    command.args(arguments);
    let mut process = Process::spawn(name, command);
    let status = process.wait();
    let lines = process.lines();
    assert!(status.success(), "{name}: {status}:\n{}", lines.join("\n"));
    let is_status = |line: &String| line.starts_with("argus_mqtt_");
    lines.into_iter().filter(is_status).collect()
}

/// Each function with each status that its comment lists, but for defects of ours, which nobody can provoke.
fn in_the_manual() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut statuses = Vec::new();
    for line in header().lines() {
        if line == "/**" {
            statuses.clear();
        } else if let Some(rest) = line.strip_prefix(" * - ARGUS_MQTT_") {
            let status = rest.split(':').next().unwrap_or_default();
            statuses.push(format!("ARGUS_MQTT_{status}"));
        } else if let Some(rest) = line.strip_prefix("int32_t ") {
            let name = rest.split('(').next().unwrap_or_default();
            let provoked = statuses
                .iter()
                .filter(|status| *status != "ARGUS_MQTT_INTERNAL");
            found.extend(provoked.map(|status| format!("{name} {status}")));
        }
    }
    assert!(
        found.len() > 50,
        "the manual has another form now: {found:?}"
    );
    found
}
