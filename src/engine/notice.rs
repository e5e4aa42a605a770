//! What there is to tell a host that wants to hear: state changes, outcomes, log lines.

use super::status::State;
use super::Engine;
use crate::outbox::Time;
use crate::outcome::Outcome;
use serde::Serialize;

/// Something that happened to a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// The client stands elsewhere now. The first notice of all says where it stood when the reading began.
    State {
        /// Where it stands.
        state: State,
        /// The last failure, in plain words, where the client is not online because of one.
        reason: Option<String>,
    },
    /// A message ended whose [`Delivery`](crate::Delivery) has been neither waited for to its end nor dropped.
    Delivery {
        /// The number of the message: [`Delivery::id`](crate::Delivery::id).
        delivery: u64,
        /// How it ended.
        #[serde(flatten)]
        outcome: Outcome,
    },
    /// A line for a log. Holds no password and no payload.
    Log {
        /// How much it matters.
        level: Level,
        /// One sentence.
        text: String,
    },
    /// So many state changes and log lines were dropped before the next one, as they were not read in time.
    /// Outcomes are never dropped.
    Missed {
        /// How many.
        count: u64,
    },
}

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Level {
    /// All is as it should be.
    Info,
    /// Something failed or was lost; it may pass by itself.
    Warning,
    /// Nothing works until somebody acts.
    Error,
}

impl Engine {
    /// Notes from now on what there is to tell, beginning with where the client stands.
    pub(crate) fn open_notices(&mut self) {
        if self.notice_queue.open(&self.outbox.counters) {
            self.outbox.announce_outcomes();
            self.say_state();
            self.log_notes();
        }
    }

    /// Whether there is something to read.
    pub(crate) fn has_news(&mut self) -> bool {
        !self.notice_queue.is_empty() || self.outbox.first_ended().is_some()
    }

    /// Gives the next notice to `read`; one that it does not accept stays the next.
    pub(crate) fn read_notice<T, E>(
        &mut self,
        read: impl FnOnce(Notice) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        if let Some(notice) = self.notice_queue.first() {
            return Some(read(notice).inspect(|_| self.notice_queue.advance()));
        }
        let (delivery, outcome) = self.outbox.first_ended()?;
        let outcome = outcome.clone();
        let read = read(Notice::Delivery { delivery, outcome });
        Some(read.inspect(|_| self.outbox.ended_announced()))
    }

    /// Notes what has changed for who reads notices.
    pub(crate) fn tell(&mut self, now: Time) {
        self.notice_queue.losses(now, &self.outbox.counters);
        self.say_state();
    }

    pub(super) fn say_state(&mut self) {
        let state = self.state();
        let failed = matches!(state, State::Waiting | State::Refused);
        let reason = self.broker.last_error.as_ref().filter(|_| failed);
        self.notice_queue.state(state, || reason.cloned());
    }

    /// What is worth knowing of the settings.
    pub(super) fn log_notes(&mut self) {
        for note in self.broker.settings.notes() {
            self.notice_queue.log(Level::Warning, || note);
        }
    }
}
