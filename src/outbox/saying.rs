//! States among the messages: they have ids and outcomes like others, but bounds and an order of their own.

use super::states::{Rank, Superseded};
use super::{Outbox, Time};
use crate::error::Error;
use crate::outcome::{DropReason, Outcome};
use bytes::Bytes;
use std::sync::Arc;

impl Outbox {
    /// Remembers what is to stand on a topic, in place of what was said of it before, or, without a payload, that
    /// nothing is to stand there any more: then it is refused only where too many outcomes are kept. Gives the id of the
    /// message that says it.
    pub(crate) fn set_state(
        &mut self,
        now: Time,
        topic: &Arc<str>,
        payload: Bytes,
        rank: Rank,
        tracked: bool,
    ) -> Result<u64, Error> {
        let room = self.states.check_room([(&**topic, &payload[..])]);
        room.and_then(|()| self.check_kept(tracked))
            .inspect_err(|_| self.counters.refused_queue_full += 1)?;
        Ok(self.put_state(now, topic, payload, rank, tracked))
    }

    /// Remembers several as [`Outbox::set_state`] does, each of another topic: all, or none.
    pub(crate) fn set_states(
        &mut self,
        now: Time,
        states: &[(Arc<str>, Bytes, Rank)],
    ) -> Result<(), Error> {
        let all = states.iter();
        let all = all.map(|(topic, payload, _)| (&**topic, &payload[..]));
        (self.states.check_room(all)).inspect_err(|_| self.counters.refused_queue_full += 1)?;
        for (topic, payload, rank) in states {
            self.put_state(now, topic, payload.clone(), *rank, false);
        }
        Ok(())
    }

    fn put_state(
        &mut self,
        now: Time,
        topic: &Arc<str>,
        payload: Bytes,
        rank: Rank,
        tracked: bool,
    ) -> u64 {
        let is_cleared = payload.is_empty();
        let id = self.admit(tracked);
        if is_cleared {
            self.forget_named_states(id, topic);
        }
        let superseded = self.states.set(now, id, topic, payload, rank, tracked);
        if let Some(superseded) = superseded {
            self.end_waiting(&superseded, Outcome::Superseded);
        }
        self.fit_named_states();
        if is_cleared {
            while let Some(surplus) = self.states.drop_surplus() {
                self.end_waiting(&surplus, Outcome::Dropped(DropReason::QueueFull));
            }
        }
        id
    }

    /// Clears a topic, unless a state stands there. As nobody asked for it, it is no message that is counted, and no
    /// shutdown waits for it.
    pub(crate) fn clear_quietly(&mut self, topic: &Arc<str>) {
        self.states.clear_quietly(topic);
    }

    /// Home Assistant has subscribed: discovery configs that were cleared since the last connection ended are cleared again,
    /// as it may have missed that.
    pub(crate) fn clear_missed(&mut self) {
        self.states.clear_missed();
    }

    /// Clears quietly neither this topic any more, nor, without one, any.
    pub(crate) fn forget_clearings(&mut self, topic: Option<&str>) {
        self.states.forget_clearings(topic);
    }

    /// States remembered, and the bytes that they and those that messages name take.
    pub(crate) fn states(&self) -> (usize, u64) {
        (self.states.len(), self.states.bytes() + self.named_bytes())
    }

    /// A connection is open: all states are to be said, before anything else.
    pub(crate) fn connected(&mut self, now: Time) {
        self.states.connected(now);
    }

    /// The connection is over, and what was in flight is back.
    pub(crate) fn disconnected(&mut self) {
        self.states.disconnected();
        self.stop_leading();
    }

    /// All states are to be said again, soon.
    pub(crate) fn say_states_again(&mut self, now: Time) {
        self.states.want_again(now);
    }

    /// When to call [`Outbox::turn_states`].
    pub(crate) fn states_due(&self) -> Option<Time> {
        self.states.round_due()
    }

    /// The time has come to say more of the states.
    pub(crate) fn turn_states(&mut self, now: Time) {
        self.states.turn_round(now);
    }

    /// States that the broker closed on are said again: there is perhaps another one.
    pub(crate) fn retry_states(&mut self) {
        self.states.release(true);
    }

    /// The client shuts down: nothing is said twice any more, and what waits goes without a pause.
    pub(crate) fn hurry_states(&mut self) {
        self.states.hurry();
    }

    /// The message of a state, which is neither waiting nor in flight any more, has ended.
    pub(super) fn end_waiting(&mut self, message: &Superseded, outcome: Outcome) {
        self.count(message.id, message.tracked, outcome);
    }
}
