//! How the connection is kept.

use super::{Allowed, Default, Field, Group};

pub(super) const GROUP: Group = Group {
    title: "Connection",
    fields: &[
        Field {
            name: "keep_alive_seconds",
            title: "Keep alive",
            default: Default::Integer(30),
            allowed: Allowed::Integer(5, 65_535),
            meaning: "How often an idle connection is checked. A dead connection is detected within twice this time.",
            get: |settings| settings.keep_alive_seconds.into(),
        },
        Field {
            name: "connect_timeout_seconds",
            title: "Connection timeout",
            default: Default::Integer(5),
            allowed: Allowed::Integer(1, 60),
            meaning: "How long one attempt to connect may take.",
            get: |settings| settings.connect_timeout_seconds.into(),
        },
        Field {
            name: "reconnect_min_seconds",
            title: "Shortest pause before reconnecting",
            default: Default::Integer(1),
            allowed: Allowed::Integer(1, 3600),
            meaning: "The pause before the first attempt to reconnect. Each further pause is longer, up to \
                      `reconnect_max_seconds`, unless events wait for Home Assistant after an outage of the broker. \
                      Where Home Assistant is expected, the first attempt after a connection that lasted can come \
                      at once.",
            get: |settings| settings.reconnect_min_seconds.into(),
        },
        Field {
            name: "reconnect_max_seconds",
            title: "Longest pause before reconnecting",
            default: Default::Integer(60),
            allowed: Allowed::Integer(1, 3600),
            meaning: "The longest pause between attempts. Must not be less than `reconnect_min_seconds`.",
            get: |settings| settings.reconnect_max_seconds.into(),
        },
    ],
};
