//! What happens around the engine whenever it is told something, the same for every client and for the simulation:
//! hand over what may go, note what the background thread waits for, and find out whom to wake and to tell.
//!
//! Pure: generic over what carries packets, with the time as an argument. Each call gives its [`Effects`], which are
//! computed in one place from how things stood before and after it.

mod effects;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use effects::Effects;
pub(crate) use steps::Step;
#[cfg(test)]
pub(crate) use steps::Taken;

use crate::engine::{Connack, Engine, Input, Link, Notice, NoticeKinds, Plan};
use crate::error::Error;
use crate::message::Message;
use crate::outbox::{Intake, NamedState, Rank, Taken as Accepted, Terms, Time, Wake};
use crate::outcome::Outcome;
use crate::settings::Settings;
use bytes::Bytes;
use effects::Observed;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

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

    /// See [`Engine::publish`].
    pub(crate) fn publish(
        &mut self,
        now: Time,
        message: Message,
        lifetime_seconds: Option<u32>,
        tracked: bool,
        states: Vec<NamedState>,
    ) -> (Result<u64, Error>, Effects) {
        let result = self.take(Step::Told, |engine| {
            engine.publish(now, message, lifetime_seconds, tracked, states)
        });
        // Deadlines are left to the background thread: this call is made for every event, and has to be cheap.
        (result, self.act(now))
    }

    /// Takes over what was accepted in an [`Intake`], before anything else is done. Nothing
    /// follows from it at once: for what can go, the background thread was woken.
    pub(crate) fn take_over(&mut self, taken: &mut Accepted) {
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

    /// See [`Engine::give_back`].
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

    /// See [`Engine::set_state`].
    pub(crate) fn set_state(
        &mut self,
        now: Time,
        topic: &Arc<str>,
        payload: Bytes,
        rank: Rank,
        tracked: bool,
    ) -> (Result<u64, Error>, Effects) {
        self.step(now, |engine| {
            engine.set_state(now, topic, payload, rank, tracked)
        })
    }

    /// See [`Engine::set_states`].
    pub(crate) fn set_states(
        &mut self,
        now: Time,
        states: &[(Arc<str>, Bytes, Rank)],
    ) -> (Result<(), Error>, Effects) {
        self.step(now, |engine| engine.set_states(now, states))
    }

    /// See [`Engine::reconfigure`].
    pub(crate) fn reconfigure(
        &mut self,
        now: Time,
        settings: Arc<Settings>,
    ) -> (Result<(), Error>, Effects) {
        self.generation += 1;
        self.step(now, |engine| engine.reconfigure(now, settings))
    }

    /// See [`Engine::reconnect`].
    pub(crate) fn reconnect(&mut self, now: Time) -> (Result<(), Error>, Effects) {
        self.step(now, |engine| engine.reconnect(now))
    }

    /// See [`Engine::set_announced`].
    pub(crate) fn set_announced(&mut self, now: Time, topics: HashSet<Arc<str>>) -> Effects {
        self.generation += 1;
        self.step(now, |engine| engine.set_announced(topics)).1
    }

    /// See [`Engine::change_announced`].
    pub(crate) fn change_announced(
        &mut self,
        now: Time,
        before: Option<&Arc<str>>,
        after: Option<&Arc<str>>,
    ) -> Effects {
        self.generation += 1;
        self.step(now, |engine| engine.change_announced(before, after))
            .1
    }

    /// See [`Engine::shut_down`].
    pub(crate) fn shut_down(
        &mut self,
        now: Time,
        timeout: Duration,
    ) -> (Result<(), Error>, Effects) {
        self.step(now, |engine| engine.shut_down(now, timeout))
    }

    /// See [`Engine::finish`].
    pub(crate) fn finish(&mut self, now: Time) -> Effects {
        self.step(now, Engine::finish).1
    }

    /// See [`Engine::take_outcome`].
    pub(crate) fn take_outcome(
        &mut self,
        now: Time,
        id: u64,
    ) -> (Option<Option<Outcome>>, Effects) {
        self.note(now, |engine| engine.take_outcome(id))
    }

    /// See [`Engine::forget`].
    pub(crate) fn forget(&mut self, now: Time, ids: &[u64]) -> Effects {
        self.note(now, |engine| ids.iter().for_each(|id| engine.forget(*id)))
            .1
    }

    /// See [`Engine::mark`].
    pub(crate) fn mark(&mut self, now: Time) -> (u64, Effects) {
        self.step(now, Engine::mark)
    }

    /// See [`Engine::release_mark`].
    pub(crate) fn release_mark(&mut self, now: Time, mark: u64) -> Effects {
        self.step(now, |engine| engine.release_mark(mark)).1
    }

    /// See [`Engine::open_notices`].
    pub(crate) fn open_notices(&mut self, now: Time, kinds: NoticeKinds) -> Effects {
        self.step(now, |engine| engine.open_notices(kinds)).1
    }

    /// See [`Engine::open_notices_once`].
    pub(crate) fn open_notices_once(&mut self, now: Time) -> Effects {
        self.step(now, Engine::open_notices_once).1
    }

    /// See [`Engine::take_outcomes`]. The first to ask begins to note them.
    pub(crate) fn take_outcomes(
        &mut self,
        now: Time,
        most: usize,
    ) -> (Vec<(u64, Outcome)>, Effects) {
        self.step(now, |engine| {
            engine.open_outcomes_once();
            engine.take_outcomes(most)
        })
    }

    /// See [`Engine::read_notice`].
    pub(crate) fn read_notice<T, E>(
        &mut self,
        now: Time,
        read: impl FnOnce(Notice) -> Result<T, E>,
    ) -> (Option<Result<T, E>>, Effects) {
        self.step(now, |engine| engine.read_notice(read))
    }

    /// A defect of ours ended the background thread.
    pub(crate) fn fail(&mut self, now: Time, cause: &str) -> Effects {
        self.step(now, |engine| engine.fail(cause)).1
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
