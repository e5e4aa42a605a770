//! What callers want of the driver.

use super::{Driver, Effects, Step};
use crate::engine::{Engine, Link, Notice, NoticeKinds};
use crate::error::Error;
use crate::message::Message;
use crate::outbox::{NamedState, Rank, Time};
use crate::outcome::Outcome;
use crate::settings::Settings;
use bytes::Bytes;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

impl<L: Link> Driver<L> {
    /// See [`Engine::publish`].
    pub(crate) fn publish(
        &mut self,
        now: Time,
        message: Message,
        lifetime_seconds: Option<u32>,
        tracked: bool,
        states: Vec<NamedState>,
    ) -> (Result<u64, Error>, Effects) {
        let result = self.take(Step::Told, |engine| {
            engine.publish(now, message, lifetime_seconds, tracked, states)
        });
        // Deadlines are left to the background thread: this call is made for every event, and has to be cheap.
        (result, self.act(now))
    }

    /// See [`Engine::set_state`].
    pub(crate) fn set_state(
        &mut self,
        now: Time,
        topic: &Arc<str>,
        payload: Bytes,
        rank: Rank,
        tracked: bool,
    ) -> (Result<u64, Error>, Effects) {
        self.step(now, |engine| {
            engine.set_state(now, topic, payload, rank, tracked)
        })
    }

    /// See [`Engine::set_states`].
    pub(crate) fn set_states(
        &mut self,
        now: Time,
        states: &[(Arc<str>, Bytes, Rank)],
    ) -> (Result<(), Error>, Effects) {
        self.step(now, |engine| engine.set_states(now, states))
    }

    /// See [`Engine::reconfigure`].
    pub(crate) fn reconfigure(
        &mut self,
        now: Time,
        settings: Arc<Settings>,
    ) -> (Result<(), Error>, Effects) {
        self.generation += 1;
        self.step(now, |engine| engine.reconfigure(now, settings))
    }

    /// See [`Engine::reconnect`].
    pub(crate) fn reconnect(&mut self, now: Time) -> (Result<(), Error>, Effects) {
        self.step(now, |engine| engine.reconnect(now))
    }

    /// See [`Engine::set_announced`].
    pub(crate) fn set_announced(&mut self, now: Time, topics: HashSet<Arc<str>>) -> Effects {
        self.generation += 1;
        self.step(now, |engine| engine.set_announced(topics)).1
    }

    /// See [`Engine::change_announced`].
    pub(crate) fn change_announced(
        &mut self,
        now: Time,
        before: Option<&Arc<str>>,
        after: Option<&Arc<str>>,
    ) -> Effects {
        self.generation += 1;
        self.step(now, |engine| engine.change_announced(before, after))
            .1
    }

    /// See [`Engine::shut_down`].
    pub(crate) fn shut_down(
        &mut self,
        now: Time,
        timeout: Duration,
    ) -> (Result<(), Error>, Effects) {
        self.step(now, |engine| engine.shut_down(now, timeout))
    }

    /// See [`Engine::finish`].
    pub(crate) fn finish(&mut self, now: Time) -> Effects {
        self.step(now, Engine::finish).1
    }

    /// See [`Engine::take_outcome`].
    pub(crate) fn take_outcome(
        &mut self,
        now: Time,
        id: u64,
    ) -> (Option<Option<Outcome>>, Effects) {
        self.note(now, |engine| engine.take_outcome(id))
    }

    /// See [`Engine::forget`].
    pub(crate) fn forget(&mut self, now: Time, ids: &[u64]) -> Effects {
        self.note(now, |engine| ids.iter().for_each(|id| engine.forget(*id)))
            .1
    }

    /// See [`Engine::mark`].
    pub(crate) fn mark(&mut self, now: Time) -> (u64, Effects) {
        self.step(now, Engine::mark)
    }

    /// See [`Engine::release_mark`].
    pub(crate) fn release_mark(&mut self, now: Time, mark: u64) -> Effects {
        self.step(now, |engine| engine.release_mark(mark)).1
    }

    /// See [`Engine::open_notices`].
    pub(crate) fn open_notices(&mut self, now: Time, kinds: NoticeKinds) -> Effects {
        self.step(now, |engine| engine.open_notices(kinds)).1
    }

    /// See [`Engine::open_notices_once`].
    pub(crate) fn open_notices_once(&mut self, now: Time) -> Effects {
        self.step(now, Engine::open_notices_once).1
    }

    /// See [`Engine::take_outcomes`]. The first to ask begins to note them.
    pub(crate) fn take_outcomes(
        &mut self,
        now: Time,
        most: usize,
    ) -> (Vec<(u64, Outcome)>, Effects) {
        self.step(now, |engine| {
            engine.open_outcomes_once();
            engine.take_outcomes(most)
        })
    }

    /// See [`Engine::read_notice`].
    pub(crate) fn read_notice<T, E>(
        &mut self,
        now: Time,
        read: impl FnOnce(Notice) -> Result<T, E>,
    ) -> (Option<Result<T, E>>, Effects) {
        self.step(now, |engine| engine.read_notice(read))
    }

    /// A defect of ours ended the background thread.
    pub(crate) fn fail(&mut self, now: Time, cause: &str) -> Effects {
        self.step(now, |engine| engine.fail(cause)).1
    }
}
