//! How the messages ended that somebody wants to know about.

use super::id_hash::IdHash;
use super::room::{Grow, Room};
use super::Outbox;
use crate::outcome::Outcome;
use std::collections::{HashMap, HashSet, VecDeque};

/// Announcements of outcomes that were since taken or forgotten stay in line up to this many more than are kept.
const SLACK: usize = 1024;
/// What an outcome takes beside its reason, at worst. Measured by tests/outbox_memory.rs.
const OVERHEAD: u64 = 128;

/// An outcome stays until it is taken or forgotten. Announcing it to a reader of notices does not take it: whoever
/// waits for the message still gets it.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    /// The messages that have not ended. By themselves, as they take a quarter of the room of one with an outcome.
    awaited: HashSet<u64, IdHash>,
    kept: HashMap<u64, Outcome, IdHash>,
    /// Bytes of the outcomes kept.
    bytes: u64,
    /// How often an outcome came, was taken or was forgotten.
    changes: u64,
    /// The ids to announce, in the order in which the messages ended; none before somebody reads.
    line: Option<VecDeque<u64>>,
}

impl Outbox {
    /// Outcomes that nobody has taken yet.
    pub(crate) fn kept(&self) -> usize {
        self.outcomes.kept()
    }

    /// How often an outcome came, was taken or was forgotten.
    pub(crate) fn outcome_changes(&self) -> u64 {
        self.outcomes.changes
    }

    /// Whether the message with this id has ended; takes its outcome if so. `None` for an id that nobody waits for.
    pub(crate) fn take_outcome(&mut self, id: u64) -> Option<Option<Outcome>> {
        self.outcomes.take(id)
    }

    /// Says that nobody will ask for the outcome of this message.
    pub(crate) fn forget(&mut self, id: u64) {
        self.outcomes.forget(id);
    }

    /// Keeps in line, for [`Outbox::first_ended`], the outcomes to come.
    pub(crate) fn announce_outcomes(&mut self) {
        self.outcomes.announce();
    }

    /// The next message that ended and has not been announced, with its outcome, which stays.
    pub(crate) fn first_ended(&mut self) -> Option<(u64, &Outcome)> {
        self.outcomes.first()
    }

    /// The one that [`Outbox::first_ended`] gave has been announced.
    pub(crate) fn ended_announced(&mut self) {
        self.outcomes.advance();
    }
}

impl Outcomes {
    /// Outcomes that nobody has taken yet.
    pub(super) fn kept(&self) -> usize {
        self.kept.len()
    }

    /// What they take.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Somebody wants to know about this message.
    pub(super) fn track(&mut self, id: u64) {
        self.awaited.insert(id);
    }

    /// The message ended.
    pub(super) fn record(&mut self, id: u64, outcome: Outcome) {
        if !self.awaited.remove(&id) {
            return;
        }
        self.awaited.give_back();
        self.bytes += cost(&outcome);
        self.kept.insert(id, outcome);
        self.changes += 1;
        if let Some(line) = &mut self.line {
            line.grow();
            line.push_back(id);
            if line.len() > 2 * self.kept.len() + SLACK {
                line.retain(|id| self.kept.contains_key(id));
            }
        }
    }

    /// Whether the message has ended; takes its outcome if so. `None` for one that nobody wants to know about.
    pub(super) fn take(&mut self, id: u64) -> Option<Option<Outcome>> {
        if self.awaited.contains(&id) {
            return Some(None);
        }
        self.remove(id).map(Some)
    }

    /// Nobody will ask about the message.
    pub(super) fn forget(&mut self, id: u64) {
        if self.awaited.remove(&id) {
            self.awaited.give_back();
            self.changes += 1;
        } else {
            self.remove(id);
        }
    }

    fn remove(&mut self, id: u64) -> Option<Outcome> {
        let outcome = self.kept.remove(&id)?;
        self.kept.give_back();
        self.bytes -= cost(&outcome);
        self.changes += 1;
        Some(outcome)
    }

    /// Puts in line what has ended and was not taken, and what ends from now on.
    pub(super) fn announce(&mut self) {
        self.line.get_or_insert_with(|| {
            let mut line: Vec<u64> = self.kept.keys().copied().collect();
            line.sort_unstable();
            line.into()
        });
    }

    /// The next outcome to announce.
    pub(super) fn first(&mut self) -> Option<(u64, &Outcome)> {
        let line = self.line.as_mut()?;
        while let Some(id) = line.front() {
            if self.kept.contains_key(id) {
                break;
            }
            line.pop_front();
        }
        let id = *line.front()?;
        Some((id, self.kept.get(&id)?))
    }

    /// The one that [`Outcomes::first`] gave has been announced.
    pub(super) fn advance(&mut self) {
        if let Some(line) = &mut self.line {
            line.pop_front();
            line.give_back();
        }
    }
}

fn cost(outcome: &Outcome) -> u64 {
    let reason = match outcome {
        Outcome::Rejected(reason) => reason.len() as u64,
        _ => 0,
    };
    OVERHEAD + reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announced_outcome_can_still_be_taken() {
        let mut outcomes = Outcomes::default();
        outcomes.announce();
        outcomes.track(1);
        assert!(outcomes.first().is_none());
        outcomes.record(1, Outcome::Delivered);
        assert_eq!(outcomes.first(), Some((1, &Outcome::Delivered)));
        outcomes.advance();
        assert!(outcomes.first().is_none());
        assert_eq!(outcomes.bytes(), OVERHEAD);
        assert_eq!(outcomes.take(1), Some(Some(Outcome::Delivered)));
        assert_eq!((outcomes.kept(), outcomes.bytes()), (0, 0));
        assert_eq!(outcomes.changes, 2, "it came, and was taken");
    }

    #[test]
    fn what_ended_before_somebody_reads_is_announced_too() {
        let mut outcomes = Outcomes::default();
        for id in 1..=3 {
            outcomes.track(id);
            outcomes.record(id, Outcome::Delivered);
        }
        outcomes.forget(1);
        outcomes.announce();
        assert_eq!(outcomes.first(), Some((2, &Outcome::Delivered)));
        outcomes.advance();
        outcomes.announce();
        assert_eq!(outcomes.first(), Some((3, &Outcome::Delivered)));
    }

    #[test]
    fn what_was_taken_or_forgotten_is_not_announced_and_takes_no_room() {
        let mut outcomes = Outcomes::default();
        outcomes.announce();
        for id in 0..10 * SLACK as u64 {
            outcomes.track(id);
            outcomes.record(id, Outcome::Expired);
            match id % 2 {
                0 => drop(outcomes.take(id)),
                _ => outcomes.forget(id),
            }
        }
        let line = outcomes.line.as_ref().map_or(0, VecDeque::len);
        assert!(line <= SLACK + 2, "{line}");
        assert!(outcomes.first().is_none());
        assert_eq!(outcomes.kept(), 0);
        let (forgotten, last) = (u64::MAX - 1, u64::MAX);
        for id in [forgotten, last] {
            outcomes.track(id);
            outcomes.record(id, Outcome::Expired);
        }
        outcomes.forget(forgotten);
        assert_eq!(outcomes.first(), Some((last, &Outcome::Expired)));
    }
}
