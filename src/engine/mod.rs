//! The engine: what to do about the broker, decided without a socket, a thread or a clock.
//!
//! The driver tells it what happened and when, and asks for the packets to be handed over; the background thread asks
//! for a [`Plan`]. So one set of rules serves both versions of the protocol, and a simulated world can run it through
//! a million days.
//!
//! ```text
//!             pause over             accepted
//!  ┌─> Waiting ─────────> Connecting ─────────> Connected ──┐
//!  │      ^   another try     │ │                           │
//!  │      └── in this round ──┘ │ failed: pause             │ ended: pause, or none for new settings
//!  └────────────────────────────┴───────────────────────────┘
//!                 any of them ── shut down ──> Closed
//!
//!  Of one connection:
//!  birth         Due ──> Sent ──> Acknowledged (online)      said again as a repair
//!                 ^        └────> Refused ──┐
//!                 └───────── a minute ──────┘
//!  subscription  Due ──> Asked ──> Granted
//!                 ^        └─────> Failed ──┐                also: not granted to an earlier connection
//!                 └── 15 s, doubling ───────┘
//!  farewell      NotBegun ──> OfflineDue ──> OfflineSent ──> DisconnectDue ──> DisconnectSent
//!                                                └─────────> OfflineRefused
//!  trial         None ──> From ──> Due ──> Sent              of a message that was held back
//! ```

mod answers;
mod asked;
mod attempt;
mod broker;
mod connecting;
mod connection;
mod deadlines;
mod ending;
mod given_up;
mod heartbeat;
mod home_assistant;
mod input;
mod last_online;
mod latency;
mod link;
mod look;
mod notice;
mod notice_kinds;
mod notice_queue;
mod read_back;
mod reconfigure;
mod reconnect;
mod refused;
mod repairs;
mod sending;
mod shutdown;
#[cfg(test)]
mod snapshot;
mod states;
mod status;
mod status_topic;
mod subscribers;
mod subscription;
mod twin;
mod version_choice;
mod window;

pub(crate) use attempt::{Attempt, AvailabilityFlags, Connack, Failure, FailureKind, Version};
pub(crate) use connecting::attempt_limit;
pub(crate) use connection::window_span;
#[cfg(test)]
pub(crate) use connection::MOST_UNWRITTEN_BYTES;
pub(crate) use input::{ConnectionEnd, EndCause, Input, Plan, Subject, Token};
pub use latency::Histogram;
pub(crate) use link::{passing_time, Link, Packet, SLOWEST_BYTES_PER_SECOND};
pub use notice::{Level, Notice};
pub use notice_kinds::NoticeKinds;
#[cfg(test)]
pub(crate) use snapshot::{
    BirthSnapshot, FarewellSnapshot, PhaseSnapshot, Snapshot, SubscriptionSnapshot, TrialSnapshot,
};
pub use status::{Limits, State, Status};
pub(crate) use version_choice::VersionChoice;

use crate::error::Error;
use crate::message::Message;
use crate::outbox::{Bounds, Intake, NamedState, Outbox, Taken, Time};
use crate::outcome::{Outcome, ShutdownReport};
use crate::settings::Settings;
use broker::Broker;
use connection::Connection;
use given_up::GivenUp;
use home_assistant::HomeAssistant;
use last_online::LastOnline;
use notice_queue::NoticeQueue;
use shutdown::Stop;
use std::sync::Arc;
use subscribers::Subscribers;

/// Where the engine stands.
#[derive(Debug)]
enum Phase {
    /// No connection until this time; then this, or else a new round.
    Waiting {
        until: Time,
        next: Option<(Version, AvailabilityFlags)>,
    },
    /// An attempt is under way, or, if not begun, wanted.
    Connecting {
        attempt: Attempt,
        is_begun: bool,
    },
    Connected(Box<Connection>),
    Closed,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Engine {
    broker: Broker,
    /// Settings that wait for the connection to say goodbye, but not beyond this time.
    next_settings: Option<(Arc<Settings>, Time)>,
    /// The last connection had another availability topic, where only its will may say offline.
    leaves_a_topic: bool,
    given_up: GivenUp,
    outbox: Outbox,
    home_assistant: HomeAssistant,
    subscribers: Subscribers,
    phase: Phase,
    last_attempt: u64,
    /// Attempts, with those that followed one another at once counted as one.
    rounds: u64,
    connections: u64,
    last_online: LastOnline,
    /// How often the state became online, or ceased to be: odd while it is.
    online_changes: u64,
    acknowledgements: Histogram,
    stop: Option<Stop>,
    report: Option<ShutdownReport>,
    /// What a closed client still has to hand over.
    last_packet: Option<Packet>,
    /// What ended the background thread, if it was not a shutdown.
    defect: Option<String>,
    notice_queue: NoticeQueue,
}

impl Engine {
    /// `seed` decides the jitter of the pauses.
    pub(crate) fn new(settings: Arc<Settings>, now: Time, seed: u64) -> Self {
        Engine {
            outbox: Outbox::new(bounds(&settings)),
            home_assistant: HomeAssistant::default(),
            subscribers: Subscribers::default(),
            broker: Broker::new(settings, seed),
            next_settings: None,
            leaves_a_topic: false,
            given_up: GivenUp::default(),
            phase: Phase::Waiting {
                until: now,
                next: None,
            },
            last_attempt: 0,
            rounds: 0,
            connections: 0,
            last_online: LastOnline::default(),
            online_changes: 0,
            acknowledgements: Histogram::default(),
            stop: None,
            report: None,
            last_packet: None,
            defect: None,
            notice_queue: NoticeQueue::default(),
        }
    }

    /// Queues a message, and states that go before it, each of another topic. Never waits.
    pub(crate) fn publish(
        &mut self,
        now: Time,
        message: Message,
        lifetime_seconds: Option<u32>,
        tracked: bool,
        states: Vec<NamedState>,
    ) -> Result<u64, Error> {
        self.check_open()?;
        let id = (self.outbox).accept(now, message, lifetime_seconds, tracked)?;
        self.outbox.name_states(id, states);
        Ok(id)
    }

    /// Takes over what was accepted without the engine. See [`Outbox::take_over`].
    pub(crate) fn take_over(&mut self, taken: &mut Taken) {
        self.outbox.take_over(taken);
    }

    /// See [`Outbox::take_over_forgotten`].
    pub(crate) fn take_over_forgotten(&mut self, intake: &mut Intake) {
        self.outbox.take_over_forgotten(intake);
    }

    /// See [`Outbox::give_back`].
    pub(crate) fn give_back(&mut self, intake: &mut Intake) {
        self.outbox.give_back(intake);
    }

    /// What the background thread is to do next. Lets time pass.
    pub(crate) fn plan(&mut self, now: Time) -> Plan {
        self.tick(now, true);
        if let Phase::Connecting { attempt, is_begun } = &mut self.phase {
            if !std::mem::replace(is_begun, true) {
                return Plan::Open(attempt.clone());
            }
        }
        self.pending(now)
    }

    /// What the background thread would be told to wait for now.
    pub(crate) fn pending(&self, now: Time) -> Plan {
        let until = self.next_deadline(now);
        match &self.phase {
            Phase::Waiting { .. } => Plan::Wait(until),
            // One that is not begun is no wait at all.
            Phase::Connecting {
                is_begun: false, ..
            } => Plan::Wait(now),
            Phase::Connecting { .. } => Plan::Opening(until),
            Phase::Connected(_) => Plan::Run(until),
            Phase::Closed => Plan::Finished,
        }
    }

    /// Something happened to the attempt or the connection of this number.
    pub(crate) fn input(&mut self, now: Time, number: u64, input: Input) {
        match (&mut self.phase, input) {
            (Phase::Connecting { attempt, .. }, input) if attempt.number == number => match input {
                Input::Opened(connack) => self.opened(now, connack),
                Input::Failed(failure) => self.failed(now, failure),
                _ => {}
            },
            (Phase::Connected(connection), input) if connection.number == number => match input {
                Input::Written(token) => self.written(now, token),
                Input::Acked(token, result) => {
                    self.acknowledged(now, token, result.map(|()| true));
                }
                Input::Subscribed(token, result) => self.subscribed(now, token, result),
                Input::Unmatched(token) => self.acknowledged(now, token, Ok(false)),
                Input::Received {
                    subject,
                    payload,
                    retain,
                } => match subject {
                    Subject::Availability => self.received(now, &payload, retain),
                    Subject::HomeAssistant => self.home_assistant_said(now, &payload, retain),
                },
                Input::Unsolicited => self.outbox.counters.ignored_acknowledgements += 1,
                Input::Ended(ended) => self.ended(now, &ended),
                Input::Opened(_) | Input::Failed(_) | Input::Config { .. } => {}
            },
            // Of a connection that has been given up already.
            _ => {}
        }
    }

    /// Whether the message with this id has ended; takes its outcome if so. `None` for an id that nobody waits for.
    pub(crate) fn take_outcome(&mut self, id: u64) -> Option<Option<Outcome>> {
        self.outbox.take_outcome(id)
    }

    /// A mark behind all messages accepted so far, to be given back to [`Engine::release_mark`].
    pub(crate) fn mark(&mut self) -> u64 {
        self.outbox.end_all_unheard();
        self.outbox.mark()
    }

    /// Nobody will ask for this mark again.
    pub(crate) fn release_mark(&mut self, mark: u64) {
        self.outbox.release_mark(mark);
    }

    /// Says that nobody will ask for the outcome of this message.
    pub(crate) fn forget(&mut self, id: u64) {
        self.outbox.forget(id);
    }
}

fn bounds(settings: &Settings) -> Bounds {
    Bounds {
        messages: settings.max_queued_messages,
        bytes: settings.max_queued_bytes,
        when_full: settings.queue_full,
    }
}
