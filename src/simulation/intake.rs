//! The intake of a client, as its monitor has it: publishers put messages there, whoever calls the driver empties it first
//! and sets new terms at the end.

use super::coverage::Cause;
use super::events::Published;
use super::ledger::Entry;
use super::process::Worker;
use super::schedule::{Batch, Meanwhile};
use super::world::World;
use crate::driver::Effects;
use crate::outbox::{Taken, Time};
use crate::settings::Settings;

/// How late an expiry may be noticed by a thread that is free to notice it.
pub(super) const NOTICED: Time = Time::from_millis(1);

impl World<'_> {
    /// Puts a message into the intake, or gives it back where that is for the driver to decide.
    pub(super) fn put(&mut self, entry: Entry, published: Published) -> Option<(Entry, Published)> {
        let (id, now) = (self.ledger.next_id(), self.air.now);
        let is_closed = self.is_closed();
        if !published.states.is_empty() {
            return Some((entry, published));
        }
        let Published {
            message,
            lifetime,
            is_tracked,
            states,
        } = published;
        let client = self.client();
        let put = (client.intake).put_message(now, message, lifetime, is_tracked);
        match put {
            Ok(put) => {
                client.woken |= put.wakes_worker;
                if put.id != id {
                    self.fail(format!("message {id} is called {}", put.id));
                }
                if is_closed {
                    self.fail("a closed client accepts a message".into());
                }
                self.coverage.messages += 1;
                self.ledger.accepted(entry);
                None
            }
            Err(message) => Some((
                entry,
                Published {
                    message,
                    lifetime,
                    is_tracked,
                    states,
                },
            )),
        }
    }

    /// Forgets all deliveries, and gives those for which that is for the driver.
    pub(super) fn forget_all(&mut self) -> Vec<u64> {
        let ids = 1..self.ledger.next_id();
        let intake = &mut self.client().intake;
        let refused: Vec<_> = ids.filter(|id| !intake.forget(*id)).collect();
        for entry in &mut self.ledger.entries {
            entry.is_held = false;
        }
        refused
    }

    /// As `Client::forget_deliveries`, where that is for the driver.
    pub(super) fn forget_by_driver(&mut self, ids: &[u64]) {
        if !ids.is_empty() {
            self.act(Cause::Asked, |driver, now| ((), driver.forget(now, ids)));
        }
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
        let engine = client.driver.engine();
        let bounds = bounds(engine.settings());
        let watch = &mut client.watch;
        if std::mem::replace(&mut watch.bounds, bounds) != bounds {
            let (outbox, (messages, bytes)) = (engine.outbox(), client.intake.waiting());
            let allowed = &mut watch.allowance;
            allowed.0 = allowed.0.max(outbox.bounded() + messages);
            allowed.1 = allowed.1.max(outbox.bytes() + bytes);
        }
    }

    /// The background thread has done what it had to with the driver. Others do something before it sets new terms, and
    /// wait until then for what is for the driver.
    pub(super) fn end_work(&mut self) {
        let (mut batch, mut refused) = (None, Vec::new());
        match self.client().meanwhile.take() {
            Some(Meanwhile::Publish(what)) => batch = self.publish_meanwhile(what),
            Some(Meanwhile::Forget) => refused = self.forget_all(),
            None => {}
        }
        let now = self.air.now;
        let client = self.client();
        let effects = client.driver.take_over_forgotten(now, &mut client.intake);
        self.follow(&[Cause::Asked], effects);
        self.let_in();
        if let Some(batch) = batch {
            (0..batch.count).for_each(|_| self.publish(&batch));
        }
        self.forget_by_driver(&refused);
    }

    /// Gives what has to wait.
    fn publish_meanwhile(&mut self, batch: Batch) -> Option<Batch> {
        let mut batch = Batch {
            names: None,
            ..batch
        };
        while batch.count > 0 {
            let (entry, published) = self.message(&batch);
            if self.put(entry, published).is_some() {
                return Some(batch);
            }
            batch.count -= 1;
        }
        None
    }

    /// Nobody sleeps while a message is there that could go, or has expired, or that there is no room for.
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
        let (messages, bytes) = process.intake.waiting();
        let (most, most_bytes) = bounds(process.engine().settings());
        let is_over = outbox.bounded() + messages > most || outbox.bytes() + bytes > most_bytes;
        let is_late = there
            .iter()
            .any(|entry| entry.deadline().saturating_add(NOTICED) < now);
        if is_late || is_over || process.engine().may_send() {
            self.fail("a message is in the intake, and nobody wakes the background thread".into());
        }
    }
}

/// How many messages and bytes the outbox may hold.
pub(super) fn bounds(settings: &Settings) -> (usize, u64) {
    (settings.max_queued_messages, settings.max_queued_bytes)
}
