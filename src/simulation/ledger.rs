//! Every message that the client accepted, and what the world knows of it.

use crate::engine::Version;
use crate::message::QoS;
use crate::outbox::Time;
use crate::outcome::{DropReason, Outcome};
use bytes::Bytes;

/// A message that the broker closes the connection on.
pub(super) const POISON: u8 = 1;
/// A message that the broker refuses.
pub(super) const UNWANTED: u8 = 2;

const MARK: u8 = 0xA5;
const HEADER: usize = 10;

/// A payload that says which message it is.
pub(super) fn payload(nature: u8, generation: u32, id: u64, size: usize) -> Bytes {
    let mut payload = vec![MARK, nature];
    payload.extend(generation.to_le_bytes());
    payload.extend((id as u32).to_le_bytes());
    payload.resize(size.max(HEADER), 0);
    payload.into()
}

/// What the broker thinks of a message.
pub(super) fn nature(payload: &[u8]) -> u8 {
    match payload {
        [MARK, nature, ..] => *nature,
        _ => 0,
    }
}

/// The process and the id of a message; none for what is no message of the ledger.
pub(super) fn name(payload: &[u8]) -> Option<(u32, u64)> {
    let header = payload.get(..HEADER).filter(|header| header[0] == MARK)?;
    let number = |at: usize| header[at..at + 4].try_into().map(u32::from_le_bytes).ok();
    Some((number(2)?, number(6)?.into()))
}

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) accepted_at: Time,
    pub(super) lifetime: Option<u32>,
    pub(super) qos: QoS,
    pub(super) retain: bool,
    pub(super) topic: u8,
    pub(super) size: usize,
    /// On how many connections it was handed over, and the last of them.
    pub(super) handed_over: u32,
    pub(super) on: u64,
    /// How many of them their peer ended, not for a twin, while it was not acknowledged.
    pub(super) closes: u32,
    /// And with it alone.
    pub(super) closes_alone: u32,
    /// How often it reached the broker, and on which connection last.
    pub(super) arrived: u32,
    pub(super) arrived_on: u64,
    /// QoS 1: acknowledged. QoS 0: written.
    pub(super) delivered: bool,
    pub(super) refused: bool,
    /// The broker said so: it took it, and nobody was subscribed.
    pub(super) is_unheard: bool,
    /// Somebody was subscribed when the broker took it.
    pub(super) was_heard: bool,
    /// The state that it names: the number of its topic, and the payload.
    pub(super) names: Option<(usize, Bytes)>,
    /// Somebody may still ask what became of it.
    pub(super) is_held: bool,
}

impl Entry {
    /// A message of QoS 1 to which nothing has happened yet, retained and without a lifetime.
    pub(super) fn new(accepted_at: Time) -> Self {
        Entry {
            accepted_at,
            lifetime: None,
            qos: QoS::AtLeastOnce,
            retain: true,
            topic: 0,
            size: 0,
            handed_over: 0,
            on: 0,
            closes: 0,
            closes_alone: 0,
            arrived: 0,
            arrived_on: 0,
            delivered: false,
            refused: false,
            is_unheard: false,
            was_heard: false,
            names: None,
            is_held: false,
        }
    }

    /// From when on it must not be handed over.
    pub(super) fn deadline(&self) -> Time {
        self.lifetime.map_or(Time::MAX, |seconds| {
            whole_millis(self.accepted_at) + Time::from_secs(seconds.into())
        })
    }
}

/// The outbox counts in whole milliseconds.
fn whole_millis(time: Time) -> Time {
    Time::from_millis(time.as_millis() as u64)
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) generation: u32,
    pub(super) entries: Vec<Entry>,
    /// The newest message of each topic that reached the broker.
    newest: [u64; 8],
    pub(super) delivered: u64,
    /// The outbox may have been full.
    pub(super) refused: u64,
}

impl Ledger {
    pub(super) fn new(generation: u32) -> Self {
        Ledger {
            generation,
            ..Ledger::default()
        }
    }

    pub(super) fn accepted(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub(super) fn get(&mut self, id: u64) -> Option<&mut Entry> {
        self.entries
            .get_mut(usize::try_from(id.checked_sub(1)?).ok()?)
    }

    /// The id that the next message gets.
    pub(super) fn next_id(&self) -> u64 {
        self.entries.len() as u64 + 1
    }

    /// It is handed over, on this connection.
    pub(super) fn handed_over(
        &mut self,
        now: Time,
        id: u64,
        on: u64,
        version: Version,
        expiry_seconds: Option<u32>,
    ) -> Result<(), String> {
        let entry = self.get(id).ok_or("handed over what was never accepted")?;
        if entry.delivered || entry.refused {
            return Err(format!("message {id} is handed over after its end"));
        }
        if entry.handed_over > 0 && entry.on == on {
            return Err(format!(
                "message {id} is handed over twice on one connection"
            ));
        }
        entry.handed_over += 1;
        entry.on = on;
        if entry.deadline() <= now {
            return Err(format!("message {id} is handed over after its expiry"));
        }
        let waited = (now.as_millis() - entry.accepted_at.as_millis()) / 1000;
        let left = entry.lifetime.map(|seconds| seconds - waited as u32);
        let wanted = left.filter(|_| version == Version::V5);
        if expiry_seconds != wanted {
            return Err(format!(
                "message {id} is handed over with an expiry of {expiry_seconds:?} s, and {left:?} s are left"
            ));
        }
        Ok(())
    }

    /// It reached the broker, on this connection, which may not be the newest.
    pub(super) fn arrived(&mut self, id: u64, on: u64) -> Result<(), String> {
        let entry = self.get(id).ok_or("what was never accepted arrived")?;
        entry.arrived += 1;
        // What nobody heard is handed over again on the same connection.
        if entry.arrived > 1 && entry.arrived_on == on && !entry.is_unheard {
            return Err(format!("message {id} arrived twice on one connection"));
        }
        if entry.arrived > entry.handed_over {
            return Err(format!(
                "message {id} arrived more often than it was handed over"
            ));
        }
        if entry.arrived > 1 && entry.qos == QoS::AtMostOnce {
            return Err(format!("message {id} arrived twice at QoS 0"));
        }
        let is_newest_connection = entry.on == on;
        let (first, topic) = (entry.arrived == 1, usize::from(entry.topic));
        entry.arrived_on = on;
        let newest = &mut self.newest[topic];
        // What a connection that was given up still held arrives when it likes.
        if first && is_newest_connection && *newest > id {
            return Err(format!(
                "message {id} arrived for the first time after message {newest} on its topic"
            ));
        }
        *newest = (*newest).max(id);
        Ok(())
    }

    /// The session was told that nobody heard it: it may be handed over again at any time.
    pub(super) fn unheard(&mut self, id: u64) {
        if let Some(entry) = self.get(id) {
            entry.is_unheard = true;
            entry.on = 0;
        }
    }

    /// The session was told that it was acknowledged, or written at QoS 0.
    pub(super) fn acknowledged(&mut self, id: u64, result: &Result<(), String>) {
        let Some(entry) = self.get(id) else { return };
        match result {
            Ok(()) => {
                entry.delivered = true;
                self.delivered += 1;
            }
            Err(_) => entry.refused = true,
        }
    }

    /// Whether a message may have ended like that.
    pub(super) fn judge(
        &mut self,
        now: Time,
        id: u64,
        outcome: &Outcome,
        is_closed: bool,
    ) -> Result<(), String> {
        let entry = self
            .get(id)
            .ok_or("an outcome of what was never accepted")?;
        let fits = match outcome {
            Outcome::Delivered => {
                entry.delivered && (entry.qos == QoS::AtMostOnce || entry.arrived > 0)
            }
            Outcome::Expired => !entry.delivered && entry.deadline() <= now,
            Outcome::Dropped(DropReason::QueueFull) => !entry.delivered && !entry.refused,
            Outcome::Dropped(DropReason::NoSubscriber) => !entry.delivered && entry.is_unheard,
            Outcome::Dropped(DropReason::ShutDown) => is_closed && entry.handed_over == 0,
            Outcome::Superseded => false,
            Outcome::Rejected(why) if why.contains("each time") => {
                !entry.delivered && entry.closes >= 6 && entry.closes_alone >= 3
            }
            Outcome::Rejected(why) if why.contains("the broker accepts packets") => entry.size > 40,
            Outcome::Rejected(why) if why.contains("QoS 0 only") => entry.qos == QoS::AtLeastOnce,
            Outcome::Rejected(why) if why.contains("no retained") => entry.retain,
            Outcome::Rejected(_) => entry.refused,
            Outcome::Unknown => is_closed && entry.handed_over > 0 && !entry.delivered,
        };
        match fits {
            true => Ok(()),
            false => Err(format!(
                "message {id} is said to be {outcome:?}; it is {entry:?}"
            )),
        }
    }
}
