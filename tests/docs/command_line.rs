//! Runs the commands that `docs/command-line.md` shows, and compares what they write.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::compiler::root;
use crate::markdown::document;
use crate::scene::Scene;
use crate::snippets::python;

/// The broker of the page.
const HOST: &str = "192.168.1.10";

#[test]
fn every_command_does_what_the_page_shows() {
    let scene = Scene::new();
    let port = scene.port();
    let directory = TempDir::new().expect("the system's temporary directory is writable");
    let page = document("docs/command-line.md");
    let blocks = page.blocks();
    let to_scene = |text: &str| {
        text.replace(HOST, "127.0.0.1")
            .replace("MQTT_PORT=1883", &format!("MQTT_PORT={port}"))
    };
    for block in blocks.iter().filter(|block| block.language == "json") {
        let settings =
            to_scene(&block.code).replacen('{', &format!("{{\"broker_port\": {port}, "), 1);
        fs::write(directory.path().join("settings.json"), settings).expect("the directory is ours");
    }
    install(directory.path());
    let mut status = 0;
    let mut count = 0;
    for block in blocks.iter().filter(|block| block.language == "console") {
        for part in format!("\n{}", block.code).split("\n$ ").skip(1) {
            let (command, expected) = part.split_once('\n').unwrap_or((part, ""));
            let place = format!("{}: $ {command}", block.place);
            let output = match command {
                "echo $?" => format!("{status}\n"),
                _ => {
                    assert_eq!(
                        status, 0,
                        "the command before {place} failed, and the page does not say so"
                    );
                    let (output, ended) = run(&to_scene(command), directory.path());
                    status = ended;
                    output
                        .replace("127.0.0.1", HOST)
                        .replace(&port.to_string(), "1883")
                }
            };
            if command == "echo $?" {
                status = 0;
            }
            assert!(
                matches(&output, expected),
                "{place} writes:\n{output}\nand not:\n{expected}"
            );
            count += 1;
        }
        assert_eq!(
            status, 0,
            "{}: the last command failed, and the page does not say so",
            block.place
        );
    }
    assert!(count > 15, "the page shows the commands");
}

/// Makes `argus-mqtt` a program, as the wheel does.
fn install(directory: &Path) {
    let program = directory.join("argus-mqtt");
    // What a database needs is installed there for the tests of Python.
    let environment = root().join("target/venv/bin/python");
    let interpreter = if environment.exists() {
        environment.display().to_string()
    } else {
        python().get_program().to_string_lossy().into_owned()
    };
    fs::write(
        &program,
        format!("#!/bin/sh\nexec {interpreter} -W error -m argus_mqtt \"$@\"\n"),
    )
    .expect("the directory is ours");
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&program, mode).expect("the file is ours");
}

/// Gives what a command writes, and its exit status.
fn run(command: &str, directory: &Path) -> (String, i32) {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(directory)
        .env("PATH", format!("{}:{path}", directory.display()));
    for (name, value) in python().get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let output = shell.output().expect("sh can be run");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text, output.status.code().unwrap_or(-1))
}

/// Whether an output is as expected, line by line; "…" stands for anything, and alone on a line for any lines.
fn matches(output: &str, expected: &str) -> bool {
    let output: Vec<&str> = output.lines().collect();
    let expected: Vec<&str> = expected.lines().collect();
    matches_lines(&output, &expected)
}

fn matches_lines(output: &[&str], expected: &[&str]) -> bool {
    match expected.split_first() {
        None => output.is_empty(),
        Some((&"…", rest)) => {
            (0..=output.len()).any(|skipped| matches_lines(&output[skipped..], rest))
        }
        Some((line, rest)) => output.split_first().is_some_and(|(first, others)| {
            matches_line(first, line) && matches_lines(others, rest)
        }),
    }
}

fn matches_line(line: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn a_pattern_stands_for_what_it_says() {
    assert!(matches("one\ntwo 2 s\nthree\n", "one\n…\nthree\n"));
    assert!(matches("one\ntwo 2 s\nthree\n", "one\ntwo … s\nthree\n"));
    assert!(!matches("one\ntwo\n", "one\n"));
    assert!(!matches("one\n", "one\ntwo\n"));
    assert!(!matches("ones\n", "one\n"));
    assert!(!matches("two 2 h\n", "two … s\n"));
}
