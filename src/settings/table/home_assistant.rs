//! How cameras appear in Home Assistant.

use super::{Allowed, Default, Field, Group};

pub(super) const GROUP: Group = Group {
    title: "Home Assistant",
    fields: &[
        Field {
            name: "homeassistant_discovery",
            title: "Discovery",
            default: Default::Switch(true),
            allowed: Allowed::Switch,
            meaning: "Whether to publish discovery messages for the cameras that are announced, so that their entities appear in Home Assistant automatically.",
            get: |settings| settings.homeassistant_discovery.into(),
        },
        Field {
            name: "discovery_prefix",
            title: "Discovery prefix",
            default: Default::Text("homeassistant"),
            allowed: Allowed::Topic,
            meaning: "The discovery prefix that is set in Home Assistant.",
            get: |settings| settings.discovery_prefix.as_str().into(),
        },
        Field {
            name: "discovery_id_prefix",
            title: "Prefix of IDs",
            default: Default::Text("argusai"),
            allowed: Allowed::Identifier(64),
            meaning: "The text that the IDs of devices and entities in Home Assistant start with. Two installations \
                      on one broker need different ones. Changing it creates new entities.",
            get: |settings| settings.discovery_id_prefix.as_str().into(),
        },
        Field {
            name: "state_topic",
            title: "State topic",
            default: Default::Text("{topic_prefix}/camera/{camera}/{state}"),
            allowed: Allowed::StatePattern,
            meaning: "The topic of each state of a camera for Home Assistant, in retained messages.",
            get: |settings| settings.state_topic.pattern().into(),
        },
        Field {
            name: "home_assistant_status_topic",
            title: "Status topic of Home Assistant",
            default: Default::Text("homeassistant/status"),
            allowed: Allowed::TopicOrNone,
            meaning: "The topic on which Home Assistant publishes `online` and `offline`. Empty: it is not subscribed to.",
            get: |settings| settings.home_assistant_status_topic.as_str().into(),
        },
        Field {
            name: "hold_seconds",
            title: "Hold events",
            default: Default::Integer(120),
            allowed: Allowed::Integer(0, 3600),
            meaning: "How long events are held at most after an outage of the broker or of Home Assistant, until Home Assistant publishes `online`. 0: they are not held.",
            get: |settings| settings.hold_seconds.into(),
        },
    ],
};
