//! The hot parts of the library by themselves, so that a change can be judged without the other clients.
//!
//! What the outbox, the driver and the check of an event cost is not visible from outside: the library's own files are
//! compiled in here, those that need neither network nor thread. So nothing of them has to be made
//! public for a measurement. The calls of the C interface are those of the library itself.
//!
//! All are optimised as the library is when it is released; see `profile.bench` in Cargo.toml.

// What is measured needs only a part of these files, which know of a feature that this crate has not.
#![allow(dead_code, unused_imports, unexpected_cfgs)]

#[path = "../../src/calendar.rs"]
mod calendar;
#[path = "../../src/driver/mod.rs"]
mod driver;
#[path = "../../src/engine/mod.rs"]
mod engine;
#[path = "../../src/error.rs"]
mod error;
#[path = "../../src/event.rs"]
mod event;
#[path = "../../src/fault.rs"]
mod fault;
#[path = "../../src/file.rs"]
mod file;
#[path = "../../src/message.rs"]
mod message;
#[path = "../../src/outbox/mod.rs"]
mod outbox;
#[path = "../../src/outcome.rs"]
mod outcome;
#[path = "../../src/payload.rs"]
mod payload;
#[path = "../../src/settings/mod.rs"]
mod settings;
// For the tests in these files, which are checked with them.
#[cfg(test)]
#[path = "../../tests/support"]
mod support {
    pub mod fields;
}
#[path = "../../src/tls/mod.rs"]
mod tls;
#[path = "../../src/topic.rs"]
mod topic;
#[path = "../../src/words.rs"]
mod words;

mod calls;
mod events;
mod handing_over;
mod queue;

// As the library's root does.
use error::{Error, ErrorKind};
use fault::{Fault, FaultCode};
use settings::Settings;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    hot,
    queue::measure,
    handing_over::measure,
    events::measure,
    calls::measure
);
criterion_main!(hot);
