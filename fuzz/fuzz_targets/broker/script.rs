//! What the hostile broker does on one connection.

use arbitrary::{Arbitrary, Result, Unstructured};
use argus_mqtt_fuzz::codec::{
    property, Ack, AckKind, Codes, ConnAck, Packet, Properties, Publish, Reason, Value, Version,
};
use argus_mqtt_fuzz::many::Many;

#[derive(Arbitrary, Debug)]
pub struct Script {
    pub opening: Opening,
    /// How many packets are served in good order before the steps.
    pub orderly: u8,
    pub steps: Many<Step, 16>,
    /// How it ends: not at all, unless the client ends it.
    pub ending: Option<Ending>,
}

#[derive(Debug)]
pub enum Opening {
    Accepted(Vec<Limit>),
    Odd(Odd),
}

#[derive(Arbitrary, Debug)]
pub enum Odd {
    Refused(u8),
    Damaged { limits: Vec<Limit>, damage: Damage },
    Bytes(Vec<u8>),
    Silence,
}

/// Mostly accepted, since nothing else leads further.
impl<'a> Arbitrary<'a> for Opening {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.ratio(1, 8)? {
            true => Opening::Odd(u.arbitrary()?),
            false => Opening::Accepted(u.arbitrary()?),
        })
    }
}

#[derive(Arbitrary, Debug)]
pub enum Ending {
    Close,
    Reset,
}

#[derive(Arbitrary, Debug)]
pub enum Step {
    /// Waits for the next packet, and answers it as a broker should.
    Serve,
    /// The same, as often as there is something to read or the client has all that it wants.
    ServeMany(u8),
    /// Waits for the next packet, and does not answer it.
    Ignore,
    /// Waits for the next packet, and answers it with this code.
    Answer(u8),
    /// Waits for the next packet, and answers its packet id with a packet that belongs to another kind.
    Confuse(Kind),
    /// Says something, unasked.
    Say(Saying),
    /// Says it with a fault in its bytes.
    SayDamaged {
        saying: Saying,
        damage: Damage,
    },
    Bytes(Vec<u8>),
    /// The same bytes very often.
    Flood {
        bytes: [u8; 4],
        thousands: u8,
    },
}

#[derive(Arbitrary, Debug)]
pub enum Saying {
    Answer {
        kind: Kind,
        id: u8,
        code: u8,
        text: Option<Text>,
    },
    Publish {
        on_status: bool,
        payload: Vec<u8>,
        qos: u8,
        retain: bool,
        dup: bool,
        id: u16,
        alias: Option<u16>,
    },
    Disconnect {
        code: u8,
        text: Option<Text>,
    },
    Auth {
        code: u8,
    },
    PingReq,
    PingResp,
    Connack(Vec<Limit>),
}

#[derive(Arbitrary, Debug)]
pub enum Kind {
    PubAck,
    PubRec,
    PubRel,
    PubComp,
    SubAck,
}

/// Short, so that it is valid; damage makes it invalid.
#[derive(Arbitrary, Debug)]
pub struct Text(char, u8);

/// A property of a CONNACK.
#[derive(Arbitrary, Debug)]
pub enum Limit {
    ReceiveMaximum(u16),
    MaximumPacketSize(u32),
    MaximumQos(u8),
    RetainAvailable(u8),
    ServerKeepAlive(u16),
    TopicAliasMaximum(u16),
    SessionExpiry(u32),
    AssignedClientId(Text),
    ServerReference(Text),
    UserProperty(Text, Text),
}

/// A byte that is another, and an end that is missing or too much.
#[derive(Arbitrary, Debug)]
pub struct Damage {
    at: u8,
    xor: u8,
    cut: u8,
    more: Vec<u8>,
}

impl Damage {
    fn apply(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let length = bytes.len();
        if let Some(byte) = bytes.get_mut(usize::from(self.at)) {
            *byte ^= self.xor;
        }
        bytes.truncate(length.saturating_sub(usize::from(self.cut)));
        bytes.extend(&self.more);
        bytes
    }
}

impl Opening {
    /// None for no answer at all.
    pub fn bytes(&self, version: Version) -> Option<Vec<u8>> {
        match self {
            Opening::Accepted(limits) => Some(accepted(limits).encode(version)),
            Opening::Odd(Odd::Refused(code)) => {
                Some(Packet::ConnAck(ConnAck::refused(*code)).encode(version))
            }
            Opening::Odd(Odd::Damaged { limits, damage }) => {
                Some(damage.apply(accepted(limits).encode(version)))
            }
            Opening::Odd(Odd::Bytes(bytes)) => Some(bytes.clone()),
            Opening::Odd(Odd::Silence) => None,
        }
    }
}

fn accepted(limits: &[Limit]) -> Packet {
    let properties = limits.iter().map(Limit::property).collect();
    Packet::ConnAck(ConnAck {
        properties: Properties(properties),
        ..ConnAck::default()
    })
}

impl Limit {
    fn property(&self) -> (u8, Value) {
        match self {
            Limit::ReceiveMaximum(most) => (property::RECEIVE_MAXIMUM, (*most).into()),
            Limit::MaximumPacketSize(most) => (property::MAXIMUM_PACKET_SIZE, (*most).into()),
            Limit::MaximumQos(most) => (property::MAXIMUM_QOS, (*most).into()),
            Limit::RetainAvailable(is) => (property::RETAIN_AVAILABLE, (*is).into()),
            Limit::ServerKeepAlive(seconds) => (property::SERVER_KEEP_ALIVE, (*seconds).into()),
            Limit::TopicAliasMaximum(most) => (property::TOPIC_ALIAS_MAXIMUM, (*most).into()),
            Limit::SessionExpiry(seconds) => (property::SESSION_EXPIRY_INTERVAL, (*seconds).into()),
            Limit::AssignedClientId(text) => (
                property::ASSIGNED_CLIENT_IDENTIFIER,
                Value::Text(text.text()),
            ),
            Limit::ServerReference(text) => (property::SERVER_REFERENCE, Value::Text(text.text())),
            Limit::UserProperty(name, value) => (
                property::USER_PROPERTY,
                Value::Pair(name.text(), value.text()),
            ),
        }
    }
}

impl Text {
    fn text(&self) -> String {
        String::from(self.0).repeat(self.1.into())
    }
}

impl Saying {
    pub fn bytes(&self, version: Version) -> Vec<u8> {
        self.packet().encode(version)
    }

    pub fn damaged(&self, damage: &Damage, version: Version) -> Vec<u8> {
        damage.apply(self.bytes(version))
    }

    fn packet(&self) -> Packet {
        match self {
            Saying::Answer {
                kind,
                id,
                code,
                text,
            } => kind.answer((*id).into(), *code, reason_string(text)),
            Saying::Publish {
                on_status,
                payload,
                qos,
                retain,
                dup,
                id,
                alias,
            } => {
                let mut properties = Properties::default();
                if let Some(alias) = alias {
                    properties.set(property::TOPIC_ALIAS, *alias);
                }
                let topic = if *on_status { "argusai/status" } else { "" };
                Packet::Publish(Publish {
                    topic: topic.to_owned(),
                    payload: payload.clone(),
                    qos: qos % 4,
                    retain: *retain,
                    dup: *dup,
                    id: *id,
                    properties,
                })
            }
            Saying::Disconnect { code, text } => Packet::Disconnect(Reason {
                code: *code,
                properties: reason_string(text),
            }),
            Saying::Auth { code } => Packet::Auth(Reason {
                code: *code,
                properties: Properties::default(),
            }),
            Saying::PingReq => Packet::PingReq,
            Saying::PingResp => Packet::PingResp,
            Saying::Connack(limits) => accepted(limits),
        }
    }
}

impl Kind {
    /// A packet of this kind.
    pub fn answer(&self, id: u16, code: u8, properties: Properties) -> Packet {
        let kind = match self {
            Kind::PubAck => AckKind::PubAck,
            Kind::PubRec => AckKind::PubRec,
            Kind::PubRel => AckKind::PubRel,
            Kind::PubComp => AckKind::PubComp,
            Kind::SubAck => {
                return Packet::SubAck(Codes {
                    id,
                    codes: vec![code],
                    properties,
                })
            }
        };
        Packet::Ack(Ack {
            reason: code,
            properties,
            ..Ack::new(kind, id)
        })
    }
}

fn reason_string(text: &Option<Text>) -> Properties {
    let mut properties = Properties::default();
    if let Some(text) = text {
        properties.set(property::REASON_STRING, text.text().as_str());
    }
    properties
}
