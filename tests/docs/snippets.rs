//! Runs every program that the documentation shows.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::compiler::{header, root, shared_library, Program};
use crate::markdown::{blocks_of, documents, Block};
use crate::scene::{assert_one_event, Scene};

#[test]
fn every_block_is_in_a_language_that_is_tested() {
    for block in documents()
        .iter()
        .flat_map(crate::markdown::Document::blocks)
    {
        // These are run by tests/home_assistant, with a real one.
        let is_yaml = block.language == "yaml" && block.place.starts_with("docs/home-assistant.md");
        let goes_back = block.language == "console" && block.place.starts_with("docs/argusai.md");
        // These are run by command_line.rs.
        let is_console =
            block.language == "console" && block.place.starts_with("docs/command-line.md");
        // TypeScript is compiled by bindings/web/tests/parts/snippets.test.ts, and nginx runs in
        // bindings/python/tests/test_settings_proxy.py.
        let tested = ["c", "python", "rust", "json", "sh", "cmake", "tsx", "nginx"]
            .contains(&block.language.as_str())
            || is_yaml
            || goes_back
            || is_console;
        assert!(
            tested,
            "{}: no test knows what to do with {:?}",
            block.place, block.language
        );
    }
}

#[test]
fn c_programs_run() {
    let blocks = blocks_of("c");
    assert!(!blocks.is_empty(), "the documentation shows C");
    for block in &blocks {
        run_c(block, "front_door");
    }
}

#[test]
fn the_program_in_the_header_runs() {
    let header = header();
    let start = header
        .find(" *     #include")
        .expect("the header shows a program");
    let lines = header[start..]
        .lines()
        .take_while(|line| !line.starts_with(" * Build"));
    let code = lines
        .map(|line| line.trim_start_matches(" *").to_owned() + "\n")
        .collect();
    let place = "include/argus_mqtt.h".to_owned();
    run_c(
        &Block {
            language: "c".to_owned(),
            code,
            place,
        },
        "door",
    );
}

#[track_caller]
fn run_c(block: &Block, camera: &str) {
    let scene = Scene::new();
    let program = Program::c_text(&scene.set_in(&block.code, &block.place));
    assert_one_event(
        &block.place,
        camera,
        &scene.run(&block.place, program.command()),
    );
}

#[test]
fn python_programs_run() {
    let mut blocks = blocks_of("python");
    // Their code belongs into a backend; bindings/python/tests/test_argusai_guide.py and test_settings_guide.py run it in
    // one.
    blocks.retain(|block| {
        !["docs/argusai.md", "docs/settings.md"]
            .iter()
            .any(|page| block.place.starts_with(page))
    });
    assert!(!blocks.is_empty(), "the documentation shows Python");
    for block in &blocks {
        let scene = Scene::new();
        let mut command = python();
        command
            .arg("-c")
            .arg(scene.set_in(&block.code, &block.place));
        assert_one_event(
            &block.place,
            "front_door",
            &scene.run(&block.place, command),
        );
    }
}

/// A Python that finds the package and the library of this repository.
pub fn python() -> Command {
    let mut command = Command::new(env::var_os("PYTHON").unwrap_or_else(|| "python3".into()));
    command
        .args(["-W", "error"])
        .env("PYTHONPATH", root().join("bindings/python"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("ARGUS_MQTT_LIBRARY", shared_library());
    command
}

#[test]
fn rust_programs_run() {
    let blocks = blocks_of("rust");
    assert!(!blocks.is_empty(), "the documentation shows Rust");
    for block in &blocks {
        let scene = Scene::new();
        let directory = TempDir::new().expect("the system's temporary directory is writable");
        let program = compile_rust(
            &scene.set_in(&block.code, &block.place),
            directory.path(),
            &block.place,
        );
        let seen = scene.run(&block.place, Command::new(program));
        assert_one_event(&block.place, "front_door", &seen);
    }
}

#[track_caller]
fn compile_rust(code: &str, directory: &Path, place: &str) -> PathBuf {
    let (source, program) = (directory.join("program.rs"), directory.join("program"));
    std::fs::write(&source, code).expect("the directory is ours");
    let library = shared_library().with_extension("rlib");
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition", "2021", "-D", "warnings", "--extern"])
        .arg(format!("argus_mqtt={}", library.display()))
        .arg("-L")
        .arg(format!(
            "dependency={}",
            library.with_file_name("").display()
        ))
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .output()
        .expect("rustc can be run");
    assert!(
        output.status.success(),
        "{place}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    program
}

#[test]
fn json_blocks_are_settings() {
    for block in blocks_of("json") {
        if let Err(error) = argus_mqtt::Settings::from_json(&block.code) {
            panic!("{}: {error}", block.place);
        }
    }
}
