//! New settings at run time, and attempts on demand.

use super::broker::Broker;
use super::connection::{Birth, Farewell};
use super::notice::Level;
use super::subscription::Subscription;
use super::{bounds, Engine, Phase};
use crate::error::Error;
use crate::outbox::Time;
use crate::settings::Settings;
use std::sync::Arc;
use std::time::Duration;

/// New settings wait this long for the old availability topic to say offline.
const FAREWELL: Duration = Duration::from_secs(5);

impl Engine {
    /// Puts new settings in force: what is queued stays, the old availability topic is told offline first.
    pub(crate) fn reconfigure(&mut self, now: Time, settings: Arc<Settings>) -> Result<(), Error> {
        self.check_open()?;
        self.next_settings = None;
        // One that is on its way to the offline message, for new settings before these, can't be kept.
        let is_leaving = self
            .connection()
            .is_some_and(|connection| connection.farewell != Farewell::NotBegun);
        if !is_leaving && self.broker.settings.same_connection(&settings) {
            self.outbox.set_bounds(bounds(&settings));
            // They may have it that nothing waits.
            self.outbox.retry_unheard();
            self.home_assistant.shorten_hold(now, settings.hold_seconds);
            self.broker.adjust(settings);
            self.notice_queue.log(Level::Info, || {
                "new settings are in force; the connection stays".into()
            });
            return Ok(());
        }
        let Phase::Connected(connection) = &mut self.phase else {
            // The broker has no word of ours to take back, or the will of the attempt, which is closed without
            // DISCONNECT, does it.
            self.adopt(now, settings, false);
            return Ok(());
        };
        if connection.farewell == Farewell::NotBegun {
            connection.farewell = Farewell::OfflineDue;
        }
        self.broker.last_error = None;
        self.next_settings = Some((settings, now + FAREWELL));
        Ok(())
    }

    /// Tries now what waits for a time: the next attempt, or what the broker refused on this connection, which is
    /// kept. Pauses begin anew.
    pub(crate) fn reconnect(&mut self, now: Time) -> Result<(), Error> {
        self.check_open()?;
        self.broker.reconnect.reset();
        self.broker.twin.reset();
        match &mut self.phase {
            Phase::Waiting { until, .. } => *until = now,
            Phase::Connected(connection) => {
                if let Birth::Refused { again, .. } = &mut connection.birth {
                    *again = now;
                }
                for subscription in [
                    &mut connection.subscription,
                    &mut connection.status_subscription,
                ] {
                    if let Subscription::Failed { again, .. } = subscription {
                        *again = now;
                    }
                }
            }
            Phase::Connecting { .. } | Phase::Closed => {}
        }
        Ok(())
    }

    /// The settings are in force, and nothing connects by others any more. `in_order` says that the last connection said
    /// goodbye.
    pub(super) fn adopt(&mut self, now: Time, settings: Arc<Settings>, in_order: bool) {
        self.give_up_topic(&settings, in_order);
        // A delayed will would be cancelled by the next connection, and the old topic would say online for ever.
        self.leaves_a_topic |=
            self.broker.settings.availability_topic != settings.availability_topic;
        let before = &self.broker.settings;
        if before.broker() != settings.broker()
            || before.home_assistant_status_topic != settings.home_assistant_status_topic
        {
            self.home_assistant.is_another();
        }
        self.home_assistant.shorten_hold(now, settings.hold_seconds);
        self.outbox.set_bounds(bounds(&settings));
        self.outbox.retry_states();
        self.broker = Broker::new(settings, self.broker.reconnect.seed());
        self.phase = Phase::Waiting {
            until: now,
            next: None,
        };
        let address = self.broker.settings.broker();
        self.notice_queue.log(Level::Info, || {
            format!("new settings are in force; connecting to {address}")
        });
        self.log_notes();
    }
}
