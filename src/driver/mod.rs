//! What happens around the engine whenever it is told something, the same for every client and for the simulation:
//! hand over what may go, note what the background thread waits for, and find out whom to wake and to tell.
//!
//! Pure: generic over what carries packets, with the time as an argument. Each call gives its [`Effects`], which are
//! computed in one place from how things stood before and after it.

mod calls;
mod effects;
mod intake;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use effects::Effects;
pub(crate) use steps::Step;
#[cfg(test)]
pub(crate) use steps::Taken;

use crate::engine::{Connack, Engine, Input, Link, Plan};
use crate::outbox::Time;
use crate::settings::Settings;
use effects::Observed;
use std::sync::Arc;

/// See the module.
#[derive(Debug)]
pub(crate) struct Driver<L> {
    engine: Engine,
    /// What carries the packets of the open connection, and its number.
    link: Option<(u64, L)>,
    /// What the background thread waits for; none while it is awake, or about to be.
    waits_for: Option<Plan>,
    /// How things stood when it was last said who has to know.
    observed: Observed,
    /// Changes with the settings and with the cameras that are announced.
    generation: u64,
    /// What was done, for a simulation to check.
    #[cfg(test)]
    taken: Option<Vec<Taken>>,
}

impl<L: Link> Driver<L> {
    /// `seed` decides the jitter of the pauses.
    pub(crate) fn new(settings: Arc<Settings>, now: Time, seed: u64) -> Self {
        let mut engine = Engine::new(settings, now, seed);
        Driver {
            observed: Observed::of(&mut engine),
            engine,
            link: None,
            waits_for: None,
            generation: 0,
            #[cfg(test)]
            taken: None,
        }
    }

    /// Whether there is something of what is wanted.
    pub(crate) fn has_news(&mut self) -> bool {
        self.engine.has_news()
    }

    /// Whether there is a notice to read.
    pub(crate) fn has_notice(&mut self) -> bool {
        self.engine.has_notice()
    }

    /// The engine, to be asked.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The attempt of this number came to nothing, or these things happened on its connection: for the background thread,
    /// which is awake, and asks for its plan next.
    pub(crate) fn report(
        &mut self,
        now: Time,
        number: u64,
        inputs: impl IntoIterator<Item = Input>,
    ) -> Effects {
        self.waits_for = None;
        for input in inputs {
            self.take(Step::Told, |engine| engine.input(now, number, input));
        }
        self.follow(now)
    }

    /// The attempt of this number came to a connection. One that nobody wants any more closes with its link.
    pub(crate) fn opened(&mut self, now: Time, number: u64, connack: Connack, link: L) -> Effects {
        if self.engine.current_number() == Some(number) {
            self.link = Some((number, link));
        }
        self.report(now, number, [Input::Opened(connack)])
    }

    /// What the background thread is to do next. It has told all that it read and wrote, and is taken to wait for this
    /// until it asks again or is woken.
    pub(crate) fn plan(&mut self, now: Time) -> (Plan, Effects) {
        self.waits_for = None;
        let plan = self.take(Step::Plan, |engine| engine.plan(now));
        let effects = self.follow(now);
        // Handing over may have changed what there is to wait for.
        let plan = match plan {
            Plan::Open(_) => plan,
            _ => self.engine.pending(now),
        };
        if !matches!(plan, Plan::Open(_) | Plan::Finished) {
            self.waits_for = Some(plan.clone());
        }
        (plan, effects)
    }

    /// Tells the engine something, and does what follows from it.
    fn step<T>(&mut self, now: Time, f: impl FnOnce(&mut Engine) -> T) -> (T, Effects) {
        let result = self.take(Step::Told, f);
        (result, self.follow(now))
    }

    /// Tells the engine something from which nothing follows for the broker.
    fn note<T>(&mut self, now: Time, f: impl FnOnce(&mut Engine) -> T) -> (T, Effects) {
        let result = self.take(Step::Told, f);
        (result, self.effects(now, false))
    }

    /// What follows whatever the engine was told.
    fn follow(&mut self, now: Time) -> Effects {
        self.take(Step::Ticked, |engine| engine.tick(now, false));
        self.act(now)
    }

    /// What follows apart from deadlines.
    fn act(&mut self, now: Time) -> Effects {
        let handed_over = self.hand_over(now);
        self.engine.tell(now);
        self.effects(now, handed_over)
    }

    /// Hands over everything that may go, and says whether there was anything.
    fn hand_over(&mut self, now: Time) -> bool {
        let mut handed_over = false;
        while let Some(number) = self.link.as_ref().map(|(number, _)| *number) {
            let is_current = self.engine.connection_number() == Some(number);
            // A closed client may have a last word.
            let packet = match is_current || self.engine.is_finished() {
                true => self.take(Step::NextPacket, |engine| engine.next_packet(now)),
                false => None,
            };
            let Some(packet) = packet else {
                if !is_current {
                    self.link = None;
                }
                break;
            };
            handed_over = true;
            let sent = self.link.as_mut().map(|(_, link)| link.send(packet));
            if let Some(Err(ended)) = sent {
                let ended = Input::Ended(ended);
                self.take(Step::Told, |engine| engine.input(now, number, ended));
            }
        }
        handed_over
    }

    /// One thing that is done with the engine.
    fn take<T>(&mut self, step: Step, f: impl FnOnce(&mut Engine) -> T) -> T {
        #[cfg(test)]
        return self.record(step, f);
        #[cfg(not(test))]
        {
            let _ = step;
            f(&mut self.engine)
        }
    }

    fn effects(&mut self, now: Time, handed_over: bool) -> Effects {
        let observed = Observed::of(&mut self.engine);
        let wake_worker = match &self.waits_for {
            Some(plan) => handed_over || is_earlier(&self.engine.pending(now), plan),
            None => false,
        };
        if wake_worker {
            self.waits_for = None;
        }
        let effects = observed.since(&self.observed, wake_worker);
        self.observed = observed;
        effects
    }
}

/// Whether who waits for `known` has to be woken for `pending`.
fn is_earlier(pending: &Plan, known: &Plan) -> bool {
    match (pending, known) {
        (Plan::Wait(pending), Plan::Wait(known))
        | (Plan::Opening(pending), Plan::Opening(known))
        | (Plan::Run(pending), Plan::Run(known)) => pending < known,
        _ => true,
    }
}
