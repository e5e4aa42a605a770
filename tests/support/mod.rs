//! The test bed: real brokers, a scripted one, a proxy that does harm, and a witness of our own.
//!
//! A test begins with `mod support;` and takes what it needs:
//!
//! ```ignore
//! use support::{broker::mosquitto, subscriber::Subscriber, wait::eventually};
//!
//! let mut broker = mosquitto::start();
//! let subscriber = Subscriber::start(&broker, &["argusai/#"]);
//! // ... run the library against broker.port() ...
//! subscriber.wait_for("the birth message", |messages| messages.iter().any(|m| m.payload == b"online"));
//! broker.kill();
//! broker.start();
//! eventually("the retained state is right", || support::retained(&broker, "argusai/status").is_some());
//! ```
//!
//! Nothing here uses the library or its MQTT client, so that both are judged by an independent witness.
//! Whatever is started here ends when its handle is dropped, and also when the test process dies.
//! The brokers must be there: `tools/setup` gets them, and `make faults` those that only it needs.

// Each test crate compiles all of the test bed and uses a part of it.
#![allow(dead_code, unused_imports)]

pub mod access;
pub mod broker;
pub mod certificates;
pub mod client;
pub mod codec;
pub mod fields;
pub mod openssl;
pub mod port;
pub mod process;
pub mod proxy;
pub mod scripted;
pub mod subscriber;
pub mod wait;

pub use access::{all_retained, retained, Access};
