//! One open connection, from CONNACK to its end.

use super::attempt::{Attempt, AvailabilityFlags, Connack, Version};
use super::heartbeat::Heartbeat;
use super::input::Token;
use super::link::passing_time;
use super::look::Look;
use super::read_back::ReadBack;
use super::refused::RefusedStates;
use super::repairs::Repairs;
use super::subscription::Subscription;
use super::window::{Flight, Window};
use crate::message::QoS;
use crate::outbox::Time;
use crate::settings::Settings;
use std::time::Duration;

/// Packets on their way beside messages: one of availability, one that its acknowledgement has not freed yet.
const RESERVED: u16 = 2;
/// A place in the window for SUBSCRIBE, which a broker does not count.
const FOR_SUBSCRIBE: u16 = 1;
/// Nothing acknowledged for so long, though it is written: the broker is not working. What is written may still have to
/// pass a slow link: the limit is longer by the time that the packet takes, and what no acknowledgement says anything of
/// before it.
const ACKNOWLEDGEMENT_LIMIT: Duration = Duration::from_secs(20);
/// After DISCONNECT the broker closes; we wait this long for it.
pub(super) const CLOSE_LIMIT: Duration = Duration::from_secs(1);
/// A birth message that the broker refused is tried again after this.
pub(super) const BIRTH_AGAIN: Duration = Duration::from_secs(60);
/// No message is handed over while so many bytes wait to be written. What waits there ages no more, as its expiry is in
/// the packet already; here it does. A peer that reads as slowly as it just may, 16 KiB/s, makes an event 8 s older than
/// it says, which is little beside the shortest expiry of an event, 60 s. Enough for some hundred events in one
/// write, beyond which writes become no cheaper. Their number is bounded by the window.
pub(crate) const MOST_UNWRITTEN_BYTES: u64 = 128 * 1024;

/// How many packets may need a packet id at once.
pub(crate) fn window_span(settings: &Settings) -> u16 {
    settings.max_in_flight + RESERVED + FOR_SUBSCRIBE
}

/// What the broker knows of our being here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Birth {
    Due,
    Sent(Token),
    /// Acknowledged at this time: we are online. Without an announcement, that is when the connection opened.
    Acknowledged(Time),
    /// The broker refused it, with this reason; it will be tried again.
    Refused {
        again: Time,
        reason: String,
    },
}

/// The steps of an orderly end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Farewell {
    NotBegun,
    OfflineDue,
    OfflineSent(Token),
    /// The broker acknowledged the offline message.
    DisconnectDue,
    DisconnectSent {
        until: Time,
    },
    /// The broker refused the offline message: no DISCONNECT, so that perhaps its will says what we could not.
    OfflineRefused,
}

/// The turn of a message that was held back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trial {
    /// Nothing was held back when the broker answered the birth message, or its turn is over.
    None,
    /// The connection first has to last without it.
    From(Time),
    /// Its turn has come, as soon as nothing else is in flight.
    Due,
    /// It is in flight alone, handed over at this time.
    Sent { token: Token, at: Time },
}

/// See the module. Nothing of it outlives the connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) number: u64,
    pub(super) version: Version,
    pub(super) opened_at: Time,
    pub(super) limits: Connack,
    pub(super) flags: AvailabilityFlags,
    pub(super) will: AvailabilityFlags,
    /// Whether the availability topic tells of this connection.
    pub(super) is_announced: bool,
    pub(super) window: Window,
    /// What the settings ask for.
    keep_alive_seconds: u16,
    /// How many messages may be in flight, and how many packets that the broker counts.
    for_messages: usize,
    for_publishes: usize,
    pub(super) birth: Birth,
    pub(super) subscription: Subscription,
    /// To Home Assistant's status topic.
    pub(super) status_subscription: Subscription,
    pub(super) repairs: Repairs,
    pub(super) heartbeat: Heartbeat,
    pub(super) look: Look,
    pub(super) look_is_moot: bool,
    pub(super) read_back: ReadBack,
    pub(super) refused_states: RefusedStates,
    /// The broker may have kept the session, and in it a subscription of an earlier connection, perhaps that of a look; or
    /// it did not answer a SUBSCRIBE in time.
    pub(super) may_be_subscribed: bool,
    /// Birth messages handed over since SUBSCRIBE was, less those received live since.
    births_to_hear: i64,
    pub(super) farewell: Farewell,
    pub(super) trial: Trial,
    /// When the broker last acknowledged anything.
    pub(super) acknowledged_at: Time,
    /// When the broker first acknowledged that we are here.
    pub(super) online_from: Option<Time>,
    /// When it first answered the birth message, one way or another: from then on messages go.
    pub(super) open_from: Option<Time>,
}

impl Connection {
    pub(super) fn new(
        now: Time,
        attempt: &Attempt,
        limits: Connack,
        settings: &Settings,
        subscription: Subscription,
    ) -> Self {
        let most = settings.max_in_flight + RESERVED;
        let for_publishes = limits.receive_maximum.min(most).max(1);
        let for_messages = settings
            .max_in_flight
            .min(for_publishes.saturating_sub(RESERVED).max(1));
        let qos = match limits.maximum_qos {
            QoS::AtMostOnce => QoS::AtMostOnce,
            QoS::AtLeastOnce => AvailabilityFlags::FULL.qos,
        };
        let is_announced = settings.announce_availability;
        Connection {
            number: attempt.number,
            version: attempt.version,
            opened_at: now,
            flags: AvailabilityFlags {
                qos,
                retain: limits.retain_available,
            },
            will: attempt.will,
            is_announced,
            limits,
            window: Window::new(for_publishes + FOR_SUBSCRIBE),
            keep_alive_seconds: settings.keep_alive_seconds,
            for_messages: for_messages.into(),
            for_publishes: for_publishes.into(),
            birth: match is_announced {
                true => Birth::Due,
                false => Birth::Acknowledged(now),
            },
            subscription,
            status_subscription: Subscription::Unwanted,
            repairs: Repairs::default(),
            heartbeat: Heartbeat::default(),
            look: Look::default(),
            look_is_moot: false,
            read_back: ReadBack::default(),
            refused_states: RefusedStates::default(),
            may_be_subscribed: !attempt.clean_start,
            births_to_hear: 0,
            farewell: Farewell::NotBegun,
            trial: Trial::None,
            acknowledged_at: now,
            online_from: (!is_announced).then_some(now),
            open_from: (!is_announced).then_some(now),
        }
    }

    /// Whether the broker has acknowledged that we are here.
    pub(super) fn is_online(&self) -> bool {
        matches!(self.birth, Birth::Acknowledged(_)) && self.farewell == Farewell::NotBegun
    }

    /// Whether the window and what waits to be written leave room for another message.
    pub(super) fn has_room_for_message(&self) -> bool {
        let flows = self.window.unwritten_bytes() < MOST_UNWRITTEN_BYTES;
        let reserve = self.for_publishes - self.for_messages;
        flows && self.window.publishes() < self.for_messages && self.window.has_room(reserve)
    }

    /// Whether a message of availability may be handed over.
    pub(super) fn has_room_for_availability(&self) -> bool {
        self.window.publishes() < self.for_publishes && self.window.has_room(0)
    }

    /// Notes that something is on its way, and gives its token.
    pub(super) fn hand_over(&mut self, flight: Flight) -> Token {
        if matches!(flight, Flight::Birth) && self.hears_births() {
            self.births_to_hear += 1;
        }
        self.window.put(flight)
    }

    /// Our birth message came back, live. More of them than we said are somebody else's.
    pub(super) fn heard_birth(&mut self) {
        self.births_to_hear -= 1;
    }

    /// The birth message that is handed over next is not the first. It will not come back where the broker was told so
    /// (No Local): not by the subscription of a look, which stands until that of the guard replaces it.
    pub(super) fn repeats_birth(&mut self) {
        let is_guarded = self.subscription == Subscription::Granted
            || !self.look.has_begun() && !self.may_be_subscribed;
        if self.version == Version::V5 && is_guarded && self.hears_births() {
            self.births_to_hear -= 1;
        }
    }

    /// Whether somebody else has said our birth message.
    pub(super) fn has_foreign_birth(&self) -> bool {
        self.births_to_hear < 0
    }

    fn hears_births(&self) -> bool {
        let is_guarded = matches!(
            self.subscription,
            Subscription::Asked { .. } | Subscription::Granted
        );
        is_guarded || self.look.has_begun() || self.may_be_subscribed
    }

    /// When to say again the birth message that the broker refused.
    pub(super) fn birth_again(&self) -> Option<Time> {
        match self.birth {
            Birth::Refused { again, .. } if self.farewell == Farewell::NotBegun => Some(again),
            _ => None,
        }
    }

    /// When the turn of a held message comes.
    pub(super) fn trial_from(&self) -> Option<Time> {
        match self.trial {
            Trial::From(at) => Some(at),
            _ => None,
        }
    }

    /// Until when the broker may leave what it was sent unacknowledged. While the oldest packet is being written,
    /// the connection itself watches over it. That something was written is no progress: a broker that never
    /// acknowledges reads for ever.
    pub(super) fn stalls_at(&self) -> Option<Time> {
        let written_at = self.window.oldest_written_at()?;
        let passing = passing_time(self.window.oldest_bytes());
        Some(self.acknowledged_at.max(written_at) + ACKNOWLEDGEMENT_LIMIT + passing)
    }

    /// Until when the broker may take to close after DISCONNECT.
    pub(super) fn close_due(&self) -> Option<Time> {
        match self.farewell {
            Farewell::DisconnectSent { until } => Some(until),
            Farewell::OfflineRefused => Some(self.opened_at),
            _ => None,
        }
    }

    /// What the broker's keep alive does to the will of a client that vanishes: it speaks after one and a half times
    /// that (MQTT 5, section 3.1.2.10).
    pub(super) fn keep_alive_warning(&self) -> Option<String> {
        let seconds = self
            .limits
            .server_keep_alive_seconds
            .filter(|_| self.is_announced)?;
        if seconds == 0 {
            let text = "the broker sets a keep alive of 0: it does not detect that this client has vanished";
            return Some(text.into());
        }
        let late = u32::from(seconds) * 3 / 2;
        (seconds > self.keep_alive_seconds).then(|| {
            format!("the broker sets a keep alive of {seconds} s: if this client vanishes, the broker publishes the will after {late} s")
        })
    }
}
