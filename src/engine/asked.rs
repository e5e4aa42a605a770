//! What the engine can be asked, and what asking does not change.

use super::connection::{Birth, Connection};
use super::{Engine, Phase};
use crate::outbox::Outbox;
use crate::settings::Settings;
use std::collections::HashSet;
use std::sync::Arc;

impl Engine {
    /// The settings in force.
    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.broker.settings
    }

    /// The settings that a new message is to obey: those that will be in force when it is sent.
    pub(crate) fn newest_settings(&self) -> &Arc<Settings> {
        let next = self.next_settings.as_ref().map(|(settings, _)| settings);
        next.unwrap_or(&self.broker.settings)
    }

    /// Whether the broker has acknowledged that we are here.
    pub(crate) fn is_online(&self) -> bool {
        self.connection().is_some_and(Connection::is_online)
    }

    /// How often the client came online, or ceased to be: odd while it is, as the notices of states tell it.
    pub(crate) fn online_changes(&self) -> u64 {
        self.online_changes
    }

    /// Whether the client is closed.
    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// Whether a shutdown is under way.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.is_some()
    }

    /// The number of the connection that is open.
    pub(crate) fn connection_number(&self) -> Option<u64> {
        self.connection().map(|connection| connection.number)
    }

    /// The number of the attempt under way or of the connection that is open.
    pub(crate) fn current_number(&self) -> Option<u64> {
        match &self.phase {
            Phase::Connecting { attempt, .. } => Some(attempt.number),
            _ => self.connection_number(),
        }
    }

    /// What the broker refuses that waiting cannot cure. None while new settings, which may cure it, wait.
    pub(crate) fn refusal(&self) -> Option<&str> {
        if self.next_settings.is_some() {
            return None;
        }
        match &self.phase {
            Phase::Connected(connection) => match &connection.birth {
                Birth::Refused { reason, .. } => Some(reason),
                _ => None,
            },
            _ => self.broker.refusal.as_deref(),
        }
    }

    /// The last failure, for whoever waited in vain.
    pub(crate) fn last_error(&self) -> Option<&str> {
        self.broker.last_error.as_deref()
    }

    /// Whether this topic is for availability alone, now or with the settings to come.
    pub(crate) fn is_availability_topic(&self, topic: &str) -> bool {
        topic == &*self.broker.availability.topic
            || topic == self.newest_settings().availability_topic
    }

    /// The topic that says whether we are online.
    #[cfg(test)]
    pub(crate) fn availability_topic(&self) -> &str {
        &self.broker.availability.topic
    }

    /// What that topic holds while we are online.
    #[cfg(test)]
    pub(crate) fn birth_message(&self) -> &bytes::Bytes {
        &self.broker.availability.birth
    }

    /// The cameras that are announced to Home Assistant have their events on these topics: it is expected to hear them.
    pub(crate) fn set_announced(&mut self, topics: HashSet<Arc<str>>) {
        self.home_assistant.set_announced(topics);
    }

    /// As [`Engine::set_announced`], where only the topic of one camera has changed.
    pub(crate) fn change_announced(&mut self, before: Option<&Arc<str>>, now: Option<&Arc<str>>) {
        self.home_assistant.change_announced(before, now);
    }

    /// Whether a message that comes now may be able to go at once.
    pub(crate) fn may_send(&self) -> bool {
        self.connection()
            .is_some_and(|connection| connection.is_online() && connection.has_room_for_message())
    }

    /// The messages.
    pub(crate) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    pub(super) fn connection(&self) -> Option<&Connection> {
        match &self.phase {
            Phase::Connected(connection) => Some(connection),
            _ => None,
        }
    }
}
