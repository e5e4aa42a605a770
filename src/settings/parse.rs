//! From JSON to settings: every field, and what they must be to each other.

use super::client_id::stable;
use super::event_topic::{leading_dollar, EventTopic, CAMERA, PREFIX};
use super::reader::Reader;
use super::state_topic::{StateTopic, STATE};
use super::table::{PORT, TLS_PORT};
use super::{json, notes, password, tls, Protocol, QueueFull, Settings, WaitForSubscriber};
use crate::fault::{Fault, FaultCode};
use crate::message::QoS;
use crate::tls::Tls;
use crate::topic::name_fault;
use serde_json::{Map, Value};

/// The settings that a text describes, or every fault.
pub(super) fn text(text: &str) -> Result<Settings, Vec<Fault>> {
    let (given, faults) = json::fields(text).map_err(|fault| vec![fault])?;
    fields(&given, faults)
}

/// The settings that fields describe, which have these faults already.
pub(super) fn fields(
    given: &Map<String, Value>,
    mut faults: Vec<Fault>,
) -> Result<Settings, Vec<Fault>> {
    match object(given) {
        Ok(settings) if faults.is_empty() => Ok(settings),
        Ok(_) => Err(faults),
        Err(more) => {
            faults.extend(more);
            Err(faults)
        }
    }
}

/// The settings that a JSON value describes, or every fault.
pub(super) fn value(value: &Value) -> Result<Settings, Vec<Fault>> {
    json::object(value.clone())
        .map_err(|fault| vec![fault])
        .and_then(|fields| object(&fields))
}

/// The settings that fields describe, or every fault.
pub(super) fn object(fields: &Map<String, Value>) -> Result<Settings, Vec<Fault>> {
    let mut reader = Reader::new(fields);
    let settings = read(&mut reader);
    let faults = reader.into_faults();
    match faults.is_empty() {
        true => Ok(settings),
        false => Err(faults),
    }
}

/// Holds defaults where the reader has faults.
fn read(reader: &mut Reader<'_>) -> Settings {
    let broker_host = reader.host("broker_host");
    let use_tls = reader.switch("use_tls");
    let broker_port =
        reader.integer_or("broker_port", if use_tls { TLS_PORT } else { PORT }.into());
    let username = reader.optional_text("username");
    let (password, password_file) = password::read(reader, username.is_some());
    let topics = Topics::read(reader);
    let announce_availability = reader.switch("announce_availability");
    let client_id = reader.optional_text("client_id").unwrap_or_else(|| {
        // A client that announces nothing must not take over the connection of the one whose topics it shares.
        let availability = announce_availability.then_some(topics.availability.as_str());
        stable(
            &broker_host,
            broker_port,
            username.as_deref(),
            availability.unwrap_or_default(),
        )
    });
    let (birth_message, will_message) = availability_messages(reader);
    let (reconnect_min_seconds, reconnect_max_seconds) = pauses(reader);
    let home_assistant_status_topic = status_topic(reader, &topics.availability);
    let (tls, file_notes) = tls::read(reader, use_tls, &broker_host);
    let (tls, unused_tls) = match use_tls {
        true => (Some(tls), Tls::default()),
        false => (None, tls),
    };
    let mut settings = Settings {
        broker_host,
        broker_port,
        username,
        password,
        password_file,
        client_id,
        protocol: Protocol::of(&reader.text("protocol")),
        keep_alive_seconds: reader.integer("keep_alive_seconds"),
        connect_timeout_seconds: reader.integer("connect_timeout_seconds"),
        topic_prefix: topics.prefix,
        event_topic: topics.event,
        state_topic: topics.state,
        announce_availability,
        availability_topic: topics.availability,
        birth_message,
        will_message,
        message_expiry_seconds: reader.integer("message_expiry_seconds"),
        will_delay_seconds: reader.integer("will_delay_seconds"),
        qos: match reader.integer("qos") {
            0u8 => QoS::AtMostOnce,
            _ => QoS::AtLeastOnce,
        },
        retain_events: reader.switch("retain_events"),
        max_in_flight: reader.integer("max_in_flight"),
        max_queued_messages: reader.integer("max_queued_messages"),
        max_queued_bytes: reader.integer("max_queued_bytes"),
        queue_full: QueueFull::of(&reader.text("queue_full")),
        reconnect_min_seconds,
        reconnect_max_seconds,
        guard_availability: reader.switch("guard_availability"),
        availability_heartbeat_seconds: reader.optional_integer("availability_heartbeat_seconds"),
        wait_for_subscriber: WaitForSubscriber::of(&reader.text("wait_for_subscriber")),
        home_assistant_status_topic,
        hold_seconds: reader.integer("hold_seconds"),
        homeassistant_discovery: reader.switch("homeassistant_discovery"),
        discovery_prefix: discovery_prefix(reader),
        discovery_id_prefix: reader.text("discovery_id_prefix"),
        tls,
        unused_tls,
        notes: file_notes,
    };
    let more = notes::notes(&settings);
    settings.notes.extend(more);
    settings
}

struct Topics {
    prefix: String,
    event: EventTopic,
    state: StateTopic,
    availability: String,
}

impl Topics {
    fn read(reader: &mut Reader<'_>) -> Self {
        let prefix = reader.text("topic_prefix");
        if let Some(what) =
            leading_dollar(&prefix).or_else(|| placeholder(&prefix, &[PREFIX, CAMERA, STATE]))
        {
            reader.fault("topic_prefix", FaultCode::InvalidTopic, &what);
        }
        let given = reader.text("availability_topic");
        let availability = given.replace(PREFIX, &prefix);
        let fault = leading_dollar(&given).or_else(|| placeholder(&given, &[CAMERA]));
        let fault = fault.or_else(|| {
            Some(format!(
                "with {PREFIX} replaced, it {}",
                name_fault(&availability)?
            ))
        });
        if let (Some(what), true) = (fault, reader.sound(&["topic_prefix", "availability_topic"])) {
            reader.fault("availability_topic", FaultCode::InvalidTopic, &what);
        }
        let pattern = reader.text("event_topic");
        let event = EventTopic::parse(&pattern, &prefix, &availability).unwrap_or_else(|what| {
            if reader.sound(&["topic_prefix", "event_topic"]) {
                reader.fault("event_topic", FaultCode::InvalidTopic, &what);
            }
            EventTopic::parse(CAMERA, &prefix, &availability).expect("a camera alone is a pattern")
        });
        let pattern = reader.text("state_topic");
        let state = StateTopic::parse(&pattern, &prefix).unwrap_or_else(|what| {
            if reader.sound(&["topic_prefix", "state_topic"]) {
                reader.fault("state_topic", FaultCode::InvalidTopic, &what);
            }
            StateTopic::parse(&[CAMERA, STATE].join("/"), &prefix)
                .expect("a camera and a state alone are a pattern")
        });
        Topics {
            prefix,
            event,
            state,
            availability,
        }
    }
}

fn discovery_prefix(reader: &mut Reader<'_>) -> String {
    let prefix = reader.text("discovery_prefix");
    if let Some(what) = leading_dollar(&prefix).or_else(|| placeholder(&prefix, &[PREFIX, CAMERA]))
    {
        reader.fault("discovery_prefix", FaultCode::InvalidTopic, &what);
    }
    prefix
}

/// Home Assistant's topic; empty for none.
fn status_topic(reader: &mut Reader<'_>, availability: &str) -> String {
    let name = "home_assistant_status_topic";
    let topic = reader.text(name);
    if let Some(what) = leading_dollar(&topic).or_else(|| placeholder(&topic, &[PREFIX, CAMERA])) {
        reader.fault(name, FaultCode::InvalidTopic, &what);
    } else if topic == availability && reader.sound(&[name, "availability_topic"]) {
        reader.fault(
            name,
            FaultCode::Conflict,
            "is also the availability_topic, on which this client publishes; each needs a topic of its own",
        );
    }
    topic
}

/// What is wrong with a topic in which someone expects a placeholder that is not replaced there.
fn placeholder(topic: &str, not_here: &[&str]) -> Option<String> {
    let found = not_here
        .iter()
        .find(|placeholder| topic.contains(**placeholder))?;
    Some(format!(
        "contains {found}, which is not replaced here; write it out"
    ))
}

fn availability_messages(reader: &mut Reader<'_>) -> (String, String) {
    let (birth, will) = (reader.text("birth_message"), reader.text("will_message"));
    if birth == will && reader.sound(&["birth_message", "will_message"]) {
        reader.fault(
            "will_message",
            FaultCode::Conflict,
            "is also the birth_message; the two must differ, such as \"online\" and \"offline\"",
        );
    }
    (birth, will)
}

fn pauses(reader: &mut Reader<'_>) -> (u32, u32) {
    let (low, high) = ("reconnect_min_seconds", "reconnect_max_seconds");
    let (min, max): (u32, u32) = (reader.integer(low), reader.integer(high));
    if min > max && reader.sound(&[low, high]) {
        reader.fault(
            low,
            FaultCode::Conflict,
            &format!("is more than {high}, which is {max}; lower it, or raise {high}"),
        );
    }
    (min, max)
}

impl Protocol {
    fn of(name: &str) -> Self {
        match name {
            "5" => Protocol::V5,
            "3.1.1" => Protocol::V311,
            _ => Protocol::Auto,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Protocol::Auto => "auto",
            Protocol::V5 => "5",
            Protocol::V311 => "3.1.1",
        }
    }
}

impl WaitForSubscriber {
    fn of(name: &str) -> Self {
        match name {
            "always" => WaitForSubscriber::Always,
            "never" => WaitForSubscriber::Never,
            _ => WaitForSubscriber::Auto,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            WaitForSubscriber::Auto => "auto",
            WaitForSubscriber::Always => "always",
            WaitForSubscriber::Never => "never",
        }
    }
}

impl QueueFull {
    fn of(name: &str) -> Self {
        match name {
            "refuse_newest" => QueueFull::RefuseNewest,
            _ => QueueFull::DropOldest,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            QueueFull::DropOldest => "drop_oldest",
            QueueFull::RefuseNewest => "refuse_newest",
        }
    }
}
