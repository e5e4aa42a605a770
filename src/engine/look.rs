//! Whether the broker still keeps what it kept of us: if not, it was gone, and with it every subscription.

use super::connection::Birth;
use super::input::Token;
use super::{Connection, Engine, Phase};
use crate::outbox::Time;
use std::time::Duration;

/// A SUBSCRIBE that is not answered by then shows nothing.
const SUBACK_LIMIT: Duration = Duration::from_secs(10);
/// What the broker keeps comes with SUBACK, unless it is slow.
const LIMIT: Duration = Duration::from_secs(1);
/// After so many connections in a row that ended over it, the next one does not look.
const MOST_CLOSES: u32 = 2;

/// A link that breaks leaves the will at the broker, or our birth message; one that restarts without its memory has
/// nothing, though it may be back before we have tried in vain. So where it makes a difference, SUBSCRIBE goes out
/// ahead of the birth message, and events wait for what comes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Look {
    #[default]
    Unwanted,
    Due,
    Asked {
        token: Token,
        until: Time,
        can_read: bool,
    },
    /// What is kept has to come by then.
    Granted {
        until: Time,
        can_read: bool,
    },
    Over,
}

impl Look {
    /// SUBSCRIBE was handed over.
    pub(super) fn asked(now: Time, token: Token) -> Self {
        Look::Asked {
            token,
            until: now + SUBACK_LIMIT,
            can_read: false,
        }
    }

    /// A message on the topic came that was just said, as our birth message does: this client may read there.
    pub(super) fn came_back(&mut self) {
        if let Look::Asked { can_read, .. } | Look::Granted { can_read, .. } = self {
            *can_read = true;
        }
    }

    pub(super) fn is_asked(self, asked: Token) -> bool {
        matches!(self, Look::Asked { token, .. } if token == asked)
    }

    /// Whether its result is awaited.
    pub(super) fn is_pending(self) -> bool {
        !matches!(self, Look::Unwanted | Look::Over)
    }

    /// Whether the broker has been asked for the subscription.
    pub(super) fn has_begun(self) -> bool {
        !matches!(self, Look::Unwanted | Look::Due)
    }
}

impl Engine {
    /// Whether to look, on a connection that has just opened.
    pub(super) fn begin_look(&self, connection: &Connection) -> Look {
        // A broker that ends connections over it must not be asked on each.
        let can_see = self.broker.has_granted
            && self.broker.looks_closed < MOST_CLOSES
            && connection.flags.retain
            && connection.subscription.is_due();
        match can_see && self.home_assistant.may_hold(&self.broker.settings) {
            true => Look::Due,
            false => Look::Unwanted,
        }
    }

    /// The SUBSCRIBE was answered.
    pub(super) fn look_answered(&mut self, now: Time, token: Token, result: Result<(), String>) {
        if let Phase::Connected(connection) = &mut self.phase {
            connection.window.take(token);
            connection.look = match (connection.look, result) {
                (Look::Asked { can_read, .. }, Ok(())) if !connection.look_is_moot => {
                    Look::Granted {
                        until: now + LIMIT,
                        can_read,
                    }
                }
                (_, Ok(())) => Look::Over,
                // As if it had never asked: nothing comes of it.
                (_, Err(_)) => Look::Unwanted,
            };
        }
    }

    /// Whether events wait for its result.
    pub(super) fn is_looking(&self) -> bool {
        self.connection()
            .is_some_and(|one| one.look.is_pending() && !one.look_is_moot)
    }

    /// Home Assistant has just subscribed: whatever happened before makes no difference any more.
    pub(super) fn look_is_moot(&mut self) {
        if let Phase::Connected(connection) = &mut self.phase {
            connection.look_is_moot = true;
            if let Look::Due | Look::Granted { .. } = connection.look {
                connection.look = Look::Over;
            }
        }
    }

    /// When what is kept should have come. Not before the birth message was answered, which a slow broker takes as
    /// long for.
    pub(super) fn look_due(&self) -> Option<Time> {
        let connection = self.connection()?;
        match connection.look {
            Look::Asked { until, .. } => Some(until),
            Look::Granted { until, .. } => match (&connection.birth, connection.online_from) {
                (_, Some(online_from)) => Some(until.max(online_from + LIMIT)),
                (Birth::Refused { .. }, None) => Some(until),
                _ => None,
            },
            Look::Unwanted | Look::Due | Look::Over => None,
        }
    }

    /// It has not come.
    pub(super) fn look_is_over(&mut self, now: Time) {
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        match std::mem::replace(&mut connection.look, Look::Over) {
            Look::Asked { token, .. } => drop(connection.window.take(token)),
            // Without the right to read nothing comes, whatever is kept.
            Look::Granted { can_read: true, .. } => {
                self.home_assistant.broker_is_gone();
                let hold = self.broker.settings.hold_seconds;
                self.home_assistant.broker_is_back(now, hold);
            }
            _ => {}
        }
    }
}
