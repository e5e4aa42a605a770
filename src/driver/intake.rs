//! What publishers put into an intake: on which terms, and how the driver takes it over.

use super::{Driver, Effects, Step};
use crate::engine::{Link, Plan};
use crate::outbox::{Intake, Taken, Terms, Time, Wake};

impl<L: Link> Driver<L> {
    /// Takes over what was accepted in an [`Intake`], before anything else is done. Nothing
    /// follows from it at once: for what can go, the background thread was woken.
    pub(crate) fn take_over(&mut self, taken: &mut Taken) {
        if !taken.is_empty() {
            self.take(Step::TakenOver, |engine| engine.take_over(taken));
        }
    }

    /// Forgets what was noted in an [`Intake`] since the terms before, if somebody has to hear of it: there may be an
    /// outcome to read that was not there then.
    pub(crate) fn take_over_forgotten(&mut self, now: Time, intake: &mut Intake) -> Effects {
        match self.observed.has_news() {
            true => {
                self.note(now, |engine| engine.take_over_forgotten(intake))
                    .1
            }
            false => Effects::default(),
        }
    }

    /// See [`Engine::give_back`](crate::engine::Engine::give_back).
    pub(crate) fn give_back(&mut self, intake: &mut Intake) {
        self.engine.give_back(intake);
    }

    /// On which terms messages may be accepted without the driver from now on.
    pub(crate) fn terms(&self) -> Terms {
        let outbox = self.engine.outbox();
        let (messages, bytes) = match self.engine.closed() {
            None => outbox.room(),
            Some(_) => (0, 0),
        };
        Terms {
            last_id: outbox.last_id(),
            messages,
            bytes,
            takes_tracked: outbox.check_kept(true).is_ok(),
            forgets_quietly: !self.observed.has_news(),
            wake: match &self.waits_for {
                None => Wake::Never,
                Some(_) if self.engine.may_send() => Wake::Always,
                Some(Plan::Wait(until) | Plan::Opening(until) | Plan::Run(until)) => {
                    Wake::Before(*until)
                }
                Some(Plan::Open(_) | Plan::Finished) => Wake::Never,
            },
            generation: self.generation,
        }
    }
}
