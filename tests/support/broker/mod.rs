//! Real brokers, each a child process on a port of its own that it keeps over restarts.
//!
//! ```ignore
//! let mut broker = mosquitto::with(&["max_inflight_messages 2"]);
//! broker.kill();                // as a power cut would
//! broker.start();               // on the same port
//! broker.pause();               // keeps its connections and does nothing
//! broker.resume();
//! ```

pub mod aedes;
pub mod amqtt;
pub mod ejabberd;
pub mod mosquitto;
pub mod nats;
pub mod rumqttd;

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::access::Access;
use super::codec::Version;
use super::port::Port;
use super::process::Process;
use super::wait::{find_within, PATIENCE};

/// What is needed to run one kind of broker.
struct Recipe {
    name: &'static str,
    /// The highest version that it speaks.
    version: Version,
    ready: Ready,
    command: Box<MakeCommand>,
}

/// What shows that a broker serves.
enum Ready {
    /// It writes a line with this text.
    Line(&'static str),
    /// It accepts a connection, for one that says nothing.
    Accepts,
}

/// Given a directory of the broker's own, its port, and a second port for TLS.
type MakeCommand = dyn Fn(&Path, u16, u16) -> Command + Send + Sync;

/// A broker that serves until it is stopped or dropped.
pub struct Broker {
    recipe: Recipe,
    port: Port,
    tls_port: Port,
    process: Option<Process>,
    directory: TempDir,
}

impl Broker {
    /// Runs the recipe and waits until the broker serves.
    #[track_caller]
    fn launch(recipe: Recipe) -> Broker {
        let mut broker = Broker {
            recipe,
            port: Port::claim(),
            tls_port: Port::claim(),
            process: None,
            directory: TempDir::new().expect("the system's temporary directory is writable"),
        };
        // A program that is none of ours may take the port between the claim and the start.
        for _ in 0..3 {
            match broker.try_start() {
                Err(why) if why.contains("in use") => {
                    broker.port = Port::claim();
                    broker.tls_port = Port::claim();
                }
                Err(why) => panic!("{why}"),
                Ok(()) => return broker,
            }
        }
        panic!(
            "{}: three ports in a row were taken by others",
            broker.recipe.name
        );
    }

    fn try_start(&mut self) -> Result<(), String> {
        let name = self.recipe.name;
        assert!(self.process.is_none(), "{name} runs already");
        let (port, tls_port) = (self.port.number(), self.tls_port.number());
        let command = (self.recipe.command)(self.directory.path(), port, tls_port);
        let mut process = Process::spawn(name, command);
        let is_ready = match self.recipe.ready {
            Ready::Line(text) => process.find_line(text).map(drop),
            Ready::Accepts => wait_until_it_accepts(&mut process, port),
        };
        match is_ready {
            Ok(()) => {
                self.process = Some(process);
                Ok(())
            }
            Err(why) => Err(format!("{name}: {why}:\n{}", process.lines().join("\n"))),
        }
    }

    /// Starts it again, on the same port and with what it kept on disk; waits until it serves.
    #[track_caller]
    pub fn start(&mut self) {
        self.try_start().unwrap_or_else(|why| panic!("{why}"));
    }

    /// SIGTERM, and waits for the end: an orderly stop.
    #[track_caller]
    pub fn stop(&mut self) {
        let mut process = self.take_process();
        process.terminate();
        process.wait();
    }

    /// SIGKILL, and waits for the end.
    #[track_caller]
    pub fn kill(&mut self) {
        self.take_process().kill();
    }

    /// [`Broker::stop`] and [`Broker::start`].
    #[track_caller]
    pub fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// SIGSTOP: connections stay open, the system still accepts new ones, nothing is answered.
    #[track_caller]
    pub fn pause(&mut self) {
        self.process().pause();
    }

    /// SIGCONT.
    #[track_caller]
    pub fn resume(&mut self) {
        self.process().resume();
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// The port of the TLS listener, for a broker that was given one.
    pub fn tls_port(&self) -> u16 {
        self.tls_port.number()
    }

    /// Where its configuration and what it keeps on disk are.
    pub fn directory(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    /// The running process, for other signals and for what it wrote.
    #[track_caller]
    pub fn process(&mut self) -> &mut Process {
        let name = self.recipe.name;
        match &mut self.process {
            Some(process) => process,
            None => panic!("{name} is not running"),
        }
    }

    #[track_caller]
    fn take_process(&mut self) -> Process {
        self.process();
        self.process.take().expect("it is running")
    }
}

impl From<&Broker> for Access {
    fn from(broker: &Broker) -> Access {
        Access::new(broker.port(), broker.recipe.version)
    }
}

impl From<&mut Broker> for Access {
    fn from(broker: &mut Broker) -> Access {
        Access::from(&*broker)
    }
}

fn wait_until_it_accepts(process: &mut Process, port: u16) -> Result<(), String> {
    let answer = find_within(PATIENCE, || {
        if let Some(status) = process.status() {
            return Some(Err(format!("ended with {status}")));
        }
        TcpStream::connect(("127.0.0.1", port)).ok().map(|_| Ok(()))
    });
    answer.unwrap_or_else(|| Err(format!("accepts nothing within {PATIENCE:?}")))
}

/// A program of the repository or one that `tools/setup` brought, by a path from the repository's root.
pub fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A command for a Debian program: unpacked by `tools/debian`, or the system's.
pub fn debian_program(name: &str) -> Command {
    let mut command = Command::new(in_repository("tools/debian-run"));
    command.arg(name);
    command
}
