//! The birth message again every so often: a subscriber that expects it notices when it stays away, though neither
//! broker nor client is there to say so.

use super::Engine;
use crate::outbox::Time;
use std::time::Duration;

/// Home Assistant takes a connection sensor whose config has changed for expired until the next birth message. By then it
/// has read the config.
const AFTER_CONFIG: Duration = Duration::from_secs(2);

/// When it is due on one connection.
#[derive(Debug, Default)]
pub(super) struct Heartbeat {
    /// When the birth message was said last, for whatever reason.
    said_at: Option<Time>,
    /// When a discovery config was sent last, of those since.
    config_at: Option<Time>,
    is_due: bool,
}

impl Heartbeat {
    pub(super) fn said(&mut self, now: Time) {
        self.said_at = Some(now);
        self.config_at = None;
        self.is_due = false;
    }

    /// A discovery config was sent.
    pub(super) fn config_sent(&mut self, now: Time) {
        self.config_at = Some(now);
    }

    /// Its time has come.
    pub(super) fn fall_due(&mut self) {
        self.is_due = true;
    }

    /// Whether it is to be said as soon as it may.
    pub(super) fn is_due(&self) -> bool {
        self.is_due
    }
}

impl Engine {
    /// When it is due; never while it waits for room.
    pub(super) fn heartbeat_at(&self) -> Option<Time> {
        let connection = self.connection()?;
        let is_said = connection.is_online() && connection.is_announced;
        if !is_said || connection.heartbeat.is_due {
            return None;
        }
        let settings = &self.broker.settings;
        let seconds = settings.heartbeat_seconds(self.home_assistant.has_cameras());
        let regular = connection.heartbeat.said_at? + Time::from_secs(seconds.into());
        let after_config = connection.heartbeat.config_at.map(|at| at + AFTER_CONFIG);
        (seconds > 0).then(|| after_config.map_or(regular, |at| at.min(regular)))
    }
}
