//! The examples in three languages, run.

use std::process::Command;

use crate::compiler::{root, shared_library, Program};
use crate::scene::{assert_one_event, Scene};
use crate::snippets::python;
use crate::support::process::Process;

#[test]
fn publish() {
    let scene = Scene::new();
    let mut command = example("publish");
    command.arg(scene.settings());
    assert_one_event("publish", "front_door", &scene.run("publish", command));
}

#[test]
fn deliveries() {
    let scene = Scene::new();
    let mut command = example("deliveries");
    command.arg(scene.settings());
    let seen = scene.run("deliveries", command);
    let events = seen
        .iter()
        .filter(|(topic, _)| topic == "argusai/events/front_door")
        .count();
    assert_eq!(events, 3, "{seen:?}");
    assert!(
        seen.contains(&("argusai/front_door/state".to_owned(), "idle".to_owned())),
        "{seen:?}"
    );
}

#[test]
fn a_daemon_ends_gracefully_on_a_signal() {
    let (scene, mut daemon, _file) = start_daemon();
    daemon.write_line(r#"front_door {"description": "A parcel"}"#);
    scene.witness().wait_for_message(
        "argusai/events/front_door",
        r#"{"description": "A parcel"}"#,
    );
    daemon.write_line("front_door no JSON");
    daemon.wait_for_line("daemon: ");
    daemon.terminate();
    assert!(daemon.wait().success(), "{:?}", daemon.lines());
    scene
        .witness()
        .wait_for_message("argusai/status", "offline");
}

#[test]
fn a_daemon_takes_new_settings_on_a_signal() {
    let (scene, mut daemon, file) = start_daemon();
    let settings = scene
        .settings()
        .replace('}', r#", "topic_prefix": "argusai/new"}"#);
    std::fs::write(file.path(), settings).expect("the file is ours");
    daemon.signal(rustix::process::Signal::HUP);
    daemon.wait_for_line("new settings");
    scene
        .witness()
        .wait_for_message("argusai/status", "offline");
    scene
        .witness()
        .wait_for_message("argusai/new/status", "online");
    daemon.close_stdin();
    assert!(daemon.wait().success(), "{:?}", daemon.lines());
    scene
        .witness()
        .wait_for_message("argusai/new/status", "offline");
}

fn start_daemon() -> (Scene, Process, tempfile::NamedTempFile) {
    let scene = Scene::new();
    let file =
        tempfile::NamedTempFile::new().expect("the system's temporary directory is writable");
    std::fs::write(file.path(), scene.settings()).expect("the file is ours");
    let mut command = example("daemon");
    command.arg(file.path());
    let daemon = Process::spawn("daemon", command);
    scene.witness().wait_for_message("argusai/status", "online");
    (scene, daemon, file)
}

#[test]
fn an_event_loop_tells_what_happens_in_every_language() {
    let c = Program::c("examples/c/event_loop.c");
    for (language, mut command, told) in [
        ("C", c.command(), "message 1: ARGUS_MQTT_OK"),
        ("Python", script("event_loop"), "outcome='delivered'"),
        ("Rust", example("event_loop"), "outcome: Delivered"),
    ] {
        let scene = Scene::new();
        command.arg(scene.settings());
        let mut process = Process::spawn(language, command);
        process.write_line("no JSON");
        process.wait_for_line("event_loop: event");
        process.write_line(r#"{"description": "A parcel"}"#);
        process.wait_for_line(told);
        process.close_stdin();
        assert!(
            process.wait().success(),
            "{language}: {:?}",
            process.lines()
        );
        scene
            .witness()
            .wait_for_message("argusai/status", "offline");
    }
}

#[test]
fn an_asyncio_program_tells_what_happens() {
    let scene = Scene::new();
    let mut command = script("asyncio_client");
    command.arg(scene.settings());
    let mut process = Process::spawn("asyncio_client", command);
    process.wait_for_line("online");
    process.write_line("no JSON");
    process.wait_for_line("asyncio_client: event");
    process.write_line(r#"{"description": "A parcel"}"#);
    process.wait_for_line(": delivered");
    process.close_stdin();
    assert!(process.wait().success(), "{:?}", process.lines());
    scene
        .witness()
        .wait_for_message("argusai/status", "offline");
}

#[test]
fn deliveries_are_waited_for_in_c_and_python_too() {
    let c = Program::c("examples/c/deliveries.c");
    for (language, mut command) in [("C", c.command()), ("Python", script("deliveries"))] {
        let scene = Scene::new();
        command.arg(scene.settings());
        let seen = scene.run(language, command);
        let events = seen
            .iter()
            .filter(|(topic, _)| topic == "argusai/events/front_door");
        assert_eq!(events.count(), 3, "{language}: {seen:?}");
    }
}

#[test]
fn publishers_are_short_in_c_and_python_too() {
    let c = Program::c("examples/c/publish.c");
    for (language, mut command) in [("C", c.command()), ("Python", script("publish"))] {
        let scene = Scene::new();
        command.arg(scene.settings());
        assert_one_event(language, "front_door", &scene.run(language, command));
    }
}

#[test]
fn daemons_end_gracefully_in_c_and_python_too() {
    let c = Program::c("examples/c/daemon.c");
    for (language, mut command) in [("C", c.command()), ("Python", script("daemon"))] {
        let scene = Scene::new();
        let file = tempfile::NamedTempFile::new().expect("the temporary directory is writable");
        std::fs::write(file.path(), scene.settings()).expect("the file is ours");
        command.arg(file.path());
        let mut daemon = Process::spawn(language, command);
        scene.witness().wait_for_message("argusai/status", "online");
        daemon.write_line(r#"front_door {"description": "A parcel"}"#);
        scene.witness().wait_for_message(
            "argusai/events/front_door",
            r#"{"description": "A parcel"}"#,
        );
        daemon.terminate();
        assert!(daemon.wait().success(), "{language}: {:?}", daemon.lines());
        scene
            .witness()
            .wait_for_message("argusai/status", "offline");
    }
}

fn script(name: &str) -> Command {
    let mut command = python();
    command.arg(root().join(format!("examples/python/{name}.py")));
    command
}

/// Cargo builds the examples with the tests, unless it is asked for one test alone.
fn example(name: &str) -> Command {
    let library = shared_library();
    let deps = library.parent().expect("it is in target/.../deps");
    let program = deps.with_file_name("examples").join(name);
    assert!(
        program.exists(),
        "{} is missing: run cargo build --examples",
        program.display()
    );
    Command::new(program)
}
