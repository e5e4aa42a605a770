//! Runs the programs in `tests/c`.

use crate::compiler::Program;
use crate::support::process::Process;

#[test]
fn misuse_gets_a_status() {
    succeeds("misuse");
}

#[test]
fn threads_may_use_a_client_that_one_of_them_shuts_down() {
    succeeds("threads");
}

#[track_caller]
fn succeeds(name: &str) {
    let program = Program::c(&format!("tests/c/{name}.c"));
    let mut process = Process::spawn(name, program.command());
    let status = process.wait();
    assert!(
        status.success(),
        "{name}: {status}:\n{}",
        process.lines().join("\n")
    );
}
