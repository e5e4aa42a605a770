//! The properties of MQTT 5: which there are, and how each is written.

use super::wire::{put_binary, put_text, put_variable, Fault, Reader};

/// The identifiers, by the names of the specification.
pub mod property {
    pub const PAYLOAD_FORMAT_INDICATOR: u8 = 0x01;
    pub const MESSAGE_EXPIRY_INTERVAL: u8 = 0x02;
    pub const CONTENT_TYPE: u8 = 0x03;
    pub const RESPONSE_TOPIC: u8 = 0x08;
    pub const CORRELATION_DATA: u8 = 0x09;
    pub const SUBSCRIPTION_IDENTIFIER: u8 = 0x0b;
    pub const SESSION_EXPIRY_INTERVAL: u8 = 0x11;
    pub const ASSIGNED_CLIENT_IDENTIFIER: u8 = 0x12;
    pub const SERVER_KEEP_ALIVE: u8 = 0x13;
    pub const AUTHENTICATION_METHOD: u8 = 0x15;
    pub const AUTHENTICATION_DATA: u8 = 0x16;
    pub const REQUEST_PROBLEM_INFORMATION: u8 = 0x17;
    pub const WILL_DELAY_INTERVAL: u8 = 0x18;
    pub const REQUEST_RESPONSE_INFORMATION: u8 = 0x19;
    pub const RESPONSE_INFORMATION: u8 = 0x1a;
    pub const SERVER_REFERENCE: u8 = 0x1c;
    pub const REASON_STRING: u8 = 0x1f;
    pub const RECEIVE_MAXIMUM: u8 = 0x21;
    pub const TOPIC_ALIAS_MAXIMUM: u8 = 0x22;
    pub const TOPIC_ALIAS: u8 = 0x23;
    pub const MAXIMUM_QOS: u8 = 0x24;
    pub const RETAIN_AVAILABLE: u8 = 0x25;
    pub const USER_PROPERTY: u8 = 0x26;
    pub const MAXIMUM_PACKET_SIZE: u8 = 0x27;
    pub const WILDCARD_SUBSCRIPTION_AVAILABLE: u8 = 0x28;
    pub const SUBSCRIPTION_IDENTIFIER_AVAILABLE: u8 = 0x29;
    pub const SHARED_SUBSCRIPTION_AVAILABLE: u8 = 0x2a;
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Byte(u8),
    Two(u16),
    Four(u32),
    Variable(u32),
    Text(String),
    Binary(Vec<u8>),
    Pair(String, String),
}

impl From<u8> for Value {
    fn from(value: u8) -> Value {
        Value::Byte(value)
    }
}

impl From<u16> for Value {
    fn from(value: u16) -> Value {
        Value::Two(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Value {
        Value::Four(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.to_owned())
    }
}

/// Properties in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Properties(pub Vec<(u8, Value)>);

impl Properties {
    pub fn get(&self, identifier: u8) -> Option<&Value> {
        let found = self.0.iter().find(|(each, _)| *each == identifier);
        found.map(|(_, value)| value)
    }

    /// Replaces the value if there is one. The type of the value is not checked: a test may lie.
    pub fn set(&mut self, identifier: u8, value: impl Into<Value>) {
        self.0.retain(|(each, _)| *each != identifier);
        self.0.push((identifier, value.into()));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// With their length in front.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let mut body = Vec::new();
        for (identifier, value) in &self.0 {
            body.push(*identifier);
            match value {
                Value::Byte(value) => body.push(*value),
                Value::Two(value) => body.extend(value.to_be_bytes()),
                Value::Four(value) => body.extend(value.to_be_bytes()),
                Value::Variable(value) => put_variable(&mut body, *value),
                Value::Text(value) => put_text(&mut body, value),
                Value::Binary(value) => put_binary(&mut body, value),
                Value::Pair(name, value) => {
                    put_text(&mut body, name);
                    put_text(&mut body, value);
                }
            }
        }
        put_variable(
            out,
            u32::try_from(body.len()).expect("properties are short"),
        );
        out.extend(body);
    }

    pub(super) fn take(reader: &mut Reader) -> Result<Properties, Fault> {
        let length = reader.variable()? as usize;
        let mut reader = Reader(reader.bytes(length)?);
        let mut properties = Properties::default();
        while !reader.is_empty() {
            let identifier = reader.byte()?;
            properties
                .0
                .push((identifier, take_value(identifier, &mut reader)?));
        }
        Ok(properties)
    }
}

fn take_value(identifier: u8, reader: &mut Reader) -> Result<Value, Fault> {
    use property::*;
    Ok(match identifier {
        PAYLOAD_FORMAT_INDICATOR
        | REQUEST_PROBLEM_INFORMATION
        | REQUEST_RESPONSE_INFORMATION
        | MAXIMUM_QOS
        | RETAIN_AVAILABLE
        | WILDCARD_SUBSCRIPTION_AVAILABLE
        | SUBSCRIPTION_IDENTIFIER_AVAILABLE
        | SHARED_SUBSCRIPTION_AVAILABLE => Value::Byte(reader.byte()?),
        SERVER_KEEP_ALIVE | RECEIVE_MAXIMUM | TOPIC_ALIAS_MAXIMUM | TOPIC_ALIAS => {
            Value::Two(reader.two()?)
        }
        MESSAGE_EXPIRY_INTERVAL
        | SESSION_EXPIRY_INTERVAL
        | WILL_DELAY_INTERVAL
        | MAXIMUM_PACKET_SIZE => Value::Four(reader.four()?),
        SUBSCRIPTION_IDENTIFIER => Value::Variable(reader.variable()?),
        CONTENT_TYPE
        | RESPONSE_TOPIC
        | ASSIGNED_CLIENT_IDENTIFIER
        | AUTHENTICATION_METHOD
        | RESPONSE_INFORMATION
        | SERVER_REFERENCE
        | REASON_STRING => Value::Text(reader.text()?),
        CORRELATION_DATA | AUTHENTICATION_DATA => Value::Binary(reader.binary()?),
        USER_PROPERTY => Value::Pair(reader.text()?, reader.text()?),
        other => return Err(format!("there is no property {other:#04x}")),
    })
}
