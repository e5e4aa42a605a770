//! The notices that wait to be read, but for outcomes, which the outbox keeps.

use super::notice::{Level, Notice};
use super::notice_kinds::NoticeKinds;
use super::status::State;
use crate::outbox::{Counters, Time};
use std::collections::VecDeque;
use std::time::Duration;

/// State changes and log lines kept for a slow reader.
const MOST_LINES: usize = 1024;
/// Losses are summed up over this time, so that an outage does not flood a log.
const LOSSES_GAP: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct NoticeQueue {
    /// What is noted; nothing before somebody wants to read.
    kinds: NoticeKinds,
    is_open: bool,
    lines: VecDeque<Notice>,
    missed: u64,
    said: Option<State>,
    losses_said: Losses,
    losses_again: Time,
}

impl NoticeQueue {
    /// Whether somebody has said, or shown, what is to be noted.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// What is noted.
    pub(super) fn kinds(&self) -> NoticeKinds {
        self.kinds
    }

    /// Notes these from now on, and forgets what waits of others.
    pub(super) fn open(&mut self, kinds: NoticeKinds, counters: &Counters) {
        if !self.kinds.contains(NoticeKinds::LOG) {
            // What was lost before is in the counters of the status.
            self.losses_said = Losses::of(counters);
        }
        self.is_open = true;
        self.kinds = kinds;
        self.lines.retain(|notice| match notice {
            Notice::State { .. } => kinds.contains(NoticeKinds::STATES),
            _ => kinds.contains(NoticeKinds::LOG),
        });
        if self.lines.is_empty() {
            self.missed = 0;
        }
        if !kinds.contains(NoticeKinds::STATES) {
            self.said = None;
        }
    }

    pub(super) fn log(&mut self, level: Level, text: impl FnOnce() -> String) {
        if self.kinds.contains(NoticeKinds::LOG) {
            self.put(Notice::Log {
                level,
                text: text(),
            });
        }
    }

    pub(super) fn state(&mut self, state: State, reason: impl FnOnce() -> Option<String>) {
        if self.kinds.contains(NoticeKinds::STATES) && self.said != Some(state) {
            self.said = Some(state);
            self.put(Notice::State {
                state,
                reason: reason(),
            });
        }
    }

    /// Says what was lost since it was last said, if it is time to.
    pub(super) fn losses(&mut self, now: Time, counters: &Counters) {
        if !self.kinds.contains(NoticeKinds::LOG) || now < self.losses_again {
            return;
        }
        let losses = Losses::of(counters);
        let Some(text) = losses.since(&self.losses_said) else {
            return;
        };
        self.losses_said = losses;
        self.losses_again = now.saturating_add(LOSSES_GAP);
        self.put(Notice::Log {
            level: Level::Warning,
            text,
        });
    }

    /// When to call [`NoticeQueue::losses`] again.
    pub(super) fn losses_due(&self, counters: &Counters) -> Option<Time> {
        let is_due =
            self.kinds.contains(NoticeKinds::LOG) && self.losses_said != Losses::of(counters);
        is_due.then_some(self.losses_again)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The notice to be read next.
    pub(super) fn first(&self) -> Option<Notice> {
        match self.missed {
            0 => self.lines.front().cloned(),
            count => Some(Notice::Missed { count }),
        }
    }

    /// The one that [`NoticeQueue::first`] gave has been read.
    pub(super) fn advance(&mut self) {
        if std::mem::take(&mut self.missed) == 0 {
            self.lines.pop_front();
        }
    }

    fn put(&mut self, notice: Notice) {
        if self.lines.len() >= MOST_LINES {
            self.lines.pop_front();
            self.missed += 1;
        }
        self.lines.push_back(notice);
    }
}

/// The counters of messages that were lost without their sender's doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Losses([(u64, &'static str); 6]);

impl Losses {
    fn of(counters: &Counters) -> Self {
        Losses(counters.losses())
    }

    /// What was lost since, in words.
    fn since(&self, before: &Losses) -> Option<String> {
        let lost = self.0.iter().zip(before.0);
        let parts: Vec<String> = lost
            .filter(|((now, _), (before, _))| now > before)
            .map(|((now, how), (before, _))| format!("{} {how}", now - before))
            .collect();
        (!parts.is_empty()).then(|| format!("messages lost: {}", parts.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice_queue() -> NoticeQueue {
        let mut notice_queue = NoticeQueue::default();
        notice_queue.open(NoticeKinds::DEFAULT, &Counters::default());
        notice_queue
    }

    fn read(notice_queue: &mut NoticeQueue) -> Option<Notice> {
        let notice = notice_queue.first();
        notice_queue.advance();
        notice
    }

    #[test]
    fn a_slow_reader_is_told_how_much_it_missed() {
        let mut notice_queue = notice_queue();
        for n in 0..MOST_LINES + 7 {
            notice_queue.log(Level::Info, || n.to_string());
        }
        assert_eq!(read(&mut notice_queue), Some(Notice::Missed { count: 7 }));
        let text = "7".to_owned();
        let level = Level::Info;
        assert_eq!(read(&mut notice_queue), Some(Notice::Log { level, text }));
    }

    #[test]
    fn nothing_is_noted_for_nobody() {
        let mut notice_queue = NoticeQueue::default();
        notice_queue.log(Level::Info, || unreachable!("not even made"));
        notice_queue.state(State::Online, || None);
        assert!(notice_queue.is_empty());
    }

    #[test]
    fn only_what_is_wanted_is_noted_and_kept() {
        let mut notice_queue = notice_queue();
        let note = |notice_queue: &mut NoticeQueue, state| {
            notice_queue.state(state, || None);
            notice_queue.log(Level::Info, || "a line".into());
        };
        let counters = Counters {
            expired: 1,
            ..Counters::default()
        };
        note(&mut notice_queue, State::Waiting);
        notice_queue.open(NoticeKinds::STATES, &counters);
        note(&mut notice_queue, State::Online);
        assert_eq!(notice_queue.losses_due(&counters), None);
        let states: Vec<_> = notice_queue.lines.drain(..).collect();
        let state = |state| Notice::State {
            state,
            reason: None,
        };
        assert_eq!(states, [state(State::Waiting), state(State::Online)]);
        notice_queue.open(NoticeKinds::OUTCOMES, &counters);
        note(&mut notice_queue, State::Closed);
        assert!(notice_queue.is_empty());
        // Who wants states again is told where the client stands.
        notice_queue.open(NoticeKinds::DEFAULT, &counters);
        notice_queue.state(State::Closed, || None);
        assert_eq!(read(&mut notice_queue), Some(state(State::Closed)));
        assert_eq!(notice_queue.losses_due(&counters), None, "they are known");
    }

    #[test]
    fn a_state_is_said_once() {
        let mut notice_queue = notice_queue();
        for state in [State::Waiting, State::Waiting, State::Online] {
            notice_queue.state(state, || None);
        }
        assert_eq!(notice_queue.lines.len(), 2);
    }

    #[test]
    fn losses_are_summed_up() {
        let mut notice_queue = notice_queue();
        let mut counters = Counters::default();
        let mut said = Vec::new();
        for second in 0..30 {
            counters.expired += 1;
            notice_queue.losses(Time::from_secs(second), &counters);
            while let Some(Notice::Log { text, .. }) = read(&mut notice_queue) {
                said.push(text);
            }
        }
        assert_eq!(
            notice_queue.losses_due(&counters),
            Some(Time::from_secs(30))
        );
        assert_eq!(
            said,
            [1, 10, 10].map(|n| format!("messages lost: {n} expired before they could be sent"))
        );
    }

    #[test]
    fn who_wants_the_same_again_misses_nothing_that_was_not_said() {
        let mut notice_queue = notice_queue();
        let counters = Counters {
            expired: 1,
            ..Counters::default()
        };
        notice_queue.open(NoticeKinds::DEFAULT, &counters);
        notice_queue.losses(Time::ZERO, &counters);
        assert!(!notice_queue.is_empty(), "the loss is not forgotten");
    }

    #[test]
    fn who_reads_states_again_is_told_of_one_that_was_said_before() {
        let mut notice_queue = notice_queue();
        for kinds in [NoticeKinds::OUTCOMES, NoticeKinds::DEFAULT] {
            notice_queue.state(State::Online, || None);
            notice_queue.open(kinds, &Counters::default());
        }
        notice_queue.state(State::Online, || None);
        assert!(!notice_queue.is_empty());
    }

    #[test]
    fn what_was_missed_of_lines_that_nobody_wants_is_not_told() {
        let mut notice_queue = notice_queue();
        for _ in 0..=MOST_LINES {
            notice_queue.log(Level::Info, || "a line".into());
        }
        notice_queue.open(NoticeKinds::STATES, &Counters::default());
        assert_eq!(read(&mut notice_queue), None);
    }
}
