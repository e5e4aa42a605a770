//! The engine behind its one mutex, shared by the callers and the background thread.

use super::notices::Beacon;
use crate::engine::{Engine, Input, Link as _, Plan, State};
use crate::error::{Error, ErrorKind};
use crate::outbox::Time;
use crate::settings::Settings;
use crate::waker::Waker;
use crate::wire::{Dialer, Sender};
use std::collections::hash_map::RandomState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Cameras whose topic is kept ready; more than a home has, and few enough to be no burden.
const MOST_TOPICS: usize = 1024;

/// See the module. Whoever brings an input runs what follows from it, under the lock, so that the order in which
/// packets are handed over is the order of the engine.
#[derive(Debug)]
pub(super) struct Shared {
    core: Mutex<Core>,
    changed: Condvar,
    /// There is something to read for who reads notices.
    pub(super) news: Condvar,
    /// The same for event loops, once one has asked.
    pub(super) beacon: OnceLock<Beacon>,
    /// What the background thread waits on.
    pub(super) waker: Waker,
}

/// What the mutex protects.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) engine: Engine,
    /// The open connection, for as long as the engine has one.
    sender: Option<(u64, Sender)>,
    pub(super) dialer: Dialer,
    /// Replaces `dialer` once the engine has taken over the settings it was made of.
    pub(super) next_dialer: Option<Dialer>,
    topics: HashMap<String, Arc<str>>,
    /// Threads that wait for a change, and how things stood when they were last told. Waking them costs system calls
    /// and a fight for the lock, so it is done only for somebody, and only when there is something to see.
    waiting: usize,
    told: Told,
    /// The readers of notices know that there is something to read.
    pub(super) is_announced: bool,
    /// The background thread has ended, and with it every file descriptor.
    pub(super) closed: bool,
}

/// All that a thread may be waiting for, such that each change of it shows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    state: Option<State>,
    is_refused: bool,
    outcomes: u64,
    /// When nothing is left to be delivered: how many messages there have been.
    drained: Option<u64>,
    closed: bool,
}

impl Shared {
    pub(super) fn new(settings: Arc<Settings>, dialer: Dialer, waker: Waker) -> Self {
        let seed = RandomState::new().build_hasher().finish();
        let core = Core {
            engine: Engine::new(settings, waker.clock().now(), seed),
            sender: None,
            dialer,
            next_dialer: None,
            topics: HashMap::new(),
            waiting: 0,
            told: Told::default(),
            is_announced: false,
            closed: false,
        };
        Shared {
            core: Mutex::new(core),
            changed: Condvar::new(),
            news: Condvar::new(),
            beacon: OnceLock::new(),
            waker,
        }
    }

    pub(super) fn now(&self) -> Time {
        self.waker.clock().now()
    }

    /// A panic under the lock is a defect, but not one that should take the callers down.
    pub(super) fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Interrupts the background thread, and tells all who wait.
    pub(super) fn notify(&self, core: &mut Core) {
        self.waker.wake();
        self.tell(core);
    }

    /// Tells all who wait if something changed.
    pub(super) fn tell(&self, core: &mut Core) {
        if core.waiting > 0 && core.has_changed() {
            self.changed.notify_all();
        }
        self.announce(core);
    }

    /// As [`Shared::tell`], but gives up the lock first, which those who wake up want.
    pub(super) fn tell_unlocked(&self, mut core: MutexGuard<'_, Core>) {
        let changed = core.waiting > 0 && core.has_changed();
        self.announce(&mut core);
        drop(core);
        if changed {
            self.changed.notify_all();
        }
    }

    /// Waits until `look` finds what it is looking for, for at most `timeout`; gives what it found.
    pub(super) fn wait<T>(
        &self,
        timeout: Duration,
        mut look: impl FnMut(&mut Core) -> Option<T>,
    ) -> Option<T> {
        let deadline = Instant::now().checked_add(timeout);
        let mut core = self.lock();
        loop {
            if let Some(found) = look(&mut core) {
                return Some(found);
            }
            let left = deadline.map_or(Duration::MAX, |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return None;
            }
            // What has happened so far this thread has seen; those who wait already may not have.
            if core.has_changed() && core.waiting > 0 {
                self.changed.notify_all();
            }
            core.waiting += 1;
            core = self
                .changed
                .wait_timeout(core, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            core.waiting -= 1;
        }
    }
}

impl Core {
    /// Whether something changed that a thread may be waiting for, since it was last asked.
    fn has_changed(&mut self) -> bool {
        let outbox = self.engine.outbox();
        let now = Told {
            outcomes: outbox.outcome_changes(),
            drained: (outbox.unfinished() == 0).then_some(outbox.counters.accepted),
            state: Some(self.engine.state()),
            is_refused: self.engine.refusal().is_some(),
            closed: self.closed,
        };
        let changed = now != self.told;
        self.told = now;
        changed
    }

    /// The dialer for the settings in force.
    pub(super) fn dialer(&mut self) -> Dialer {
        let settings = self.engine.settings();
        if let Some(dialer) = self
            .next_dialer
            .take_if(|next| Arc::ptr_eq(next.settings(), settings))
        {
            self.dialer = dialer;
        }
        self.dialer.clone()
    }

    /// A connection came of an attempt.
    pub(super) fn opened(&mut self, number: u64, sender: Sender) {
        self.sender = Some((number, sender));
    }

    /// Tells the engine what the connection reported.
    pub(super) fn report(&mut self, now: Time, number: u64, inputs: &mut Vec<Input>) {
        for input in inputs.drain(..) {
            self.engine.input(now, number, input);
        }
    }

    /// Hands over everything that may go, and says what comes next.
    pub(super) fn plan(&mut self, now: Time) -> Plan {
        let plan = self.engine.plan(now);
        self.hand_over(now);
        // Handing over changes what there is to wait for.
        match plan {
            Plan::Run(_) => self.engine.plan(now),
            other => other,
        }
    }

    /// Hands over everything that may go; true when there was something.
    pub(super) fn hand_over(&mut self, now: Time) -> bool {
        let mut has_handed_over = false;
        while let Some((number, sender)) = &mut self.sender {
            let number = *number;
            if self.engine.connection_number() != Some(number) {
                self.sender = None;
                break;
            }
            let Some(packet) = self.engine.next_packet(now) else {
                break;
            };
            has_handed_over = true;
            if let Err(ended) = sender.send(packet) {
                self.engine.input(now, number, Input::Ended(ended));
            }
        }
        has_handed_over
    }

    /// Closes without a word: the broker speaks the will.
    pub(super) fn abandon(&mut self) {
        self.engine.finish();
        self.sender = None;
    }

    /// The topic of this camera's events.
    pub(super) fn event_topic(&mut self, camera: &str) -> Result<Arc<str>, Error> {
        if let Some(topic) = self.topics.get(camera) {
            return Ok(topic.clone());
        }
        let topic: Arc<str> = self
            .engine
            .newest_settings()
            .event_topic
            .topic(camera)?
            .into();
        if self.topics.len() >= MOST_TOPICS {
            self.topics.clear();
        }
        self.topics.insert(camera.to_owned(), topic.clone());
        Ok(topic)
    }

    /// New settings may name topics otherwise.
    pub(super) fn forget_topics(&mut self) {
        self.topics.clear();
    }

    /// Why nobody is online, for whoever waited in vain.
    pub(super) fn not_online(&self, timeout: Duration) -> Error {
        let why = self
            .engine
            .last_error()
            .unwrap_or("the broker has not answered yet");
        Error::new(
            ErrorKind::Timeout,
            format!("not online within {} s: {why}", timeout.as_secs_f32()),
        )
    }
}
