//! The MQTT side of a camera system, for Home Assistant.
//!
//! A [`Client`] maintains one connection to a broker, over MQTT 5 or 3.1.1, and keeps its availability topic correct:
//! the birth message while it is online, the will message after it goes offline for whatever reason. Without a
//! connection, messages wait in a bounded outbox, and an event that has become too old is not sent. Only calls with a
//! timeout wait for the network.
//!
//! ```
//! use argus_mqtt::{Client, Outcome, Settings};
//! use std::time::Duration;
//!
//! let settings = Settings::from_json(r#"{"broker_host": "127.0.0.1", "broker_port": 1}"#)?;
//! let client = Client::connect(settings)?;
//! let delivery = client.publish_event("front_door", r#"{"description": "A person at the door"}"#)?;
//!
//! // No broker listens on that port, so the event is still queued when the client shuts down.
//! let report = client.shutdown(Duration::from_millis(100))?;
//! assert_eq!(report.left, 1);
//! assert!(matches!(delivery.wait(Duration::ZERO)?, Outcome::Dropped(_)));
//! # Ok::<(), argus_mqtt::Error>(())
//! ```
//!
//! [`home_assistant`] announces cameras to Home Assistant.
//!
//! [`Settings`] explains every setting, [`Status`] is a snapshot of the client, and [`Notice`] is for programs that
//! follow what happens. The same library serves C programs, whose manual is the header `argus_mqtt.h`, and Python.
//!
//! Without the feature `tls`, which is on by default, the library needs neither rustls nor ring.

#![warn(unreachable_pub)]

mod calendar;
mod client;
mod clock;
mod connection_test;
mod driver;
mod engine;
mod error;
mod event;
mod fault;
mod ffi;
mod file;
pub mod home_assistant;
mod message;
mod outbox;
mod outcome;
mod payload;
mod settings;
#[cfg(test)]
mod simulation;
mod sync;
mod tls;
mod topic;
mod waker;
mod wire;
mod words;

// Brokers that do what a test says, for the tests of the connections.
#[cfg(test)]
#[allow(unreachable_pub, reason = "the tests in tests/ use it too")]
#[path = "../tests/support/mod.rs"]
mod support;

/// Payloads are [`Bytes`] of the crate `bytes`, or anything that becomes one.
pub use bytes::Bytes;
pub use client::{Client, Delivery};
pub use connection_test::{
    find_announced, test_connection, AnnouncedEntity, ConnectionReport, ConnectionStep,
    ConnectionTest, StepName, StepResult,
};
pub use engine::{Histogram, Level, Limits, Notice, NoticeKinds, State, Status};
pub use error::{Error, ErrorKind};
pub use fault::{Fault, FaultCode};
pub use message::{PublishOptions, QoS};
pub use outbox::Counters;
pub use outcome::{DropReason, Outcome, ShutdownReport};
pub use settings::{Settings, SettingsBuilder};
pub use tls::BrokerCertificate;
