//! An installation to try, and the programs that it takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::broker::mosquitto;
use crate::support::process::Process;
use crate::support::subscriber::Subscriber;

/// An installation of its own, with the programs that were compiled against it.
pub struct Prefix {
    pub root: PathBuf,
    _directory: TempDir,
}

impl Prefix {
    pub fn install() -> Prefix {
        Prefix::install_by("install")
    }

    pub fn install_by(target: &str) -> Prefix {
        let directory = TempDir::new().expect("the system's temporary directory is writable");
        make(target, &[&format!("PREFIX={}", directory.path().display())]);
        let root = directory.path().to_owned();
        Prefix {
            root,
            _directory: directory,
        }
    }

    /// The same one, in another place.
    pub fn moved(self) -> Prefix {
        let elsewhere = TempDir::new().expect("the system's temporary directory is writable");
        let root = elsewhere.path().join("moved");
        fs::rename(&self.root, &root).expect("both are in the same directory");
        Prefix {
            root,
            _directory: elsewhere,
        }
    }

    pub fn libraries(&self) -> PathBuf {
        self.root.join("lib")
    }

    /// Compiles an example with nothing but what pkg-config says.
    pub fn compile(&self, example: &str, questions: &[&str], options: &[&str]) -> PathBuf {
        let program = self.root.join(example);
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

    pub fn run_publish(&self, environment: &[(&str, &Path)]) {
        let broker = mosquitto::start();
        let witness = Subscriber::start(&broker, &["argusai/#"]);
        let mut command = Command::new(self.root.join("publish"));
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

pub fn make(target: &str, arguments: &[&str]) {
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
pub fn needed_libraries(program: &Path) -> String {
    let mut command = Command::new("readelf");
    command.env("LC_ALL", "C").arg("-d").arg(program);
    let dynamic = output_of(command);
    dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .collect()
}

#[track_caller]
pub fn output_of(mut command: Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; install it"));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{complaints}");
    String::from_utf8(output.stdout).expect("it writes ASCII")
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
