//! What a publisher wrote down, read back.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

/// An event that was handed over.
#[derive(Clone, Debug)]
pub struct Event {
    pub number: u64,
    /// When, in seconds of the wall clock, as all times here.
    pub handed_at: f64,
    /// For how many seconds it is worth delivering.
    pub lifetime: f64,
    /// None when the process was killed within the call.
    pub id: Option<u64>,
    /// When it ended, and how; none when the process died before.
    pub outcome: Option<(f64, String)>,
}

/// A state that was said.
#[derive(Clone, Debug)]
pub struct Said {
    pub topic: String,
    pub payload: String,
    /// How it ended; none when the process died before.
    pub outcome: Option<String>,
}

/// The life of one publisher process.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub events: Vec<Event>,
    pub said: Vec<Said>,
    /// The states of the connection.
    pub states: Vec<(f64, String)>,
    pub log: Vec<(f64, String)>,
    /// How it ended; none for a process that was killed.
    pub finished: Option<Value>,
    /// What contradicts itself in the ledger.
    pub faults: Vec<String>,
}

impl Ledger {
    pub fn read(path: &Path) -> Ledger {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut ledger = Ledger::default();
        let mut by_id = HashMap::new();
        let mut said_by_id: HashMap<u64, usize> = HashMap::new();
        let mut ended = Vec::new();
        // A last line without its end belongs to a killed process.
        let complete = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in complete.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            if word == "accepted" {
                let id = rest.parse().expect("an id is a number");
                let event = ledger.events.last_mut().expect("it was handed over first");
                event.id = Some(id);
                by_id.insert(id, ledger.events.len() - 1);
                continue;
            }
            let (at, rest) = rest.split_once(' ').expect("a time, and what happened");
            let at: f64 = at.parse().expect("a time is a number");
            match word {
                "handed" => ledger.events.push(handed(at, rest)),
                "said" => {
                    let (id, rest) = rest.split_once(' ').expect("an id, and what was said");
                    let (topic, payload) = rest.split_once(' ').expect("a topic and a payload");
                    said_by_id.insert(id.parse().expect("an id"), ledger.said.len());
                    ledger.said.push(Said {
                        topic: topic.to_owned(),
                        payload: payload.to_owned(),
                        outcome: None,
                    });
                }
                "ended" => {
                    let (id, outcome) = rest.split_once(' ').expect("an id and an outcome");
                    ended.push((at, id.parse().expect("an id"), outcome.to_owned()));
                }
                "state" => ledger.states.push((at, rest.to_owned())),
                "log" => ledger.log.push((at, rest.to_owned())),
                "status" => {}
                "finished" => {
                    let ending = serde_json::from_str(rest).expect("it was written as JSON");
                    ledger.finished = Some(ending);
                }
                _ => ledger.faults.push(format!("the publisher says: {line}")),
            }
        }
        for (at, id, outcome) in ended {
            if let Some(index) = said_by_id.remove(&id) {
                let said = &mut ledger.said[index];
                said.outcome = Some(outcome);
                continue;
            }
            let index: Option<&usize> = by_id.get(&id);
            match index.map(|index| &mut ledger.events[*index].outcome) {
                Some(place @ None) => *place = Some((at, outcome)),
                Some(Some(_)) => ledger.faults.push(format!("message {id} ended twice")),
                // Its last line was lost with the process.
                None if ledger.finished.is_none() => {}
                None => ledger.faults.push(format!("message {id} ended, unknown")),
            }
        }
        ledger
    }
}

fn handed(at: f64, rest: &str) -> Event {
    let mut fields = rest.split(' ');
    let mut field = || fields.next().expect("an event has two fields");
    Event {
        number: field().parse().expect("a number"),
        lifetime: field().parse().expect("seconds"),
        handed_at: at,
        id: None,
        outcome: None,
    }
}
