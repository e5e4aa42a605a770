//! The two threads of one proxied connection.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::{Flow, Shared};

/// How long a thread may take to notice a change of plan.
const TICK: Duration = Duration::from_millis(5);

/// One connection of a client and the one to the broker that belongs to it.
pub(super) struct Link {
    /// Client and broker; gone once the link has ended.
    streams: Mutex<Option<[Arc<TcpStream>; 2]>>,
    is_ending: AtomicBool,
    running: AtomicUsize,
    is_over: AtomicBool,
    lost_bytes: AtomicBool,
}

impl Link {
    pub(super) fn start(client: TcpStream, broker: TcpStream, shared: Arc<Shared>) -> Arc<Link> {
        let streams = [Arc::new(client), Arc::new(broker)];
        for stream in &streams {
            prepare(stream).expect("the options are supported");
        }
        let link = Arc::new(Link {
            streams: Mutex::new(Some(streams.clone())),
            is_ending: AtomicBool::new(false),
            running: AtomicUsize::new(2),
            is_over: AtomicBool::new(false),
            lost_bytes: AtomicBool::new(false),
        });
        for way in [0, 1] {
            let pump = Pump {
                way,
                from: Arc::clone(&streams[way]),
                to: Arc::clone(&streams[1 - way]),
                link: Arc::clone(&link),
                shared: Arc::clone(&shared),
            };
            std::thread::spawn(move || pump.run());
        }
        link
    }

    /// Both threads have ended and both sockets are closed.
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    pub(super) fn has_lost_bytes(&self) -> bool {
        self.lost_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn close(&self) {
        self.end(|stream| {
            let _ = stream.shutdown(Shutdown::Both);
        });
    }

    pub(super) fn reset(&self) {
        // The RST goes out when the last user of the socket lets go of it.
        self.end(|stream| {
            let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
        });
    }

    fn end(&self, how: impl Fn(&TcpStream)) {
        self.is_ending.store(true, Ordering::Release);
        let streams = self
            .streams
            .lock()
            .expect("no thread panics holding it")
            .take();
        streams.iter().flatten().for_each(|stream| how(stream));
    }

    fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Acquire)
    }
}

fn prepare(stream: &TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TICK))?;
    stream.set_write_timeout(Some(TICK))
}

struct Pump {
    way: usize,
    from: Arc<TcpStream>,
    to: Arc<TcpStream>,
    link: Arc<Link>,
    shared: Arc<Shared>,
}

impl Pump {
    fn run(self) {
        // An error ends both sides, as it would without a proxy between them.
        match self.pass_on_all() {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => self.link.reset(),
            Err(_) => self.link.close(),
        }
        let link = Arc::clone(&self.link);
        drop(self);
        if link.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            link.end(|_| {});
            link.is_over.store(true, Ordering::Release);
        }
    }

    fn pass_on_all(&self) -> Result<()> {
        let mut buffer = vec![0; 64 * 1024];
        while !self.link.is_ending() {
            if self.flow() == Flow::Hold {
                std::thread::sleep(TICK);
                continue;
            }
            match (&*self.from).read(&mut buffer) {
                Ok(0) => return self.pass_on_close(),
                Ok(count) => self.pass_on(&buffer[..count])?,
                Err(error) if is_timeout(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn pass_on(&self, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        let arrived = Instant::now();
        while !rest.is_empty() && !self.link.is_ending() {
            match self.flow() {
                Flow::Forward => self.write_some(&mut rest)?,
                Flow::Hold => std::thread::sleep(TICK),
                Flow::Swallow => {
                    self.link.lost_bytes.store(true, Ordering::Relaxed);
                    return Ok(());
                }
                Flow::Delay(by) if arrived.elapsed() >= by => self.write_some(&mut rest)?,
                Flow::Delay(_) => std::thread::sleep(TICK),
                Flow::Drip(pause) => {
                    let mut one = &rest[..1];
                    self.write_some(&mut one)?;
                    rest = &rest[1 - one.len()..];
                    self.sleep(pause);
                }
            }
        }
        Ok(())
    }

    fn pass_on_close(&self) -> Result<()> {
        while self.flow() == Flow::Swallow && !self.link.is_ending() {
            // A close that was hidden is as good as lost bytes: it will never be passed on.
            self.link.lost_bytes.store(true, Ordering::Relaxed);
            std::thread::sleep(TICK);
        }
        self.to.shutdown(Shutdown::Write)
    }

    fn write_some(&self, rest: &mut &[u8]) -> Result<()> {
        match (&*self.to).write(rest) {
            Ok(count) => *rest = &rest[count..],
            Err(error) if is_timeout(&error) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A sleep that the end of the link interrupts.
    fn sleep(&self, pause: Duration) {
        let end = Instant::now() + pause;
        while Instant::now() < end && !self.link.is_ending() {
            std::thread::sleep(TICK.min(end.saturating_duration_since(Instant::now())));
        }
    }

    fn flow(&self) -> Flow {
        self.shared.lock().flows[self.way]
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
