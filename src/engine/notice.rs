//! Notices for the host program: state changes, outcomes, log lines.

use super::notice_kinds::NoticeKinds;
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
    /// The state of the client has changed. The first notice is the state at the time when notices were selected.
    State {
        /// The new state.
        state: State,
        /// The last failure, in plain words, if that is why the client is not online.
        reason: Option<String>,
    },
    /// A message has its outcome, and its [`Delivery`](crate::Delivery) was neither dropped nor has it returned that
    /// outcome.
    Delivery {
        /// The number of the message: [`Delivery::id`](crate::Delivery::id).
        delivery: u64,
        /// The outcome.
        #[serde(flatten)]
        outcome: Outcome,
    },
    /// A line for a log. It contains no password and no payload.
    Log {
        /// The severity.
        level: Level,
        /// One sentence.
        text: String,
    },
    /// State changes and log lines were dropped before the next one because they were not read in time. Outcomes are
    /// never dropped.
    Missed {
        /// How many.
        count: u64,
    },
}

/// The severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Level {
    /// Normal operation.
    Info,
    /// Something failed or was lost; it may recover without intervention.
    Warning,
    /// Nothing works until someone intervenes.
    Error,
}

impl Engine {
    /// Notes these kinds from now on, beginning with where the client stands.
    pub(crate) fn open_notices(&mut self, kinds: NoticeKinds) {
        let had_log = self.notice_queue.kinds().contains(NoticeKinds::LOG);
        self.notice_queue.open(kinds, &self.outbox.counters);
        if kinds.has_outcomes() {
            self.outbox.announce_outcomes();
        }
        self.say_state();
        if !had_log {
            self.log_notes();
        }
    }

    /// Notes what most want, unless something was chosen before.
    pub(crate) fn open_notices_once(&mut self) {
        if !self.notice_queue.is_open() {
            self.open_notices(NoticeKinds::DEFAULT);
        }
    }

    /// As [`Engine::open_notices_once`], for who wants nothing but outcomes.
    pub(crate) fn open_outcomes_once(&mut self) {
        if !self.notice_queue.is_open() {
            self.open_notices(NoticeKinds::OUTCOMES);
        }
        self.outbox.announce_outcomes();
    }

    /// Whether there is something of what is wanted, of whatever kind.
    pub(crate) fn has_news(&mut self) -> bool {
        let wants_outcomes = self.notice_queue.kinds().has_outcomes();
        !self.notice_queue.is_empty() || (wants_outcomes && self.outbox.first_ended().is_some())
    }

    /// Whether there is a notice to read.
    pub(crate) fn has_notice(&mut self) -> bool {
        !self.notice_queue.is_empty() || self.told_outcome().is_some()
    }

    /// The outcome that is to be told as the next notice.
    fn told_outcome(&mut self) -> Option<(u64, &Outcome)> {
        let tells = self.notice_queue.kinds().contains(NoticeKinds::DELIVERIES);
        self.outbox.first_ended().filter(|_| tells)
    }

    /// Gives the next notice to `read`; one that it does not accept stays the next.
    pub(crate) fn read_notice<T, E>(
        &mut self,
        read: impl FnOnce(Notice) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        if let Some(notice) = self.notice_queue.first() {
            return Some(read(notice).inspect(|_| self.notice_queue.advance()));
        }
        let (delivery, outcome) = self.told_outcome()?;
        let outcome = outcome.clone();
        let read = read(Notice::Delivery { delivery, outcome });
        Some(read.inspect(|_| self.outbox.ended_announced()))
    }

    /// Takes the outcomes that were neither taken nor told, at most so many, in the order in which the messages ended.
    pub(crate) fn take_outcomes(&mut self, most: usize) -> Vec<(u64, Outcome)> {
        let mut taken = Vec::with_capacity(most.min(self.outbox.kept()));
        while taken.len() < most {
            let Some((delivery, _)) = self.outbox.first_ended() else {
                break;
            };
            self.outbox.ended_announced();
            if let Some(Some(outcome)) = self.outbox.take_outcome(delivery) {
                taken.push((delivery, outcome));
            }
        }
        taken
    }

    /// Notes what has changed for who reads notices.
    pub(crate) fn tell(&mut self, now: Time) {
        self.notice_queue.losses(now, &self.outbox.counters);
        self.say_state();
    }

    pub(super) fn say_state(&mut self) {
        let state = self.state();
        // Together with the notice, so that all who follow the client learn things in one order.
        if (state == State::Online) != (self.online_changes % 2 == 1) {
            self.online_changes += 1;
        }
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
