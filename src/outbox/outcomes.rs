//! How the messages ended that somebody wants to know about.

use crate::outcome::Outcome;
use std::collections::{HashMap, VecDeque};

/// Announcements of outcomes that were since taken or forgotten stay in line up to this many more than are kept.
const SLACK: usize = 1024;

/// An outcome stays until it is taken or forgotten. Announcing it to a reader of notices does not take it: whoever
/// waits for the message still gets it.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    tracked: HashMap<u64, Option<Outcome>>,
    kept: usize,
    /// How often an outcome came, was taken or was forgotten.
    changes: u64,
    /// The ids to announce, in the order in which the messages ended; none before somebody reads.
    line: Option<VecDeque<u64>>,
}

impl Outcomes {
    /// Outcomes that nobody has taken yet.
    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    /// How often an outcome came, was taken or was forgotten.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// Somebody wants to know about this message.
    pub(super) fn track(&mut self, id: u64) {
        self.tracked.insert(id, None);
    }

    /// The message ended.
    pub(super) fn record(&mut self, id: u64, ended: Outcome) {
        let Some(outcome) = self.tracked.get_mut(&id) else {
            return;
        };
        *outcome = Some(ended);
        self.kept += 1;
        self.changes += 1;
        if let Some(line) = &mut self.line {
            line.push_back(id);
            if line.len() > 2 * self.kept + SLACK {
                line.retain(|id| matches!(self.tracked.get(id), Some(Some(_))));
            }
        }
    }

    /// Whether the message has ended; takes its outcome if so. `None` for one that nobody wants to know about.
    pub(super) fn take(&mut self, id: u64) -> Option<Option<Outcome>> {
        match self.tracked.get(&id)? {
            None => Some(None),
            Some(_) => {
                self.kept -= 1;
                self.changes += 1;
                self.tracked.remove(&id)
            }
        }
    }

    /// Nobody will ask about the message.
    pub(super) fn forget(&mut self, id: u64) {
        let forgotten = self.tracked.remove(&id);
        self.changes += u64::from(forgotten.is_some());
        if let Some(Some(_)) = forgotten {
            self.kept -= 1;
        }
    }

    /// Puts in line what ends from now on.
    pub(super) fn announce(&mut self) {
        self.line.get_or_insert_default();
    }

    /// The next outcome to announce.
    pub(super) fn first(&mut self) -> Option<(u64, &Outcome)> {
        let line = self.line.as_mut()?;
        while let Some(id) = line.front() {
            if matches!(self.tracked.get(id), Some(Some(_))) {
                break;
            }
            line.pop_front();
        }
        let id = *line.front()?;
        Some((id, self.tracked.get(&id)?.as_ref()?))
    }

    /// The one that [`Outcomes::first`] gave has been announced.
    pub(super) fn advance(&mut self) {
        if let Some(line) = &mut self.line {
            line.pop_front();
        }
    }
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
        assert_eq!(outcomes.take(1), Some(Some(Outcome::Delivered)));
        assert_eq!(outcomes.kept(), 0);
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
