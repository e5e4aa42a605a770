//! Child processes that never outlive the test.
//!
//! ```ignore
//! let mut command = Command::new("target/debug/examples/camera");
//! let mut camera = Process::spawn("camera", command);
//! camera.wait_for_line("online");
//! camera.kill();
//! ```

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{channel, Sender};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use rustix::process::{kill_process, set_parent_process_death_signal, Pid, Signal};

use super::wait::{eventually, find_within, PATIENCE};

/// A child process: killed when dropped, and by the system when the test process dies.
///
/// What it writes is kept line by line, and shown if the test fails.
pub struct Process {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    status: Option<ExitStatus>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Process {
    pub fn spawn(name: &str, mut command: Command) -> Process {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // SAFETY: the closure runs in the child between fork and exec; it makes one system call and
        // neither allocates nor locks.
        unsafe {
            command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?));
        }
        let program = command.get_program().to_owned();
        let mut child = spawn_on_lasting_thread(command)
            .unwrap_or_else(|error| panic!("{name}: cannot run {program:?}: {error}"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        keep_lines(child.stdout.take().expect("stdout is piped"), &lines);
        keep_lines(child.stderr.take().expect("stderr is piped"), &lines);
        Process {
            name: name.to_owned(),
            stdin: child.stdin.take(),
            child,
            status: None,
            lines,
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All lines of standard output and standard error so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines
            .lock()
            .expect("no thread panics holding it")
            .clone()
    }

    /// Writes one line to its standard input.
    pub fn write_line(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("its standard input is open");
        writeln!(stdin, "{line}").unwrap_or_else(|error| panic!("{}: {error}", self.name));
    }

    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// The first line that contains `text`; fails the test when there is none in time.
    #[track_caller]
    pub fn wait_for_line(&mut self, text: &str) -> String {
        self.find_line(text)
            .unwrap_or_else(|why| panic!("{}: {why}", self.name))
    }

    /// As [`Process::wait_for_line`], with the reason when the line never came.
    pub fn find_line(&mut self, text: &str) -> Result<String, String> {
        let found = find_within(PATIENCE, || {
            // Asked first: what an ended process wrote is all there once its pipes have been read.
            let ended = self.status();
            let line = self.lines().into_iter().find(|line| line.contains(text));
            match (line, ended) {
                (Some(line), _) => Some(Ok(line)),
                (None, Some(status)) if Arc::strong_count(&self.lines) == 1 => {
                    Some(Err(format!("ended with {status} without writing {text:?}")))
                }
                _ => None,
            }
        });
        found.unwrap_or_else(|| Err(format!("did not write {text:?} within {PATIENCE:?}")))
    }

    /// How it ended, or none while it runs.
    pub fn status(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = self.child.try_wait().expect("it is our child");
        }
        self.status
    }

    /// Waits until it has ended; fails the test when that takes longer than [`PATIENCE`].
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        self.wait_within(PATIENCE)
    }

    /// As [`wait`](Self::wait), with a deadline of its own: for what takes longer by nature.
    #[track_caller]
    pub fn wait_within(&mut self, deadline: Duration) -> ExitStatus {
        match find_within(deadline, || self.status()) {
            Some(status) => status,
            None => panic!("{} has not ended within {deadline:?}", self.name),
        }
    }

    /// SIGSTOP, and waits until it has stopped: it keeps its connections and does nothing.
    #[track_caller]
    pub fn pause(&mut self) {
        self.signal(Signal::STOP);
        eventually(&format!("{} has stopped", self.name), || self.is_paused());
    }

    /// Whether all its threads are stopped.
    pub fn is_paused(&self) -> bool {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.id()));
        threads.is_ok_and(|mut threads| {
            threads.all(|thread| {
                let stat =
                    thread.and_then(|thread| std::fs::read_to_string(thread.path().join("stat")));
                // The state follows the name, which stands in parentheses.
                stat.is_ok_and(|text| {
                    text.rsplit(')')
                        .next()
                        .is_some_and(|rest| rest.starts_with(" T"))
                })
            })
        })
    }

    /// SIGCONT.
    pub fn resume(&mut self) {
        self.signal(Signal::CONT);
    }

    /// SIGTERM, without waiting for the end.
    pub fn terminate(&mut self) {
        self.signal(Signal::TERM);
    }

    /// SIGKILL, and waits for the end. Works on a paused process too.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.wait();
    }

    /// Sends any signal; nothing happens when the process has ended.
    pub fn signal(&mut self, signal: Signal) {
        if self.status().is_none() {
            let id = Pid::from_child(&self.child);
            kill_process(id, signal).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Not by methods that can panic: a second panic would hide the first.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- {} wrote:\n{}", self.name, self.lines().join("\n"));
        }
    }
}

fn keep_lines(source: impl Read + Send + 'static, lines: &Arc<Mutex<Vec<String>>>) {
    let lines = Arc::clone(lines);
    std::thread::spawn(move || {
        for line in BufReader::new(source).split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            lines
                .lock()
                .expect("no thread panics holding it")
                .push(line);
        }
    });
}

/// The death signal comes when the *thread* that started the child ends, so one thread that lasts as long
/// as the test process starts all children: a test's own thread may end before a broker that it shares.
fn spawn_on_lasting_thread(command: Command) -> std::io::Result<Child> {
    type Request = (Command, Sender<std::io::Result<Child>>);
    static SPAWNER: OnceLock<Mutex<Sender<Request>>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (sender, requests) = channel::<Request>();
        std::thread::spawn(move || {
            for (mut command, answer) in requests {
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(sender)
    });
    let (answer, child) = channel();
    spawner
        .lock()
        .expect("no thread panics holding it")
        .send((command, answer))
        .expect("the thread never ends");
    child.recv().expect("the thread answers every request")
}
