//! A TCP proxy between client and broker that does harm on demand.
//!
//! ```ignore
//! let proxy = Proxy::start(broker.port());
//! // ... the library connects to proxy.port() ...
//! proxy.cut();                              // both sides see the close; a new connection works
//! proxy.blackhole(Way::Both);               // half-open: both sides see nothing, ever
//! proxy.resume();
//! ```

mod pump;
mod site;

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use super::port::Port;
use super::wait::{eventually, find_within, PATIENCE};
use pump::Link;
pub use site::Site;

/// Which of the two directions a fault is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    ToBroker,
    ToClient,
    Both,
}

/// What happens to the bytes of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Forward,
    /// Nothing is read: the sender's buffers fill.
    Hold,
    /// Everything is read and thrown away, the close too.
    Swallow,
    /// Every piece is passed on this much later.
    Delay(Duration),
    /// One byte at a time, with this pause between two.
    Drip(Duration),
}

/// Listens until dropped.
pub struct Proxy {
    site: Site,
    number: u16,
    /// None where another proxy holds it, for another address.
    _port: Option<Port>,
    shared: Arc<Shared>,
    acceptor: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    state: Mutex<State>,
}

struct State {
    upstream: u16,
    flows: [Flow; 2],
    links: Vec<Arc<Link>>,
    accepted: usize,
    /// A client has been accepted and the broker not yet reached.
    is_connecting: bool,
    is_down: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics holding it")
    }
}

impl Proxy {
    /// Passes everything on to a port of 127.0.0.1.
    pub fn start(upstream: u16) -> Proxy {
        Proxy::start_at(Site::default(), None, upstream)
    }

    /// As [`Proxy::start`], at another site; on a port that another proxy has at its own site, or on one of its own.
    pub fn start_at(site: Site, port: Option<u16>, upstream: u16) -> Proxy {
        let claimed = port.is_none().then(Port::claim);
        let number = port.or(claimed.as_ref().map(Port::number));
        let proxy = Proxy {
            site,
            number: number.expect("it is given or claimed"),
            _port: claimed,
            shared: Arc::new(Shared {
                state: Mutex::new(State {
                    upstream,
                    flows: [Flow::Forward; 2],
                    links: Vec::new(),
                    accepted: 0,
                    is_connecting: false,
                    is_down: true,
                }),
            }),
            acceptor: Mutex::new(None),
        };
        proxy.up();
        proxy
    }

    pub fn port(&self) -> u16 {
        self.number
    }

    /// Where connections go from now on; those that are open stay where they are.
    pub fn set_upstream(&self, port: u16) {
        self.shared.lock().upstream = port;
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.shared.lock().accepted
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        let mut state = self.shared.lock();
        state.links.retain(|link| !link.is_over());
        state.links.len()
    }

    /// Closes all connections, as a program that ends in order: both sides see a FIN.
    pub fn cut(&self) {
        self.end_links(Link::close);
    }

    /// Ends all connections with a RST to both sides.
    pub fn reset(&self) {
        self.end_links(Link::reset);
    }

    /// Throws away what comes, on open connections and new ones, and hides closes: a half-open link.
    /// The harm does not end with [`Proxy::resume`] for connections that lost bytes: they are reset.
    pub fn blackhole(&self, way: Way) {
        self.set(way, Flow::Swallow);
    }

    /// Stops reading: what is sent stays in the system's buffers, until they are full.
    pub fn hold(&self, way: Way) {
        self.set(way, Flow::Hold);
    }

    pub fn delay(&self, way: Way, by: Duration) {
        self.set(way, Flow::Delay(by));
    }

    /// Passes on single bytes with a pause between two.
    pub fn drip(&self, way: Way, pause: Duration) {
        self.set(way, Flow::Drip(pause));
    }

    /// Ends every fault but [`Proxy::down`].
    pub fn resume(&self) {
        let mut state = self.shared.lock();
        for link in state.links.iter().filter(|link| link.has_lost_bytes()) {
            link.reset();
        }
        state.flows = [Flow::Forward; 2];
    }

    /// Ends all connections and refuses new ones, as a host on which no broker runs.
    pub fn down(&self) {
        let acceptor = self
            .acceptor
            .lock()
            .expect("no thread panics holding it")
            .take();
        if let Some(thread) = acceptor {
            self.shared.lock().is_down = true;
            // The thread sees the flag when it has accepted once more.
            drop(self.site.connect(self.number));
            thread.join().expect("the thread does not panic");
        }
        self.cut();
    }

    /// Listens again after [`Proxy::down`].
    pub fn up(&self) {
        let mut acceptor = self.acceptor.lock().expect("no thread panics holding it");
        if acceptor.is_some() {
            return;
        }
        // A program that another thread is starting has a copy of every socket for a moment: also of the one that
        // listened before.
        let listener = find_within(PATIENCE, || match self.site.listen(self.number) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => None,
            other => Some(other.expect("nothing else is in the way")),
        });
        let listener = listener.expect("the port is ours");
        self.shared.lock().is_down = false;
        let shared = Arc::clone(&self.shared);
        *acceptor = Some(std::thread::spawn(move || accept(&listener, &shared)));
    }

    fn set(&self, way: Way, flow: Flow) {
        let mut state = self.shared.lock();
        if way != Way::ToClient {
            state.flows[0] = flow;
        }
        if way != Way::ToBroker {
            state.flows[1] = flow;
        }
    }

    /// Ends the connections that there are now, but none that comes meanwhile.
    fn end_links(&self, end: fn(&Link)) {
        eventually("the proxy has connected to the broker", || {
            !self.shared.lock().is_connecting
        });
        let links = std::mem::take(&mut self.shared.lock().links);
        links.iter().for_each(|link| end(link));
        // The sockets close when the last thread that uses them has noticed.
        eventually("the proxy's connections have ended", || {
            links.iter().all(|link| link.is_over())
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.down();
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        let upstream = {
            let mut state = shared.lock();
            if state.is_down {
                return;
            }
            state.accepted += 1;
            state.is_connecting = true;
            state.upstream
        };
        // Without a broker behind, the client sees a connection that is closed at once.
        // Not under the lock: a broker that accepts nothing would hold up everybody.
        let broker = TcpStream::connect(("127.0.0.1", upstream));
        let mut state = shared.lock();
        state.is_connecting = false;
        if let (Ok(client), Ok(broker)) = (client, broker) {
            state
                .links
                .push(Link::start(client, broker, Arc::clone(shared)));
        }
    }
}
