//! Whether all that was accepted before a certain moment has ended, whatever was accepted later.

use super::{Entry, Outbox};
use std::collections::BTreeMap;

/// A mark is the id of the last message before it. The ids between two marks are an epoch, and only the messages of an
/// epoch that have not ended are counted: so a message costs nothing, and memory is bounded by the marks in use.
#[derive(Debug, Default)]
pub(super) struct FlushMarks {
    /// The epochs by their last id, the first with messages that have not ended.
    epochs: BTreeMap<u64, Epoch>,
    /// Messages after the last mark that have not ended.
    unmarked: usize,
    /// Epochs that have ended.
    finished: u64,
}

#[derive(Debug, Default)]
struct Epoch {
    unfinished: usize,
    /// How often the mark at its end was asked for and not released.
    users: usize,
}

impl Outbox {
    /// A mark behind all that was accepted so far, for [`Outbox::is_finished`]. To be released as often as it was made.
    pub(crate) fn mark(&mut self) -> u64 {
        self.marks.mark(self.last_id)
    }

    /// Whether a mark waits for this message, which has not ended.
    pub(crate) fn is_marked(&self, entry: &Entry) -> bool {
        self.marks.is_awaited(entry.id)
    }

    /// Whether every message accepted before this mark was made has ended.
    pub(crate) fn is_finished(&self, mark: u64) -> bool {
        self.marks.is_finished(mark)
    }

    /// How many of the messages accepted before this mark was made have not ended.
    pub(crate) fn unfinished_before(&self, mark: u64) -> usize {
        self.marks.unfinished_before(mark)
    }

    /// How many marks have finished: changes whenever [`Outbox::is_finished`] does for one of them.
    pub(crate) fn marks_finished(&self) -> u64 {
        self.marks.finished()
    }

    /// Says that nobody will ask for this mark again; a mark takes memory until then, or until it is finished.
    pub(crate) fn release_mark(&mut self, mark: u64) {
        self.marks.release(mark);
    }
}

impl FlushMarks {
    pub(super) fn accepted(&mut self) {
        self.unmarked += 1;
    }

    pub(super) fn ended(&mut self, id: u64) {
        match self.epochs.range_mut(id..).next() {
            Some((_, epoch)) => {
                epoch.unfinished -= 1;
                self.forget_finished();
            }
            None => self.unmarked -= 1,
        }
    }

    /// A mark behind the message with this id, the last that was accepted.
    pub(super) fn mark(&mut self, last_id: u64) -> u64 {
        // Where all have ended there is nothing to count.
        if self.unmarked > 0 || !self.epochs.is_empty() {
            let epoch = self.epochs.entry(last_id).or_default();
            epoch.unfinished += std::mem::take(&mut self.unmarked);
            epoch.users += 1;
        }
        last_id
    }

    /// Whether somebody waits for this message, which has not ended.
    pub(super) fn is_awaited(&self, id: u64) -> bool {
        self.epochs.range(id..).next().is_some()
    }

    pub(super) fn is_finished(&self, mark: u64) -> bool {
        let first = self.epochs.keys().next();
        first.is_none_or(|&first| first > mark)
    }

    pub(super) fn unfinished_before(&self, mark: u64) -> usize {
        let epochs = self.epochs.range(..=mark);
        epochs.map(|(_, epoch)| epoch.unfinished).sum()
    }

    pub(super) fn finished(&self) -> u64 {
        self.finished
    }

    /// Nobody will ask for this mark again; to be said once for each time that it was made.
    pub(super) fn release(&mut self, mark: u64) {
        let Some(epoch) = self.epochs.get_mut(&mark) else {
            return; // It has finished.
        };
        epoch.users -= 1;
        if epoch.users > 0 {
            return;
        }
        let unfinished = epoch.unfinished;
        self.epochs.remove(&mark);
        match self.epochs.range_mut(mark..).next() {
            Some((_, next)) => next.unfinished += unfinished,
            None => self.unmarked += unfinished,
        }
        self.forget_finished();
    }

    fn forget_finished(&mut self) {
        while let Some(first) = self.epochs.first_entry() {
            if first.get().unfinished > 0 {
                break;
            }
            first.remove();
            self.finished += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_waits_for_what_came_before_it_and_for_nothing_else() {
        let mut marks = FlushMarks::default();
        assert!({
            let mark = marks.mark(0);
            marks.is_finished(mark)
        });
        (0..2).for_each(|_| marks.accepted());
        let first = marks.mark(2);
        marks.accepted();
        let (second, same) = (marks.mark(3), marks.mark(3));
        assert_eq!(marks.unfinished_before(second), 3);
        marks.accepted();
        marks.ended(3);
        marks.ended(1);
        assert!(!marks.is_finished(first) && !marks.is_finished(second));
        assert_eq!(marks.finished(), 0);
        let unfinished = |mark| marks.unfinished_before(mark);
        assert_eq!([0, first, second].map(unfinished), [0, 1, 1]);
        marks.ended(2);
        assert!(marks.is_finished(first) && marks.is_finished(second));
        assert_eq!(marks.finished(), 2);
        assert!(marks.is_finished(same) && marks.epochs.is_empty());
        assert_eq!(marks.unmarked, 1);
    }

    #[test]
    fn a_mark_that_was_released_takes_no_memory_and_loses_no_count() {
        let mut marks = FlushMarks::default();
        let mut last_id = 0;
        let mut mark = |marks: &mut FlushMarks| {
            marks.accepted();
            last_id += 1;
            marks.mark(last_id)
        };
        let (first, second, third) = (mark(&mut marks), mark(&mut marks), mark(&mut marks));
        marks.release(first);
        assert_eq!(marks.epochs.len(), 2);
        marks.ended(2);
        assert!(!marks.is_finished(second), "message 1 has not ended");
        marks.release(third);
        marks.ended(1);
        assert!(marks.is_finished(second));
        marks.ended(3);
        assert!(marks.epochs.is_empty() && marks.unmarked == 0);
        marks.release(second);
    }
}
