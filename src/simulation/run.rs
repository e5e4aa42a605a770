//! Playing schedules: many, each from one seed, and a failing one made short.

use super::coverage::Coverage;
use super::dice::Dice;
use super::schedule::{schedules, Schedule};
use super::world::World;
use crate::outbox::Time;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// How often a failing schedule is tried shorter.
const MOST_SHRINKS: u32 = 20_000;

/// Plays one schedule from beginning to end. Says what was wrong.
pub(super) fn play(schedule: &Schedule, coverage: &mut Coverage) -> Result<(), String> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(&schedule.scene, coverage);
        for (after_ms, op) in &schedule.steps {
            let at = world.air.now + Time::from_millis((*after_ms).into());
            world.run_until(at);
            if world.fault.is_some() {
                break;
            }
            world.apply(op);
        }
        if world.fault.is_none() {
            world.aftermath(schedule);
        }
        world.coverage.schedules += 1;
        world.coverage.simulated += world.air.now;
        let at = world.air.now;
        world
            .fault
            .take()
            .map(|fault| format!("at {at:?}: {fault}"))
    }));
    match played {
        Ok(None) => Ok(()),
        Ok(Some(fault)) => Err(fault),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(format!("a panic: {}", text.unwrap_or_default()))
        }
    }
}

fn runner(seed: u64) -> TestRunner {
    // Such a generator says nearly the same of seeds that are nearly the same.
    let mut dice = Dice(seed);
    let bytes: Vec<u8> = [dice.next(), dice.next()]
        .iter()
        .flat_map(|half| half.to_le_bytes())
        .collect();
    let rng = TestRng::from_seed(RngAlgorithm::XorShift, &bytes);
    TestRunner::new_with_rng(Config::default(), rng)
}

/// Plays the schedule of a seed; if it fails, gives the report, with the shortest schedule found that fails as well.
pub(super) fn play_seed(seed: u64, coverage: &mut Coverage) -> Result<(), String> {
    let mut tree = schedules()
        .new_tree(&mut runner(seed))
        .expect("no schedule is filtered out");
    let Err(first) = play(&tree.current(), coverage) else {
        return Ok(());
    };
    let (mut shortest, mut fault) = (tree.current(), first.clone());
    let mut tries = 0;
    let mut shrinks = tree.simplify();
    while shrinks && tries < MOST_SHRINKS {
        tries += 1;
        let candidate = tree.current();
        match play(&candidate, &mut Coverage::default()) {
            Err(found) => {
                (shortest, fault) = (candidate, found);
                shrinks = tree.simplify();
            }
            Ok(()) => shrinks = tree.complicate(),
        }
    }
    if std::env::var_os("SIMULATION_TRACE").is_some() {
        let mut coverage = Coverage::default();
        coverage.is_tracing = true;
        let _ = play(&shortest, &mut coverage);
    }
    let steps: Vec<String> = shortest
        .steps
        .iter()
        .map(|(after, op)| format!("  after {after} ms: {op:?}"))
        .collect();
    Err(format!(
        "seed {seed}: {first}\nshrunk to {} steps: {fault}\n{:?}\n{}\n  end: {}\nagain: SIMULATION_SEED={seed} cargo test --lib simulation::random_schedules",
        shortest.steps.len(),
        shortest.scene,
        steps.join("\n"),
        shortest.end,
    ))
}

/// When a run is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub(super) schedules: u64,
    /// More schedules are played until then.
    pub(super) until: Option<Instant>,
}

/// What is rare is not in every few thousand schedules: so many more are played at most for it.
const MOST_MORE: u64 = 200_000;
const MORE: u64 = 1000;

/// As [`play_many`], and goes on until each transition has been taken, or hardly ever will be.
pub(super) fn play_all(first: u64, schedules: u64) -> Result<Coverage, String> {
    let extent = |schedules| Extent {
        schedules,
        until: None,
    };
    let mut coverage = play_many(first, extent(schedules))?;
    while coverage.schedules < schedules + MOST_MORE && !coverage.missing().is_empty() {
        let next = first.wrapping_add(coverage.schedules);
        coverage.add(play_many(next, extent(MORE))?);
    }
    Ok(coverage)
}

/// Plays the schedules of the seeds from `first` on, on all processors, until one fails.
pub(super) fn play_many(first: u64, extent: Extent) -> Result<Coverage, String> {
    let next = AtomicU64::new(0);
    let report = Mutex::new(None);
    let total = Mutex::new(Coverage::default());
    let work = || {
        let mut coverage = Coverage::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let wants_more = extent.until.is_some_and(|until| Instant::now() < until);
            let has_failed = || lock(&report).is_some();
            if number >= extent.schedules && !wants_more || number % 64 == 0 && has_failed() {
                break;
            }
            if let Err(failure) = play_seed(first.wrapping_add(number), &mut coverage) {
                lock(&report).get_or_insert(format!("schedule {number} failed. {failure}"));
                break;
            }
        }
        lock(&total).add(coverage);
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let coverage = std::mem::take(&mut *lock(&total));
    let report = lock(&report).take();
    report.map_or(Ok(coverage), Err)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
