//! The one place that says which settings there are, with their defaults, ranges and words. The reader, the reports, the
//! reference and the JSON Schema follow it.

mod availability;
mod broker;
mod connection;
mod events;
mod home_assistant;
mod queue;
mod tls;

use super::Settings;
use serde_json::Value;

/// Settings that a person looks for in one place.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) fields: &'static [Field],
}

/// One field of the settings.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// For the label of an input.
    pub(super) title: &'static str,
    pub(super) default: Default,
    pub(super) allowed: Allowed,
    /// What the field is for, in Markdown.
    pub(super) meaning: &'static str,
    /// The value that is in force, for reports.
    pub(super) get: fn(&Settings) -> Value,
}

/// What holds when a field is left out.
#[derive(Debug)]
pub(super) enum Default {
    Required,
    /// Worked out from other fields, as the words say.
    Derived(&'static str),
    Integer(u64),
    Switch(bool),
    Text(&'static str),
}

/// What a field may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Allowed {
    /// A host name or address.
    Host,
    /// A whole number, both ends included.
    Integer(u64, u64),
    /// 0, or a whole number, both ends included.
    ZeroOr(u64, u64),
    /// `true` or `false`.
    Switch,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// Text that brokers take, of at most so many bytes.
    Text(usize),
    /// Any text of at most so many bytes, without U+0000.
    Payload(usize),
    /// Any text of at most so many bytes, never shown.
    Secret(usize),
    /// A topic name.
    Topic,
    /// A topic name, or the empty text, which here stands for none and not for the default.
    TopicOrNone,
    /// A topic name with `{camera}`.
    Pattern,
    /// A topic name with `{camera}` and `{state}`.
    StatePattern,
    /// Letters of ASCII, digits, `-` and `_`, at most so many.
    Identifier(usize),
    /// The path of a PEM file.
    PemFile,
    /// The path of a file with a password.
    PasswordFile,
    /// SHA-256 of a certificate.
    Fingerprint,
}

/// The port of MQTT over TCP, and of MQTT over TLS.
pub(super) const PORT: u16 = 1883;
pub(super) const TLS_PORT: u16 = 8883;

/// The longest username, password and client ID (MQTT 5, section 1.5.4), in bytes.
const LONGEST: usize = 65_535;

const NONE: Default = Default::Derived("none");

/// Every group, in the order of the reference.
pub(super) const GROUPS: &[Group] = &[
    broker::GROUP,
    connection::GROUP,
    tls::GROUP,
    events::GROUP,
    availability::GROUP,
    queue::GROUP,
    home_assistant::GROUP,
];

/// Every field, in the order of the reference.
pub(super) fn fields() -> impl Iterator<Item = &'static Field> + Clone {
    GROUPS.iter().flat_map(|group| group.fields)
}

/// The field of this name.
pub(super) fn find(name: &str) -> Option<&'static Field> {
    fields().find(|field| field.name == name)
}
