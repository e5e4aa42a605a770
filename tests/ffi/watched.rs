//! The C programs under valgrind, and compiled with the address and the undefined behaviour sanitizer.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::compiler::{root, Program};
use crate::programs::Brokers;
use crate::support::process::Process;

/// The exit status of valgrind and of the sanitizers when they have found something.
const FOUND: i32 = 99;

/// How long a program may take that is watched: under valgrind it runs twenty times as long and more.
const PATIENCE: Duration = Duration::from_secs(300);

/// In its child, what the threads of the parent had in their hands belongs to nobody; so it is not asked about leaks.
const FORKS: &str = "fork";

#[test]
fn valgrind_finds_nothing() {
    let brokers = Brokers::start();
    for name in ["misuse", "threads", "outcomes", FORKS] {
        let program = Program::c(&format!("tests/c/{name}.c"));
        let mut command = valgrind();
        if name == FORKS {
            command.arg("--leak-check=no");
        }
        command
            .arg(program.path())
            .args(brokers.arguments(name))
            .arg("watched");
        clean(name, command);
    }
}

#[test]
fn valgrind_would_find_it() {
    for fault in ["leak", "overflow"] {
        let program = Program::c("tests/c/faulty.c");
        let mut command = valgrind();
        command.arg(program.path()).arg(fault);
        found(fault, command);
    }
}

#[test]
fn the_sanitizers_find_nothing() {
    let brokers = Brokers::start();
    for name in ["misuse", "threads", "outcomes", FORKS] {
        let program = Program::c_sanitized(&format!("tests/c/{name}.c"));
        let mut command = sanitized(&program);
        if name == FORKS {
            command.env("ASAN_OPTIONS", format!("exitcode={FOUND}:detect_leaks=0"));
        }
        command.args(brokers.arguments(name)).arg("watched");
        clean(name, command);
    }
}

#[test]
fn the_sanitizers_would_find_it() {
    for fault in ["leak", "overflow", "undefined"] {
        let program = Program::c_sanitized("tests/c/faulty.c");
        let mut command = sanitized(&program);
        command.arg(fault);
        found(fault, command);
    }
}

#[track_caller]
fn clean(name: &str, command: Command) {
    let mut process = Process::spawn(name, command);
    let status = process.wait_within(PATIENCE);
    assert!(
        status.success(),
        "{name}: {status}:\n{}",
        process.lines().join("\n")
    );
}

#[track_caller]
fn found(fault: &str, command: Command) {
    let mut process = Process::spawn(fault, command);
    let status = process.wait_within(PATIENCE);
    assert_eq!(
        status.code(),
        Some(FOUND),
        "{fault}: {}",
        process.lines().join("\n")
    );
}

/// The system's valgrind, or the one that `tools/setup` unpacked, which has to be told where its parts are.
fn valgrind() -> Command {
    let unpacked = root().join("target/debian/usr");
    let mut command = Command::new(root().join("tools/debian-run"));
    command.arg("valgrind");
    if unpacked.join("bin/valgrind").exists() {
        command.env("VALGRIND_LIB", unpacked.join("libexec/valgrind"));
    }
    if unpacked.join("lib/debug").exists() {
        command.arg(option(
            "--extra-debuginfo-path",
            &unpacked.join("lib/debug"),
        ));
    }
    command
        .arg("--quiet")
        .arg(format!("--error-exitcode={FOUND}"))
        .arg("--leak-check=full")
        // A thread that is still at work when the process ends has its stack, and what hangs on it.
        .args([
            "--show-leak-kinds=definite",
            "--errors-for-leak-kinds=definite",
        ])
        .arg("--child-silent-after-fork=no")
        .arg("--fair-sched=yes");
    command
}

fn sanitized(program: &Program) -> Command {
    let mut command = program.command();
    command
        .env("ASAN_OPTIONS", format!("exitcode={FOUND}:detect_leaks=1"))
        .env("LSAN_OPTIONS", format!("exitcode={FOUND}"))
        .env("UBSAN_OPTIONS", format!("exitcode={FOUND}:halt_on_error=1"));
    command
}

fn option(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}
