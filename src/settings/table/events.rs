//! What is published for cameras.

use super::{Allowed, Default, Field, Group};

pub(super) const GROUP: Group = Group {
    title: "Events",
    fields: &[
        Field {
            name: "topic_prefix",
            title: "Topic prefix",
            default: Default::Text("argusai"),
            allowed: Allowed::Topic,
            meaning: "The text that replaces `{topic_prefix}` in `event_topic`, `state_topic` and \
                      `availability_topic`.",
            get: |settings| settings.topic_prefix.as_str().into(),
        },
        Field {
            name: "event_topic",
            title: "Event topic",
            default: Default::Text("{topic_prefix}/events/{camera}"),
            allowed: Allowed::Pattern,
            meaning: "The topic of each camera's events.",
            get: |settings| settings.event_topic.pattern().into(),
        },
        Field {
            name: "message_expiry_seconds",
            title: "Event lifetime",
            default: Default::Integer(300),
            allowed: Allowed::Integer(60, 3600),
            meaning: "How long an event is worth delivering. After that it is dropped, both here and by an MQTT 5 \
                      broker, which then also removes it if it is retained.",
            get: |settings| settings.message_expiry_seconds.into(),
        },
        Field {
            name: "qos",
            title: "Quality of service",
            default: Default::Integer(1),
            allowed: Allowed::Integer(0, 1),
            meaning: "The quality of service of events: 0 sends each event once, 1 sends it until the broker \
                      acknowledges it.",
            get: |settings| (settings.qos as u8).into(),
        },
        Field {
            name: "retain_events",
            title: "Retain events",
            default: Default::Switch(false),
            allowed: Allowed::Switch,
            meaning: "Whether the broker retains the last event of each camera until it expires.",
            get: |settings| settings.retain_events.into(),
        },
        Field {
            name: "wait_for_subscriber",
            title: "Wait for a subscriber",
            default: Default::Text("auto"),
            allowed: Allowed::Choice(&["auto", "always", "never"]),
            meaning: "What happens to an event that the broker accepted while nobody was subscribed to its topic, which only MQTT 5 brokers report: `auto` tries it again until it expires if its topic had a subscriber \
                      before or its camera is announced, `always` in any case; `never` counts it as delivered.",
            get: |settings| settings.wait_for_subscriber.name().into(),
        },
    ],
};
