//! How the broker's clients learn whether this one is online.

use super::{Allowed, Default, Field, Group};

pub(super) const GROUP: Group = Group {
    title: "Availability",
    fields: &[
        Field {
            name: "announce_availability",
            title: "Announce availability",
            default: Default::Switch(true),
            allowed: Allowed::Switch,
            meaning: "Whether to publish on `availability_topic` whether this client is online. `false` is for a tool that \
                      runs beside a service with the same topics: nothing is published there, neither by this client \
                      nor by the broker on its behalf, and the topic is not watched.",
            get: |settings| settings.announce_availability.into(),
        },
        Field {
            name: "availability_topic",
            title: "Availability topic",
            default: Default::Text("{topic_prefix}/status"),
            allowed: Allowed::Topic,
            meaning: "The topic of the retained message that shows whether this client is online.",
            get: |settings| settings.availability_topic.as_str().into(),
        },
        Field {
            name: "birth_message",
            title: "Payload when online",
            default: Default::Text("online"),
            allowed: Allowed::Payload(256),
            meaning: "Payload when online. Must differ from `will_message`.",
            get: |settings| settings.birth_message.as_str().into(),
        },
        Field {
            name: "will_message",
            title: "Payload when offline",
            default: Default::Text("offline"),
            allowed: Allowed::Payload(256),
            meaning: "Payload when offline: the broker's will, also published at shutdown.",
            get: |settings| settings.will_message.as_str().into(),
        },
        Field {
            name: "will_delay_seconds",
            title: "Will delay",
            default: Default::Integer(0),
            allowed: Allowed::Integer(0, 3600),
            meaning: "How long the broker waits before it publishes the will after the connection is lost, so that a \
                      short interruption goes unnoticed. When the client really is offline, that is published later by \
                      the same time. MQTT 5 only.",
            get: |settings| settings.will_delay_seconds.into(),
        },
        Field {
            name: "guard_availability",
            title: "Guard availability",
            default: Default::Switch(true),
            allowed: Allowed::Switch,
            meaning: "Whether to subscribe to the availability topic, and to correct it when something else publishes \
                      there.",
            get: |settings| settings.guard_availability.into(),
        },
        Field {
            name: "availability_heartbeat_seconds",
            title: "Heartbeat",
            default: Default::Derived("60 where cameras are announced, else 0"),
            allowed: Allowed::ZeroOr(5, 3600),
            meaning: "How often the birth message is published again, so that a subscriber which expects it notices \
                      when broker and client are both gone. 0: never.",
            get: |settings| settings.availability_heartbeat_seconds.into(),
        },
    ],
};
