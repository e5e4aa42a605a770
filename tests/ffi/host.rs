//! The library and the process that it lives in: forks, signals, loading, exits.

use crate::compiler::{shared_library, Program};
use crate::programs::run;
use crate::support::broker::mosquitto;
use crate::support::process::Process;
use crate::support::retained;
use crate::support::scripted::ScriptedBroker;
use crate::support::subscriber::Subscriber;
use crate::support::wait::eventually;

const STATUS: &str = "argusai/status";

#[test]
fn a_forked_child_does_not_disturb_its_parent() {
    fork();
}

pub fn fork() -> Vec<String> {
    let broker = mosquitto::start();
    let subscriber = Subscriber::start(&broker, &[STATUS, "child/status"]);
    let lines = run("fork", &[broker.port()]);
    let seen = subscriber.wait_for("both ends", |seen| {
        let offline = seen.iter().filter(|message| message.text() == "offline");
        offline.count() == 2
    });
    let texts = |topic: &str| {
        let on_topic = seen.iter().filter(|message| message.topic == topic);
        on_topic.map(|message| message.text()).collect::<Vec<_>>()
    };
    assert_eq!(texts(STATUS), ["online", "offline"]);
    assert_eq!(texts("child/status"), ["online", "offline"]);
    lines
}

#[test]
fn a_broken_connection_raises_no_signal_and_handlers_run_on_the_hosts_threads() {
    let broker = ScriptedBroker::start_with_small_buffer(|connection| {
        connection.accept()?;
        let birth = connection.expect_publish()?;
        connection.acknowledge(&birth)?;
        // A subscription or the first message; the rest is being written.
        connection.read()?;
        connection.reset();
        Ok(())
    });
    run("signals", &[broker.port()]);
}

#[test]
fn loading_and_unloading_it_again_and_again_leaves_nothing() {
    let program = Program::c_without_the_library("tests/c/load.c");
    let mut command = program.command();
    command.arg(shared_library());
    let mut process = Process::spawn("load", command);
    let status = process.wait();
    assert!(status.success(), "{status}: {:?}", process.lines());
}

#[test]
fn a_main_that_returns_without_a_shutdown_ends_and_the_will_speaks() {
    let broker = mosquitto::start();
    run("careless", &[broker.port()]);
    eventually("the broker says offline", || {
        retained(&broker, STATUS).is_some_and(|kept| kept.text() == "offline")
    });
}

#[test]
fn a_client_is_shut_down_while_the_process_exits() {
    let broker = mosquitto::start();
    let subscriber = Subscriber::start(&broker, &[STATUS, "argusai/events/door"]);
    run("exit", &[broker.port()]);
    subscriber.wait_for("the last event, then the end", |seen| {
        let texts: Vec<_> = seen.iter().map(|message| message.text()).collect();
        texts.ends_with(&["{}".to_owned(), "offline".to_owned()])
    });
}

#[test]
fn a_resolver_that_hangs_holds_up_nothing_else() {
    let broker = mosquitto::start();
    run("resolver", &[broker.port()]);
}
