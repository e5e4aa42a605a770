//! An attempt to connect, from the name of the broker to CONNACK, in steps that never block.

use super::connection::Connection;
use super::dial::Dialer;
use super::exchange::{Exchange, Start};
use super::handshake::Handshake;
use super::keep_alive::KeepAlive;
use super::race::{Race, Winner};
use super::refusal;
use super::requests::channel;
use super::resolve::{name_failure, LookUp, Target};
use super::sender::Sender;
use super::stream::{Socket, Stream};
use super::topics::Topics;
use crate::engine::{window_span, Attempt, Connack, Failure, FailureKind};
use crate::outbox::Time;
use crate::tls::{BrokerCertificate, Validity};
use crate::waker::Waker;
use rustix::event::PollFlags;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// An open connection: what is said on it, what is heard, and what the broker said of itself.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) connack: Connack,
    pub(crate) link: Sender,
    pub(crate) connection: Connection,
}

/// When an attempt came through its steps; none for those that it has not come through.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    /// There is an address to connect to.
    pub(crate) addressed: Option<Time>,
    /// The TCP connection stands, to this address.
    pub(crate) connected: Option<(Time, SocketAddr)>,
    /// TLS has agreed on keys, where it is used.
    pub(crate) secured: Option<Time>,
}

/// An attempt under way. Dropping it closes its sockets.
#[derive(Debug)]
pub(crate) struct Opening {
    dialer: Dialer,
    attempt: Attempt,
    stage: Stage,
    progress: Progress,
    certificate: Option<BrokerCertificate>,
}

#[derive(Debug)]
enum Stage {
    /// `until` is fixed at the first step.
    LookUp {
        look_up: LookUp,
        until: Option<Time>,
    },
    /// No name has to be looked up.
    Ready(Target),
    Race {
        race: Race,
        target: Target,
    },
    Handshake {
        handshake: Box<Handshake<Socket>>,
        address: SocketAddr,
    },
    Failed(Failure),
}

/// What a step came to.
enum Step {
    Next(Stage),
    Wait(Stage),
    Done(Box<Result<Opened, Failure>>),
}

impl Opening {
    pub(super) fn new(dialer: Dialer, attempt: Attempt) -> Self {
        let stage = match dialer.literal_target() {
            Some(target) => Stage::Ready(target),
            None => match dialer.look_up() {
                Ok(look_up) => Stage::LookUp {
                    look_up,
                    until: None,
                },
                Err(failure) => Stage::Failed(failure),
            },
        };
        Opening {
            dialer,
            attempt,
            stage,
            progress: Progress::default(),
            certificate: None,
        }
    }

    /// How far it has come, also once it came to something.
    pub(crate) fn progress(&self) -> Progress {
        self.progress
    }

    /// The certificate that the broker has shown, accepted or not, once the attempt came to something.
    pub(crate) fn certificate(&self) -> Option<BrokerCertificate> {
        self.certificate.clone()
    }

    /// Goes on until the attempt comes to something, until `until`, or until it is woken: then `None`. Must not be
    /// called again once it came to something.
    pub(crate) fn poll(&mut self, until: Time, waker: &Waker) -> Option<Result<Opened, Failure>> {
        let mut is_woken = false;
        loop {
            let now = waker.clock().now();
            if let Some(done) = self.step(now) {
                return Some(done);
            }
            if is_woken || now >= until {
                return None;
            }
            let until = until.min(self.deadline());
            match waker.wait(&self.fds(), until) {
                Ok(waited) => is_woken = waited.is_called,
                Err(error) => return Some(Err(refusal::no_socket(&error))),
            }
        }
    }

    fn step(&mut self, now: Time) -> Option<Result<Opened, Failure>> {
        loop {
            let over = Stage::Failed(Failure {
                kind: FailureKind::Later,
                text: "the attempt is over".into(),
            });
            let stage = std::mem::replace(&mut self.stage, over);
            match self.advance(stage, now) {
                Step::Next(stage) => self.stage = stage,
                Step::Wait(stage) => {
                    self.stage = stage;
                    return None;
                }
                Step::Done(done) => return Some(*done),
            }
        }
    }

    fn advance(&mut self, stage: Stage, now: Time) -> Step {
        match stage {
            Stage::Failed(failure) => failed(failure),
            Stage::LookUp { look_up, until } => self.looked_up(look_up, until, now),
            Stage::Ready(target) => {
                self.progress.addressed = Some(now);
                let addresses = self.dialer.order(&target.addresses);
                let race = Race::new(now, addresses, self.attempt.limit);
                Step::Next(Stage::Race { race, target })
            }
            Stage::Race { mut race, target } => match race.step(now) {
                None => Step::Wait(Stage::Race { race, target }),
                Some(Err(failure)) => failed(failure),
                // The others are closed: only this one ever sends a CONNECT.
                Some(Ok(winner)) => {
                    self.progress.connected = Some((now, winner.address));
                    self.connected(winner, &target)
                }
            },
            Stage::Handshake { handshake, address } => self.shake_hands(handshake, address, now),
        }
    }

    fn looked_up(&self, look_up: LookUp, until: Option<Time>, now: Time) -> Step {
        let settings = self.dialer.settings();
        match look_up.result() {
            Some(Ok(target)) => return Step::Next(Stage::Ready(target)),
            Some(Err(failure)) => return failed(failure),
            None => {}
        }
        let seconds = settings.connect_timeout_seconds;
        let until = until.unwrap_or(now + Duration::from_secs(seconds.into()));
        if until <= now {
            return failed(name_failure(
                settings,
                &format!("no answer within {seconds} s"),
            ));
        }
        Step::Wait(Stage::LookUp {
            look_up,
            until: Some(until),
        })
    }

    fn connected(&self, winner: Winner, target: &Target) -> Step {
        let Winner {
            address,
            started,
            stream,
        } = winner;
        let handshake = self.dialer.socket(stream, target).and_then(|socket| {
            Handshake::new(socket, self.dialer.settings(), &self.attempt, started)
        });
        match handshake {
            Ok(handshake) => Step::Next(Stage::Handshake {
                handshake: Box::new(handshake),
                address,
            }),
            Err(failure) => failed(failure),
        }
    }

    fn shake_hands(
        &mut self,
        mut handshake: Box<Handshake<Socket>>,
        address: SocketAddr,
        now: Time,
    ) -> Step {
        let done = handshake.step(now);
        if handshake.broke_in_tls() {
            self.progress.secured = None;
        } else if !handshake.stream().is_handshaking() {
            self.progress.secured.get_or_insert(now);
        }
        if done.is_some() {
            self.certificate = handshake.stream().certificate();
        }
        match done {
            None => Step::Wait(Stage::Handshake { handshake, address }),
            Some(Err(failure)) => {
                if handshake.is_silent() && handshake.deadline() <= now {
                    self.dialer.silent().add(address);
                }
                failed(failure)
            }
            Some(Ok(mut connack)) => {
                self.dialer.silent().remove(address);
                let socket = handshake.stream();
                let valid_until = socket.certificate_valid_until();
                connack.certificate = valid_until.map(Validity::seen_now);
                connack.stale_files = socket.stale_files().map(str::to_owned);
                Step::Done(Box::new(Ok(self.opened(*handshake, connack, now))))
            }
        }
    }

    fn opened(&self, handshake: Handshake<Socket>, connack: Connack, now: Time) -> Opened {
        let settings = self.dialer.settings();
        let (version, span) = (self.attempt.version, window_span(settings));
        // Room for all that may be handed over at once, and the farewell, so that handing over never waits.
        let (client, requests) = channel(version, usize::from(span) + 1);
        let (stream, incoming) = handshake.finish();
        let exchange = Exchange::new(Start {
            stream,
            version,
            topics: Topics::new(settings, self.attempt.wants_configs),
            requests,
            span,
            keep_alive: KeepAlive::new(
                now,
                settings.keep_alive_seconds,
                connack.server_keep_alive_seconds,
            ),
            incoming,
        });
        Opened {
            connack,
            link: Sender::new(client),
            connection: Connection::new(exchange),
        }
    }

    fn deadline(&self) -> Time {
        match &self.stage {
            Stage::LookUp { until, .. } => until.unwrap_or(Time::ZERO),
            Stage::Ready(_) | Stage::Failed(_) => Time::ZERO,
            Stage::Race { race, .. } => race.deadline(),
            Stage::Handshake { handshake, .. } => handshake.deadline(),
        }
    }

    fn fds(&self) -> Vec<(BorrowedFd<'_>, PollFlags)> {
        match &self.stage {
            Stage::LookUp { look_up, .. } => vec![(look_up.event().as_fd(), PollFlags::IN)],
            Stage::Ready(_) | Stage::Failed(_) => Vec::new(),
            Stage::Race { race, .. } => race.fds(),
            Stage::Handshake { handshake, .. } => {
                let mut flags = PollFlags::IN;
                flags.set(PollFlags::OUT, handshake.wants_write());
                vec![(handshake.stream().as_fd(), flags)]
            }
        }
    }
}

fn failed(failure: Failure) -> Step {
    Step::Done(Box::new(Err(failure)))
}
