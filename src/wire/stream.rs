//! Bytes in and out without waiting: over TCP, over TLS, or in the memory of a test.

use crate::engine::Failure;
use crate::tls::{BrokerCertificate, UnixSeconds};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};

/// A connection that never blocks: what can't be done now is [`ErrorKind::WouldBlock`].
pub(super) trait Stream {
    /// Reads some bytes; 0 when the peer has closed.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Whether reading so many bytes where there was room for so many has taken all that had arrived: another read would
    /// find nothing.
    fn is_drained_by(&self, _read: usize, _room: usize) -> bool {
        false
    }

    /// Writes some bytes, and gives how many of them the kernel has taken. After `WouldBlock` the next call has to
    /// begin with the same bytes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Writes what it has of its own to write, as far as that is possible now.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Whether it has something of its own to write.
    fn wants_write(&self) -> bool {
        false
    }

    /// Nothing more will be written; the peer is told.
    fn finish(&mut self) -> io::Result<()>;

    /// Whether it is still agreeing on keys.
    fn is_handshaking(&self) -> bool {
        false
    }

    /// What an error means before CONNACK, if TLS is what failed.
    fn tls_failure(&self, _: &io::Error) -> Option<Failure> {
        None
    }
}

/// A connection to a broker. The socket is in non-blocking mode.
#[derive(Debug)]
pub(super) enum Socket {
    Plain(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<super::tls_stream::TlsStream>),
}

impl Socket {
    /// Over TLS, until when the broker's certificate is valid.
    pub(super) fn certificate_valid_until(&self) -> Option<UnixSeconds> {
        match self {
            Socket::Plain(_) => None,
            #[cfg(feature = "tls")]
            Socket::Tls(tls) => tls.certificate_valid_until(),
        }
    }

    /// Over TLS, the certificate that the broker has shown, accepted or not.
    pub(super) fn certificate(&self) -> Option<BrokerCertificate> {
        match self {
            Socket::Plain(_) => None,
            #[cfg(feature = "tls")]
            Socket::Tls(tls) => tls.certificate(),
        }
    }

    /// What is wrong with the files of TLS now, if what was read from them earlier is used.
    pub(super) fn stale_files(&self) -> Option<&str> {
        match self {
            Socket::Plain(_) => None,
            #[cfg(feature = "tls")]
            Socket::Tls(tls) => tls.stale_files(),
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Socket::Plain(tcp) => tcp.as_fd(),
            #[cfg(feature = "tls")]
            Socket::Tls(tls) => tls.as_fd(),
        }
    }
}

impl Stream for TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Read::read(self, buffer)
    }

    fn is_drained_by(&self, read: usize, room: usize) -> bool {
        read < room
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match Write::write(self, bytes)? {
            0 => Err(ErrorKind::WriteZero.into()),
            taken => Ok(taken),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

impl Stream for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Plain(tcp) => Stream::read(tcp, buffer),
            #[cfg(feature = "tls")]
            Socket::Tls(tls) => tls.read(buffer),
        }
    }

    fn is_drained_by(&self, read: usize, room: usize) -> bool {
        matches!(self, Socket::Plain(tcp) if tcp.is_drained_by(read, room))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Plain(tcp) => Stream::write(tcp, bytes),
            #[cfg(feature = "tls")]
            Socket::Tls(tls) => tls.write(bytes),
        }
    }

    #[cfg(feature = "tls")]
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Socket::Plain(_) => Ok(()),
            Socket::Tls(tls) => tls.flush(),
        }
    }

    #[cfg(feature = "tls")]
    fn wants_write(&self) -> bool {
        matches!(self, Socket::Tls(tls) if tls.wants_write())
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Socket::Plain(tcp) => tcp.finish(),
            #[cfg(feature = "tls")]
            Socket::Tls(tls) => tls.finish(),
        }
    }

    #[cfg(feature = "tls")]
    fn is_handshaking(&self) -> bool {
        matches!(self, Socket::Tls(tls) if tls.is_handshaking())
    }

    #[cfg(feature = "tls")]
    fn tls_failure(&self, error: &io::Error) -> Option<Failure> {
        match self {
            Socket::Plain(_) => None,
            Socket::Tls(tls) => tls.tls_failure(error),
        }
    }
}
