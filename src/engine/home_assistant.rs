//! Home Assistant, as far as the client knows of it: whether it is expected to hear events, and whether these wait for it.

use crate::outbox::Time;
use crate::settings::Settings;
use std::collections::HashSet;
use std::sync::Arc;

/// What Home Assistant says on its status topic, unless told otherwise.
const BIRTH: &[u8] = b"online";
const WILL: &[u8] = b"offline";

/// See the module.
///
/// After an outage of the broker this client is often back before Home Assistant has subscribed again, and an event
/// that nobody hears is lost for good. So events wait where Home Assistant is expected, until it says that it is there,
/// which it does once it has subscribed.
#[derive(Debug, Default)]
pub(super) struct HomeAssistant {
    /// The topics of the events of cameras that are announced.
    announced: HashSet<Arc<str>>,
    /// It has said something.
    was_seen: bool,
    hold: Hold,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Hold {
    #[default]
    None,
    /// The broker does not run, and with it every subscription is gone.
    BrokerIsGone,
    Until(Time),
}

impl HomeAssistant {
    /// The cameras that are announced have their events on these topics.
    pub(super) fn set_announced(&mut self, topics: HashSet<Arc<str>>) {
        self.announced = topics;
    }

    /// A camera has its events on another topic than before, if it was and is announced.
    pub(super) fn change_announced(&mut self, before: Option<&Arc<str>>, now: Option<&Arc<str>>) {
        if let Some(topic) = before {
            self.announced.remove(topic);
        }
        self.announced.extend(now.cloned());
    }

    /// Whether cameras are announced to it.
    pub(super) fn has_cameras(&self) -> bool {
        !self.announced.is_empty()
    }

    /// Whether a camera that is announced to it has its events on this topic.
    pub(super) fn has_camera(&self, topic: &str) -> bool {
        self.announced.contains(topic)
    }

    /// Whether it is there, or will be.
    fn is_expected(&self) -> bool {
        self.was_seen || self.has_cameras()
    }

    /// Whether an outage that is found out now would make events wait.
    pub(super) fn may_hold(&self, settings: &Settings) -> bool {
        self.is_expected() && self.hold == Hold::None && settings.hold_seconds > 0
    }

    /// Whether events wait for it, and what it says of its return is watched.
    pub(super) fn is_awaited(&self, settings: &Settings) -> bool {
        self.is_holding() && is_watched(settings) && settings.hold_seconds > 0
    }

    /// What was known of it was of another.
    pub(super) fn is_another(&mut self) {
        self.was_seen = false;
        self.hold = Hold::None;
    }

    /// The broker does not run.
    pub(super) fn broker_is_gone(&mut self) {
        self.hold = Hold::BrokerIsGone;
    }

    /// The broker has answered our birth message.
    pub(super) fn broker_is_back(&mut self, now: Time, hold_seconds: u32) {
        if self.hold == Hold::BrokerIsGone {
            self.hold(now, hold_seconds);
        }
    }

    /// It said this on its status topic: just now, or before. Gives whether it has subscribed just now.
    pub(super) fn said(
        &mut self,
        now: Time,
        payload: &[u8],
        retain: bool,
        hold_seconds: u32,
    ) -> bool {
        self.was_seen = true;
        // What was kept of it may be of a time before its subscriptions were lost.
        let has_come = payload == BIRTH && !retain;
        if has_come {
            self.release();
        } else if payload == WILL {
            self.hold(now, hold_seconds);
        }
        has_come
    }

    /// Nothing waits for it any more.
    pub(super) fn release(&mut self) {
        self.hold = Hold::None;
    }

    /// New settings: what waits already does so no longer than they say.
    pub(super) fn shorten_hold(&mut self, now: Time, hold_seconds: u32) {
        if let Hold::Until(until) = self.hold {
            self.hold(now, hold_seconds);
            if let Hold::Until(latest) = &mut self.hold {
                *latest = until.min(*latest);
            }
        }
    }

    /// Until when events wait for it at most, once that is known.
    pub(super) fn held_until(&self) -> Option<Time> {
        match self.hold {
            Hold::Until(until) => Some(until),
            Hold::None | Hold::BrokerIsGone => None,
        }
    }

    /// Whether events wait for it.
    pub(super) fn is_holding(&self) -> bool {
        self.is_expected() && self.hold != Hold::None
    }

    fn hold(&mut self, now: Time, seconds: u32) {
        self.hold = match seconds {
            0 => Hold::None,
            seconds => Hold::Until(now + Time::from_secs(seconds.into())),
        };
    }
}

/// Whether the client subscribes to what Home Assistant says of itself.
pub(super) fn is_watched(settings: &Settings) -> bool {
    settings.announce_availability && !settings.home_assistant_status_topic.is_empty()
}
