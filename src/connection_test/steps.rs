//! The list of steps as a test goes through them.

use super::report::{ConnectionStep, StepName, StepResult};
use crate::outbox::Time;

/// The order of the steps; the last two change places where one shows the other.
pub(super) const ORDER: [StepName; 7] = [
    StepName::Name,
    StepName::Tcp,
    StepName::Tls,
    StepName::Mqtt,
    StepName::Login,
    StepName::Publish,
    StepName::Subscribe,
];

/// The steps that were made, and when the last of them ended.
#[derive(Debug)]
pub(super) struct Steps {
    made: Vec<ConnectionStep>,
    last: Time,
}

impl Steps {
    pub(super) fn new(now: Time) -> Self {
        Steps {
            made: Vec::new(),
            last: now,
        }
    }

    /// A step that ended at this time.
    pub(super) fn at(
        &mut self,
        now: Time,
        step: StepName,
        result: StepResult,
        detail: Option<String>,
    ) {
        let seconds = Some(now.saturating_sub(self.last).as_secs_f64());
        self.last = now;
        self.push(step, result, seconds, detail);
    }

    /// A step that has no time of its own.
    pub(super) fn beside(&mut self, step: StepName, result: StepResult, detail: Option<String>) {
        self.push(step, result, None, detail);
    }

    fn push(
        &mut self,
        step: StepName,
        result: StepResult,
        seconds: Option<f64>,
        detail: Option<String>,
    ) {
        self.made.push(ConnectionStep {
            step,
            result,
            seconds,
            detail,
        });
    }

    /// All steps, with those that were not made.
    pub(super) fn finish(mut self) -> Vec<ConnectionStep> {
        for step in ORDER {
            if self.made.iter().all(|made| made.step != step) {
                self.beside(step, StepResult::NotReached, None);
            }
        }
        self.made
    }
}
