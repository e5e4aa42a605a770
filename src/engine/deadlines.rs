//! All that the engine does because of the time: one table says when, one function what.

use super::connection::{Birth, Farewell, Trial};
use super::input::{ConnectionEnd, EndCause};
use super::subscription::Subscription;
use super::{Engine, Phase};
use crate::outbox::Time;
use std::time::Duration;

/// With nothing to do the background thread looks again after this, for no reason but that a time is asked for.
const IDLE: Duration = Duration::from_secs(24 * 3600);

/// What happens at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deadline {
    /// Messages expire.
    Expiry,
    /// Losses are summed up for who reads notices.
    Losses,
    /// In a shutdown, the offline message goes ahead of the queue.
    Offline,
    /// The shutdown is over.
    Shutdown,
    /// New settings have waited long enough for the old availability topic to say offline.
    Leaving,
    /// The broker should have closed after DISCONNECT.
    Close,
    /// The broker should have answered SUBSCRIBE.
    Suback,
    /// The broker should have sent the birth message that it keeps.
    ReadBack,
    /// SUBSCRIBE is sent again.
    Subscribe,
    /// As these two, of the subscription to Home Assistant's status topic.
    StatusSuback,
    StatusSubscribe,
    /// What the broker kept of us before this connection should have come.
    Look,
    /// Events have been held for Home Assistant long enough.
    Hold,
    /// What nobody heard is tried again.
    Retry,
    /// The birth message that the broker refused is said again.
    Birth,
    /// The birth message is said again because the topic held something else.
    Repair,
    /// More of the states are said.
    States,
    /// The birth message is said again, as it is every so often.
    Heartbeat,
    /// An availability topic that was given up is cleared.
    Clearing,
    /// The turn of a message that was held back has come.
    Trial,
    /// The broker should have acknowledged something.
    Stall,
    /// The pause before the next attempt is over.
    Attempt,
}

impl Deadline {
    /// In the order in which they are met: a message that expired is not sent, a shutdown comes before all that
    /// makes no difference after it, and an attempt begins when it is known why.
    const ALL: [Deadline; 22] = [
        Deadline::Expiry,
        Deadline::Losses,
        Deadline::Shutdown,
        Deadline::Offline,
        Deadline::Suback,
        Deadline::ReadBack,
        Deadline::Subscribe,
        Deadline::StatusSuback,
        Deadline::StatusSubscribe,
        Deadline::Look,
        Deadline::Hold,
        Deadline::Retry,
        Deadline::Birth,
        Deadline::Repair,
        Deadline::States,
        Deadline::Heartbeat,
        Deadline::Clearing,
        Deadline::Trial,
        Deadline::Leaving,
        Deadline::Close,
        Deadline::Stall,
        Deadline::Attempt,
    ];

    /// Whether it ends the connection or begins another. That is for the background thread, which knows what it has
    /// written: what the engine believes unwritten must not be on its way while it is queued again.
    fn is_for_worker(self) -> bool {
        matches!(
            self,
            Deadline::Attempt | Deadline::Leaving | Deadline::Close | Deadline::Stall
        )
    }
}

impl Engine {
    /// The table.
    fn due_at(&self, deadline: Deadline) -> Option<Time> {
        match deadline {
            Deadline::Expiry => self.outbox.next_expiry(),
            Deadline::Losses => self.notice_queue.losses_due(&self.outbox.counters),
            Deadline::Offline => {
                let is_open = self.connection()?.farewell == Farewell::NotBegun;
                self.stop
                    .as_ref()
                    .filter(|_| is_open)
                    .map(|stop| stop.offline_from)
            }
            Deadline::Shutdown => self.stop.as_ref().map(|stop| stop.deadline),
            Deadline::Suback => self.connection()?.subscription.answer_due(),
            Deadline::ReadBack => self.connection()?.read_back.due(),
            Deadline::Subscribe => self.connection()?.subscription.again(),
            Deadline::StatusSuback => self.connection()?.status_subscription.answer_due(),
            Deadline::StatusSubscribe => self.connection()?.status_subscription.again(),
            Deadline::Look => self.look_due(),
            Deadline::Hold => self.home_assistant.held_until(),
            Deadline::Retry => self.retry_at(),
            Deadline::Birth => self.connection()?.birth_again(),
            Deadline::Repair => self.connection()?.repairs.from(),
            Deadline::States => self.states_due(),
            Deadline::Heartbeat => self.heartbeat_at(),
            Deadline::Clearing => self.clearing_due(),
            Deadline::Trial => self.connection()?.trial_from(),
            Deadline::Leaving => self.next_settings.as_ref().map(|(_, until)| *until),
            Deadline::Close => self.connection()?.close_due(),
            Deadline::Stall => self.connection()?.stalls_at(),
            Deadline::Attempt => match self.phase {
                Phase::Waiting { until, .. } => Some(until),
                _ => None,
            },
        }
    }

    /// When the background thread has to ask again, if nothing happens before.
    pub(crate) fn next_deadline(&self, now: Time) -> Time {
        let idle = now.saturating_add(IDLE);
        if self.is_finished() {
            return idle;
        }
        let times = Deadline::ALL
            .iter()
            .filter_map(|deadline| self.due_at(*deadline));
        times.fold(idle, Time::min)
    }

    /// Lets time pass. `is_worker` says that the background thread asks, which neither reads nor writes meanwhile and
    /// has told the engine all that it read and wrote.
    pub(crate) fn tick(&mut self, now: Time, is_worker: bool) {
        self.say_state();
        self.outbox.drop_excess();
        for deadline in Deadline::ALL {
            let is_ours = is_worker || !deadline.is_for_worker();
            if is_ours && !self.is_finished() && self.due_at(deadline).is_some_and(|at| at <= now) {
                self.meet(deadline, now);
            }
        }
        self.end_drained_shutdown();
        self.schedule_trial();
        self.outbox.hold_events(self.is_holding());
        self.last_online.note(now, self.is_online());
        if self.is_online() {
            self.given_up.count_from(now);
        }
        self.tell(now);
    }

    /// The time of a deadline has come. Each leaves the table by what it does.
    fn meet(&mut self, deadline: Deadline, now: Time) {
        match deadline {
            Deadline::Expiry => return self.outbox.expire(now),
            Deadline::Losses => return self.tell(now),
            Deadline::States => return self.outbox.turn_states(now),
            Deadline::Clearing => return self.clear_given_up(now),
            Deadline::Shutdown => return self.finish(),
            Deadline::Attempt => return self.begin_attempt(now),
            Deadline::Suback => return self.subscription_unanswered(now),
            Deadline::StatusSuback => {
                return self.status_subscription_failed(now, "the broker did not answer".into())
            }
            Deadline::Look => return self.look_is_over(now),
            Deadline::Hold => return self.hold_is_over(),
            Deadline::Retry => return self.outbox.retry_unheard_until(now),
            Deadline::ReadBack => return self.birth_not_read_back(),
            Deadline::Leaving | Deadline::Close => {
                return self.give_up(now, "the broker did not close in time")
            }
            Deadline::Stall => {
                return self.give_up(now, "the broker acknowledges nothing that it is sent")
            }
            _ => {}
        }
        let Phase::Connected(connection) = &mut self.phase else {
            return;
        };
        match deadline {
            Deadline::Offline => connection.farewell = Farewell::OfflineDue,
            Deadline::Subscribe => connection.subscription = Subscription::Due,
            Deadline::StatusSubscribe => connection.status_subscription = Subscription::Due,
            Deadline::Birth => connection.birth = Birth::Due,
            Deadline::Repair => connection.repairs.fall_due(),
            Deadline::Heartbeat => connection.heartbeat.fall_due(),
            Deadline::Trial => connection.trial = Trial::Due,
            _ => {}
        }
    }

    /// The connection is no good any more.
    fn give_up(&mut self, now: Time, text: &str) {
        let ended = ConnectionEnd {
            kind: EndCause::Stalled,
            text: text.into(),
        };
        self.ended(now, &ended);
    }
}
