//! Endurance: events and faults at random, and whether memory, threads and file descriptors stay flat. `make soak`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::brokers::MOSQUITTO;
use crate::run::{judged, take_down};
use crate::samples::Samples;
use crate::scenario::{Expect, Scenario, Untrue};
use crate::scenarios;
use crate::scene::Place;
use crate::stage::{Stage, EVENTS_PER_SECOND};
use crate::table::{table, Cell};

/// Connections that end sooner than five seconds after they were made look as if a twin with our client id were
/// about, which the library answers with minutes of rest.
const PEACE_SECONDS: std::ops::Range<u64> = 5..9;

/// Any number of faults may have come together.
const EXPECT: Expect = Expect {
    breaks: false,
    untrue: Untrue::WhileItLasts,
    delays_bytes: true,
    expires: false,
    ends_process: false,
};

/// Runs for as long as `SOAK_SECONDS` says, with the random numbers of `SOAK_SEED`; true when all went well.
pub fn run() -> bool {
    let seconds = number("SOAK_SECONDS").unwrap_or(600);
    let seed = number("SOAK_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("{seconds} seconds; SOAK_SEED={seed} repeats it");
    let mut random = fastrand::Rng::with_seed(seed);
    let faults: Vec<&Scenario> = scenarios::ALL.iter().filter(|one| is_fit(one)).collect();
    let mut stage = Stage::set(
        &MOSQUITTO,
        &scenarios::ALL[0].wishes,
        Place::Loopback,
        Some(seed),
    );
    let process = stage.publisher().process.id();
    let is_over = AtomicBool::new(false);

    let (samples, count) = std::thread::scope(|scope| {
        let sampler = scope.spawn(|| Samples::take(process, &is_over));
        // However this ends, the sampler ends too.
        let over = Raise(&is_over);
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut made = 0;
        while Instant::now() < end {
            let fault = *random.choice(&faults).expect("there are faults");
            let left = end.saturating_duration_since(Instant::now());
            println!("{:>4} s left: {}", left.as_secs(), fault.name);
            (fault.harm)(&mut stage);
            stage.let_publish(random.u64(0..=fault.events));
            (fault.cure)(&mut stage);
            stage.recover();
            stage.let_publish(random.u64(PEACE_SECONDS) * u64::from(EVENTS_PER_SECOND));
            made += 1;
        }
        drop(over);
        let samples = sampler.join().expect("the sampler does not panic");
        println!("\n{made} faults\n");
        (samples, judged(take_down(stage), &EXPECT, &MOSQUITTO))
    });

    println!("{}", samples.table());
    println!("{}", table(&[("all", Cell::Counted(count.clone()))]));
    let rises = samples.rises();
    for rise in &rises {
        println!("BROKEN: {rise}");
    }
    let is_good = rises.is_empty() && count.faults.is_empty();
    if is_good {
        println!("flat at the end, the queue empty, every event accounted for");
    }
    is_good
}

/// Whether it can come at any time in the life of one process.
fn is_fit(scenario: &Scenario) -> bool {
    let wishes = &scenario.wishes;
    let is_plain = !wishes.persistence && !wishes.login && wishes.replaced_by.is_none();
    is_plain && scenario.place == Place::Loopback && !scenario.expect.ends_process
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable)
        .ok()
        .filter(|text| !text.is_empty())?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable}={text}: a whole number is expected")))
}

/// Says that it is over when it goes, by a panic too.
struct Raise<'a>(&'a AtomicBool);

impl Drop for Raise<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
