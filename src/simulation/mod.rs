//! A simulated world around the engine: clock, network, broker, other clients, and random schedules of what can
//! happen to them.

mod admission;
mod aftermath;
mod air;
mod broker;
mod coverage;
mod dial;
mod dice;
mod directed;
mod endings;
mod events;
mod handed;
mod home;
mod intake;
mod invariants;
mod ledger;
mod manners;
mod network;
mod pauses;
mod pinned;
mod poll;
mod process;
mod run;
mod said;
mod scene;
mod schedule;
mod states;
mod transitions;
mod twin;
mod waiters;
mod watch;
mod world;

use run::{play_all, play_many, play_seed, Extent};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};

/// What a run without a number of schedules plays at least, and for how long it plays more.
const FEWEST: u64 = 500;
const PATIENCE: Duration = Duration::from_secs(20);

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name}: {text:?} is no number")),
    )
}

/// With `SIMULATION_SEED` that schedule alone; with `SIMULATION_SCHEDULES` at least so many, until every transition that
/// the engine has was taken; else some, other ones each time.
#[test]
fn random_schedules() {
    if let Some(seed) = number("SIMULATION_SEED") {
        let played = play_seed(seed, &mut coverage::Coverage::default());
        return played.unwrap_or_else(|failure| panic!("{failure}"));
    }
    let schedules = number("SIMULATION_SCHEDULES");
    let first =
        number("SIMULATION_FIRST").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let played = match schedules {
        Some(schedules) => play_all(first, schedules),
        None => {
            let until = Some(Instant::now() + PATIENCE);
            let schedules = FEWEST;
            play_many(first, Extent { schedules, until })
        }
    };
    let mut coverage = played.unwrap_or_else(|failure| panic!("{failure}"));
    let undeclared = coverage.undeclared();
    println!("{coverage}");
    let missing = schedules.map_or(Vec::new(), |_| coverage.missing());
    assert!(
        undeclared.is_empty() && missing.is_empty(),
        "transitions that nobody declared: {undeclared:#?}; that were not taken: {missing:#?}"
    );
}
