//! The Rust examples, run.

use std::process::Command;

use crate::compiler::shared_library;
use crate::scene::{assert_one_event, Scene};
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
