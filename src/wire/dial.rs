//! Attempts to connect: resolving the name, trying its addresses one at a time.

use super::{v4, v5, Link, Security};
use crate::engine::{Attempt, Failure, FailureKind, Version};
use crate::error::Error;
use crate::settings::Settings;
use crossbeam_channel::{bounded, Receiver, Sender};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Attempts on their way at once. More than one only when a resolver hangs, which nothing can interrupt.
const MOST_ATTEMPTS: usize = 2;
/// What an attempt may take beside what its steps are allowed.
const SLACK: Duration = Duration::from_secs(1);

/// Opens connections by one set of settings.
#[derive(Clone, Debug)]
pub(crate) struct Dialer {
    settings: Arc<Settings>,
    #[cfg(feature = "tls")]
    tls: Option<Arc<crate::tls::Source>>,
    under_way: Arc<AtomicUsize>,
}

impl Dialer {
    /// Reads the TLS files, if there are any; each attempt reads them again.
    pub(crate) fn new(settings: Arc<Settings>) -> Result<Self, Error> {
        Ok(Dialer {
            #[cfg(feature = "tls")]
            tls: settings.tls_source()?.map(Arc::new),
            settings,
            under_way: Arc::new(AtomicUsize::new(0)),
        })
    }

    /// A dialer for new settings. What the old one has under way still counts.
    pub(crate) fn with(&self, settings: Arc<Settings>) -> Result<Self, Error> {
        Ok(Dialer {
            under_way: self.under_way.clone(),
            ..Dialer::new(settings)?
        })
    }

    /// The settings it connects by.
    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// Starts an attempt on a thread of its own, so that whoever waits for it can turn to something else.
    pub(crate) fn open(&self, attempt: Attempt) -> Opening {
        let (progress, opening) = bounded(2);
        let now = Instant::now();
        let resolve_limit = Duration::from_secs(self.settings.connect_timeout_seconds.into());
        let opening = Opening {
            progress: opening,
            limit: attempt.limit,
            deadline: now + resolve_limit,
            awaited: Arc::new(()),
        };
        let awaited = Arc::downgrade(&opening.awaited);
        if self.under_way.fetch_add(1, Ordering::Relaxed) >= MOST_ATTEMPTS {
            self.under_way.fetch_sub(1, Ordering::Relaxed);
            let _ = progress.send(Progress::Done(Err(
                self.name_failure("earlier look-ups of it still hang")
            )));
            return opening;
        }
        let dialer = self.clone();
        let started = std::thread::Builder::new()
            .name("argus-mqtt-dial".into())
            .spawn({
                let progress = progress.clone();
                move || {
                    let done = catch_unwind(AssertUnwindSafe(|| {
                        dialer.dial(&attempt, &progress, &awaited)
                    }));
                    let done = done.unwrap_or_else(|_| {
                        Err(failure(
                            FailureKind::Later,
                            "the client underneath panicked while connecting",
                        ))
                    });
                    dialer.under_way.fetch_sub(1, Ordering::Relaxed);
                    // Nobody may be waiting any more; then the connection closes here.
                    let _ = progress.send(Progress::Done(done));
                }
            });
        if let Err(error) = started {
            self.under_way.fetch_sub(1, Ordering::Relaxed);
            let text = format!("no thread could be started to connect: {error}");
            let _ = progress.send(Progress::Done(Err(failure(FailureKind::Later, text))));
        }
        opening
    }

    fn dial(
        &self,
        attempt: &Attempt,
        progress: &Sender<Progress>,
        awaited: &Weak<()>,
    ) -> Result<Link, Failure> {
        let addresses = self.resolve()?;
        if awaited.strong_count() == 0 {
            // A connection made now would take our client id from one that was made meanwhile.
            return Err(self.name_failure("the look-up took too long"));
        }
        let hosts = self.hosts(&addresses);
        let _ = progress.send(Progress::Resolved(hosts.len()));
        self.try_in_turn(attempt, &hosts)
    }

    /// The first connection or refusal that one of the hosts gives.
    pub(super) fn try_in_turn(&self, attempt: &Attempt, hosts: &[String]) -> Result<Link, Failure> {
        let mut worst = None;
        for host in hosts {
            let security = self.security();
            let opened = match attempt.version {
                Version::V5 => v5::open(&self.settings, attempt, host, &security),
                Version::V311 => v4::open(&self.settings, attempt, host, &security),
            };
            match opened {
                // Another address may do better. Silence says more than no connection at all.
                Err(f) if f.kind == FailureKind::Unreachable => drop(worst.get_or_insert(f)),
                Err(f) if f.kind == FailureKind::Silent => worst = Some(f),
                decided => return decided,
            }
        }
        Err(worst.unwrap_or_else(|| self.name_failure("it has no address")))
    }

    fn resolve(&self) -> Result<Vec<SocketAddr>, Failure> {
        let name = (
            self.settings.broker_host.as_str(),
            self.settings.broker_port,
        );
        let addresses = name
            .to_socket_addrs()
            .map_err(|error| self.name_failure(&error.to_string()))?;
        Ok(addresses.collect())
    }

    /// What to connect to, one after another. Over TLS the name itself, which the certificate must match.
    fn hosts(&self, addresses: &[SocketAddr]) -> Vec<String> {
        if self.settings.tls.is_some() {
            return vec![self.settings.broker_host.clone()];
        }
        let literal = |address: &SocketAddr| match address {
            // Scope ids of link-local addresses stay; the port is added by rumqttc.
            SocketAddr::V6(v6) if v6.scope_id() != 0 => format!("[{}%{}]", v6.ip(), v6.scope_id()),
            _ => match address.ip() {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => format!("[{ip}]"),
            },
        };
        addresses.iter().map(literal).collect()
    }

    fn security(&self) -> Security {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return Security::of(tls.session());
        }
        Security::none()
    }

    fn name_failure(&self, why: &str) -> Failure {
        let host = &self.settings.broker_host;
        failure(
            FailureKind::Unreachable,
            format!("the name {host:?} can't be resolved: {why}"),
        )
    }
}

fn failure(kind: FailureKind, text: impl Into<String>) -> Failure {
    Failure {
        kind,
        text: text.into(),
    }
}

/// What the thread of an attempt reports.
#[derive(Debug)]
enum Progress {
    /// The name is resolved, and so many addresses will be tried.
    Resolved(usize),
    Done(Result<Link, Failure>),
}

/// An attempt under way. Dropping it gives it up.
#[derive(Debug)]
pub(crate) struct Opening {
    progress: Receiver<Progress>,
    limit: Duration,
    deadline: Instant,
    /// Dropped when nobody waits for the attempt any more.
    awaited: Arc<()>,
}

impl Opening {
    /// Waits for the attempt to come to something, until `until` or a word on `interrupt`; `None` if it has not.
    pub(crate) fn wait(
        &mut self,
        until: Instant,
        interrupt: &Receiver<()>,
    ) -> Option<Result<Link, Failure>> {
        loop {
            let timeout = self
                .deadline
                .min(until)
                .saturating_duration_since(Instant::now());
            crossbeam_channel::select! {
                recv(self.progress) -> progress => match progress {
                    Ok(Progress::Resolved(addresses)) => {
                        let addresses = u32::try_from(addresses).unwrap_or(u32::MAX);
                        self.deadline = Instant::now() + self.limit.saturating_mul(addresses) + SLACK;
                    }
                    Ok(Progress::Done(done)) => return Some(done),
                    Err(_) => return Some(Err(failure(FailureKind::Later, "the attempt to connect came to nothing"))),
                },
                recv(interrupt) -> _ => return None,
                default(timeout) => {
                    let over = Instant::now() >= self.deadline;
                    return over.then(|| {
                        Err(failure(FailureKind::Unreachable, "the broker can't be reached: no answer in time, \
                            perhaps not even to the look-up of its name"))
                    });
                }
            }
        }
    }
}
