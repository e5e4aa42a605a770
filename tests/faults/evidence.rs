//! What was found at the end of a run: in the publishers' ledgers, at the witnesses, and on the stage.

use serde_json::Value;

use crate::clock::seconds;
use crate::ledger::Ledger;
use crate::stage::{Span, Stage, STATUS};
use crate::support::subscriber::Message;

/// An event as a witness saw it.
pub struct Arrival {
    pub at: f64,
    pub process: usize,
    pub number: u64,
    pub topic: String,
    /// The expiry that was left, by the broker.
    pub expiry: Option<u32>,
}

/// What one broker said on the availability topic, and when it could be asked.
pub struct Availability {
    pub words: Vec<(f64, String)>,
    pub away: Vec<Span>,
    pub kills: Vec<f64>,
    pub pauses: Vec<Span>,
}

pub struct Evidence {
    /// One for each process, in their order.
    pub ledgers: Vec<Ledger>,
    /// By time.
    pub arrivals: Vec<Arrival>,
    pub availability: Vec<Availability>,
    pub silent: Vec<Span>,
    pub process_away: Vec<Span>,
    /// When the last publisher was told to end.
    pub until: f64,
}

impl Evidence {
    pub fn collect(stage: &Stage, until: f64) -> Evidence {
        let mut arrivals = Vec::new();
        let mut availability = Vec::new();
        for served in &stage.served {
            let messages = served.witness.messages();
            let (words, events): (Vec<_>, Vec<_>) = messages
                .into_iter()
                .partition(|message| message.topic == STATUS);
            arrivals.extend(events.iter().map(arrival));
            availability.push(Availability {
                words: words
                    .iter()
                    .map(|word| (seconds(word.at), word.text()))
                    .collect(),
                away: served.away.clone(),
                kills: served.kills.clone(),
                pauses: served.pauses.clone(),
            });
        }
        arrivals.sort_by(|a, b| a.at.total_cmp(&b.at));
        Evidence {
            ledgers: stage.publishers.iter().map(|one| one.ledger()).collect(),
            arrivals,
            availability,
            silent: stage.silent.clone(),
            process_away: stage.process_away.clone(),
            until,
        }
    }

    /// For how many seconds the availability that the broker in use told was not the truth.
    ///
    /// The truth is that the publisher is online exactly while its process runs, the library says that it is
    /// online, and no fault keeps its events from the broker. While no broker can be asked, nothing is untrue.
    pub fn untrue_seconds(&self) -> f64 {
        let mut moments: Vec<f64> = self.states().map(|(at, _)| *at).collect();
        let start = self.states().find(|(_, state)| state == "online");
        let Some((start, _)) = start else {
            return 0.0;
        };
        for one in &self.availability {
            moments.extend(one.words.iter().map(|(at, _)| at));
            moments.extend(one.kills.iter());
            moments.extend(edges(&one.away));
        }
        moments.extend(edges(&self.silent).chain(edges(&self.process_away)));
        moments.extend([*start, self.until]);
        moments.retain(|at| at >= start && *at <= self.until);
        moments.sort_by(f64::total_cmp);
        let untrue = moments.windows(2).filter(|pair| {
            let middle = (pair[0] + pair[1]) / 2.0;
            let told = self.availability.iter().find_map(|one| one.told(middle));
            told.is_some_and(|told| told != self.is_online(middle))
        });
        untrue.fold(0.0, |sum, pair| sum + pair[1] - pair[0])
    }

    /// For how many seconds of a time a broker was paused.
    pub fn paused_seconds(&self, from: f64, to: f64) -> f64 {
        let pauses = self.availability.iter().flat_map(|one| &one.pauses);
        let within = pauses.map(|(start, end)| end.min(to) - start.max(from));
        within.filter(|seconds| *seconds > 0.0).sum()
    }

    fn is_online(&self, at: f64) -> bool {
        let state = self.states().take_while(|(time, _)| *time <= at).last();
        state.is_some_and(|(_, state)| state == "online")
            && !within(&self.silent, at)
            && !within(&self.process_away, at)
    }

    fn states(&self) -> impl Iterator<Item = &(f64, String)> {
        self.ledgers.iter().flat_map(|ledger| &ledger.states)
    }
}

impl Availability {
    /// Whether it tells that the publisher is online; none while it cannot be asked.
    fn told(&self, at: f64) -> Option<bool> {
        if within(&self.away, at) {
            return None;
        }
        // Started again, it tells anew what it still knows.
        let killed = self.kills.iter().rev().find(|killed| **killed <= at);
        let mut words = self.words.iter().rev().skip_while(|(time, _)| *time > at);
        let word = words.find(|(time, _)| killed.is_none_or(|killed| time > killed));
        Some(word.is_some_and(|(_, word)| word == "online"))
    }
}

fn edges(spans: &[Span]) -> impl Iterator<Item = f64> + '_ {
    spans.iter().flat_map(|(from, to)| [*from, *to])
}

fn within(spans: &[Span], at: f64) -> bool {
    spans.iter().any(|(from, to)| (*from..*to).contains(&at))
}

fn arrival(message: &Message) -> Arrival {
    let event: Value = serde_json::from_slice(&message.payload).expect("an event is JSON");
    let number = |name: &str| event[name].as_u64().expect("an event has its numbers");
    Arrival {
        at: seconds(message.at),
        process: number("process") as usize,
        number: number("number"),
        topic: message.topic.clone(),
        expiry: message.expiry(),
    }
}
