//! TLS over a socket that never blocks, by rustls.

use super::refusal;
use super::security::Security;
use super::stream::Stream;
use crate::engine::Failure;
use crate::tls::{
    read_certificate, rejected_certificate, valid_until, BrokerCertificate, UnixSeconds,
};
use rustls::ClientConnection;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};

/// So much is encrypted for one write.
const MOST_AT_ONCE: usize = 64 * 1024;
/// So many of the first bytes are kept, to name what answers if it is not TLS.
const FIRST_BYTES: usize = 256;

/// See the module.
#[derive(Debug)]
pub(super) struct TlsStream {
    security: Security,
    tls: ClientConnection,
    tcp: Tcp,
    /// The certificate of the broker, if it was not accepted.
    rejected: Option<Vec<u8>>,
    /// Bytes that were encrypted, and whose ciphertext the kernel has not taken whole.
    encrypted: usize,
}

#[derive(Debug)]
struct Tcp {
    stream: TcpStream,
    first: Vec<u8>,
}

impl Read for Tcp {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = Read::read(&mut self.stream, buffer)?;
        let missing = FIRST_BYTES - self.first.len();
        self.first.extend_from_slice(&buffer[..read.min(missing)]);
        Ok(read)
    }
}

impl TlsStream {
    /// Begins the handshake at the first read or write.
    pub(super) fn new(security: Security, stream: TcpStream) -> Result<Self, Failure> {
        Ok(TlsStream {
            tls: security.client()?,
            security,
            tcp: Tcp {
                stream,
                first: Vec::new(),
            },
            rejected: None,
            encrypted: 0,
        })
    }

    /// Writes ciphertext until none is left, or `WouldBlock`.
    fn write_ciphertext(&mut self) -> io::Result<()> {
        while self.tls.wants_write() {
            match self.tls.write_tls(&mut self.tcp.stream) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Until when the certificate is valid that the broker has shown.
    pub(super) fn certificate_valid_until(&self) -> Option<UnixSeconds> {
        valid_until(self.tls.peer_certificates()?.first()?)
    }

    /// The certificate that the broker has shown, accepted or not.
    pub(super) fn certificate(&self) -> Option<BrokerCertificate> {
        let accepted = || Some(&**self.tls.peer_certificates()?.first()?);
        read_certificate(self.rejected.as_deref().or_else(accepted)?)
    }

    /// What is wrong with the files now, if what was read from them earlier is used.
    pub(super) fn stale_files(&self) -> Option<&str> {
        self.security.stale()
    }

    /// What the peer sent instead of TLS, if it did.
    fn instead_of_tls(&self) -> Option<&[u8]> {
        // A record of the handshake, or an alert (RFC 8446, section 5.1).
        match self.tcp.first.first() {
            None | Some(0x15 | 0x16) => None,
            Some(_) => Some(&self.tcp.first),
        }
    }

    fn process(&mut self) -> io::Result<()> {
        if let Err(error) = self.tls.process_new_packets() {
            self.rejected = rejected_certificate(&error).map(<[u8]>::to_vec);
            // The alert that says why.
            let _ = self.write_ciphertext();
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        Ok(())
    }
}

impl AsFd for TlsStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.tcp.stream.as_fd()
    }
}

impl Stream for TlsStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.tls.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // Many brokers close without saying so in TLS. MQTT itself says where its packets end.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                read => return read,
            }
            if self.tls.read_tls(&mut self.tcp)? == 0 && self.tls.is_handshaking() {
                return Ok(0);
            }
            self.process()?;
            // A handshake goes back and forth.
            self.flush()?;
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.encrypted == 0 {
            let most = bytes.len().min(MOST_AT_ONCE);
            self.encrypted = self.tls.writer().write(&bytes[..most])?;
        }
        self.write_ciphertext()?;
        // Before the handshake is done rustls keeps what it was given.
        if self.tls.is_handshaking() {
            return Err(ErrorKind::WouldBlock.into());
        }
        match std::mem::take(&mut self.encrypted) {
            // What rustls has of its own to write leaves no room.
            0 if !bytes.is_empty() => Err(ErrorKind::WouldBlock.into()),
            encrypted => Ok(encrypted),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.write_ciphertext() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            written => written,
        }
    }

    fn wants_write(&self) -> bool {
        self.tls.wants_write()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.tls.send_close_notify();
        self.flush()?;
        self.tcp.stream.shutdown(Shutdown::Write)
    }

    fn is_handshaking(&self) -> bool {
        self.tls.is_handshaking()
    }

    fn tls_failure(&self, error: &io::Error) -> Option<Failure> {
        let is_of_tls = error
            .get_ref()
            .is_some_and(|inner| inner.is::<rustls::Error>());
        if !is_of_tls && !self.tls.is_handshaking() {
            return None;
        }
        Some(match self.instead_of_tls() {
            Some(bytes) => refusal::no_tls(bytes),
            None => self.security.io_failure(error),
        })
    }
}
