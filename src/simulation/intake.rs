//! The intake of a client, as its monitor has it: publishers put messages there, whoever calls the driver empties it first
//! and sets new terms at the end.

use super::events::Published;
use super::process::Worker;
use super::world::World;
use crate::driver::Effects;
use crate::outbox::{Put, Taken, Time};

/// How late an expiry may be noticed by a thread that is free to notice it.
pub(super) const NOTICED: Time = Time::from_millis(1);

impl World<'_> {
    /// Puts a message into the intake, or gives it back where that is for the driver to decide.
    pub(super) fn put(&mut self, id: u64, published: Published) -> Option<Published> {
        let now = self.air.now;
        let client = self.client();
        if !published.states.is_empty() {
            return Some(published);
        }
        let Published {
            message,
            lifetime,
            is_tracked,
            states,
        } = published;
        match client
            .intake
            .put_message(now, message, lifetime, is_tracked)
        {
            Ok(Put {
                id: given,
                wakes_worker,
            }) => {
                client.woken |= wakes_worker;
                if given != id {
                    self.fail(format!("message {id} is called {given}"));
                }
                None
            }
            Err(message) => Some(Published {
                message,
                lifetime,
                is_tracked,
                states,
            }),
        }
    }

    /// Forgets a delivery; false where that is for the driver.
    pub(super) fn forget(&mut self, id: u64) -> bool {
        self.client().intake.forget(id)
    }

    /// The driver takes over what is there, before it is told or asked anything else.
    pub(super) fn take_over(&mut self) {
        let client = self.client();
        if client.intake.is_empty() {
            return;
        }
        let mut taken = client.intake.take(Taken::default());
        client.driver.take_over(&mut taken);
        self.follow(&[], Effects::default());
    }

    /// The driver has done what it had to.
    pub(super) fn let_in(&mut self) {
        let client = self.client();
        let wakes_worker = client.intake.set_terms(client.driver.terms());
        client.woken |= wakes_worker;
    }

    /// Nobody sleeps while a message is there that could go, or has expired.
    pub(super) fn check_intake(&mut self) {
        let now = self.air.now;
        let Some(process) = self.process.as_ref().filter(|process| !process.woken) else {
            return;
        };
        let sleeps = match process.worker {
            Worker::Waiting(until) | Worker::Opening(until) | Worker::Polling(until) => until > now,
            _ => false,
        };
        let outbox = process.engine().outbox();
        let there = &self.ledger.entries[outbox.last_id() as usize..];
        if there.is_empty() || !sleeps || process.frozen_until > now {
            return;
        }
        let is_late = there
            .iter()
            .any(|entry| entry.deadline().saturating_add(NOTICED) < now);
        if is_late || process.engine().may_send() {
            self.fail("a message is in the intake, and nobody wakes the background thread".into());
        }
    }
}
