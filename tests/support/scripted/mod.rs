//! A broker that does what a test says: a script runs for every connection that is accepted.
//!
//! ```ignore
//! // Announces a receive maximum of 2, and is an ordinary broker otherwise.
//! let broker = ScriptedBroker::start(|connection| {
//!     let connack = ConnAck::default().with(property::RECEIVE_MAXIMUM, 2u16);
//!     connection.accept_with(connack)?;
//!     connection.serve()
//! });
//!
//! // Never acknowledges the topic "a", and is an ordinary broker otherwise.
//! let broker = ScriptedBroker::start(|connection| {
//!     connection.accept()?;
//!     connection.serve_but(|_, packet| match packet {
//!         Packet::Publish(publish) if publish.topic == "a" => Ok(Answer::Nothing),
//!         _ => Ok(Answer::Ordinary),
//!     })
//! });
//!
//! // Refuses the first connection, resets the second, and then behaves.
//! let broker = ScriptedBroker::start(|connection| match connection.number() {
//!     1 => connection.refuse(ConnAck::refused(0x88)),
//!     2 => { connection.expect_connect()?; connection.reset(); Ok(()) }
//!     _ => connection.run_ordinary(),
//! });
//! let packets = broker.wait_for("a birth message", |received| received.iter().any(|r| r.is_publish_on("argusai/status")));
//! ```
//!
//! A script ends with `Ok`, or with the I/O error of a client that went away: both are fine, and then the
//! connection is closed. A packet other than the one that the script expects fails the test: at
//! once in [`ScriptedBroker::wait_for`], else when the broker is dropped. The ordinary broker
//! acknowledges everything and passes nothing on to anybody.

mod connection;
mod ordinary;
mod record;

use std::io::Result;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::SockRef;

use super::codec::Publish;
use super::port::Port;
use super::wait::PATIENCE;
pub use connection::Connection;
pub use ordinary::Answer;
pub use record::Received;
use record::{Shared, State};

type Script = dyn Fn(&mut Connection) -> Result<()> + Send + Sync;

/// Listens until dropped.
pub struct ScriptedBroker {
    port: Port,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl ScriptedBroker {
    /// Runs the script for every connection, each on a thread of its own.
    pub fn start(
        script: impl Fn(&mut Connection) -> Result<()> + Send + Sync + 'static,
    ) -> ScriptedBroker {
        ScriptedBroker::listen(None, Arc::new(script))
    }

    /// As [`ScriptedBroker::start`], with so small a receive buffer on the first connection that a client whose bytes
    /// are not read is soon stuck writing.
    pub fn start_with_small_buffer(
        script: impl Fn(&mut Connection) -> Result<()> + Send + Sync + 'static,
    ) -> ScriptedBroker {
        ScriptedBroker::listen(Some(1), Arc::new(script))
    }

    /// Accepts every client and acknowledges everything.
    pub fn ordinary() -> ScriptedBroker {
        ScriptedBroker::start(Connection::run_ordinary)
    }

    fn listen(receive_buffer: Option<usize>, script: Arc<Script>) -> ScriptedBroker {
        let port = Port::claim();
        let listener = TcpListener::bind(("127.0.0.1", port.number())).expect("the port is ours");
        if let Some(bytes) = receive_buffer {
            // The system raises it to the least it can do; accepted connections inherit it.
            let set = SockRef::from(&listener).set_recv_buffer_size(bytes);
            set.expect("the option is supported");
        }
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let for_thread = Arc::clone(&shared);
        let acceptor = std::thread::spawn(move || accept(&listener, &for_thread, &script));
        ScriptedBroker {
            port,
            shared,
            acceptor: Some(acceptor),
        }
    }

    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.shared.lock().accepted
    }

    /// All packets that were read so far, of all connections, in order.
    pub fn received(&self) -> Vec<Received> {
        self.shared.lock().received.clone()
    }

    /// All PUBLISH packets that were read so far.
    pub fn published(&self) -> Vec<Publish> {
        let received = self.received();
        received
            .iter()
            .filter_map(Received::publish)
            .cloned()
            .collect()
    }

    /// Waits until the condition holds for the packets read so far, and gives them; fails the test with
    /// `what` and the packets when it does not within [`PATIENCE`].
    #[track_caller]
    pub fn wait_for(
        &self,
        what: &str,
        condition: impl FnMut(&[Received]) -> bool,
    ) -> Vec<Received> {
        self.wait_for_within(PATIENCE, what, condition)
    }

    #[track_caller]
    pub fn wait_for_within(
        &self,
        deadline: Duration,
        what: &str,
        mut condition: impl FnMut(&[Received]) -> bool,
    ) -> Vec<Received> {
        let state = self
            .shared
            .wait(deadline, what, |state| condition(&state.received));
        state.received.clone()
    }

    /// Waits for the `count`th connection.
    #[track_caller]
    pub fn wait_for_connections(&self, count: usize) {
        let enough = |state: &State| state.accepted >= count;
        drop(
            self.shared
                .wait(PATIENCE, &format!("connection {count}"), enough),
        );
    }
}

impl Drop for ScriptedBroker {
    fn drop(&mut self) {
        let streams = {
            let Ok(mut state) = self.shared.state.lock() else {
                return;
            };
            state.is_over = true;
            std::mem::take(&mut state.streams)
        };
        self.shared.changed.notify_all();
        for stream in streams.iter().filter_map(Weak::upgrade) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // The thread sees the flag when it has accepted once more.
        drop(TcpStream::connect(("127.0.0.1", self.port())));
        if let Some(thread) = self.acceptor.take() {
            let _ = thread.join();
        }
        let threads = std::mem::take(&mut self.shared.lock().threads);
        for thread in threads {
            let _ = thread.join();
        }
        let failure = self.shared.lock().failure.take();
        match failure {
            Some(failure) if std::thread::panicking() => eprintln!("--- {failure}"),
            Some(failure) => panic!("{failure}"),
            None => {}
        }
    }
}

/// A receive buffer as connections have one.
const ORDINARY_BUFFER: usize = 128 * 1024;

fn accept(listener: &TcpListener, shared: &Arc<Shared>, script: &Arc<Script>) {
    for stream in listener.incoming() {
        let mut state = shared.lock();
        if state.is_over {
            return;
        }
        let Ok(stream) = stream else { continue };
        // Only the first connection is to be slow: the segments of a loopback fit no window of a buffer that small,
        // and what moves then are the probes of a window of zero, one in many seconds.
        let _ = SockRef::from(listener).set_recv_buffer_size(ORDINARY_BUFFER);
        let stream = Arc::new(stream);
        state.accepted += 1;
        state.streams.push(Arc::downgrade(&stream));
        let mut connection = Connection::new(state.accepted, stream, Arc::clone(shared));
        let script = Arc::clone(script);
        state
            .threads
            .push(std::thread::spawn(move || run(&*script, &mut connection)));
        drop(state);
        shared.changed.notify_all();
    }
}

fn run(script: &Script, connection: &mut Connection) {
    // An error is a client that went away, which a script may well have made it do.
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _ = script(connection);
        connection.close();
    }));
    if let Err(panic) = ended {
        connection.reset();
        let text = match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
            (Some(text), _) => text,
            (None, Some(text)) => *text,
            (None, None) => "no text",
        };
        let failure = format!("the script of connection {}: {text}", connection.number());
        connection.fail(failure);
    }
}
