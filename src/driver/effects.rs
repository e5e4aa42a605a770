//! Whom a call concerns beside its caller.

use crate::engine::{Engine, State};

/// What has to follow a call, once its lock is given up or before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub(crate) struct Effects {
    /// The background thread has to ask for its plan anew.
    pub(crate) wake_worker: bool,
    /// What a thread may be waiting for has changed: each that waits has to look.
    pub(crate) notify_waiters: bool,
    /// Whether there is something of what is wanted, be it a notice or an outcome, has changed to this.
    pub(crate) has_news: Option<bool>,
    /// There is a notice to read where there was none: each thread that waits for one has to look.
    pub(crate) notify_readers: bool,
    /// The client has just closed: nothing more will come.
    pub(crate) is_finished: bool,
}

impl Effects {
    /// Those of this call and of one after it.
    pub(crate) fn then(self, later: Effects) -> Effects {
        Effects {
            wake_worker: self.wake_worker || later.wake_worker,
            notify_waiters: self.notify_waiters || later.notify_waiters,
            // Two changes leave it as it was.
            has_news: self.has_news.xor(later.has_news),
            notify_readers: self.notify_readers || later.notify_readers,
            is_finished: self.is_finished || later.is_finished,
        }
    }
}

/// All that somebody may be waiting for, such that each change of it shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Observed {
    /// With it changes how often the client came online, or ceased to be: no call does both.
    state: State,
    /// Leaving for new settings is the same state, but not the end of every hope to be online.
    is_stopping: bool,
    is_refused: bool,
    /// How often an outcome came, was taken or was forgotten.
    outcomes: u64,
    /// How many flushes have come to their end.
    flushes: u64,
    has_news: bool,
    has_notice: bool,
}

impl Observed {
    pub(super) fn of(engine: &mut Engine) -> Self {
        let (has_news, has_notice) = (engine.has_news(), engine.has_notice());
        let outbox = engine.outbox();
        Observed {
            state: engine.state(),
            is_stopping: engine.is_stopping(),
            is_refused: engine.refusal().is_some(),
            outcomes: outbox.outcome_changes(),
            flushes: outbox.marks_finished(),
            has_news,
            has_notice,
        }
    }

    pub(super) fn has_news(&self) -> bool {
        self.has_news
    }

    /// What has to follow a change since `before`.
    pub(super) fn since(&self, before: &Observed, wake_worker: bool) -> Effects {
        Effects {
            wake_worker,
            notify_waiters: self != before,
            has_news: (self.has_news != before.has_news).then_some(self.has_news),
            notify_readers: self.has_notice && !before.has_notice,
            is_finished: self.state == State::Closed && before.state != State::Closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_calls_in_a_row_everything_follows_that_follows_one_and_two_changes_of_news_are_none()
    {
        let none = Effects::default();
        let all = Effects {
            wake_worker: true,
            notify_waiters: true,
            has_news: Some(true),
            notify_readers: true,
            is_finished: true,
        };
        assert_eq!(none.then(none), none);
        assert_eq!(all.then(none), all);
        assert_eq!(none.then(all), all);
        let read = Effects {
            has_news: Some(false),
            ..none
        };
        assert_eq!(read.then(none).has_news, Some(false));
        assert_eq!(all.then(read).has_news, None);
        assert_eq!(read.then(all).has_news, None);
    }
}
