//! Where a proxy listens.

use std::fs::File;
use std::io::Result;
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::path::PathBuf;

use rustix::thread::{move_into_link_name_space, LinkNameSpaceType};

/// An address, in the network of this process or in another network namespace.
#[derive(Clone, Debug)]
pub struct Site {
    pub address: IpAddr,
    /// The file that stands for the namespace; entering it needs root.
    pub namespace: Option<PathBuf>,
}

impl Default for Site {
    fn default() -> Site {
        Site {
            address: Ipv4Addr::LOCALHOST.into(),
            namespace: None,
        }
    }
}

impl Site {
    pub(super) fn listen(&self, port: u16) -> Result<TcpListener> {
        let address = self.address;
        self.there(move || TcpListener::bind((address, port)))
    }

    pub(super) fn connect(&self, port: u16) -> Result<TcpStream> {
        let address = self.address;
        self.there(move || TcpStream::connect((address, port)))
    }

    /// A socket belongs to the namespace of the thread that makes it, for good: so a thread of its own makes it.
    fn there<T: Send>(&self, make: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let Some(namespace) = &self.namespace else {
            return make();
        };
        let thread = move || {
            let file = File::open(namespace)?;
            move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))?;
            make()
        };
        std::thread::scope(|scope| scope.spawn(thread).join().expect("it does not panic"))
    }
}
