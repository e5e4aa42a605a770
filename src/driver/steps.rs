//! What the driver does with the engine, one thing at a time. A simulation checks each of them.

#[cfg(test)]
use super::Driver;
#[cfg(test)]
use crate::engine::{Engine, Snapshot};
#[cfg(test)]
use crate::outbox::Time;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The engine is told what the call is for.
    Told,
    /// It takes over what was accepted without it.
    TakenOver,
    /// Time passes.
    Ticked,
    /// It is asked for the plan.
    Plan,
    /// It is asked for the next packet.
    NextPacket,
}

/// One thing that was done, and where the engine stood before and after.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) before: Snapshot,
    pub(crate) step: Step,
    pub(crate) after: Snapshot,
    /// Until when no connection is tried, and how many attempts had failed, after it.
    pub(crate) pause: Option<(Time, u32)>,
}

#[cfg(test)]
impl<L> Driver<L> {
    /// Begins to note what is done.
    pub(crate) fn begin_recording(&mut self) {
        self.taken = Some(Vec::new());
    }

    /// What was done since this was last asked.
    pub(crate) fn recorded(&mut self) -> Vec<Taken> {
        self.taken.as_mut().map(std::mem::take).unwrap_or_default()
    }

    pub(super) fn record<T>(&mut self, step: Step, f: impl FnOnce(&mut Engine) -> T) -> T {
        if self.taken.is_none() {
            return f(&mut self.engine);
        }
        let before = self.engine.snapshot();
        let result = f(&mut self.engine);
        let after = self.engine.snapshot();
        if let Some(taken) = &mut self.taken {
            taken.push(Taken {
                before,
                step,
                after,
                pause: self.engine.pause(),
            });
        }
        result
    }
}
