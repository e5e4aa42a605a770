//! When the faults are over: within which time all has to be well again, and how it ends.

use super::invariants::is_leaving;
use super::schedule::{Batch, Schedule};
use super::world::World;
use crate::engine::SubscriptionSnapshot;
use crate::message::QoS;
use crate::outbox::Time;
use crate::settings::Settings;
use std::sync::Arc;

/// As in the engine: nothing acknowledged, birth refused, longest gap between repairs.
const ACKNOWLEDGEMENTS: Time = Time::from_secs(20);
const BIRTH_AGAIN: Time = Time::from_secs(60);
const REPAIR_GAP: Time = Time::from_secs(60);
/// The longest that events are held here, and that one waits until it is tried again.
const HOLD: Time = Time::from_secs(120);
const RETRY: Time = Time::from_secs(60);
const SILENCE: Time = Time::from_secs(3);
/// A write of our largest message, and one second for all that takes no time worth a name.
const WRITE: Time = Time::from_secs(26);
const SLACK: Time = Time::from_secs(5);
/// How long the peace is watched: longer than any will delay.
const PEACE: Time = Time::from_secs(100);

impl World<'_> {
    /// The schedule is over: lets all faults end, waits until all is well, and then for the end of the process.
    pub(super) fn aftermath(&mut self, schedule: &Schedule) {
        self.heal();
        let broker = &self.broker;
        let frozen = self
            .process
            .as_ref()
            .map_or(Time::ZERO, |process| process.frozen_until);
        let ends = [
            self.air.now,
            self.air.blocked_until,
            broker.reads_from,
            broker.mute_until,
            broker.down_until,
            frozen,
        ];
        let peace = ends.into_iter().max().unwrap_or(self.air.now) + SLACK;
        self.run_until(peace);
        let bound = self.bound();
        self.run_while_unwell(peace, bound);
        // Only what is said shows whether a connection is still there.
        self.probe();
        if self.broker.manners.connack.maximum_qos == QoS::AtMostOnce {
            // Nothing is acknowledged there but pings.
            self.run_until(self.air.now + self.keep_alive() * 2 + SLACK);
        }
        self.run_while_unwell(peace, bound);
        self.watch_peace();
        self.check_given_up();
        self.end(schedule.end);
    }

    /// How long it may take: to notice that a connection is dead, to wait out a pause, to connect, to say what is to be said.
    fn bound(&self) -> Time {
        let settings = &self.settings;
        let seconds = |seconds: u32| Time::from_secs(seconds.into());
        let keep_alive = self.keep_alive();
        let notice = keep_alive * 2 + WRITE + ACKNOWLEDGEMENTS;
        // A pause that began under other settings lasts as long as it was to last.
        let pause_until = self
            .process
            .as_ref()
            .and_then(|process| process.engine().pause());
        let left = pause_until.map_or(Time::ZERO, |(until, _)| until.saturating_sub(self.air.now));
        let longest = seconds(settings.reconnect_max_seconds).max(left);
        let connect = (seconds(settings.connect_timeout_seconds.into()) + SILENCE) * 2;
        let trip = Time::from_millis(2 * self.air.latency + 10);
        let messages = self
            .ledger
            .entries
            .iter()
            .filter(|entry| !entry.delivered)
            .count() as u32;
        notice
            + connect
            + longest
            + connect
            + BIRTH_AGAIN
            + REPAIR_GAP
            + HOLD
            + RETRY
            + trip * (messages + 20)
            + SLACK
    }

    /// The longest that may be in force.
    fn keep_alive(&self) -> Time {
        Time::from_secs(u64::from(self.settings.keep_alive_seconds).max(12))
    }

    fn run_while_unwell(&mut self, peace: Time, bound: Time) {
        while self.fault.is_none() {
            if self.unwell().is_none() {
                let took = self.air.now.saturating_sub(peace);
                self.coverage.slowest = self.coverage.slowest.max(took);
                return;
            }
            let next = self.next_event();
            if next > peace + bound {
                let what = self.unwell().unwrap_or("");
                return self.fail(format!("{what}, {bound:?} after the faults"));
            }
            self.run_until(next);
        }
    }

    /// What is not as it should be, if anything.
    fn unwell(&mut self) -> Option<&'static str> {
        let now = self.air.now;
        let Some(process) = &mut self.process else {
            return Some("no process");
        };
        if !process.engine().is_online() {
            return Some("not online");
        }
        if process.engine().outbox().unfinished() > 0 || !process.intake.is_empty() {
            return Some("messages wait");
        }
        if !self.has_states() {
            return Some("the broker does not hold the states");
        }
        let process = self.process.as_mut().expect("it was just there");
        let snapshot = process.engine().snapshot();
        if is_leaving(snapshot) {
            return Some("leaving");
        }
        let settings = process.engine().settings();
        let birth = settings.birth_message.as_bytes();
        let topic = &settings.availability_topic;
        let keeps = self.broker.manners.connack.retain_available;
        let is_true = |held: Option<&bytes::Bytes>| held.is_some_and(|held| held == birth);
        let held = !keeps || is_true(self.broker.retained(now, topic));
        let said = is_true(self.broker.last_said(topic));
        // Without the guard, or before it, nobody notices what others say there.
        let is_excused = matches!(
            snapshot.subscription,
            SubscriptionSnapshot::Unwanted | SubscriptionSnapshot::Failed
        ) && self.broker.has_foreign_words
            || self.broker.has_unheard_words;
        if !(held && said || is_excused) {
            return Some("the availability topic does not say that we are online");
        }
        None
    }

    fn probe(&mut self) {
        if self.process.is_none() || self.fault.is_some() {
            return;
        }
        let probe = Batch {
            count: 1,
            camera: 0,
            qos_0: self.broker.manners.connack.maximum_qos == QoS::AtMostOnce,
            retain: false,
            lifetime: None,
            size: 10,
            nature: 0,
            is_tracked: false,
            names: None,
        };
        self.apply(&super::schedule::Op::Publish(probe));
    }

    /// Nothing happens any more but pings.
    fn watch_peace(&mut self) {
        if self.fault.is_some() {
            return;
        }
        let steps = |world: &Self| {
            world
                .process
                .as_ref()
                .map_or(0, |process| process.watch.all_steps)
        };
        let connections = self.coverage.connections;
        let (before, until) = (steps(self), self.air.now + PEACE);
        self.run_until(until);
        let taken = steps(self) - before;
        // Two for each ping, and what the probe, late wills and a meddler's last word may come to.
        let most = 2 * PEACE.as_secs() / 5 + 60;
        if taken > most {
            self.fail(format!("{taken} steps in {PEACE:?} of peace"));
        } else if self.coverage.connections != connections {
            self.fail("a new connection in peace".into());
        } else if let Some(what) = self.unwell() {
            self.fail(format!("{what}, in peace"));
        }
        self.look(false);
        self.check_old_topics();
    }

    /// Topics that settings of old named do not say that we are online.
    fn check_old_topics(&mut self) {
        let now = self.air.now;
        let newest = self.settings.availability_topic.clone();
        let broker = &self.broker;
        let is_stale = |settings: &&Arc<Settings>| {
            let (topic, birth) = (
                &settings.availability_topic,
                settings.birth_message.as_bytes(),
            );
            *topic != newest
                && broker
                    .retained(now, topic)
                    .is_some_and(|held| held == birth)
        };
        let stale = self.availability.iter().find(is_stale).cloned();
        if let Some(settings) = stale.filter(|_| !self.broker.has_stale_state) {
            self.fail(format!(
                "{:?} still says online",
                settings.availability_topic
            ));
        }
    }

    /// The process ends, and the broker has to know.
    fn end(&mut self, how: u8) {
        if self.fault.is_some() || how == 3 {
            return;
        }
        self.starts_at = Time::MAX;
        let trip = Time::from_millis(2 * self.air.latency + 10);
        let keep_alive = self.keep_alive();
        let delay = Time::from_secs(self.settings.will_delay_seconds.into());
        // A broker that asked for no keep alive does not notice that a machine is gone.
        let is_unwatched = self.broker.manners.connack.server_keep_alive_seconds == Some(0);
        let how = if how == 2 && is_unwatched { 1 } else { how };
        let known = match how {
            0 => {
                self.shut_down(trip * 8 + Time::from_secs(2));
                trip * 8 + Time::from_secs(3)
            }
            1 => {
                self.kill_process(false);
                trip + delay + Time::from_secs(4)
            }
            _ => {
                self.kill_process(true);
                keep_alive * 3 / 2 + delay + trip + Time::from_secs(4)
            }
        };
        self.run_until(self.air.now + known);
        let settings = self.settings.clone();
        let held = self
            .broker
            .retained(self.air.now, &settings.availability_topic);
        let said = self.broker.last_said(&settings.availability_topic);
        let birth = settings.birth_message.as_bytes();
        if [held, said].iter().flatten().any(|word| *word == birth) {
            self.fail(format!("still online {known:?} after the process ended"));
        }
        if how == 0 && !self.offline_acknowledged {
            self.fail("nobody acknowledged the offline message".into());
        }
    }
}
