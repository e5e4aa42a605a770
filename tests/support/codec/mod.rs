//! A small MQTT codec of our own, for 3.1.1 and 5: what the test bed reads and writes.
//!
//! ```ignore
//! let bytes = Packet::PingReq.encode(Version::V5);
//! let frame = read_frame(&mut stream)?;            // the packet's bytes, as they came
//! let packet = Packet::decode(&frame, Version::V5)?;
//! ```

mod decode;
mod encode;
pub mod properties;
pub mod wire;

pub use properties::{property, Properties, Value};
pub use wire::read_frame;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V311 = 4,
    V5 = 5,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Packet {
    Connect(Connect),
    ConnAck(ConnAck),
    Publish(Publish),
    /// PUBACK, PUBREC, PUBREL or PUBCOMP.
    Ack(Ack),
    Subscribe(Subscribe),
    SubAck(Codes),
    Unsubscribe(Unsubscribe),
    UnsubAck(Codes),
    PingReq,
    PingResp,
    Disconnect(Reason),
    Auth(Reason),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Connect {
    /// The level as sent: 4 is 3.1.1, 5 is 5.
    pub level: u8,
    pub client_id: String,
    pub clean_start: bool,
    pub keep_alive: u16,
    pub will: Option<Will>,
    pub username: Option<String>,
    pub password: Option<Vec<u8>>,
    pub properties: Properties,
}

impl Connect {
    /// A clean start without will, credentials or keep alive.
    pub fn new(version: Version, client_id: &str) -> Connect {
        Connect {
            level: version as u8,
            client_id: client_id.to_owned(),
            clean_start: true,
            keep_alive: 0,
            will: None,
            username: None,
            password: None,
            properties: Properties::default(),
        }
    }

    /// The version to speak after this CONNECT; 5 for levels that do not exist.
    pub fn version(&self) -> Version {
        if self.level < Version::V5 as u8 {
            Version::V311
        } else {
            Version::V5
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Will {
    pub topic: String,
    pub payload: Vec<u8>,
    pub qos: u8,
    pub retain: bool,
    pub properties: Properties,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnAck {
    pub session_present: bool,
    /// Return code (3.1.1) or reason code (5).
    pub code: u8,
    pub properties: Properties,
}

impl ConnAck {
    pub fn refused(code: u8) -> ConnAck {
        ConnAck {
            code,
            ..ConnAck::default()
        }
    }

    pub fn with(mut self, identifier: u8, value: impl Into<Value>) -> ConnAck {
        self.properties.set(identifier, value);
        self
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Publish {
    pub topic: String,
    pub payload: Vec<u8>,
    pub qos: u8,
    pub retain: bool,
    pub dup: bool,
    /// 0 with QoS 0, which has none.
    pub id: u16,
    pub properties: Properties,
}

impl Publish {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.payload).into_owned()
    }

    /// The Message Expiry Interval in seconds, where there is one.
    pub fn expiry(&self) -> Option<u32> {
        match self.properties.get(property::MESSAGE_EXPIRY_INTERVAL) {
            Some(Value::Four(seconds)) => Some(*seconds),
            _ => None,
        }
    }
}

#[allow(
    clippy::enum_variant_names,
    reason = "these are their names in the specification"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckKind {
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Ack {
    pub kind: AckKind,
    pub id: u16,
    /// Always 0 on 3.1.1.
    pub reason: u8,
    pub properties: Properties,
}

impl Ack {
    pub fn new(kind: AckKind, id: u16) -> Ack {
        Ack {
            kind,
            id,
            reason: 0,
            properties: Properties::default(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Subscribe {
    pub id: u16,
    /// Topic filter and subscription options: QoS in the two lowest bits, then No Local, Retain As
    /// Published and Retain Handling.
    pub filters: Vec<(String, u8)>,
    pub properties: Properties,
}

/// No Local, among the subscription options of MQTT 5.
pub const NO_LOCAL: u8 = 0x04;
/// Retain As Published, among the subscription options of MQTT 5.
pub const RETAIN_AS_PUBLISHED: u8 = 0x08;

#[derive(Clone, Debug, PartialEq)]
pub struct Unsubscribe {
    pub id: u16,
    pub filters: Vec<String>,
    pub properties: Properties,
}

/// What SUBACK and UNSUBACK carry: one code per topic filter (none in an UNSUBACK of 3.1.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    pub id: u16,
    pub codes: Vec<u8>,
    pub properties: Properties,
}

/// What DISCONNECT and AUTH carry: nothing on 3.1.1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reason {
    pub code: u8,
    pub properties: Properties,
}
