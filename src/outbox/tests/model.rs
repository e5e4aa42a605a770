//! Random operations on the outbox and on a plain list of messages, which has to give the same answers.

use super::plain::{Known, Model};
use super::*;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Operation {
    Accept {
        topic: u8,
        size: usize,
        lifetime: Option<u32>,
        is_tracked: bool,
    },
    Take,
    TakeHeld,
    /// Of a random topic, what was taken last goes back first; `holds`: as held.
    PutBack {
        which: Index,
        holds: bool,
    },
    PutAllBack,
    End(Index),
    EndAllQueued,
    Expire,
    Pass {
        ms: u64,
    },
    HoldEvents(bool),
    SetBounds(usize, u64, bool),
    Mark,
    Release(Index),
    Forget(Index),
    TakeOutcome(Index),
}

fn operation() -> impl Strategy<Value = Operation> {
    let lifetime = prop_oneof![
        Just(None),
        Just(None),
        (1..5_u32).prop_map(Some),
        (1..60_u32).prop_map(Some)
    ];
    prop_oneof![
        12 => (0..5_u8, 0..900_usize, lifetime, any::<bool>()).prop_map(
            |(topic, size, lifetime, is_tracked)| Operation::Accept { topic, size, lifetime, is_tracked }),
        6 => Just(Operation::Take),
        2 => Just(Operation::TakeHeld),
        4 => (any::<Index>(), any::<bool>()).prop_map(|(which, holds)| Operation::PutBack { which, holds }),
        1 => Just(Operation::PutAllBack),
        4 => any::<Index>().prop_map(Operation::End),
        1 => Just(Operation::Expire),
        2 => (0..4_000_u64).prop_map(|ms| Operation::Pass { ms }),
        1 => any::<bool>().prop_map(Operation::HoldEvents),
        1 => (1..12_usize, 2_000..20_000_u64, any::<bool>()).prop_map(|(m, b, r)| Operation::SetBounds(m, b, r)),
        2 => Just(Operation::Mark),
        1 => any::<Index>().prop_map(Operation::Release),
        1 => any::<Index>().prop_map(Operation::Forget),
        3 => any::<Index>().prop_map(Operation::TakeOutcome),
    ]
}

/// The outbox and the model side by side.
struct Pair {
    outbox: Outbox,
    model: Model,
    entries: BTreeMap<u64, Entry>,
    /// Marks, and the last id before each.
    marks: Vec<(u64, u64)>,
    now: u64,
}

impl Pair {
    fn new() -> Self {
        let bounds = Bounds {
            messages: 8,
            bytes: 20_000,
            when_full: QueueFull::DropOldest,
        };
        let model = Model {
            bounds,
            queued: Vec::new(),
            in_flight: Vec::new(),
            last_id: 0,
            outcomes: BTreeMap::new(),
            counters: Counters::default(),
            holds_events: false,
            overhead: entry::OVERHEAD,
        };
        Pair {
            outbox: Outbox::new(bounds),
            model,
            entries: BTreeMap::new(),
            marks: Vec::new(),
            now: 0,
        }
    }

    fn take(&mut self, is_held: bool) {
        let now = Time::from_millis(self.now);
        self.model.expire(self.now);
        let entry = if is_held {
            self.outbox.take_held(now)
        } else {
            self.outbox.take(now)
        };
        let at = self.model.next(is_held);
        let wanted = at.map(|at| self.model.queued[at].id);
        assert_eq!(entry.as_ref().map(|entry| entry.id), wanted);
        if let (Some(entry), Some(at)) = (entry, at) {
            let known = self.model.queued.remove(at);
            let left = known.deadline.map(|_| {
                let waited = (self.now - known.accepted_at) / 1000;
                (known.deadline.unwrap_or(0) - known.accepted_at) / 1000 - waited
            });
            assert_eq!(entry.expiry_left(now).map(u64::from), left);
            assert_eq!(*entry.message.topic, *topic(known.topic));
            self.model.in_flight.push(known);
            self.entries.insert(entry.id, entry);
        }
    }

    /// Puts back the last taken of the topic of this one.
    fn put_back(&mut self, which: usize, is_held: bool) {
        let topic = self.model.in_flight[which].topic;
        // By id: a later one can have been taken earlier, if the older was put back and taken again.
        let (at, known) = (self.model.in_flight.iter().enumerate())
            .filter(|(_, known)| known.topic == topic)
            .max_by_key(|(_, known)| known.id)
            .expect("there is one");
        // What was given meanwhile stands behind it.
        let first_queued = self.model.queued.iter().find(|k| k.topic == topic);
        if first_queued.is_some_and(|queued| queued.id < known.id) {
            return;
        }
        let entry = self.entries.remove(&known.id).expect("it was taken");
        if is_held {
            self.outbox.hold_back(entry);
        } else {
            self.outbox.put_back(entry);
        }
        self.model.put_back(at, is_held);
    }

    fn accept(&mut self, name: u8, size: usize, lifetime: Option<u32>, is_tracked: bool) {
        self.model.expire(self.now);
        let message = message_on(&topic(name), &"x".repeat(size));
        let cost = size as u64 + topic(name).len() as u64 + self.model.overhead;
        let now = Time::from_millis(self.now);
        let accepted = self.outbox.accept(now, message, lifetime, is_tracked);
        if !self.model.has_room(cost, is_tracked) {
            self.model.counters.refused_queue_full += 1;
            assert!(accepted.is_err(), "there was no room");
            return;
        }
        self.model.drop_until(1, cost);
        self.model.last_id += 1;
        let id = self.model.last_id;
        assert_eq!(accepted, Ok(id));
        self.model.counters.accepted += 1;
        if is_tracked {
            self.model.outcomes.insert(id, None);
        }
        self.model.queued.push(Known {
            id,
            topic: name,
            cost,
            accepted_at: self.now,
            deadline: lifetime.map(|seconds| self.now + u64::from(seconds) * 1000),
            is_held: false,
        });
    }

    fn run(&mut self, operation: Operation) {
        match operation {
            Operation::Accept {
                topic,
                size,
                lifetime,
                is_tracked,
            } => self.accept(topic, size, lifetime, is_tracked),
            Operation::Take => self.take(false),
            Operation::TakeHeld => self.take(true),
            Operation::PutBack { which, holds } if !self.entries.is_empty() => {
                self.put_back(which.index(self.entries.len()), holds);
            }
            // As when a connection ends.
            Operation::PutAllBack => {
                while let Some(at) =
                    (0..self.entries.len()).max_by_key(|&at| self.model.in_flight[at].id)
                {
                    let before = self.entries.len();
                    self.put_back(at, false);
                    if self.entries.len() == before {
                        break;
                    }
                }
            }
            Operation::End(which) if !self.entries.is_empty() => {
                let at = which.index(self.entries.len());
                let known = self.model.in_flight.remove(at);
                let entry = self.entries.remove(&known.id).expect("it was taken");
                self.outbox.end(&entry, Outcome::Delivered);
                self.model.end(known.id, Outcome::Delivered);
            }
            Operation::EndAllQueued => {
                self.outbox.end_all_queued();
                while !self.model.queued.is_empty() {
                    self.model.remove(0, SHUT_DOWN);
                }
            }
            Operation::Expire => {
                self.outbox.expire(Time::from_millis(self.now));
                self.model.expire(self.now);
            }
            Operation::Pass { ms } => self.now += ms,
            Operation::HoldEvents(holds) => {
                self.outbox.hold_events(holds);
                self.model.holds_events = holds;
            }
            Operation::SetBounds(messages, bytes, refuses) => {
                let when_full = match refuses {
                    true => QueueFull::RefuseNewest,
                    false => QueueFull::DropOldest,
                };
                self.model.bounds = Bounds {
                    messages,
                    bytes,
                    when_full,
                };
                self.outbox.set_bounds(self.model.bounds);
                self.model.drop_until(0, 0);
            }
            Operation::Mark => self.marks.push((self.outbox.mark(), self.model.last_id)),
            Operation::Release(which) if !self.marks.is_empty() => {
                let (mark, _) = self.marks.swap_remove(which.index(self.marks.len()));
                self.outbox.release_mark(mark);
            }
            Operation::Forget(which) => {
                let id = which.index(self.model.last_id as usize + 1) as u64;
                self.outbox.forget(id);
                self.model.outcomes.remove(&id);
            }
            Operation::TakeOutcome(which) => {
                let id = which.index(self.model.last_id as usize + 1) as u64;
                let wanted = self.model.outcomes.get(&id).cloned();
                if let Some(Some(_)) = wanted {
                    self.model.outcomes.remove(&id);
                }
                assert_eq!(self.outbox.take_outcome(id), wanted);
            }
            Operation::PutBack { .. } | Operation::End(_) | Operation::Release(_) => {}
        }
    }

    fn compare(&self) {
        let (outbox, model) = (&self.outbox, &self.model);
        assert_eq!(outbox.counters, model.counters);
        assert_eq!(outbox.queued(), model.queued.len());
        assert_eq!(outbox.in_flight(), model.in_flight.len());
        assert_eq!(outbox.bytes(), model.bytes());
        assert_eq!(outbox.kept(), model.outcomes.values().flatten().count());
        let deadlines = model.queued.iter().filter_map(|known| known.deadline);
        assert_eq!(outbox.next_expiry(), deadlines.min().map(Time::from_millis));
        let age = |known: &Known| Time::from_millis(self.now - known.accepted_at);
        let now = Time::from_millis(self.now);
        assert_eq!(outbox.oldest_age(now), model.queued.first().map(age));
        assert_eq!(outbox.has_ready(), model.next(false).is_some());
        assert_eq!(outbox.held_closes().is_some(), model.next(true).is_some());
        for &(mark, last_id) in &self.marks {
            let mut unfinished = model.queued.iter().chain(&model.in_flight);
            let is_finished = !unfinished.any(|known| known.id <= last_id);
            assert_eq!(outbox.is_finished(mark), is_finished);
        }
    }
}

fn topic(number: u8) -> String {
    "t".repeat(1 + 40 * usize::from(number))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_outbox_does_what_a_plain_list_does(operations in prop::collection::vec(operation(), 1..150)) {
        let mut pair = Pair::new();
        for operation in operations {
            pair.run(operation);
            pair.compare();
        }
        pair.run(Operation::EndAllQueued);
        pair.compare();
    }
}
