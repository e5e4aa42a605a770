//! The entities: which there are, and what each adds to its discovery config.

use super::camera::{Camera, System};
use super::state::State;
use super::template::{self, KINDS};
use super::topics::Topics;
use serde_json::{json, Value};

/// An entity of Home Assistant.
pub(super) struct Entity {
    /// The kind of entity.
    pub(super) component: &'static str,
    /// What its unique id ends with. Users' automations name it; it never changes.
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    /// Whether it depends on the camera, and not on the system alone.
    pub(super) needs_camera: bool,
    /// Whether there is one, as things are.
    pub(super) exists: bool,
    /// The fields of its own.
    pub(super) fields: Value,
}

/// Every entity that a camera can have.
pub(super) fn of_camera(topics: &Topics, camera: &Camera, event_topic: &str) -> [Entity; 9] {
    let state = |state| topics.state(&camera.id, state);
    [
        Entity {
            needs_camera: true,
            ..sensor(
                "event",
                "Event",
                with_attributes(event_topic, template::DESCRIPTION),
            )
        },
        sensor("status", "Status", {
            let mut fields = with_attributes(&state(State::Status), &template::field("status"));
            fields["entity_category"] = "diagnostic".into();
            fields
        }),
        sensor("last_event", "Last event", {
            let mut fields = with_attributes(&state(State::LastEvent), template::TIMESTAMP);
            fields["device_class"] = "timestamp".into();
            fields
        }),
        sensor(
            "events_today",
            "Events today",
            count(&state(State::Counts), "events_today"),
        ),
        sensor(
            "events_week",
            "Events this week",
            count(&state(State::Counts), "events_this_week"),
        ),
        Entity {
            component: "binary_sensor",
            needs_camera: true,
            ..sensor(
                "activity",
                "Activity",
                json!({
                    "state_topic": state(State::Activity),
                    "value_template": template::field("state"),
                    "device_class": "motion",
                    "payload_on": "ON",
                    "payload_off": "OFF",
                }),
            )
        },
        event(
            "detection",
            "Detection",
            json!({
                "state_topic": event_topic,
                "event_types": KINDS,
                "value_template": template::detection(),
            }),
        ),
        Entity {
            exists: camera.doorbell,
            ..event(
                "doorbell",
                "Doorbell",
                json!({
                    "state_topic": event_topic,
                    "device_class": "doorbell",
                    "event_types": ["ring"],
                    "value_template": template::ring(),
                }),
            )
        },
        Entity {
            component: "image",
            exists: camera.snapshots,
            ..sensor(
                "snapshot",
                "Snapshot",
                json!({
                    "image_topic": state(State::Snapshot),
                    "content_type": "image/jpeg",
                }),
            )
        },
    ]
}

/// Every entity that the system can have.
pub(super) fn of_system(topics: &Topics, system: &System, has_cameras: bool) -> [Entity; 4] {
    let diagnostic = |key, name, fields: Value| {
        let mut fields = fields;
        fields["state_topic"] = topics.diagnostics().into();
        fields["entity_category"] = "diagnostic".into();
        fields["enabled_by_default"] = false.into();
        Entity {
            exists: system.diagnostics,
            ..sensor(key, name, fields)
        }
    };
    let mut connection = json!({
        "state_topic": topics.availability,
        "payload_on": topics.birth_message,
        "payload_off": topics.will_message,
        "device_class": "connectivity",
        "entity_category": "diagnostic",
    });
    let heartbeat = topics.heartbeat_seconds(has_cameras);
    if heartbeat > 0 {
        // When three are missing, nobody is there to say that the connection is gone.
        connection["expire_after"] = (u64::from(heartbeat) * 3).into();
    }
    [
        Entity {
            component: "binary_sensor",
            ..sensor(CONNECTION, "Connection", connection)
        },
        diagnostic(
            "queue_depth",
            "Queued messages",
            json!({
                "value_template": template::number("queued"),
                "unit_of_measurement": "messages",
                "state_class": "measurement",
            }),
        ),
        diagnostic(
            "dropped",
            "Dropped messages",
            json!({
                "value_template": template::number("dropped"),
                "unit_of_measurement": "messages",
                "state_class": "total_increasing",
            }),
        ),
        diagnostic(
            "protocol",
            "MQTT version",
            json!({
                "value_template": template::field("protocol"),
            }),
        ),
    ]
}

/// The key of the one entity that is available also while the system is not.
pub(super) const CONNECTION: &str = "connection";

/// Whether an entity with this key shows events, and no state of its own.
pub(super) fn shows_events(key: &str) -> bool {
    matches!(key, "event" | "detection" | "doorbell")
}

fn sensor(key: &'static str, name: &'static str, fields: Value) -> Entity {
    Entity {
        component: "sensor",
        key,
        name,
        needs_camera: false,
        exists: true,
        fields,
    }
}

fn event(key: &'static str, name: &'static str, fields: Value) -> Entity {
    Entity {
        component: "event",
        needs_camera: true,
        ..sensor(key, name, fields)
    }
}

fn with_attributes(topic: &str, value_template: &str) -> Value {
    json!({
        "state_topic": topic,
        "value_template": value_template,
        "json_attributes_topic": topic,
        "json_attributes_template": template::ATTRIBUTES,
    })
}

fn count(topic: &str, field: &str) -> Value {
    json!({
        "state_topic": topic,
        "value_template": template::number(field),
        "unit_of_measurement": "events",
        "state_class": "total_increasing",
    })
}
