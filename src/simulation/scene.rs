//! With what a schedule begins: settings, and what the broker can do.

use super::home::{self, Home};
use super::manners::{Answer, Manners, Speaks};
use crate::engine::Connack;
use crate::message::QoS;
use crate::outbox::Time;
use crate::settings::{Protocol, QueueFull, Settings};
use proptest::prelude::*;
use std::sync::Arc;

/// See the module. Zeros are the plain case, so that shrinking leaves only what matters.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    pub(super) seed: u64,
    pub(super) latency_ms: u16,
    pub(super) client: ClientTraits,
    pub(super) broker: BrokerTraits,
    pub(super) home: HomeTraits,
}

/// Who hears the events.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HomeTraits {
    pub(super) exists: bool,
    pub(super) has_recorder: bool,
    pub(super) has_cameras: bool,
    /// How late it is at first.
    pub(super) subscribes_at_ms: u16,
}

/// Settings, as choices from short lists.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientTraits {
    pub(super) protocol: u8,
    pub(super) keep_alive: u8,
    pub(super) will_delay: u8,
    pub(super) window: u8,
    pub(super) queue: u8,
    pub(super) refuses_newest: bool,
    pub(super) pauses: u8,
    pub(super) is_unguarded: bool,
    pub(super) waits: u8,
    pub(super) hold: u8,
    pub(super) heartbeat: u8,
}

/// What the broker can do, as choices from short lists.
#[derive(Clone, Debug, Default)]
pub(super) struct BrokerTraits {
    pub(super) receive_maximum: u8,
    pub(super) is_small: bool,
    pub(super) qos_0_only: bool,
    pub(super) keeps_nothing: bool,
    pub(super) keep_alive: u8,
    pub(super) late_wills: bool,
    pub(super) hides_takeovers: bool,
    pub(super) speaks: Speaks,
    pub(super) says_unheard: bool,
}

pub(super) fn speaks() -> impl Strategy<Value = Speaks> {
    prop_oneof![
        4 => Just(Speaks::Both),
        1 => Just(Speaks::Only311(Answer::Refusal)),
        1 => Just(Speaks::Only311(Answer::Close)),
        1 => Just(Speaks::Only311(Answer::Silence)),
        1 => Just(Speaks::Only5),
    ]
}

pub(super) fn client_traits() -> impl Strategy<Value = ClientTraits> {
    let choices = (0..6_u8, 0..4_u8, 0..6_u8, 0..5_u8, 0..5_u8, 0..5_u8);
    let switches = (any::<bool>(), prop::bool::weighted(0.2));
    let of_home = (0..4_u8, 0..4_u8, 0..4_u8);
    (choices, switches, of_home).prop_map(|(choices, switches, of_home)| {
        let (protocol, keep_alive, will_delay, window, queue, pauses) = choices;
        let (refuses_newest, is_unguarded) = switches;
        ClientTraits {
            protocol,
            keep_alive,
            will_delay,
            window,
            queue,
            refuses_newest,
            pauses,
            is_unguarded,
            waits: of_home.0,
            hold: of_home.1,
            heartbeat: of_home.2,
        }
    })
}

pub(super) fn scenes() -> impl Strategy<Value = Scene> {
    let rare = || prop::bool::weighted(0.1);
    let broker = (
        0..6_u8,
        rare(),
        rare(),
        rare(),
        0..8_u8,
        rare(),
        any::<bool>(),
        speaks(),
        any::<bool>(),
    );
    let broker = broker.prop_map(|traits| BrokerTraits {
        receive_maximum: traits.0,
        is_small: traits.1,
        qos_0_only: traits.2,
        keeps_nothing: traits.3,
        keep_alive: traits.4,
        late_wills: traits.5,
        hides_takeovers: traits.6,
        speaks: traits.7,
        says_unheard: traits.8,
    });
    let home = (any::<bool>(), any::<bool>(), any::<bool>(), 0..20_000_u16);
    let home = home.prop_map(|traits| HomeTraits {
        exists: traits.0,
        has_recorder: traits.1,
        has_cameras: traits.2,
        subscribes_at_ms: traits.3,
    });
    let latency = prop_oneof![Just(1_u16), 1..50_u16, 50..2000_u16];
    let seed = any::<u64>().no_shrink();
    (seed, latency, client_traits(), broker, home).prop_map(
        |(seed, latency_ms, client, broker, home)| Scene {
            seed,
            latency_ms,
            client,
            broker,
            home,
        },
    )
}

fn choose<T: Copy>(list: &[T], choice: u8) -> T {
    list[usize::from(choice) % list.len()]
}

impl Scene {
    pub(super) fn settings(&self) -> Arc<Settings> {
        let plain = Settings::from_json(r#"{"broker_host": "broker"}"#).expect("these are valid");
        Arc::new(self.client.settings(plain))
    }

    pub(super) fn home(&self) -> Home {
        let HomeTraits {
            exists,
            has_recorder,
            has_cameras,
            subscribes_at_ms,
        } = self.home;
        let at = Time::from_millis(subscribes_at_ms.into());
        Home::new(exists, has_recorder, has_cameras, at)
    }

    pub(super) fn manners(&self) -> Manners {
        let traits = &self.broker;
        Manners {
            speaks: traits.speaks,
            late_wills: traits.late_wills,
            says_taken_over: !traits.hides_takeovers,
            says_unheard: traits.says_unheard,
            connack: Connack {
                receive_maximum: choose(&[u16::MAX, 20, 3, 2, 1, 65_535], traits.receive_maximum),
                maximum_packet_size: if traits.is_small { 100 } else { u32::MAX },
                maximum_qos: if traits.qos_0_only {
                    QoS::AtMostOnce
                } else {
                    QoS::AtLeastOnce
                },
                retain_available: !traits.keeps_nothing,
                server_keep_alive_seconds: choose(
                    &[None, None, None, None, None, None, Some(0), Some(12)],
                    traits.keep_alive,
                ),
                ..Connack::default()
            },
            ..Manners::default()
        }
    }
}

impl ClientTraits {
    /// These settings in place of those that were.
    pub(super) fn settings(&self, before: Settings) -> Settings {
        let (min, max) = choose(
            &[(1, 60), (1, 1), (2, 10), (30, 300), (1, 600)],
            self.pauses,
        );
        let (messages, bytes) = choose(
            &[
                (10_000, 1 << 26),
                (1, 1 << 26),
                (3, 1 << 26),
                (20, 1 << 26),
                (200, 1 << 16),
            ],
            self.queue,
        );
        let mut settings = before;
        settings.protocol = choose(
            &[
                Protocol::Auto,
                Protocol::Auto,
                Protocol::Auto,
                Protocol::Auto,
                Protocol::V5,
                Protocol::V311,
            ],
            self.protocol,
        );
        settings.keep_alive_seconds = choose(&[30, 5, 10, 60], self.keep_alive);
        settings.will_delay_seconds = choose(&[0, 0, 0, 0, 5, 40], self.will_delay);
        settings.max_in_flight = choose(&[100, 1, 2, 5, 20], self.window);
        settings.max_queued_messages = messages;
        settings.max_queued_bytes = bytes;
        settings.queue_full = if self.refuses_newest {
            QueueFull::RefuseNewest
        } else {
            QueueFull::DropOldest
        };
        settings.reconnect_min_seconds = min;
        settings.reconnect_max_seconds = max;
        settings.guard_availability = !self.is_unguarded;
        home::settings(&mut settings, self.waits, self.hold, self.heartbeat);
        settings
    }
}
