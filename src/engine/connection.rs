//! One open connection, from CONNACK to its end.

use super::guard::Repairs;
use super::io::{Attempt, AvailabilityFlags, Connack, Token, Version};
use super::window::{Flight, Window};
use super::RESERVED;
use crate::message::QoS;
use crate::outbox::Time;
use crate::settings::Settings;
use std::time::Duration;

/// Nothing acknowledged for so long, though all is written: the broker is not working.
const ACKNOWLEDGEMENT_LIMIT: Duration = Duration::from_secs(20);
/// A SUBSCRIBE that is not answered by then will not be.
const SUBACK_LIMIT: Duration = Duration::from_secs(10);
/// After DISCONNECT the broker closes; we wait this long for it.
pub(super) const CLOSE_LIMIT: Duration = Duration::from_secs(1);
/// A birth message that the broker refused is tried again after this.
pub(super) const BIRTH_AGAIN: Duration = Duration::from_secs(60);
/// So many closed connections in a row make a message suspect: it then goes alone.
pub(super) const SUSPECT: u8 = 3;
/// No message is handed over while so many bytes wait to be written. What waits there ages no more, as its expiry is in
/// the packet already; here it does. A peer that reads as slowly as it just may, 16 KiB/s, makes an event 8 s older than
/// it says, which is little beside the shortest expiry of an event, 60 s. Enough for some hundred events in one
/// write, beyond which writes become no cheaper. Their number is bounded by the window.
pub(crate) const MOST_UNWRITTEN_BYTES: u64 = 128 * 1024;

/// What the broker knows of our being here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Birth {
    Due,
    Sent(Token),
    /// Acknowledged at this time: we are online.
    Acknowledged(Time),
    /// The broker refused it, with this reason; it will be tried again.
    Refused {
        again: Time,
        reason: String,
    },
}

/// The subscription to our own availability topic.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Guard {
    Off(Option<String>),
    Due,
    Asked { token: Token, until: Time },
    On,
}

/// The steps of an orderly end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Farewell {
    NotBegun,
    OfflineDue,
    OfflineSent(Token),
    DisconnectDue,
    DisconnectSent { until: Time },
}

/// See the module.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) number: u64,
    pub(super) version: Version,
    pub(super) opened_at: Time,
    pub(super) limits: Connack,
    pub(super) flags: AvailabilityFlags,
    pub(super) will: AvailabilityFlags,
    pub(super) window: Window,
    /// What the settings ask for.
    keep_alive_seconds: u16,
    /// Places in the window kept free for availability.
    reserve: usize,
    /// Packets handed over and not yet written, and the bytes of the messages among them.
    unwritten: usize,
    unwritten_bytes: u64,
    pub(super) birth: Birth,
    pub(super) guard: Guard,
    pub(super) repairs: Repairs,
    pub(super) farewell: Farewell,
    /// When the broker last acknowledged anything, or was last given something new to acknowledge.
    pub(super) progress_at: Time,
}

impl Connection {
    pub(super) fn new(
        now: Time,
        attempt: &Attempt,
        limits: Connack,
        settings: &Settings,
        guard: Guard,
    ) -> Self {
        let span = limits
            .receive_maximum
            .min(settings.max_in_flight + RESERVED)
            .max(1);
        let for_messages = settings
            .max_in_flight
            .min(span.saturating_sub(RESERVED).max(1));
        Connection {
            number: attempt.number,
            version: attempt.version,
            opened_at: now,
            flags: AvailabilityFlags {
                qos: if limits.maximum_qos == QoS::AtMostOnce {
                    QoS::AtMostOnce
                } else {
                    AvailabilityFlags::FULL.qos
                },
                retain: limits.retain_available,
            },
            will: attempt.will,
            limits,
            window: Window::new(span),
            keep_alive_seconds: settings.keep_alive_seconds,
            reserve: usize::from(span - for_messages),
            unwritten: 0,
            unwritten_bytes: 0,
            birth: Birth::Due,
            guard,
            repairs: Repairs::default(),
            farewell: Farewell::NotBegun,
            progress_at: now,
        }
    }

    /// Whether the broker has acknowledged that we are here.
    pub(super) fn is_online(&self) -> bool {
        matches!(self.birth, Birth::Acknowledged(_)) && self.farewell == Farewell::NotBegun
    }

    /// Whether another message may be handed over: there is room, what was handed over gets written, and no suspect
    /// message is on its way alone.
    pub(super) fn takes_messages(&self) -> bool {
        let alone =
            matches!(self.window.oldest(), Some(Flight::Message(entry)) if entry.closes >= SUSPECT);
        let flows = self.unwritten_bytes < MOST_UNWRITTEN_BYTES;
        flows && self.window.has_room(self.reserve) && !alone
    }

    /// Notes that something is on its way, and gives its token.
    pub(super) fn hand_over(&mut self, now: Time, flight: Flight) -> Token {
        if self.window.is_empty() {
            self.progress_at = now;
        }
        self.unwritten += 1;
        self.unwritten_bytes += size(&flight);
        self.window.put(flight)
    }

    /// Notes that it was written.
    pub(super) fn written(&mut self, now: Time, token: Token) {
        self.progress_at = now;
        self.unwritten = self.unwritten.saturating_sub(1);
        let size = self.window.get(token).map_or(0, size);
        self.unwritten_bytes = self.unwritten_bytes.saturating_sub(size);
    }

    /// Lets time pass. Says, in plain words, why the connection is no good any more, if it is not.
    pub(super) fn tick(&mut self, now: Time) -> Option<String> {
        if let Guard::Asked { token, until } = self.guard {
            if until <= now {
                self.window.take(token);
                self.guard = Guard::Off(Some("the broker did not answer the subscription".into()));
            }
        }
        if self.birth_again().is_some_and(|again| again <= now) {
            self.birth = Birth::Due;
        }
        let stalled = self.stalls_at().is_some_and(|at| at <= now);
        stalled.then(|| {
            format!(
                "the broker acknowledged nothing for {} s",
                ACKNOWLEDGEMENT_LIMIT.as_secs()
            )
        })
    }

    /// When to call [`Connection::tick`] at the latest.
    pub(super) fn deadline(&self) -> Option<Time> {
        let guard = match self.guard {
            Guard::Asked { until, .. } => Some(until),
            _ => None,
        };
        let close = match self.farewell {
            Farewell::DisconnectSent { until } => Some(until),
            _ => None,
        };
        [
            guard,
            close,
            self.birth_again(),
            self.repair_due(),
            self.stalls_at(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When to say again the birth message that the broker refused. None while it has to wait for something else
    /// than a time, and none on the way to the offline message, which it must not follow.
    fn birth_again(&self) -> Option<Time> {
        match self.birth {
            Birth::Refused { again, .. } if self.may_speak() => Some(again),
            _ => None,
        }
    }

    /// When to say the birth message again because the topic held something else; none while that has to wait for
    /// something else than a time.
    pub(super) fn repair_due(&self) -> Option<Time> {
        let is_born = !matches!(self.birth, Birth::Due | Birth::Sent(_));
        self.repairs.due().filter(|_| is_born && self.may_speak())
    }

    fn may_speak(&self) -> bool {
        self.farewell == Farewell::NotBegun && self.window.has_room(0)
    }

    /// What the broker's keep alive does to the will of a client that vanishes: it speaks after one and a half times
    /// that (MQTT 5, section 3.1.2.10).
    pub(super) fn keep_alive_warning(&self) -> Option<String> {
        let seconds = self.limits.server_keep_alive_seconds?;
        if seconds == 0 {
            let text = "the broker asks for no keep alive: it does not notice when we vanish without a word";
            return Some(text.into());
        }
        let late = u32::from(seconds) * 3 / 2;
        (seconds > self.keep_alive_seconds).then(|| {
            format!("the broker asks for a keep alive of {seconds} s: when we vanish without a word, it says so after {late} s")
        })
    }

    pub(super) fn guard_asked(&mut self, now: Time, token: Token) {
        self.guard = Guard::Asked {
            token,
            until: now + SUBACK_LIMIT,
        };
    }

    /// While something is being written, the connection itself watches over it.
    fn stalls_at(&self) -> Option<Time> {
        let waits = !self.window.is_empty() && self.unwritten == 0;
        waits.then_some(self.progress_at + ACKNOWLEDGEMENT_LIMIT)
    }
}

fn size(flight: &Flight) -> u64 {
    match flight {
        Flight::Message(entry) => (entry.message.topic.len() + entry.message.payload.len()) as u64,
        // Short, and never many.
        Flight::Birth | Flight::Subscribe | Flight::Offline => 0,
    }
}
