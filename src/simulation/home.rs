//! Home Assistant, which is subscribed to all events, and a recorder that watches everything: what they do, and what the
//! client is told of them.

use super::air::Air;
use super::broker::Broker;
use super::network::Link;
use super::world::World;
use crate::engine::{FailureKind, Input, Subject, Version};
use crate::message::QoS;
use crate::outbox::Time;
use crate::settings::{Settings, WaitForSubscriber};
use bytes::Bytes;
use std::sync::Arc;

const STATUS: &str = "homeassistant/status";
/// How long Home Assistant takes at most to subscribe again once the broker is back.
const AWAY: u64 = 16_000;

/// See the module. What the broker knows of them is there.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) exists: bool,
    has_recorder: bool,
    /// When it subscribes, and when it last ceased to be subscribed.
    subscribes_at: Time,
    left_at: Time,
    recorder_at: Time,
    /// Whether cameras are announced to it by each process.
    pub(super) has_cameras: bool,
}

impl Home {
    pub(super) fn new(exists: bool, has_recorder: bool, has_cameras: bool, at: Time) -> Self {
        Home {
            exists,
            has_recorder,
            subscribes_at: if exists { at } else { Time::MAX },
            left_at: Time::ZERO,
            recorder_at: if has_recorder { Time::ZERO } else { Time::MAX },
            has_cameras,
        }
    }

    pub(super) fn next_event(&self) -> Time {
        self.subscribes_at.min(self.recorder_at)
    }
}

/// What the client was told of Home Assistant and the broker, for the checks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) was_seen: bool,
    /// When it was told last that the broker does not run, or that Home Assistant is gone.
    gone_at: Option<Time>,
    /// Until when events have to wait because of that; none before the broker is back.
    until: Option<Time>,
    /// The topics, by number, on which somebody heard something.
    heard: u8,
}

impl Told {
    /// New settings: a hold under way lasts no longer than they say. (If they are in force later, it may last longer.)
    pub(super) fn shorten(&mut self, now: Time, hold_seconds: u32) {
        let latest = now + Time::from_secs(hold_seconds.into());
        self.until = self.until.map(|until| until.min(latest));
    }
}

impl Broker {
    /// Whether somebody is subscribed to the events.
    pub(super) fn is_heard(&self) -> bool {
        self.home_listens || self.recorder_listens
    }

    /// Home Assistant says something on its status topic, not retained.
    fn home_says(&mut self, air: &mut Air, links: &mut [Link], text: &'static str) {
        let topic: Arc<str> = STATUS.into();
        let payload = Bytes::from_static(text.as_bytes());
        self.pass_on(air, links, &topic, &payload, None);
    }
}

impl World<'_> {
    /// They subscribe when they can, and Home Assistant says so.
    pub(super) fn home_acts(&mut self) {
        let now = self.air.now;
        if self.home.recorder_at <= now {
            self.home.recorder_at = Time::MAX;
            self.broker.recorder_listens = true;
        }
        if self.home.subscribes_at <= now {
            self.home.subscribes_at = Time::MAX;
            self.broker.home_listens = true;
            self.broker
                .home_says(&mut self.air, &mut self.links, "online");
        }
    }

    /// The broker crashed, and is back at this time: every subscription is gone.
    pub(super) fn home_is_cut_off(&mut self, back_at: Time) {
        self.broker.recorder_listens = false;
        if self.home.has_recorder {
            self.home.recorder_at = back_at + Time::from_millis(10);
        }
        if self.home.exists {
            let away = Time::from_millis(10) + self.air.dice.millis(AWAY);
            self.home_leaves(back_at + away);
        }
    }

    /// Home Assistant restarts, or loses its connection: it, or its will, says so.
    pub(super) fn home_restarts(&mut self, for_ms: u16) {
        if self.broker.home_listens {
            let back_at = self.air.now + Time::from_millis(for_ms.into());
            self.home_leaves(back_at);
            self.broker
                .home_says(&mut self.air, &mut self.links, "offline");
        }
    }

    fn home_leaves(&mut self, back_at: Time) {
        self.broker.home_listens = false;
        self.home.left_at = self.air.now;
        self.home.subscribes_at = back_at;
    }

    /// In the end somebody hears everything.
    pub(super) fn recorder_appears(&mut self) {
        self.home.has_recorder = true;
        self.home.recorder_at = self.broker.down_until.max(self.air.now);
    }

    /// The client is told something that says whether events have to wait.
    pub(super) fn home_told(&mut self, input: &Input) {
        let now = self.air.now;
        let hold = self.shortest_hold();
        let until = Some(now + Time::from_secs(hold.into()));
        let told = &mut self.client().watch.told;
        match input {
            Input::Failed(failure) if failure.kind == FailureKind::NotRunning => {
                (told.gone_at, told.until) = (Some(now), None);
            }
            Input::Received {
                subject: Subject::HomeAssistant,
                payload,
                retain,
            } => {
                told.was_seen = true;
                match &payload[..] {
                    b"online" if !retain => told.gone_at = None,
                    b"offline" => (told.gone_at, told.until) = (Some(now), until),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// By the settings in force, or by those that will be and shorten it then.
    fn shortest_hold(&mut self) -> u32 {
        let coming = self.settings.hold_seconds;
        let engine = self.client().engine();
        engine.settings().hold_seconds.min(coming)
    }

    /// The broker has answered the birth message, which it may have refused: other messages go out all the same.
    pub(super) fn home_told_of_birth(&mut self) {
        let now = self.air.now;
        let hold = self.shortest_hold();
        let told = &mut self.client().watch.told;
        if told.until.is_none() {
            told.until = Some(now + Time::from_secs(hold.into()));
        }
    }

    /// An event is handed over: it must not be lost on a Home Assistant that is expected and known to be away.
    pub(super) fn check_spent(&mut self, id: u64) -> Result<(), String> {
        let now = self.air.now;
        let is_away = self.home.exists && !self.broker.home_listens;
        let (left_at, has_cameras) = (self.home.left_at, self.home.has_cameras);
        let expires = self
            .ledger
            .get(id)
            .is_some_and(|entry| entry.lifetime.is_some());
        let process = self.client();
        let told = process.watch.told;
        let is_expected = told.was_seen || has_cameras;
        let is_known = told.gone_at.is_some_and(|at| at >= left_at);
        let waits = told.until.is_none_or(|until| now < until);
        let engine = process.engine();
        let is_free = engine.is_stopping() || engine.settings().hold_seconds == 0;
        match is_away && expires && is_expected && is_known && waits && !is_free {
            true => Err(format!(
                "message {id} is spent while Home Assistant is known to be away"
            )),
            false => Ok(()),
        }
    }

    /// Whether a message that nobody heard has to wait.
    pub(super) fn has_to_wait(&mut self, id: u64) -> bool {
        let has_cameras = self.home.has_cameras;
        let Some(entry) = self.ledger.get(id).map(|entry| entry.clone()) else {
            return false;
        };
        let process = self.client();
        let is_known = process.watch.told.heard & (1 << entry.topic) != 0;
        let waits = match process.engine().settings().wait_for_subscriber {
            WaitForSubscriber::Always => true,
            WaitForSubscriber::Never => false,
            WaitForSubscriber::Auto => is_known || has_cameras && is_camera(entry.topic),
        };
        waits && entry.may_wait()
    }

    /// The broker acknowledged a message, and did not say that nobody heard it.
    pub(super) fn check_delivered(&mut self, id: u64) {
        // The broker may have read it at this very moment.
        self.check_heard();
        let says_so = self.broker.manners.says_unheard;
        let process = self.client();
        if process.watch.version == Version::V311 {
            return;
        }
        let Some(entry) = self.ledger.get(id).filter(|entry| entry.may_wait()) else {
            return;
        };
        let (topic, was_heard) = (entry.topic, entry.was_heard);
        self.client().watch.told.heard |= 1 << topic;
        if says_so && !was_heard {
            self.fail(format!("message {id} is delivered, and nobody heard it"));
        }
    }
}

/// Whether a camera that is announced has its events on the topic of this number.
fn is_camera(topic: u8) -> bool {
    topic < 2
}

impl super::ledger::Entry {
    fn may_wait(&self) -> bool {
        self.lifetime.is_some() && self.qos == QoS::AtLeastOnce && !self.retain
    }
}

/// The settings for it, of lists to choose from.
pub(super) fn settings(settings: &mut Settings, waits: u8, hold: u8, heartbeat: u8) {
    settings.wait_for_subscriber = match waits % 4 {
        0 => WaitForSubscriber::Auto,
        1 => WaitForSubscriber::Never,
        _ => WaitForSubscriber::Always,
    };
    settings.hold_seconds = [120, 10, 0, 40][usize::from(hold) % 4];
    settings.availability_heartbeat_seconds =
        [None, None, Some(0), Some(30)][usize::from(heartbeat) % 4];
}
