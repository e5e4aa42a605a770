//! The library under faults that are made from outside, on real brokers.
//!
//! Without arguments, a minute of it on Mosquitto, as tests that obey the arguments of any test program. With
//! `--matrix`, every fault on every broker, written to `docs/faults.md`. With `--soak`, events and faults at random.
//!
//! Needs Mosquitto, Node.js (`tools/setup`) and Python; the matrix needs more brokers and root (`make faults`).

#[path = "../support/mod.rs"]
mod support;

mod brokers;
mod clock;
mod count;
mod evidence;
mod late;
mod ledger;
mod matrix;
mod network;
mod page;
mod publisher;
mod run;
mod samples;
mod scenario;
mod scenarios;
mod scene;
mod soak;
mod stage;
mod table;
mod versions;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use scene::Place;

/// They mostly wait, so more of them run at once than there are processors.
const AT_ONCE: usize = 8;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let word = |index: usize| words.get(index).map_or("", String::as_str);
    if word(0) == "--matrix" {
        return u8::from(!matrix::run_all(word(1), word(2))).into();
    }
    if word(0) == "--soak" {
        return u8::from(!soak::run()).into();
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    libtest_mimic::run(&arguments, minute()).exit_code()
}

/// What a minute has room for, and needs no root.
fn minute() -> Vec<Trial> {
    let kind = &brokers::MOSQUITTO;
    let scenarios = scenarios::ALL
        .iter()
        .filter(|scenario| (scenario.fits)(kind) && scenario.place != Place::Link);
    let trial = |scenario: &'static scenario::Scenario| {
        let name = scenario.name.replace(", ", "_").replace(' ', "_");
        Trial::test(name, move || {
            let count = run::run(kind, scenario);
            match count.faults.is_empty() {
                true => Ok(()),
                false => Err(format!("{count:#?}").into()),
            }
        })
    };
    scenarios.map(trial).collect()
}
