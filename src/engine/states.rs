//! What is to stand at the broker for good.

use super::connection::Farewell;
use super::Engine;
use crate::error::Error;
use crate::outbox::{Rank, Time};
use bytes::Bytes;
use std::sync::Arc;

impl Engine {
    /// Remembers the state of a topic, and says it now and whenever a broker may have forgotten it; or, without a
    /// payload, forgets it, and clears it at the broker as soon as there is one. Never waits.
    pub(crate) fn set_state(
        &mut self,
        now: Time,
        topic: &Arc<str>,
        payload: Bytes,
        rank: Rank,
        tracked: bool,
    ) -> Result<u64, Error> {
        self.check_open()?;
        self.outbox.set_state(now, topic, payload, rank, tracked)
    }

    /// As [`Engine::set_state`] for several, each of another topic: all of them, or none where there is no room for all.
    pub(crate) fn set_states(
        &mut self,
        now: Time,
        states: &[(Arc<str>, Bytes, Rank)],
    ) -> Result<(), Error> {
        self.check_open()?;
        self.outbox.set_states(now, states)
    }

    /// Says all states again, soon: somebody has come who may not know them. For Home Assistant's live birth message.
    /// Without a connection there is nothing to do, as the next one begins with them.
    pub(crate) fn say_states_again(&mut self, now: Time) {
        if self.says_states() {
            self.outbox.say_states_again(now);
        }
    }

    /// When more of the states are to be said.
    pub(super) fn states_due(&self) -> Option<Time> {
        self.outbox.states_due().filter(|_| self.says_states())
    }

    fn says_states(&self) -> bool {
        self.connection()
            .is_some_and(|connection| connection.farewell == Farewell::NotBegun)
    }
}
