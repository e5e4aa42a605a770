//! The engine: what to do about the broker, decided without a socket, a thread or a clock.
//!
//! Whoever has something to say calls a method with the time, and then asks [`Engine::next_packet`] until there is
//! none; the thread that runs the connection asks [`Engine::plan`] what to do next. So one set of rules serves both
//! versions of the protocol, and a simulated world can run it through a million days.

mod attempts;
mod connection;
mod guard;
mod io;
mod link;
mod notice;
mod notice_queue;
mod reconnect;
mod sending;
#[cfg(test)]
mod snapshot;
mod status;
mod version_choice;
mod window;

#[cfg(test)]
pub(crate) use connection::MOST_UNWRITTEN_BYTES;
pub(crate) use io::{
    Attempt, AvailabilityFlags, Connack, ConnectionEnd, EndCause, Failure, FailureKind, Input,
    Packet, Plan, Token, Version,
};
pub(crate) use link::Link;
pub use notice::{Level, Notice};
#[cfg(test)]
pub(crate) use snapshot::{
    BirthSnapshot, FarewellSnapshot, GuardSnapshot, PhaseSnapshot, Snapshot,
};
pub use status::{Limits, State, Status};

use crate::error::Error;
use crate::message::{Message, ShutdownReport};
use crate::outbox::{Bounds, End, Outbox, Time};
use crate::settings::Settings;
use bytes::Bytes;
use connection::{Birth, Connection, Farewell};
use guard::GuardRest;
use notice_queue::NoticeQueue;
use reconnect::Reconnect;
use std::sync::Arc;
use std::time::Duration;
use version_choice::VersionChoice;
use window::Flight;

/// Places in the window beside those for messages: one for availability, one for the subscription.
const RESERVED: u16 = 2;
/// New settings wait this long for the old availability topic to say offline.
const FAREWELL: Duration = Duration::from_secs(5);

/// How many packets may need a packet id at once.
pub(crate) fn window_span(settings: &Settings) -> u16 {
    settings.max_in_flight + RESERVED
}

/// Where the engine stands.
#[derive(Debug)]
enum Phase {
    /// No connection until this time; then this, or else a new round.
    Waiting {
        until: Time,
        next: Option<(Version, AvailabilityFlags)>,
    },
    Connecting(Attempt),
    Connected(Box<Connection>),
    Closed,
}

/// A shutdown under way.
#[derive(Debug)]
struct Stop {
    /// From now on the offline message goes ahead of the queue.
    offline_from: Time,
    deadline: Time,
}

/// The texts of availability, shared with every packet that carries them.
#[derive(Debug)]
struct Availability {
    topic: Arc<str>,
    birth: Bytes,
    offline: Bytes,
}

impl Availability {
    fn new(settings: &Settings) -> Self {
        Availability {
            topic: settings.availability_topic.as_str().into(),
            birth: Bytes::copy_from_slice(settings.birth_message.as_bytes()),
            offline: Bytes::copy_from_slice(settings.will_message.as_bytes()),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Engine {
    settings: Arc<Settings>,
    availability: Availability,
    outbox: Outbox,
    phase: Phase,
    last_attempt: u64,
    reconnect: Reconnect,
    version: VersionChoice,
    guard_rest: GuardRest,
    stop: Option<Stop>,
    report: ShutdownReport,
    next_settings: Option<(Arc<Settings>, Time)>,
    /// The last connection had another availability topic, where only its will may say offline.
    leaves_a_topic: bool,
    connections: u64,
    refusal: Option<String>,
    last_error: Option<String>,
    notice_queue: NoticeQueue,
}

impl Engine {
    /// `seed` decides the jitter of the pauses.
    pub(crate) fn new(settings: Arc<Settings>, now: Time, seed: u64) -> Self {
        Engine {
            availability: Availability::new(&settings),
            outbox: Outbox::new(bounds(&settings)),
            phase: Phase::Waiting {
                until: now,
                next: None,
            },
            last_attempt: 0,
            reconnect: Reconnect::new(
                settings.reconnect_min_seconds,
                settings.reconnect_max_seconds,
                seed,
            ),
            version: VersionChoice::new(settings.protocol),
            guard_rest: GuardRest::default(),
            stop: None,
            report: ShutdownReport {
                left: 0,
                offline_acknowledged: false,
            },
            next_settings: None,
            leaves_a_topic: false,
            connections: 0,
            refusal: None,
            last_error: None,
            notice_queue: NoticeQueue::default(),
            settings,
        }
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// The settings that a new message is to obey: those that will be in force when it is sent.
    pub(crate) fn newest_settings(&self) -> &Arc<Settings> {
        let next = self.next_settings.as_ref().map(|(settings, _)| settings);
        next.unwrap_or(&self.settings)
    }

    /// Queues a message. Never waits.
    pub(crate) fn publish(
        &mut self,
        now: Time,
        message: Message,
        lifetime_seconds: Option<u32>,
        tracked: bool,
    ) -> Result<u64, Error> {
        if self.stop.is_some() || self.is_finished() {
            return Err(shut_down());
        }
        let accepted = self.outbox.accept(now, message, lifetime_seconds, tracked);
        self.notice_queue.losses(now, &self.outbox.counters);
        accepted
    }

    /// What to do next. Lets time pass: call it after anything happened, and when the time it gave has come.
    pub(crate) fn plan(&mut self, now: Time) -> Plan {
        self.tick(now);
        if let Phase::Waiting { until, next } = self.phase {
            if until <= now {
                let (version, will) =
                    next.unwrap_or_else(|| (self.version.first(now), AvailabilityFlags::FULL));
                return self.open(version, will);
            }
        }
        let idle = now + Duration::from_secs(3600);
        let soonest = [
            self.outbox.next_expiry(),
            self.stop_time(),
            self.notice_queue.losses_due(&self.outbox.counters),
            self.next_settings.as_ref().map(|(_, until)| *until),
        ];
        let soonest = soonest.into_iter().flatten().fold(idle, Time::min);
        match &self.phase {
            Phase::Waiting { until, .. } => Plan::Wait(soonest.min(*until)),
            Phase::Connecting(_) => Plan::Opening(soonest),
            Phase::Connected(connection) => {
                Plan::Run(connection.deadline().map_or(soonest, |at| at.min(soonest)))
            }
            Phase::Closed => Plan::Finished,
        }
    }

    /// Something happened to the attempt or the connection of this number.
    pub(crate) fn input(&mut self, now: Time, number: u64, input: Input) {
        match (&mut self.phase, input) {
            (Phase::Connecting(attempt), input) if attempt.number == number => match input {
                Input::Opened(connack) => self.opened(now, connack),
                Input::Failed(failure) => self.failed(now, failure),
                _ => {}
            },
            (Phase::Connected(connection), input) if connection.number == number => match input {
                Input::Written(token) => self.written(now, token),
                Input::Acked(token, result) => self.acknowledged(now, token, result),
                Input::Subscribed(token, result) => self.subscribed(token, result),
                Input::Received { payload, .. } => self.received(now, &payload),
                Input::Unsolicited => self.outbox.counters.ignored_acknowledgements += 1,
                Input::Ended(ended) => self.ended(now, &ended),
                Input::Opened(_) | Input::Failed(_) => {}
            },
            // Of a connection that has been given up already.
            _ => {}
        }
        self.tick(now);
    }

    /// Accepts nothing more, delivers what it can, says offline, and closes: all within `timeout`.
    pub(crate) fn shut_down(&mut self, now: Time, timeout: Duration) -> Result<(), Error> {
        if self.stop.is_some() || self.is_finished() {
            return Err(shut_down());
        }
        let for_offline = (timeout / 4).max(Duration::from_millis(500)).min(timeout);
        let deadline = now.saturating_add(timeout);
        self.stop = Some(Stop {
            offline_from: deadline - for_offline,
            deadline,
        });
        self.tick(now);
        Ok(())
    }

    /// Closes at once. Whatever has not ended ends here.
    pub(crate) fn finish(&mut self) {
        if self.is_finished() {
            return;
        }
        self.report.left = self.outbox.unfinished();
        if let Phase::Connected(connection) = &mut self.phase {
            for flight in connection.window.drain() {
                if let Flight::Message(entry) = flight {
                    self.outbox.end(&entry, End::Unknown);
                }
            }
        }
        self.outbox.end_all_queued();
        self.phase = Phase::Closed;
        self.notice_queue.losses(Time::MAX, &self.outbox.counters);
        self.say_state();
    }

    /// How the shutdown went, once finished.
    pub(crate) fn report(&self) -> Option<ShutdownReport> {
        self.is_finished().then_some(self.report)
    }

    /// Puts new settings in force: what is queued stays, the old availability topic is told offline first.
    pub(crate) fn reconfigure(&mut self, now: Time, settings: Arc<Settings>) -> Result<(), Error> {
        if self.stop.is_some() || self.is_finished() {
            return Err(shut_down());
        }
        self.next_settings = None;
        // One that is on its way to the offline message, for new settings before these, can't be kept.
        let is_leaving = matches!(&self.phase, Phase::Connected(connection) if connection.farewell != Farewell::NotBegun);
        if !is_leaving && self.settings.same_connection(&settings) {
            self.outbox.set_bounds(bounds(&settings));
            self.reconnect.set_bounds(
                settings.reconnect_min_seconds,
                settings.reconnect_max_seconds,
            );
            self.settings = settings;
            self.notice_queue.log(Level::Info, || {
                "new settings are in force; the connection stays".into()
            });
            return Ok(());
        }
        match &mut self.phase {
            Phase::Connected(connection) => {
                if connection.farewell == Farewell::NotBegun {
                    connection.farewell = Farewell::OfflineDue;
                }
                self.next_settings = Some((settings, now + FAREWELL));
            }
            // The broker has no word of ours to take back, or its will does it.
            Phase::Connecting(_) => self.next_settings = Some((settings, Time::MAX)),
            _ => self.adopt(now, settings),
        }
        self.say_state();
        Ok(())
    }

    /// Whether the broker has acknowledged that we are here.
    pub(crate) fn is_online(&self) -> bool {
        matches!(&self.phase, Phase::Connected(connection) if connection.is_online())
    }

    /// Whether the client is closed.
    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// Whether a shutdown is under way.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.is_some()
    }

    /// The number of the connection that is open.
    pub(crate) fn connection_number(&self) -> Option<u64> {
        match &self.phase {
            Phase::Connected(connection) => Some(connection.number),
            _ => None,
        }
    }

    /// What the broker refuses that waiting cannot cure.
    pub(crate) fn refusal(&self) -> Option<&str> {
        match &self.phase {
            Phase::Connected(connection) => match &connection.birth {
                Birth::Refused { reason, .. } => Some(reason),
                _ => None,
            },
            _ => self.refusal.as_deref(),
        }
    }

    /// The last failure, for whoever waited in vain.
    pub(crate) fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }

    /// Whether this topic is for availability alone, now or with the settings to come.
    pub(crate) fn is_availability_topic(&self, topic: &str) -> bool {
        topic == self.availability_topic() || topic == self.newest_settings().availability_topic
    }

    /// The topic that says whether we are online.
    pub(crate) fn availability_topic(&self) -> &str {
        &self.availability.topic
    }

    /// What that topic holds while we are online.
    #[cfg(test)]
    pub(crate) fn birth_message(&self) -> &Bytes {
        &self.availability.birth
    }

    /// Whether messages wait although a connection is open.
    #[cfg(test)]
    pub(crate) fn has_backlog(&self) -> bool {
        self.outbox.queued() > 0
    }

    /// Whether nothing more can be handed over to the open connection, not even to wake it.
    #[cfg(test)]
    pub(crate) fn is_window_full(&self) -> bool {
        matches!(&self.phase, Phase::Connected(connection) if !connection.window.has_room(0))
    }

    /// The messages.
    pub(crate) fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    fn tick(&mut self, now: Time) {
        self.outbox.expire(now);
        self.notice_queue.losses(now, &self.outbox.counters);
        self.tick_phase(now);
        self.say_state();
    }

    fn tick_phase(&mut self, now: Time) {
        if let Some(stop) = &self.stop {
            let drained = self.outbox.unfinished() == 0;
            let (say_offline, over) = (drained || stop.offline_from <= now, stop.deadline <= now);
            match &mut self.phase {
                _ if over => self.finish(),
                Phase::Connected(connection)
                    if say_offline && connection.farewell == Farewell::NotBegun =>
                {
                    connection.farewell = Farewell::OfflineDue
                }
                Phase::Waiting { .. } | Phase::Connecting(_) if drained => self.finish(),
                _ => {}
            }
        }
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        let farewell_over = matches!(&self.next_settings, Some((_, until)) if *until <= now);
        let close_over =
            matches!(connection.farewell, Farewell::DisconnectSent { until } if until <= now);
        let over = match connection.tick(now) {
            Some(stalled) => Some(stalled),
            None if farewell_over || close_over => Some("the broker did not close in time".into()),
            None => None,
        };
        if let Some(text) = over {
            self.ended(
                now,
                &ConnectionEnd {
                    kind: EndCause::Stalled,
                    text,
                },
            );
        }
    }

    fn stop_time(&self) -> Option<Time> {
        let stop = self.stop.as_ref()?;
        match &self.phase {
            Phase::Connected(connection) if connection.farewell == Farewell::NotBegun => {
                Some(stop.offline_from)
            }
            _ => Some(stop.deadline),
        }
    }

    fn adopt(&mut self, now: Time, settings: Arc<Settings>) {
        // A delayed will would be cancelled by the next connection, and the old topic would say online for ever.
        self.leaves_a_topic |= self.settings.availability_topic != settings.availability_topic;
        self.availability = Availability::new(&settings);
        self.outbox.set_bounds(bounds(&settings));
        self.reconnect.reset(
            settings.reconnect_min_seconds,
            settings.reconnect_max_seconds,
        );
        self.version = VersionChoice::new(settings.protocol);
        self.guard_rest = GuardRest::default();
        self.refusal = None;
        self.last_error = None;
        self.settings = settings;
        self.phase = Phase::Waiting {
            until: now,
            next: None,
        };
        let broker = self.settings.broker();
        self.notice_queue.log(Level::Info, || {
            format!("new settings are in force; connecting to {broker}")
        });
        self.log_notes();
    }
}

fn bounds(settings: &Settings) -> Bounds {
    Bounds {
        messages: settings.max_queued_messages,
        bytes: settings.max_queued_bytes,
        when_full: settings.queue_full,
    }
}

fn shut_down() -> Error {
    Error::new(
        crate::ErrorKind::ShutDown,
        "the client is shut down; connect a new one",
    )
}
