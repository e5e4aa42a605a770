//! Messages that name states, with everything that can happen to them: none waits for ever.

use super::*;
use fastrand::Rng;
use std::sync::Arc;

const TOPICS: u8 = 6;
const STATES: u8 = 3;

/// An outbox and a broker.
struct Pair {
    outbox: Outbox,
    random: Rng,
    taken: Vec<Entry>,
    now: Time,
}

impl Pair {
    fn new(seed: u64) -> Self {
        let mut outbox = outbox(20, QueueFull::DropOldest);
        outbox.connected(ZERO);
        Pair {
            outbox,
            random: Rng::with_seed(seed),
            taken: Vec::new(),
            now: ZERO,
        }
    }

    fn state_topic(&mut self) -> Arc<str> {
        format!("state/{}", self.random.u8(..STATES)).into()
    }

    /// A message that lasts so long in time as the test does, or not, with some states.
    fn accept(&mut self) {
        let topic = self.random.u8(..TOPICS).to_string();
        let lifetime = self.random.choice([None, Some(3), Some(1_000_000)]);
        let accepted =
            (self.outbox).accept(self.now, message_on(&topic, "x"), lifetime.flatten(), false);
        let Ok(id) = accepted else {
            return;
        };
        let mut topics: Vec<_> = (0..self.random.usize(..3))
            .map(|_| self.state_topic())
            .collect();
        topics.sort();
        topics.dedup();
        let states = topics.into_iter().map(|topic| NamedState {
            topic,
            payload: id.to_string().into(),
            rank: Rank::State,
        });
        self.outbox.name_states(id, states.collect());
    }

    fn set_state(&mut self) {
        let topic = self.state_topic();
        let payload = self.random.choice(["", "set"]).unwrap_or_default();
        let set = (self.outbox).set_state(self.now, &topic, payload.into(), Rank::State, false);
        set.expect("there is room");
    }

    fn answer(&mut self) {
        if self.taken.is_empty() {
            return;
        }
        let which = self.random.usize(..self.taken.len());
        let entry = self.taken.remove(which);
        let may_wait = entry.may_wait();
        match self.random.u8(..8) {
            0 => self.outbox.end(&entry, Outcome::Rejected("no".into())),
            1 | 2 if may_wait => self.outbox.put_back_unheard(self.now, entry),
            _ => self.outbox.delivered(entry),
        }
    }

    fn reconnect(&mut self) {
        while let Some(mut entry) = self.taken.pop() {
            entry.closes_alone = self.random.u8(..3);
            match self.random.u8(..4) {
                0 => self.outbox.hold_back(entry),
                _ => self.outbox.put_back(entry),
            }
        }
        self.outbox.disconnected();
        self.outbox.connected(self.now);
    }

    fn act(&mut self) {
        match self.random.u8(..32) {
            0..8 => self.accept(),
            8..16 => self.taken.extend(self.outbox.take(self.now)),
            16..24 => self.answer(),
            24 => self.set_state(),
            25 => self.reconnect(),
            26 => {
                let holds = self.random.bool();
                self.outbox.hold_events(holds);
            }
            27 => {
                let passed = self.random.u64(..2000);
                self.pass(Time::from_millis(passed));
            }
            28 => self.taken.extend(self.outbox.take_held(self.now)),
            29 => self.outbox.heard(&self.random.u8(..TOPICS).to_string()),
            30 => self.outbox.retry_unheard(),
            _ => self.outbox.end_all_unheard(),
        }
    }

    fn pass(&mut self, time: Time) {
        self.now += time;
        self.outbox.expire(self.now);
        self.outbox.turn_states(self.now);
        self.outbox.retry_unheard_until(self.now);
    }

    /// The broker takes all that there is.
    fn end(mut self) -> usize {
        self.outbox.hold_events(false);
        let mut idle = 0;
        while idle < 10 {
            let (outbox, now) = (&mut self.outbox, self.now);
            self.taken.extend(std::iter::from_fn(|| outbox.take(now)));
            if self.taken.is_empty() {
                self.taken.extend(outbox.take_held(now));
            }
            idle = if self.taken.is_empty() { idle + 1 } else { 0 };
            for entry in std::mem::take(&mut self.taken) {
                self.outbox.delivered(entry);
            }
            // Enough for a round of states and a retry each, and too little for what is to last.
            self.pass(10 * SECOND);
        }
        self.outbox.unfinished()
    }
}

#[test]
fn whatever_happens_none_waits_for_ever_for_the_topic_of_a_state() {
    for seed in 0..500 {
        let mut pair = Pair::new(seed);
        for _ in 0..120 {
            pair.act();
        }
        assert_eq!(pair.end(), 0, "seed {seed}");
    }
}
