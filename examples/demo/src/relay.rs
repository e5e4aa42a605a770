//! The publisher's way to the broker: a TCP relay that can be cut and opened again.

use crate::broker::free_address;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Relay {
    /// Where the publisher connects to.
    pub address: SocketAddr,
    broker: SocketAddr,
    open: Option<Open>,
}

struct Open {
    shared: Arc<Mutex<Shared>>,
    acceptor: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    cut: bool,
    streams: Vec<TcpStream>,
}

impl Relay {
    pub fn to(broker: SocketAddr) -> Result<Relay, String> {
        let mut relay = Relay {
            address: free_address()?,
            broker,
            open: None,
        };
        relay.open()?;
        Ok(relay)
    }

    pub fn open(&mut self) -> Result<(), String> {
        let listener = TcpListener::bind(self.address)
            .map_err(|e| format!("listening on {}: {e}", self.address))?;
        self.address = listener
            .local_addr()
            .map_err(|e| format!("asking for the relay's port: {e}"))?;
        // Polled, so that the listener can be closed: a cut way refuses connections.
        listener
            .set_nonblocking(true)
            .map_err(|e| format!("setting up the relay: {e}"))?;
        let shared = Arc::new(Mutex::new(Shared::default()));
        let acceptor = thread::spawn({
            let (shared, broker) = (shared.clone(), self.broker);
            move || accept(&listener, &shared, broker)
        });
        self.open = Some(Open { shared, acceptor });
        Ok(())
    }

    /// Ends every connection and refuses new ones.
    pub fn cut(&mut self) {
        if let Some(open) = self.open.take() {
            {
                let mut shared = open.shared.lock().expect("no thread panics with this lock");
                shared.cut = true;
                for stream in &shared.streams {
                    let _ = stream.shutdown(Shutdown::Both);
                }
            }
            open.acceptor.join().expect("the relay does not panic");
        }
    }
}

fn accept(listener: &TcpListener, shared: &Mutex<Shared>, broker: SocketAddr) {
    loop {
        let accepted = listener.accept();
        let mut shared = shared.lock().expect("no thread panics with this lock");
        if shared.cut {
            return;
        }
        match accepted {
            Ok((near, _)) => {
                if let Ok(streams) = relay(near, broker) {
                    shared.streams.extend(streams);
                }
            }
            Err(_) => {
                drop(shared);
                thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// Copies both ways until either side closes; then both are closed, so that the broker sees a killed publisher at once.
fn relay(near: TcpStream, broker: SocketAddr) -> std::io::Result<[TcpStream; 2]> {
    near.set_nonblocking(false)?;
    near.set_nodelay(true)?;
    let far = TcpStream::connect_timeout(&broker, Duration::from_secs(5))?;
    far.set_nodelay(true)?;
    let streams = [near.try_clone()?, far.try_clone()?];
    let (near_reader, far_reader) = (near.try_clone()?, far.try_clone()?);
    thread::spawn(move || copy(near_reader, far));
    thread::spawn(move || copy(far_reader, near));
    Ok(streams)
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
