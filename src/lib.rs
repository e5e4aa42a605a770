//! The MQTT side of a camera system, for Home Assistant.
//!
//! A [`Client`] keeps one connection to a broker, over MQTT 5 or 3.1.1, and keeps its availability topic true: the
//! birth message when it is online, the will message when it is not, however it went. What is published waits in a
//! bounded outbox while there is no connection, and an event that has become too old is not sent. No call waits for
//! the network but those with a timeout.
//!
//! ```
//! use argus_mqtt::{Client, Outcome, Settings};
//! use std::time::Duration;
//!
//! let settings = Settings::from_json(r#"{"broker_host": "127.0.0.1", "broker_port": 1}"#)?;
//! let client = Client::connect(settings)?;
//! let delivery = client.publish_event("front_door", r#"{"description": "A person at the door"}"#)?;
//!
//! // No broker listens on that port; so the event is still here when the client shuts down, and says so.
//! let report = client.shutdown(Duration::from_millis(100))?;
//! assert_eq!(report.left, 1);
//! assert!(matches!(delivery.wait(Duration::ZERO)?, Outcome::Dropped(_)));
//! # Ok::<(), argus_mqtt::Error>(())
//! ```
//!
//! [`home_assistant`] makes the cameras known to Home Assistant.
//!
//! [`Settings`] explains every setting, [`Status`] says what is going on, and [`Notice`] is for programs that want
//! to be told. The same library serves C programs, whose manual is the header `argus_mqtt.h`, and Python.
//!
//! Without the feature `tls`, which is on by default, it needs neither rustls nor ring.

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

pub use client::{Client, Delivery};
pub use connection_test::{
    find_announced, test_connection, AnnouncedEntity, ConnectionReport, ConnectionStep, StepName,
    StepResult,
};
pub use engine::{Histogram, Level, Limits, Notice, NoticeKinds, State, Status};
pub use error::{Error, ErrorKind};
pub use fault::{Fault, FaultCode};
pub use message::{PublishOptions, QoS};
pub use outbox::Counters;
pub use outcome::{DropReason, Outcome, ShutdownReport};
pub use settings::{Settings, SettingsBuilder};
pub use tls::BrokerCertificate;
