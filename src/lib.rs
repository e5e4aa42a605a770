//! The MQTT side of a camera system, for Home Assistant.

#![warn(unreachable_pub)]

mod client;
mod error;
mod ffi;
mod message;
mod outbox;
mod session;
mod settings;
mod topic;
mod wire;

pub use client::{Client, Delivery};
pub use error::{Error, ErrorKind};
pub use message::{Outcome, PublishOptions, QoS, ShutdownReport};
pub use outbox::Counters;
pub use session::{Level, Limits, Notice, State, Status};
pub use settings::Settings;
