//! The settings of a client: plain data that is valid by construction.

mod builder;
mod client_id;
mod event_topic;
mod faults;
mod host;
mod host_notes;
mod json;
mod nearest;
mod notes;
mod parse;
mod password;
#[cfg(test)]
mod python;
mod reader;
#[cfg(test)]
mod reference;
mod report;
mod schema;
mod secrecy;
mod state_topic;
mod table;
mod tls;
mod value;

#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::message::QoS;
use crate::tls::Tls;
pub use builder::SettingsBuilder;
pub(crate) use event_topic::EventTopic;
pub(crate) use host_notes::unknown_interface;
pub(crate) use json::{kind, Fields};
use serde_json::Value;
pub(crate) use state_topic::StateTopic;
use std::path::PathBuf;

/// Which broker to connect to, and how. Settings that exist are valid.
///
/// Settings are one JSON object with the members below; [`builder`](Settings::builder) and serde's `Deserialize` make
/// them from Rust values and other formats. `null` stands for the default, and so does an empty text, except in
/// `home_assistant_status_topic`; an unknown name is a fault. Numbers are whole, both ends of a range are allowed, and a
/// value of another type is never converted: `"1883"` is not a number. Lengths of text are in bytes of UTF-8.
///
#[doc = include_str!("reference.md")]
///
/// `{topic_prefix}` stands for the setting of that name, in all three topics. `event_topic` contains `{camera}` once, as a
/// level of the topic or a part of one, and no other braces; `state_topic` contains `{state}` once as well. A camera whose
/// events would go to the availability topic is refused when it publishes.
///
/// The files of certificates are read when settings are made, to find faults, and again for each connection, so that
/// renewed certificates are used; while a file has a fault, what was read last stays in use. Nothing here touches the
/// network.
///
/// ```
/// use argus_mqtt::Settings;
///
/// let settings = Settings::from_json(r#"{"broker_host": "192.168.1.10", "topic_prefix": "home"}"#)?;
/// assert_eq!(settings.to_value()["availability_topic"], "home/status");
///
/// let error = Settings::from_json(r#"{"broker_host": "192.168.1.10", "broker_port": 70000}"#).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "broker_port: 70000 is out of range; must be a whole number from 1 to 65535",
/// );
/// # Ok::<(), argus_mqtt::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Settings {
    /// Without brackets.
    pub(crate) broker_host: String,
    pub(crate) broker_port: u16,
    pub(crate) username: Option<String>,
    /// Given, or from the file.
    pub(crate) password: Option<String>,
    password_file: Option<PathBuf>,
    /// The one given, or the stable one.
    pub(crate) client_id: String,
    pub(crate) protocol: Protocol,
    pub(crate) keep_alive_seconds: u16,
    pub(crate) connect_timeout_seconds: u16,
    pub(crate) topic_prefix: String,
    pub(crate) event_topic: EventTopic,
    pub(crate) state_topic: StateTopic,
    pub(crate) announce_availability: bool,
    pub(crate) availability_topic: String,
    pub(crate) birth_message: String,
    pub(crate) will_message: String,
    pub(crate) message_expiry_seconds: u32,
    pub(crate) will_delay_seconds: u32,
    pub(crate) qos: QoS,
    pub(crate) retain_events: bool,
    pub(crate) max_in_flight: u16,
    pub(crate) max_queued_messages: usize,
    pub(crate) max_queued_bytes: u64,
    pub(crate) queue_full: QueueFull,
    pub(crate) reconnect_min_seconds: u32,
    pub(crate) reconnect_max_seconds: u32,
    pub(crate) guard_availability: bool,
    /// Where nothing is set, the default depends on the cameras.
    pub(crate) availability_heartbeat_seconds: Option<u32>,
    pub(crate) wait_for_subscriber: WaitForSubscriber,
    /// Empty for none.
    pub(crate) home_assistant_status_topic: String,
    pub(crate) hold_seconds: u32,
    pub(crate) homeassistant_discovery: bool,
    pub(crate) discovery_prefix: String,
    pub(crate) discovery_id_prefix: String,
    pub(crate) tls: Option<Tls>,
    /// What was given for TLS while `use_tls` is false: kept for those who switch it on again.
    unused_tls: Tls,
    /// What is allowed but worth knowing, in sentences for a person.
    notes: Vec<String>,
}

/// Which version of MQTT to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// 5, and 3.1.1 where the broker does not speak 5.
    Auto,
    V5,
    V311,
}

/// What makes way when the outbox is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueueFull {
    DropOldest,
    RefuseNewest,
}

/// What becomes of an event that no subscriber matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitForSubscriber {
    /// It waits if its topic had a subscriber before, or its camera is announced.
    Auto,
    Always,
    /// It counts as delivered.
    Never,
}

/// How often the birth message is published if nothing is set and cameras are announced, in seconds.
const HEARTBEAT: u32 = 60;

impl Settings {
    /// How often the birth message is published again, in seconds; 0: never.
    pub(crate) fn heartbeat_seconds(&self, has_cameras: bool) -> u32 {
        let default = if has_cameras { HEARTBEAT } else { 0 };
        self.availability_heartbeat_seconds.unwrap_or(default)
    }

    /// Reads settings from the text of a JSON object.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSettings`](crate::ErrorKind::InvalidSettings). The message names every fault: the setting, its
    /// value and what would be right, or the line and column where the text is not JSON.
    /// [`Error::faults`](crate::Error::faults) gives them one by one. No password is in either.
    pub fn from_json(text: &str) -> Result<Settings, Error> {
        parse::text(text).map_err(faults::error)
    }

    /// Reads settings from a JSON object.
    ///
    /// # Errors
    /// Those of [`from_json`](Settings::from_json).
    pub fn from_value(value: &Value) -> Result<Settings, Error> {
        parse::value(value).map_err(faults::error)
    }

    /// Checks settings, for a program that lets people edit them. Returns a report, as JSON: either
    /// `{"valid": true, "settings": {...}, "notes": ["..."]}`, with the settings as [`to_value`](Settings::to_value)
    /// returns them, and notes on values that are valid but probably not intended; or
    /// `{"valid": false, "faults": [{"field": "...", "code": "...", "value": "...", "message": "..."}]}`, with every
    /// fault as a [`Fault`](crate::Fault).
    #[must_use]
    pub fn check(text: &str) -> String {
        report::check(text)
    }

    /// A JSON Schema (draft 2020-12) of the settings, for a program that lets people edit them.
    ///
    /// Beside the standard keywords each property has `x-group`, the title of its group; `x-message`, what to say of a
    /// value that is not allowed; `x-default`, in words, where the default depends on other settings; and `x-empty`, in
    /// words, where the empty text stands for something else than the default. `x-groups` is the list of all groups in
    /// their order. The schema refuses nothing that is allowed but the empty text in place of a number or of `true` and
    /// `false`. [`check`](Settings::check) knows more rules than a schema can hold.
    #[must_use]
    pub fn schema() -> Value {
        schema::schema()
    }

    /// Every field but `password`, defaults filled in: `client_id` is the one in use, and what has no value is
    /// `null`. [`from_value`](Settings::from_value) reads it back.
    #[must_use]
    pub fn to_value(&self) -> Value {
        report::fields(self).into()
    }

    /// The broker as `host:port`.
    pub(crate) fn broker(&self) -> String {
        let port = self.broker_port;
        match self.broker_host.contains(':') {
            true => format!("[{}]:{port}", self.broker_host),
            false => format!("{}:{port}", self.broker_host),
        }
    }

    /// Where connections get what TLS needs; `None` without TLS. Reads the files.
    ///
    /// # Errors
    /// As [`from_json`](Settings::from_json): the files may have changed since.
    #[cfg(feature = "tls")]
    pub(crate) fn tls_source(&self) -> Result<Option<crate::tls::Source>, Error> {
        let tls = self.tls.as_ref();
        tls.map(|tls| crate::tls::Source::new(tls, &self.broker_host))
            .transpose()
            .map_err(faults::error)
    }

    /// What is allowed but worth knowing, in sentences for a person.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// Whether a connection made with these settings serves for the others as well: all that the broker sees of it
    /// is the same.
    pub(crate) fn same_connection(&self, other: &Settings) -> bool {
        // Every field is named, so that a new one can't be forgotten here.
        let Settings {
            broker_host,
            broker_port,
            username,
            password,
            password_file: _,
            client_id,
            protocol,
            keep_alive_seconds,
            connect_timeout_seconds,
            topic_prefix: _,
            event_topic: _,
            state_topic: _,
            announce_availability,
            availability_topic,
            birth_message,
            will_message,
            message_expiry_seconds: _,
            will_delay_seconds,
            qos: _,
            retain_events: _,
            max_in_flight,
            max_queued_messages: _,
            max_queued_bytes: _,
            queue_full: _,
            reconnect_min_seconds: _,
            reconnect_max_seconds: _,
            guard_availability,
            availability_heartbeat_seconds: _,
            wait_for_subscriber: _,
            home_assistant_status_topic,
            hold_seconds: _,
            homeassistant_discovery: _,
            discovery_prefix: _,
            discovery_id_prefix: _,
            tls,
            unused_tls: _,
            notes: _,
        } = self;
        *broker_host == other.broker_host
            && *broker_port == other.broker_port
            && *username == other.username
            && *password == other.password
            && *client_id == other.client_id
            && *protocol == other.protocol
            && *keep_alive_seconds == other.keep_alive_seconds
            && *connect_timeout_seconds == other.connect_timeout_seconds
            && *announce_availability == other.announce_availability
            && *availability_topic == other.availability_topic
            && *birth_message == other.birth_message
            && *will_message == other.will_message
            && *will_delay_seconds == other.will_delay_seconds
            && *max_in_flight == other.max_in_flight
            && *guard_availability == other.guard_availability
            && *home_assistant_status_topic == other.home_assistant_status_topic
            && *tls == other.tls
    }
}
