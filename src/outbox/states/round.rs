//! How fast states are said again, and how often.

use crate::outbox::Time;
use std::time::Duration;

/// All states are said again within this time, but for a broker that is slower.
const SPREAD: Duration = Duration::from_secs(1);
/// So often some of them go.
const SLICE: Duration = Duration::from_millis(50);
/// At least so many of them: those of a camera or two go at once.
const LEAST: usize = 16;
/// On demand they are said again not more often than this.
const GAP: Duration = Duration::from_secs(3);

/// The states are said again in slices: a burst would crowd out everything else, here, at the broker and at Home
/// Assistant.
#[derive(Debug, Default)]
pub(super) struct Round {
    /// It follows a connect: nothing else goes before it is over.
    pub(super) is_first: bool,
    /// How many go in a slice.
    slice: usize,
    /// How many may still go in this one.
    left: usize,
    /// When the next one begins; none before the first state of a slice has gone.
    next_slice: Option<Time>,
    /// When the last round began.
    began: Option<Time>,
    /// When the next one is to begin, as it was asked for.
    wanted: Option<Time>,
}

impl Round {
    /// Begins with so many states.
    pub(super) fn begin(&mut self, now: Time, states: usize, is_first: bool) {
        let slices = (SPREAD.as_millis() / SLICE.as_millis()) as usize;
        *self = Round {
            // With none there is nothing to wait for, and what is said from now on is not paced.
            is_first: is_first && states > 0,
            slice: states.div_ceil(slices).max(LEAST),
            left: states.div_ceil(slices).max(LEAST),
            next_slice: None,
            began: Some(now),
            wanted: None,
        };
    }

    /// Somebody asks for a round.
    pub(super) fn want(&mut self, now: Time) {
        let earliest = self.began.map_or(now, |began| (began + GAP).max(now));
        self.wanted.get_or_insert(earliest);
    }

    /// Whether one that was asked for is to begin.
    pub(super) fn is_wanted(&self, now: Time) -> bool {
        self.wanted.is_some_and(|at| at <= now)
    }

    /// Begins the next slice if its time has come.
    pub(super) fn turn(&mut self, now: Time) {
        if self.next_slice.is_some_and(|at| at <= now) {
            (self.left, self.next_slice) = (self.slice, None);
        }
    }

    /// Whether another state may go. If so, it does.
    pub(super) fn take(&mut self, now: Time) -> bool {
        self.turn(now);
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.next_slice.get_or_insert(now + SLICE);
        true
    }

    /// When there is something to do; `is_under_way` says that states are left to be said.
    pub(super) fn due(&self, is_under_way: bool) -> Option<Time> {
        let slice = self.next_slice.filter(|_| is_under_way && self.left == 0);
        slice.into_iter().chain(self.wanted).min()
    }

    /// The connection is over, and with it what was asked for.
    pub(super) fn stop(&mut self) {
        (self.is_first, self.wanted) = (false, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each of so many states goes.
    fn times(states: usize) -> Vec<Time> {
        let mut round = Round::default();
        let mut now = Time::from_secs(7);
        round.begin(now, states, true);
        let mut times = Vec::new();
        while times.len() < states {
            match round.take(now) {
                true => times.push(now - Time::from_secs(7)),
                false => now = round.due(true).expect("more are to go"),
            }
        }
        times
    }

    #[test]
    fn few_go_at_once_and_many_within_a_second() {
        assert!(times(LEAST).iter().all(|at| at.is_zero()));
        for states in [17, 100, 1000, 10_000] {
            let times = times(states);
            assert!(times.iter().all(|at| *at < SPREAD), "{states}");
            let at_once = times.iter().filter(|at| at.is_zero()).count();
            assert_eq!(at_once, (states / 20).max(LEAST), "{states}");
        }
    }

    #[test]
    fn nothing_is_due_while_some_may_still_go_or_none_are_left() {
        let mut round = Round::default();
        round.begin(Time::ZERO, LEAST + 1, true);
        assert!(round.take(Time::ZERO));
        assert_eq!(round.due(true), None);
        for _ in 1..LEAST {
            assert!(round.take(Time::ZERO));
        }
        assert!(!round.take(Time::ZERO));
        assert_eq!(round.due(true), Some(SLICE));
        assert_eq!(round.due(false), None);
    }

    #[test]
    fn a_round_on_demand_keeps_its_distance_and_is_not_forgotten() {
        let mut round = Round::default();
        round.begin(Time::ZERO, 1, true);
        let soon = Duration::from_millis(10);
        round.want(soon);
        round.want(soon * 2);
        assert!(!round.is_wanted(GAP - soon));
        assert_eq!(round.due(false), Some(GAP));
        assert!(round.is_wanted(GAP));
        round.begin(GAP, 1, false);
        assert_eq!(round.due(false), None);
        let later = GAP * 5;
        round.want(later);
        assert!(round.is_wanted(later));
    }
}
