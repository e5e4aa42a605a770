//! The end: what is still done, and what is said of it.

use super::attempt::Version;
use super::connection::{Connection, Farewell};
use super::link::Packet;
use super::notice::Level;
use super::window::Flight;
use super::{Engine, Phase};
use crate::error::{Error, ErrorKind};
use crate::outbox::Time;
use crate::outcome::Outcome;
use crate::outcome::ShutdownReport;
use std::time::Duration;

/// The least of a shutdown that is kept for the offline message.
const FOR_OFFLINE: Duration = Duration::from_millis(500);

/// A shutdown under way.
#[derive(Debug)]
pub(super) struct Stop {
    /// From now on the offline message goes ahead of the queue.
    pub(super) offline_from: Time,
    pub(super) deadline: Time,
    /// How many messages had ended for want of a subscriber before it.
    unheard_before: u64,
}

impl Engine {
    /// Accepts nothing more, delivers what it can, says offline, and closes: all within `timeout`.
    pub(crate) fn shut_down(&mut self, now: Time, timeout: Duration) -> Result<(), Error> {
        self.check_open()?;
        let for_offline = match self.newest_settings().announce_availability {
            true => (timeout / 4).max(FOR_OFFLINE).min(timeout),
            false => Duration::ZERO,
        };
        let deadline = now.saturating_add(timeout);
        self.outbox.hurry_states();
        let unheard_before = self.outbox.counters.dropped_no_subscriber;
        self.outbox.end_all_unheard();
        self.stop = Some(Stop {
            offline_from: deadline - for_offline,
            deadline,
            unheard_before,
        });
        Ok(())
    }

    /// Closes at once. Whatever has not ended ends here.
    pub(crate) fn finish(&mut self) {
        if self.is_finished() {
            return;
        }
        let unheard = self.stop.as_ref().map_or(0, |stop| {
            self.outbox.counters.dropped_no_subscriber - stop.unheard_before
        });
        let left = self.outbox.unfinished() + unheard as usize;
        if let Phase::Connected(mut connection) = std::mem::replace(&mut self.phase, Phase::Closed)
        {
            for flight in connection.window.drain() {
                if let Flight::Message(entry) = flight {
                    self.outbox.end(&entry, Outcome::Unknown);
                }
            }
            self.last_packet = self.last_word(&connection);
        }
        self.outbox.end_all_queued();
        self.report = Some(ShutdownReport {
            left,
            offline_acknowledged: self.broker.offline_acknowledged,
        });
        self.tell(Time::MAX);
    }

    /// What to say before the connection closes, so that others learn at once that we are gone. Without DISCONNECT the
    /// broker publishes the will by itself, but with a delay only when that has passed.
    fn last_word(&self, connection: &Connection) -> Option<Packet> {
        if matches!(connection.farewell, Farewell::DisconnectSent { .. }) {
            return None;
        }
        let is_delayed = self.broker.settings.will_delay_seconds > 0;
        match self.broker.offline_acknowledged {
            true => Some(Packet::Disconnect { with_will: false }),
            false if is_delayed && connection.version == Version::V5 => {
                Some(Packet::Disconnect { with_will: true })
            }
            false => None,
        }
    }

    /// Closes because of a defect of ours, which every call from now on reports.
    pub(crate) fn fail(&mut self, cause: &str) {
        let text =
            format!("a defect of this library, please report it: its thread panicked: {cause}");
        self.notice_queue.log(Level::Error, || text.clone());
        self.broker.last_error = Some(text.clone());
        self.defect = Some(text);
        self.finish();
    }

    /// Why nothing can be done any more: the client is closed or closes; none while it is neither.
    pub(crate) fn closed(&self) -> Option<Error> {
        if let Some(defect) = &self.defect {
            return Some(Error::new(ErrorKind::Internal, defect.as_str()));
        }
        let text = "the client is shut down, or being shut down; connect a new one";
        let is_closed = self.stop.is_some() || self.is_finished();
        is_closed.then(|| Error::new(ErrorKind::ShutDown, text))
    }

    /// How the shutdown went, once finished.
    pub(crate) fn report(&self) -> Option<ShutdownReport> {
        self.report
    }

    /// A shutdown does not wait for a broker that it has nothing to tell but offline.
    pub(super) fn end_drained_shutdown(&mut self) {
        if self.stop.is_none() || self.outbox.unfinished() > 0 {
            return;
        }
        match &mut self.phase {
            Phase::Connected(connection) if connection.farewell == Farewell::NotBegun => {
                connection.farewell = Farewell::OfflineDue;
            }
            Phase::Waiting { .. } | Phase::Connecting { .. } => self.finish(),
            _ => {}
        }
    }

    /// Refuses what a client that is closed, or closes, does not do any more.
    pub(super) fn check_open(&self) -> Result<(), Error> {
        self.closed().map_or(Ok(()), Err)
    }
}
