//! `make install`: what a distributor and a C programmer get.
//!
//! Needs make, gcc, readelf, pkg-config and Mosquitto (`tools/setup`). Builds the optimised libraries if they are not there.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use support::broker::mosquitto;
use support::process::Process;
use support::subscriber::Subscriber;

const EXAMPLES: [&str; 3] = ["publish", "deliveries", "daemon"];

#[test]
fn a_staged_install_has_every_file_and_uninstall_removes_each() {
    let stage = TempDir::new().expect("the system's temporary directory is writable");
    let destination = format!("DESTDIR={}", stage.path().display());
    let arguments = [
        destination.as_str(),
        "PREFIX=/usr",
        "LIBDIR=/usr/lib/multiarch",
    ];
    make("install", &arguments);

    let version = env!("CARGO_PKG_VERSION");
    let expected: BTreeSet<PathBuf> = [
        "usr/include/argus_mqtt.h".to_owned(),
        "usr/lib/multiarch/libargus_mqtt.a".to_owned(),
        "usr/lib/multiarch/libargus_mqtt.so".to_owned(),
        "usr/lib/multiarch/libargus_mqtt.so.1".to_owned(),
        format!("usr/lib/multiarch/libargus_mqtt.so.{version}"),
        "usr/lib/multiarch/pkgconfig/argus-mqtt.pc".to_owned(),
    ]
    .map(PathBuf::from)
    .into();
    assert_eq!(files_under(stage.path()), expected);
    let flags = pkg_config(
        &stage.path().join("usr/lib/multiarch"),
        &["--cflags", "--libs"],
    );
    assert_eq!(
        flags,
        ["-I/usr/include", "-L/usr/lib/multiarch", "-largus_mqtt"],
        "no flag names the stage"
    );

    make("uninstall", &arguments);
    assert_eq!(files_under(stage.path()), BTreeSet::new());
}

#[test]
fn the_shared_library_is_as_small_as_it_can_be() {
    let prefix = Prefix::install();
    let stripped = prefix.directory.path().join("stripped.so");
    let mut command = Command::new("strip");
    command
        .arg("--strip-unneeded")
        .arg("-o")
        .arg(&stripped)
        .arg(prefix.libraries().join("libargus_mqtt.so"));
    output_of(command);
    let bytes = fs::metadata(&stripped).expect("strip wrote it").len();
    assert!(
        bytes <= 2_500_000,
        "{bytes} bytes: it was not optimised across its crates"
    );
}

#[test]
fn the_examples_build_and_run_with_the_shared_library() {
    let prefix = Prefix::install();
    for example in EXAMPLES {
        let program = prefix.compile(example, &["--cflags", "--libs"], &[]);
        assert!(
            needed_libraries(&program).contains("libargus_mqtt.so.1"),
            "{example}"
        );
    }
    prefix.run_publish(&[("LD_LIBRARY_PATH", &prefix.libraries())]);
}

#[test]
fn the_examples_build_and_run_with_the_static_library() {
    let prefix = Prefix::install();
    for library in ["libargus_mqtt.so", "libargus_mqtt.so.1"] {
        fs::remove_file(prefix.libraries().join(library)).expect("it was installed");
    }
    for example in EXAMPLES {
        let program = prefix.compile(example, &["--cflags", "--libs", "--static"], &[]);
        assert!(
            !needed_libraries(&program).contains("libargus_mqtt"),
            "{example}"
        );
    }
    prefix.run_publish(&[]);
}

#[test]
fn a_program_can_be_all_in_one_file() {
    let prefix = Prefix::install();
    let program = prefix.compile("publish", &["--cflags", "--libs", "--static"], &["-static"]);
    assert_eq!(needed_libraries(&program), "");
    prefix.run_publish(&[]);
}

/// An installation of its own, with the programs that were compiled against it.
struct Prefix {
    directory: TempDir,
}

impl Prefix {
    fn install() -> Prefix {
        let directory = TempDir::new().expect("the system's temporary directory is writable");
        make(
            "install",
            &[&format!("PREFIX={}", directory.path().display())],
        );
        Prefix { directory }
    }

    fn libraries(&self) -> PathBuf {
        self.directory.path().join("lib")
    }

    /// Compiles an example with nothing but what pkg-config says.
    fn compile(&self, example: &str, questions: &[&str], options: &[&str]) -> PathBuf {
        let program = self.directory.path().join(example);
        let mut command = Command::new("gcc");
        command
            .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic"])
            .args(options)
            .arg(root().join(format!("examples/c/{example}.c")))
            .arg("-o")
            .arg(&program)
            .args(pkg_config(&self.libraries(), questions));
        output_of(command);
        program
    }

    fn run_publish(&self, environment: &[(&str, &Path)]) {
        let broker = mosquitto::start();
        let witness = Subscriber::start(&broker, &["argusai/#"]);
        let mut command = Command::new(self.directory.path().join("publish"));
        command.envs(environment.iter().copied()).arg(format!(
            r#"{{"broker_host": "127.0.0.1", "broker_port": {}}}"#,
            broker.port()
        ));
        let mut process = Process::spawn("publish", command);
        let status = process.wait();
        assert!(status.success(), "{:?}", process.lines());
        witness.wait_for_message("argusai/status", "offline");
        assert_eq!(witness.on("argusai/events/front_door").len(), 1);
    }
}

fn make(target: &str, arguments: &[&str]) {
    let mut command = Command::new("make");
    // As a user runs it, also when the tests were started by make.
    command
        .current_dir(root())
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL")
        .arg(target)
        .args(arguments);
    output_of(command);
}

/// The answer of pkg-config, from the .pc file of this installation alone.
fn pkg_config(libraries: &Path, questions: &[&str]) -> Vec<String> {
    let mut command = Command::new(root().join("tools/debian-run"));
    command
        .arg("pkg-config")
        .env("PKG_CONFIG_LIBDIR", libraries.join("pkgconfig"))
        .env("PKG_CONFIG_ALLOW_SYSTEM_CFLAGS", "1")
        .env("PKG_CONFIG_ALLOW_SYSTEM_LIBS", "1")
        .args(questions)
        .arg("argus-mqtt");
    output_of(command)
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// The shared libraries that a program asks for.
fn needed_libraries(program: &Path) -> String {
    let mut command = Command::new("readelf");
    command.env("LC_ALL", "C").arg("-d").arg(program);
    let dynamic = output_of(command);
    dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .collect()
}

#[track_caller]
fn output_of(mut command: Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; install it"));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{complaints}");
    String::from_utf8(output.stdout).expect("it writes ASCII")
}

/// Every file and link under a directory, relative to it.
fn files_under(directory: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(next) = directories.pop() {
        for entry in fs::read_dir(next).expect("the directory is ours") {
            let entry = entry.expect("the directory is ours");
            if entry.file_type().expect("it is there").is_dir() {
                directories.push(entry.path());
            } else {
                let relative = entry
                    .path()
                    .strip_prefix(directory)
                    .expect("it is under it")
                    .to_owned();
                files.insert(relative);
            }
        }
    }
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
