//! The outbox: a message in, out and ended, with few and with many others waiting, and a full one that drops.

use crate::events::message;
use crate::outbox::{Bounds, Outbox};
use crate::outcome::Outcome;
use crate::settings::QueueFull;
use criterion::Criterion;
use std::time::Duration;

const NOW: Duration = Duration::from_secs(1);
const LIFETIME_SECONDS: Option<u32> = Some(300);

fn outbox(waiting: usize, bound: usize) -> Outbox {
    let mut outbox = Outbox::new(Bounds {
        messages: bound,
        bytes: u64::MAX,
        when_full: QueueFull::DropOldest,
    });
    for _ in 0..waiting {
        let message = message();
        outbox
            .accept(NOW, message, LIFETIME_SECONDS, false)
            .expect("there is room");
    }
    outbox
}

/// See the module.
pub fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("outbox");
    let message = message();
    for waiting in [0, 100_000] {
        let mut outbox = outbox(waiting, usize::MAX);
        group.bench_function(format!("accept, take, end; {waiting} waiting"), |bencher| {
            bencher.iter(|| {
                outbox
                    .accept(NOW, message.clone(), LIFETIME_SECONDS, false)
                    .expect("there is room");
                let entry = outbox.take(NOW).expect("one was accepted");
                outbox.end(&entry, Outcome::Delivered);
            });
        });
    }
    let mut full = outbox(10_000, 10_000);
    group.bench_function("accept; full, the oldest is dropped", |bencher| {
        bencher.iter(|| full.accept(NOW, message.clone(), LIFETIME_SECONDS, false));
    });
}
