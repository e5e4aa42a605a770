//! What a C program may pass: right, wrong or missing, but never an address of what is not there.

use super::abi::{Error, MESSAGE_SIZE};
use arbitrary::Arbitrary;
use std::ffi::{c_char, c_void, CStr, CString};
use std::ptr;

/// Text, or NULL.
#[derive(Arbitrary, Debug)]
pub enum Text {
    Null,
    /// Anything up to its first NUL.
    Any(Vec<u8>),
    Simple(u8),
    Long(u32),
}

impl Text {
    pub fn make(&self) -> Option<CString> {
        match self {
            Text::Null => None,
            Text::Any(bytes) => Some(c_string(bytes.clone())),
            Text::Simple(number) => Some(c_string(format!("door{}", number % 4).into_bytes())),
            Text::Long(length) => Some(c_string(vec![b'x'; (length % 70_000) as usize])),
        }
    }
}

fn c_string(mut bytes: Vec<u8>) -> CString {
    bytes.retain(|byte| *byte != 0);
    CString::new(bytes).expect("there is no NUL")
}

pub fn address(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}

/// An address and a length.
#[derive(Arbitrary, Debug)]
pub enum Payload {
    Event(u8),
    Any(Vec<u8>),
    Large(u32),
    NullOf(usize),
    /// A length that is a mistake, and is to be noticed before anything is read.
    Impossible(usize),
}

/// The longest that is not refused unread.
const LONGEST: usize = 268_435_455;

impl Payload {
    pub fn make(&self) -> (Option<Vec<u8>>, usize) {
        let bytes = match self {
            Payload::Event(number) => format!("{{\"number\": {number}}}").into_bytes(),
            Payload::Any(bytes) => bytes.clone(),
            Payload::Large(length) => vec![b'x'; (length % 200_000) as usize],
            Payload::NullOf(length) => return (None, *length),
            Payload::Impossible(length) => return (Some(vec![0]), (*length).max(LONGEST + 1)),
        };
        let length = bytes.len();
        (Some(bytes), length)
    }
}

pub fn start(payload: &Option<Vec<u8>>) -> *const c_void {
    let bytes = payload.as_ref();
    bytes.map_or(ptr::null(), |bytes| bytes.as_ptr().cast())
}

/// Settings as text. Their broker is always on this machine.
#[derive(Arbitrary, Debug)]
pub enum Settings {
    Null,
    Good(Choice),
    /// With one more field.
    With(Choice, Field, Value),
    /// Cut off before its end, so that it is none.
    Cut(Choice, u8),
    NotUtf8,
}

#[derive(Arbitrary, Debug)]
pub struct Choice {
    nobody_listens: bool,
    is_old: bool,
    guard: bool,
    refuse_newest: bool,
    max_in_flight: u8,
    max_queued: u8,
    prefix: u8,
}

#[derive(Arbitrary, Debug)]
pub enum Field {
    TopicPrefix,
    EventTopic,
    AvailabilityTopic,
    BirthMessage,
    WillMessage,
    Username,
    ClientId,
    BrokerPort,
    KeepAlive,
    WillDelay,
    Unknown,
}

#[derive(Arbitrary, Debug)]
pub enum Value {
    Text(String),
    Number(i64),
    Bool(bool),
    Null,
}

impl Settings {
    pub fn make(&self, broker: u16) -> Option<CString> {
        let bytes = match self {
            Settings::Null => return None,
            Settings::NotUtf8 => b"{\"broker_host\": \"\xff\"}".to_vec(),
            Settings::Good(choice) => choice.fields(broker).to_string().into_bytes(),
            Settings::With(choice, field, value) => {
                let mut fields = choice.fields(broker);
                fields[field.name()] = value.json();
                fields.to_string().into_bytes()
            }
            Settings::Cut(choice, at) => {
                let mut bytes = choice.fields(broker).to_string().into_bytes();
                let length = bytes.len();
                bytes.truncate(usize::from(*at) % length);
                bytes
            }
        };
        Some(c_string(bytes))
    }
}

impl Choice {
    fn fields(&self, broker: u16) -> serde_json::Value {
        serde_json::json!({
            "broker_host": "127.0.0.1",
            "broker_port": if self.nobody_listens { 1 } else { broker },
            "protocol": if self.is_old { "3.1.1" } else { "5" },
            "guard_availability": self.guard,
            "queue_full": if self.refuse_newest { "refuse_newest" } else { "drop_oldest" },
            "max_in_flight": u16::from(self.max_in_flight) + 1,
            "max_queued_messages": u16::from(self.max_queued) + 1,
            "max_queued_bytes": 1_000_000,
            "topic_prefix": format!("home{}", self.prefix % 4),
        })
    }
}

impl Field {
    fn name(&self) -> &'static str {
        match self {
            Field::TopicPrefix => "topic_prefix",
            Field::EventTopic => "event_topic",
            Field::AvailabilityTopic => "availability_topic",
            Field::BirthMessage => "birth_message",
            Field::WillMessage => "will_message",
            Field::Username => "username",
            Field::ClientId => "client_id",
            Field::BrokerPort => "broker_port",
            Field::KeepAlive => "keep_alive_seconds",
            Field::WillDelay => "will_delay_seconds",
            Field::Unknown => "unknown",
        }
    }
}

impl Value {
    fn json(&self) -> serde_json::Value {
        match self {
            Value::Text(text) => text.as_str().into(),
            Value::Number(number) => (*number).into(),
            Value::Bool(is) => (*is).into(),
            Value::Null => serde_json::Value::Null,
        }
    }
}

/// Where a call writes text: memory of just this size, so that the sanitizer sees every byte beyond.
#[derive(Arbitrary, Debug)]
pub struct Buffer {
    is_null: bool,
    capacity: u16,
}

impl Buffer {
    pub fn make(&self) -> (Option<Vec<u8>>, usize) {
        let capacity = usize::from(self.capacity % 8192);
        ((!self.is_null).then(|| vec![FILL; capacity]), capacity)
    }
}

/// What is in memory that nobody has written to.
pub const FILL: u8 = 0xa5;

pub fn room(buffer: &mut Option<Vec<u8>>) -> *mut c_char {
    let bytes = buffer.as_mut();
    bytes.map_or(ptr::null_mut(), |bytes| bytes.as_mut_ptr().cast())
}

/// The address of an output, or NULL.
pub fn output<T>(is_there: bool, value: &mut T) -> *mut T {
    if is_there {
        value
    } else {
        ptr::null_mut()
    }
}

impl Error {
    pub fn unset() -> Error {
        Error {
            status: -1,
            message: [FILL; MESSAGE_SIZE],
        }
    }

    /// The message; fails when it has no end or is not UTF-8.
    pub fn text(&self) -> &str {
        let text = CStr::from_bytes_until_nul(&self.message).expect("a message ends in NUL");
        text.to_str().expect("a message is UTF-8")
    }
}
