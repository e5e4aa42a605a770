//! How a broker behaves: what the specification leaves open, what brokers do besides, and faults.

use crate::engine::{Connack, FailureKind};
use crate::message::QoS;
use crate::outbox::Time;

/// The versions a broker speaks, and what it answers to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Speaks {
    #[default]
    Both,
    /// MQTT 3.1.1 alone; an MQTT 5 CONNECT is answered with this.
    Only311(Answer),
    /// MQTT 5 alone; a 3.1.1 CONNECT is refused as the wrong version.
    Only5,
}

/// How a CONNECT of an unknown version is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Refusal,
    Close,
    Silence,
}

/// What becomes of a SUBSCRIBE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subscriptions {
    Granted,
    Refused,
    Unanswered,
    Closed,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Manners {
    pub(super) speaks: Speaks,
    /// Every CONNECT is refused for this.
    pub(super) refuses: Option<FailureKind>,
    pub(super) connack: Connack,
    pub(super) subscriptions: Subscriptions,
    /// What is said on the availability topic is refused, on MQTT 5.
    pub(super) refuses_availability: bool,
    /// What comes of a takeover or a lost connection is published late, after the new birth.
    pub(super) late_wills: bool,
    /// A client that is taken over hears why, on MQTT 5.
    pub(super) says_taken_over: bool,
    /// Acknowledgements of one read come in the wrong order.
    pub(super) swaps_acknowledgements: bool,
    /// It says so, on MQTT 5, when nobody is subscribed to the topic of a message.
    pub(super) says_unheard: bool,
    /// It closes on a message that it does not like, and refuses others.
    pub(super) is_picky: bool,
    /// It sends something on the availability topic that is too large to be ours, of which a client keeps the beginning.
    pub(super) sends_too_large: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Manners {
            speaks: Speaks::Both,
            refuses: None,
            connack: Connack::default(),
            subscriptions: Subscriptions::Granted,
            refuses_availability: false,
            late_wills: false,
            says_taken_over: true,
            swaps_acknowledgements: false,
            says_unheard: false,
            is_picky: true,
            sends_too_large: false,
        }
    }
}

impl Manners {
    /// The faults are over; what the broker can do stays.
    pub(super) fn heal(&mut self) {
        *self = Manners {
            connack: self.connack.clone(),
            late_wills: self.late_wills,
            says_taken_over: self.says_taken_over,
            says_unheard: self.says_unheard,
            is_picky: false,
            ..Manners::default()
        };
    }

    /// The keep alive that holds, for a client that asked for this one.
    pub(super) fn keep_alive(&self, asked: Time) -> Time {
        match self.connack.server_keep_alive_seconds {
            Some(seconds) => Time::from_secs(seconds.into()),
            None => asked,
        }
    }

    pub(super) fn takes_qos_1(&self) -> bool {
        self.connack.maximum_qos == QoS::AtLeastOnce
    }
}
