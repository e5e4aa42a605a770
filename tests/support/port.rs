//! TCP ports that stay ours while the broker behind them is down.

use std::hash::{BuildHasher, RandomState};
use std::net::TcpStream;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

/// Below the ports that the system gives to outgoing connections: one of those could take the port of a
/// broker that is down, and the broker could not come back.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A TCP port that no other test takes until this is dropped.
pub struct Port {
    number: u16,
    /// A Unix socket with the port in its name: at most one process can hold it, and the system
    /// releases it however that process ends.
    _claim: UnixListener,
}

impl Port {
    /// Claims a port that is free on 127.0.0.1 and on ::1 where the system has it.
    pub fn claim() -> Port {
        let start = RandomState::new().hash_one("a random place to start");
        for step in 0..u64::from(COUNT) {
            let offset = (start.wrapping_add(step) % u64::from(COUNT)) as u16;
            if let Some(port) = Port::try_claim(FIRST + offset) {
                return port;
            }
        }
        panic!("no free TCP port from {FIRST} up");
    }

    fn try_claim(number: u16) -> Option<Port> {
        let name = format!("argus-mqtt-test-port-{number}");
        let address = SocketAddr::from_abstract_name(name).expect("the name is short");
        let claim = UnixListener::bind_addr(&address).ok()?;
        // Not by listening there: a program that another thread is starting has a copy of every socket for a moment, and
        // would keep the port in use.
        let is_used = |host| TcpStream::connect((host, number)).is_ok();
        let is_free = !is_used("127.0.0.1") && !is_used("::1");
        is_free.then_some(Port {
            number,
            _claim: claim,
        })
    }

    pub fn number(&self) -> u16 {
        self.number
    }
}
