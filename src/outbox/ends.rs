//! How messages end: each once.

use super::entry::{millis, Nature};
use super::unheard::NO_SUBSCRIBER;
use super::{Entry, Outbox, Time};
use crate::outcome::{DropReason, Outcome};

impl Outbox {
    /// Ends a message that was taken.
    pub(crate) fn end(&mut self, entry: &Entry, outcome: Outcome) {
        match entry.nature {
            Nature::Queued => {
                self.land(entry);
                if entry.is_retry {
                    self.queues.retry(&entry.message.topic);
                }
                self.record(entry, outcome);
            }
            nature => {
                let is_given_up = entry.closes_alone > 0 && matches!(outcome, Outcome::Rejected(_));
                self.states.end(entry, is_given_up);
                self.topic_is_free(&entry.message.topic);
                if nature == Nature::Ahead && matches!(outcome, Outcome::Rejected(_)) {
                    self.counters.states_left_out += 1;
                }
                if nature == Nature::State {
                    self.count(entry.id, entry.tracked, outcome);
                }
            }
        }
    }

    /// Ends a message that was taken and has been delivered.
    pub(crate) fn delivered(&mut self, entry: Entry) {
        self.end(&entry, Outcome::Delivered);
        if entry.nature == Nature::Queued {
            self.spent.add(entry.message.payload);
        }
    }

    /// Ends every message that waits, at shutdown: what was sent before may have arrived.
    pub(crate) fn end_all_queued(&mut self) {
        while let Some((message, was_sent)) = self.states.end_first_waiting() {
            self.end_waiting(&message, ended_by_shutdown(was_sent));
        }
        while let Some(entry) = self.queues.oldest().and_then(|l| self.queues.pop_front(l)) {
            let outcome = match entry.tries {
                0 => ended_by_shutdown(entry.sent_before),
                _ => NO_SUBSCRIBER,
            };
            self.record(&entry, outcome);
        }
    }

    /// Ends what has expired.
    pub(crate) fn expire(&mut self, now: Time) {
        let now = millis(now);
        while let Some((deadline, lane)) = self.queues.first_expiry() {
            if deadline > now {
                break;
            }
            if let Some(entry) = self.queues.pop_front(lane) {
                // Of one that was never tried nobody knows whether there was a subscriber.
                let outcome = match entry.tries > 0 {
                    true => NO_SUBSCRIBER,
                    false => Outcome::Expired,
                };
                self.record(&entry, outcome);
            }
        }
    }

    /// When the next message that waits expires: when to call [`Outbox::expire`].
    pub(crate) fn next_expiry(&self) -> Option<Time> {
        let (deadline, _) = self.queues.first_expiry()?;
        Some(Time::from_millis(deadline))
    }

    /// The message of the queue, which is neither queued nor in flight any more, has ended.
    pub(super) fn record(&mut self, entry: &Entry, outcome: Outcome) {
        self.bytes -= entry.cost();
        self.count(entry.id, entry.tracked, outcome);
        self.forget_message(entry.id);
    }

    pub(super) fn count(&mut self, id: u64, tracked: bool, outcome: Outcome) {
        self.marks.ended(id);
        *self.counters.of(&outcome) += 1;
        debug_assert_eq!(
            self.counters.accepted,
            self.counters.ended() + self.unfinished() as u64,
            "each message ends once"
        );
        if tracked {
            self.outcomes.record(id, outcome);
        }
    }
}

fn ended_by_shutdown(was_sent: bool) -> Outcome {
    match was_sent {
        true => Outcome::Unknown,
        false => Outcome::Dropped(DropReason::ShutDown),
    }
}
