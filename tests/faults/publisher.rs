//! The publisher: the library in a process of its own, used through Python, which writes a ledger.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ledger::Ledger;
use crate::support::process::Process;
use crate::support::wait::eventually_within;

/// For what takes several connection attempts, on a machine that is busy.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// How a publisher is started.
#[derive(Clone)]
pub struct Plan {
    pub settings: Value,
    pub events_per_second: u32,
    /// Lets sizes and pauses vary, around the same rate.
    pub seed: Option<u64>,
    /// What stands before `python3` on the command line: a program that runs it elsewhere.
    pub prefix: Vec<String>,
    pub environment: Vec<(&'static str, PathBuf)>,
}

pub struct Publisher {
    pub process: Process,
    path: PathBuf,
}

impl Publisher {
    /// Starts it, without waiting; `number` tells the processes of one run apart.
    pub fn start(plan: &Plan, directory: &Path, number: usize) -> Publisher {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = directory.join(format!("ledger-{number}"));
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut words = plan.prefix.iter().cloned().chain([python]);
        let mut command = Command::new(words.next().expect("there is a program"));
        command
            .args(words)
            .arg(root.join("tests/faults/publisher.py"))
            .arg(&path)
            .arg(number.to_string())
            .arg(plan.settings.to_string())
            .arg(plan.events_per_second.to_string())
            .args(plan.seed.map(|seed| seed.to_string()))
            .env("PYTHONPATH", root.join("bindings/python"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("ARGUS_MQTT_LIBRARY", shared_library())
            .envs(plan.environment.iter().map(|(name, value)| (name, value)));
        Publisher {
            process: Process::spawn("publisher", command),
            path,
        }
    }

    /// The status that the publisher wrote last; `Null` before the first.
    pub fn status(&self) -> Value {
        self.find_status().unwrap_or(Value::Null)
    }

    fn find_status(&self) -> Option<Value> {
        // More than the lines of a second, which has ten statuses.
        const TAIL: u64 = 64 * 1024;
        let mut file = File::open(&self.path).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))
            .ok()?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail).ok()?;
        let tail = String::from_utf8_lossy(&tail);
        let complete = &tail[..tail.rfind('\n')?];
        let line = complete
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("status "))?;
        serde_json::from_str(line.split_once(' ')?.1).ok()
    }

    /// A number of the status, by its JSON pointer; 0 before there is one.
    pub fn number(&self, pointer: &str) -> u64 {
        let number = self.status().pointer(pointer).and_then(Value::as_u64);
        number.unwrap_or(0)
    }

    pub fn is_online(&self) -> bool {
        self.status()["state"] == "online"
    }

    /// Waits for a condition that takes its time; fails with what the library said last.
    #[track_caller]
    pub fn wait(&mut self, what: &str, condition: impl FnMut(&Publisher) -> bool) {
        self.wait_within(PATIENCE, what, condition);
    }

    #[track_caller]
    pub fn wait_within(
        &mut self,
        deadline: Duration,
        what: &str,
        mut condition: impl FnMut(&Publisher) -> bool,
    ) {
        let end = Instant::now() + deadline;
        while !condition(self) {
            let status = self.process.status();
            assert!(
                status.is_none(),
                "the publisher ended: {:?}",
                self.process.lines()
            );
            let late = Instant::now() >= end;
            assert!(!late, "not within {deadline:?}: {what}; {}", self.status());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it in good order.
    #[track_caller]
    pub fn finish(&mut self) {
        self.process.close_stdin();
        let process = &mut self.process;
        eventually_within(PATIENCE, "the publisher ends", || {
            process.status().is_some()
        });
        let status = self.process.status().expect("it has ended");
        assert!(status.success(), "{status}: {:?}", self.process.lines());
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::read(&self.path)
    }
}

/// The library that cargo has built for this test.
fn shared_library() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let library = test.with_file_name("libargus_mqtt.so");
    assert!(library.exists(), "{} is missing", library.display());
    library
}
