//! What Home Assistant says on its status topic, and the subscription to it.

use super::input::Token;
use super::notice::Level;
use super::subscription::Subscription;
use super::{Engine, Phase};
use crate::outbox::Time;
use bytes::Bytes;

/// What a client without the subscription does not learn.
pub(super) const NOT_WATCHED: &str =
    "Home Assistant's status topic is not watched, so events that wait for it do so for hold_seconds; without Home \
     Assistant, set home_assistant_status_topic to an empty text";

impl Engine {
    /// SUBSCRIBE to the status topic was answered.
    pub(super) fn status_subscribed(
        &mut self,
        now: Time,
        token: Token,
        result: Result<(), String>,
    ) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        if !connection.status_subscription.is_asked(token) {
            return;
        }
        match result {
            Ok(()) => {
                connection.window.take(token);
                connection.status_subscription = Subscription::Granted;
                self.broker.status_subscription_rest.granted();
            }
            Err(why) => self.status_subscription_failed(
                now,
                format!("the broker refuses the subscription: {why}"),
            ),
        }
    }

    /// The connection does without the subscription for a while, and nothing else.
    pub(super) fn status_subscription_failed(&mut self, now: Time, reason: String) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        if let Subscription::Asked { token, .. } = connection.status_subscription {
            connection.window.take(token);
        }
        self.notice_queue
            .log(Level::Info, || format!("{NOT_WATCHED}: {reason}"));
        let again = self.broker.status_subscription_rest.failed(now);
        connection.status_subscription = Subscription::Failed { again, reason };
    }

    /// Home Assistant said this on its status topic.
    pub(super) fn home_assistant_said(&mut self, now: Time, payload: &Bytes, retain: bool) {
        let hold = self.broker.settings.hold_seconds;
        let was_holding = self.is_holding();
        if self.home_assistant.said(now, payload, retain, hold) {
            self.look_is_moot();
            self.say_states_again(now);
            self.outbox.clear_missed();
            self.outbox.retry_unheard();
        }
        match (was_holding, self.is_holding()) {
            (false, true) => self.notice_queue.log(Level::Info, || {
                format!("Home Assistant is offline: events are held for up to {hold} s")
            }),
            (true, false) => self.notice_queue.log(Level::Info, || {
                "Home Assistant is online again: the held events are sent".into()
            }),
            _ => {}
        }
    }

    /// Whether events are held for Home Assistant. Not in a shutdown, which has no time for it.
    pub(super) fn is_holding(&self) -> bool {
        self.stop.is_none() && (self.is_looking() || self.home_assistant.is_holding())
    }

    /// Home Assistant did not come in time.
    pub(super) fn hold_is_over(&mut self) {
        if self.is_holding() {
            let seconds = self.broker.settings.hold_seconds;
            self.notice_queue.log(Level::Info, || {
                format!("Home Assistant has not published that it is online for {seconds} s: the held events are sent")
            });
        }
        self.home_assistant.release();
    }
}
