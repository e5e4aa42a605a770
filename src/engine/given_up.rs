//! Availability topics that new settings gave up: what the broker keeps there is cleared, when it is safe.

use super::notice::Level;
use super::Engine;
use crate::outbox::Time;
use crate::settings::Settings;
use std::sync::Arc;

/// So many topics are remembered.
const MOST: usize = 16;
/// A topic is not cleared before the client has been online with the new settings for so long: its offline message can
/// be seen, and what named it has been said anew.
const GRACE: Time = Time::from_secs(5);
/// Brokers publish a will a few seconds late.
const MARGIN: Time = Time::from_secs(10);

/// One of them.
#[derive(Debug)]
struct Topic {
    name: Arc<str>,
    /// Its connection said goodbye. Still the broker may have missed the last word, and publish the will.
    was_left_in_order: bool,
    /// By then the broker has published every will on it, from when the client is online again.
    wills_take: Time,
    /// When it is cleared next; none before the client is online.
    next: Option<Time>,
}

/// See the module. The oldest is first.
#[derive(Debug, Default)]
pub(super) struct GivenUp(Vec<Topic>);

impl GivenUp {
    /// The client is online: wills come from now on, if not before.
    pub(super) fn count_from(&mut self, now: Time) {
        for topic in &mut self.0 {
            let wait = match topic.was_left_in_order {
                true => GRACE,
                false => topic.wills_take,
            };
            topic.next.get_or_insert(now + wait);
        }
    }

    fn due(&self) -> Option<Time> {
        self.0.iter().filter_map(|topic| topic.next).min()
    }

    /// One whose time has come. After an orderly end it is cleared again when no will can come any more.
    fn take_due(&mut self, now: Time) -> Option<Arc<str>> {
        let is_due = |topic: &Topic| topic.next.is_some_and(|at| at <= now);
        let at = self.0.iter().position(is_due)?;
        let topic = &mut self.0[at];
        if !std::mem::take(&mut topic.was_left_in_order) {
            return Some(self.0.remove(at).name);
        }
        topic.next = topic.next.map(|at| at - GRACE + topic.wills_take);
        Some(topic.name.clone())
    }

    /// Gives the name of one that there is no room for.
    fn add(&mut self, topic: Topic) -> Option<Arc<str>> {
        let surplus = (self.0.len() >= MOST).then(|| self.0.remove(0).name);
        self.0.push(topic);
        surplus
    }

    fn take_back(&mut self, name: &str) {
        self.0.retain(|topic| &*topic.name != name);
    }
}

impl Engine {
    /// The settings are about to come into force. `in_order` says that the last connection said goodbye.
    pub(super) fn give_up_topic(&mut self, settings: &Settings, in_order: bool) {
        let before = &self.broker.settings;
        let is_spoken = before.announce_availability && settings.announce_availability;
        if !is_spoken || before.broker() != settings.broker() {
            // Out of reach, or none of the business of a client that is to leave the topic alone.
            self.given_up.0.clear();
            return self.outbox.forget_clearings(None);
        }
        let new = &settings.availability_topic;
        self.given_up.take_back(new);
        self.outbox.forget_clearings(Some(new));
        if before.availability_topic == *new {
            return;
        }
        let delay = Time::from_secs(before.will_delay_seconds.into());
        let surplus = self.given_up.add(Topic {
            name: self.broker.availability.topic.clone(),
            was_left_in_order: in_order,
            wills_take: self.broker.keep_alive * 3 / 2 + delay + MARGIN,
            next: None,
        });
        if let Some(name) = surplus {
            self.notice_queue.log(Level::Warning, || {
                format!(
                    "{name:?} is not cleared: more than {MOST} availability topics were given up"
                )
            });
        }
    }

    /// When the next one is to be cleared.
    pub(super) fn clearing_due(&self) -> Option<Time> {
        self.given_up.due().filter(|_| self.is_online())
    }

    /// Their time has come.
    pub(super) fn clear_given_up(&mut self, now: Time) {
        while let Some(name) = self.given_up.take_due(now) {
            self.outbox.clear_quietly(&name);
        }
    }
}
