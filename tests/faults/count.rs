//! The two accounts of one run, the library's and the witness's, put side by side.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::evidence::Evidence;
use crate::late::Late;
use crate::ledger::{Event, Ledger};
use crate::run::MAX_IN_FLIGHT;

/// How much later than its expiry an event has to be to count as stale: the whole seconds in which MQTT counts, and
/// the time that a busy machine takes to pass it on.
const TOLERANCE_SECONDS: f64 = 1.0 + 2.0;
/// What was handed over to the network ages no more here. By the guarantees at most 128 KiB of it wait, and a peer that
/// reads more slowly than 16 KiB/s is left.
const ON_THE_WAY_SECONDS: f64 = 8.0;
/// What a killed broker acknowledged so shortly before its end may not have reached the witness.
const LAST_MOMENT_SECONDS: f64 = 1.0;
/// So much of its life passes in a broker that counts in whole seconds and delivers a queue one by one.
const LITTLE_SECONDS: f64 = 2.0;

/// One line of the table, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Count {
    pub handed_over: usize,
    /// By the outcomes that the library told.
    pub delivered: usize,
    pub expired: usize,
    pub dropped: usize,
    /// In the outbox of a process that was killed.
    pub lost_with_process: usize,
    /// Delivered, and lost by the broker when it was killed.
    pub lost_by_broker: usize,
    /// Delivered with so little of their life left that it ended in the broker.
    pub expired_there: usize,
    /// Of those that did not end as delivered, how many arrived all the same: sent, and not acknowledged in time.
    pub uncounted: usize,
    /// Arrived once more.
    pub duplicated: usize,
    pub out_of_order: usize,
    pub stale: usize,
    /// By how much the latest of them was.
    pub stalest: f64,
    pub untrue_seconds: f64,
    /// How many of the retained topics a late subscriber found as they were said last, and how many there were.
    pub found_late: (usize, usize),
    pub connections: u64,
    pub resent: u64,
    /// How often a broker was killed.
    pub kills: usize,
    /// Where the accounts contradict each other or themselves.
    pub faults: Vec<String>,
}

impl Count {
    /// `connections` is how often the publishers were connected, by their last status.
    pub fn of(evidence: &Evidence) -> Count {
        let mut count = Count {
            untrue_seconds: evidence.untrue_seconds(),
            kills: evidence
                .availability
                .iter()
                .map(|one| one.kills.len())
                .sum(),
            ..Count::default()
        };
        let known: HashMap<(usize, u64), &Event> = evidence
            .ledgers
            .iter()
            .enumerate()
            .flat_map(|(process, ledger)| {
                let events = ledger.events.iter();
                events.map(move |event| ((process, event.number), event))
            })
            .collect();
        let seen = count.look_at_arrivals(evidence, &known);
        for (process, ledger) in evidence.ledgers.iter().enumerate() {
            count.look_at_ledger(process, ledger, evidence, &seen);
            count.compare_with_counters(ledger);
        }
        count
    }

    /// Takes up what a late subscriber found; of several, the one that found least.
    pub fn add(&mut self, late: Late) {
        if self.found_late.1 == 0 || late.found < self.found_late.0 {
            self.found_late = (late.found, late.topics);
        }
        self.faults.extend(late.faults);
    }

    /// Gives what has arrived.
    fn look_at_arrivals(
        &mut self,
        evidence: &Evidence,
        known: &HashMap<(usize, u64), &Event>,
    ) -> HashSet<(usize, u64)> {
        let mut seen = HashSet::new();
        let mut newest: HashMap<&str, (usize, u64)> = HashMap::new();
        let mut rooms: HashMap<usize, Rooms> = HashMap::new();
        for arrival in &evidence.arrivals {
            let key = (arrival.process, arrival.number);
            let Some(event) = known.get(&key) else {
                self.faults
                    .push(format!("event {key:?} arrived and was never handed over"));
                continue;
            };
            if !seen.insert(key) {
                self.duplicated += 1;
                continue;
            }
            // What expired or was dropped after it had been sent can arrive out of a dead connection's buffers.
            if matches!(&event.outcome, Some((_, outcome)) if outcome == "delivered") {
                let newest = newest.entry(&arrival.topic).or_insert(key);
                self.out_of_order += usize::from(key < *newest);
                *newest = key.max(*newest);
            }
            let rooms = rooms.entry(arrival.process).or_default();
            // The broker had it when it acknowledged it: what a busy machine takes from there to the witness is not ours.
            let had_at = match &event.outcome {
                Some((ended_at, outcome)) if outcome == "delivered" => {
                    let had_at = arrival.at.min(*ended_at);
                    rooms.ended(*ended_at);
                    had_at
                }
                _ => arrival.at,
            };
            let on_the_way = had_at - rooms.since().max(event.handed_at);
            let waited = had_at - event.handed_at - on_the_way.clamp(0.0, ON_THE_WAY_SECONDS);
            // An interval that was not lowered would let it live on in the broker.
            let age = waited + arrival.expiry.map_or(0.0, f64::from);
            if age > event.lifetime + TOLERANCE_SECONDS {
                self.stale += 1;
                self.stalest = self.stalest.max(age - event.lifetime);
            }
        }
        seen
    }

    fn look_at_ledger(
        &mut self,
        process: usize,
        ledger: &Ledger,
        evidence: &Evidence,
        seen: &HashSet<(usize, u64)>,
    ) {
        self.faults.extend(ledger.faults.iter().cloned());
        let kills = || evidence.availability.iter().flat_map(|one| &one.kills);
        // MQTT 3.1.1 has no such property.
        let knows_expiry = evidence.arrivals.iter().any(|one| one.expiry.is_some());
        let mut unseen = Vec::new();
        for event in ledger.events.iter().filter(|event| event.id.is_some()) {
            self.handed_over += 1;
            let has_arrived = seen.contains(&(process, event.number));
            let Some((ended_at, outcome)) = &event.outcome else {
                self.lost_with_process += 1;
                self.uncounted += usize::from(has_arrived);
                continue;
            };
            match outcome.as_str() {
                "delivered" => self.delivered += 1,
                "expired" => self.expired += 1,
                "dropped" => self.dropped += 1,
                other => self
                    .faults
                    .push(format!("event {} ended as {other}", event.number)),
            }
            if outcome != "delivered" {
                self.uncounted += usize::from(has_arrived);
            } else if !has_arrived {
                let just_before = |kill: &f64| {
                    *ended_at >= kill - LAST_MOMENT_SECONDS
                        && *ended_at <= kill + LAST_MOMENT_SECONDS
                };
                // What a broker had that was then paused grows older in it.
                let expires_at = event.handed_at + event.lifetime;
                let left = expires_at - ended_at - evidence.paused_seconds(*ended_at, expires_at);
                if kills().any(just_before) {
                    self.lost_by_broker += 1;
                } else if left <= LITTLE_SECONDS && knows_expiry {
                    self.expired_there += 1;
                } else {
                    unseen.push(event.number);
                }
            }
        }
        if ledger.finished.is_some() && self.lost_with_process > 0 && process == 0 {
            self.faults
                .push("events have no outcome although the publisher ended well".into());
        }
        if !unseen.is_empty() {
            let text = format!(
                "{} events ended as delivered and never arrived, from number {} to {}",
                unseen.len(),
                unseen[0],
                unseen[unseen.len() - 1]
            );
            self.faults.push(text);
        }
    }

    /// The library's counters, which count apart from the outcomes that it told one by one.
    fn compare_with_counters(&mut self, ledger: &Ledger) {
        let Some(finished) = &ledger.finished else {
            return;
        };
        let counter = |name: &str| finished["counters"][name].as_u64().unwrap_or(u64::MAX);
        let ended = |outcome: &str| {
            let events = ledger.events.iter();
            let ended =
                events.filter(|event| matches!(&event.outcome, Some((_, is)) if is == outcome));
            ended.count() as u64
        };
        let accepted = ledger.events.iter().filter(|event| event.id.is_some());
        let said = |outcome: &str| {
            let said = ledger.said.iter();
            said.filter(|said| said.outcome.as_deref() == Some(outcome))
                .count() as u64
        };
        for (name, told) in [
            ("accepted", (accepted.count() + ledger.said.len()) as u64),
            ("delivered", ended("delivered") + said("delivered")),
            ("superseded", said("superseded")),
            ("expired", ended("expired")),
            ("dropped_queue_full", ended("dropped")),
            ("rejected", 0),
            ("unknown", 0),
            ("refused_queue_full", 0),
        ] {
            if counter(name) != told {
                let text = format!(
                    "the counter {name} is {}, the outcomes are {told}",
                    counter(name)
                );
                self.faults.push(text);
            }
        }
        if finished["is_complete"] != true {
            self.faults
                .push(format!("the shutdown was not complete: {finished}"));
        }
        self.resent += counter("resent");
    }
}

/// When there was room for a message of one process to be handed over: not before the one that arrived as many before
/// it as may be in flight had ended.
#[derive(Debug, Default)]
struct Rooms(VecDeque<f64>);

impl Rooms {
    /// One that has arrived ended then.
    fn ended(&mut self, at: f64) {
        self.0.push_back(at);
        if self.0.len() > MAX_IN_FLIGHT + 1 {
            self.0.pop_front();
        }
    }

    /// For the one that arrived last.
    fn since(&self) -> f64 {
        match self.0.len() > MAX_IN_FLIGHT {
            true => self.0[0],
            false => 0.0,
        }
    }
}
