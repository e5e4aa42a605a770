//! An attempt to connect: what it asks of the broker, and what comes of it.

use crate::message::QoS;
use crate::tls::Validity;
use std::time::Duration;

/// A version of the MQTT protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Version {
    V5,
    V311,
}

impl Version {
    /// As the settings and the status spell it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Version::V5 => "5",
            Version::V311 => "3.1.1",
        }
    }
}

/// How availability is spoken to this broker: QoS 1 and retained, or what it allows of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AvailabilityFlags {
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
}

impl AvailabilityFlags {
    /// What the promise needs.
    pub(crate) const FULL: AvailabilityFlags = AvailabilityFlags {
        qos: QoS::AtLeastOnce,
        retain: true,
    };
}

/// One connection to be tried, from name resolution to CONNACK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// Names this attempt and the connection that comes of it.
    pub(crate) number: u64,
    pub(crate) version: Version,
    pub(crate) will: AvailabilityFlags,
    /// Whether the broker is to speak for us when the connection ends; a test of a connection leaves no will.
    pub(crate) has_will: bool,
    /// Whether discovery configs that the broker sends are reported: for a look at what it keeps.
    pub(crate) wants_configs: bool,
    /// Whether the broker is to end the session that it may have kept, and to speak the will of that session.
    pub(crate) clean_start: bool,
    /// How long the broker may take, for each of its addresses, from the start of the TCP connection to CONNACK.
    pub(crate) limit: Duration,
}

/// What is known of a connection when it opens: what the broker says of itself in CONNACK (MQTT 5, section 3.2.2.3),
/// where 3.1.1 says nothing and the defaults hold, and what TLS shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connack {
    pub(crate) receive_maximum: u16,
    pub(crate) maximum_packet_size: u32,
    pub(crate) maximum_qos: QoS,
    pub(crate) retain_available: bool,
    pub(crate) server_keep_alive_seconds: Option<u16>,
    /// Of the certificate that it showed before, over TLS.
    pub(crate) certificate: Option<Validity>,
    /// What is wrong with the files of TLS, if the connection was made with what was read from them earlier.
    pub(crate) stale_files: Option<String>,
}

impl Default for Connack {
    fn default() -> Self {
        Connack {
            receive_maximum: u16::MAX,
            maximum_packet_size: u32::MAX,
            maximum_qos: QoS::AtLeastOnce,
            retain_available: true,
            server_keep_alive_seconds: None,
            certificate: None,
            stale_files: None,
        }
    }
}

/// Why an attempt came to nothing, in plain words, and what that calls for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) text: String,
}

/// What a failed attempt calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FailureKind {
    /// The broker can't be reached: no name, no route, TCP silent. Try again later.
    Unreachable,
    /// Its machine refuses the TCP connection: the broker does not run. Try again later.
    NotRunning,
    /// It said that it does not speak this version.
    WrongVersion,
    /// It answered nothing that can be understood: it may not speak this version.
    Undecided,
    /// It closed without an answer: it may not speak this version, or may just be starting or stopping.
    Closed,
    /// It said nothing at all: it may not speak this version.
    Silent,
    /// It refuses a retained will.
    NoRetain,
    /// It refuses a will of QoS 1.
    NoQos1,
    /// It refuses our username, password or client id.
    NotAuthorized,
    /// It refuses for now.
    Later,
    /// It refuses for a reason that waiting cannot cure.
    Permanent,
}
