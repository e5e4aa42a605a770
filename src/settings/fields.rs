//! The one place that says which fields the settings have, with their defaults and ranges.

/// One field of the settings.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) default: Default,
    pub(super) allowed: Allowed,
    /// What the field is for, in Markdown.
    #[cfg_attr(not(test), allow(dead_code, reason = "for the reference alone"))]
    pub(super) meaning: &'static str,
}

/// What holds when a field is left out.
#[derive(Debug)]
pub(super) enum Default {
    Required,
    /// Worked out from other fields, as the words say.
    #[cfg_attr(not(test), allow(dead_code, reason = "for the reference alone"))]
    Derived(&'static str),
    Integer(u64),
    Switch(bool),
    Text(&'static str),
}

/// What a field may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Allowed {
    /// A host name or address.
    Host,
    /// A whole number, both ends included.
    Integer(u64, u64),
    /// `true` or `false`.
    Switch,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// Text that brokers take, of at most so many bytes.
    Text(usize),
    /// Any text of at most so many bytes, without U+0000.
    Payload(usize),
    /// Any text of at most so many bytes, never shown.
    Secret(usize),
    /// A topic name.
    Topic,
    /// A topic name with `{camera}`.
    Pattern,
    /// A topic name with `{camera}` and `{state}`.
    StatePattern,
    /// Letters, digits, `-` and `_`, of at most so many.
    Identifier(usize),
    /// The path of a file.
    File,
}

/// The port of MQTT over TCP, and of MQTT over TLS.
pub(super) const PORT: u16 = 1883;
pub(super) const TLS_PORT: u16 = 8883;

const NONE: Default = Default::Derived("none");

/// Every field, in the order of the reference.
pub(super) const FIELDS: &[Field] = &[
    Field {
        name: "broker_host",
        default: Default::Required,
        allowed: Allowed::Host,
        meaning: "The broker's name or address alone, without scheme, port or path.",
    },
    Field {
        name: "broker_port",
        default: Default::Derived("1883; 8883 with `use_tls`"),
        allowed: Allowed::Integer(1, 65_535),
        meaning: "The port that the broker listens on.",
    },
    Field {
        name: "username",
        default: NONE,
        allowed: Allowed::Text(65_535),
        meaning: "The name that the broker knows this client by.",
    },
    Field {
        name: "password",
        default: NONE,
        allowed: Allowed::Secret(65_535),
        meaning: "The password that belongs to `username`. It is shown nowhere.",
    },
    Field {
        name: "client_id",
        default: Default::Derived(
            "23 letters and digits, always the same for the same `broker_host`, `broker_port`, \
             `username` and `availability_topic`",
        ),
        allowed: Allowed::Text(65_535),
        meaning: "No two clients of a broker may have the same. Brokers for MQTT 3.1.1 need not take more than \
                  23 bytes, or other characters than letters and digits.",
    },
    Field {
        name: "protocol",
        default: Default::Text("auto"),
        allowed: Allowed::Choice(&["auto", "5", "3.1.1"]),
        meaning: "The version of MQTT. `auto` is 5, and 3.1.1 where the broker does not speak 5.",
    },
    Field {
        name: "keep_alive_seconds",
        default: Default::Integer(30),
        allowed: Allowed::Integer(5, 65_535),
        meaning: "How often an idle connection is tried. A dead one is found in up to twice that.",
    },
    Field {
        name: "connect_timeout_seconds",
        default: Default::Integer(5),
        allowed: Allowed::Integer(1, 60),
        meaning: "How long one attempt to connect may take.",
    },
    Field {
        name: "topic_prefix",
        default: Default::Text("argusai"),
        allowed: Allowed::Topic,
        meaning: "What takes the place of `{topic_prefix}` in the three fields below.",
    },
    Field {
        name: "event_topic",
        default: Default::Text("{topic_prefix}/events/{camera}"),
        allowed: Allowed::Pattern,
        meaning: "Where a camera's events are published.",
    },
    Field {
        name: "state_topic",
        default: Default::Text("{topic_prefix}/camera/{camera}/{state}"),
        allowed: Allowed::StatePattern,
        meaning: "Where a camera's states for Home Assistant stand, retained.",
    },
    Field {
        name: "availability_topic",
        default: Default::Text("{topic_prefix}/status"),
        allowed: Allowed::Topic,
        meaning: "Where it stands, retained, whether this client is online.",
    },
    Field {
        name: "birth_message",
        default: Default::Text("online"),
        allowed: Allowed::Payload(256),
        meaning: "What stands there while it is. Must differ from `will_message`.",
    },
    Field {
        name: "will_message",
        default: Default::Text("offline"),
        allowed: Allowed::Payload(256),
        meaning: "What stands there while it is not: the broker's will message, and said at a shutdown.",
    },
    Field {
        name: "message_expiry_seconds",
        default: Default::Integer(300),
        allowed: Allowed::Integer(60, 3600),
        meaning: "How long an event is worth delivering. After that it is dropped, here and by the broker, \
                  where a retained one vanishes too.",
    },
    Field {
        name: "will_delay_seconds",
        default: Default::Integer(0),
        allowed: Allowed::Integer(0, 3600),
        meaning: "How long the broker waits with the will message after the connection broke, so that a short \
                  break is not seen. The true offline is late by as much. MQTT 5 only.",
    },
    Field {
        name: "qos",
        default: Default::Integer(1),
        allowed: Allowed::Integer(0, 1),
        meaning: "Quality of service of events: 0 is sent once, 1 until the broker acknowledges it.",
    },
    Field {
        name: "retain_events",
        default: Default::Switch(false),
        allowed: Allowed::Switch,
        meaning: "Whether the broker keeps the last event of each camera, until it expires.",
    },
    Field {
        name: "max_in_flight",
        default: Default::Integer(100),
        allowed: Allowed::Integer(1, 1000),
        meaning: "How many messages may be sent and not yet acknowledged; fewer if the broker says so.",
    },
    Field {
        name: "max_queued_messages",
        default: Default::Integer(10_000),
        allowed: Allowed::Integer(1, 10_000_000),
        meaning: "How many messages are kept while they can't be sent.",
    },
    Field {
        name: "max_queued_bytes",
        default: Default::Integer(64 << 20),
        allowed: Allowed::Integer(64 << 10, 4 << 30),
        meaning: "How many bytes they may take together.",
    },
    Field {
        name: "queue_full",
        default: Default::Text("drop_oldest"),
        allowed: Allowed::Choice(&["drop_oldest", "refuse_newest"]),
        meaning: "What makes way when either bound is reached: the oldest message that expires, or the new one.",
    },
    Field {
        name: "reconnect_min_seconds",
        default: Default::Integer(1),
        allowed: Allowed::Integer(1, 3600),
        meaning: "The first pause after a connection was lost. Each further one is longer, up to the next field.",
    },
    Field {
        name: "reconnect_max_seconds",
        default: Default::Integer(60),
        allowed: Allowed::Integer(1, 3600),
        meaning: "The longest pause between attempts. Not below `reconnect_min_seconds`.",
    },
    Field {
        name: "guard_availability",
        default: Default::Switch(true),
        allowed: Allowed::Switch,
        meaning: "Whether to watch the availability topic, and to set it right when something else writes there.",
    },
    Field {
        name: "homeassistant_discovery",
        default: Default::Switch(true),
        allowed: Allowed::Switch,
        meaning: "Whether Home Assistant is told of the cameras that are announced, so that their entities appear \
                  there by themselves.",
    },
    Field {
        name: "discovery_prefix",
        default: Default::Text("homeassistant"),
        allowed: Allowed::Topic,
        meaning: "Where Home Assistant looks for that: its own discovery prefix.",
    },
    Field {
        name: "discovery_id_prefix",
        default: Default::Text("argusai"),
        allowed: Allowed::Identifier(64),
        meaning: "What the ids of devices and entities in Home Assistant begin with. Two installations at one broker \
                  need different ones. A new one makes new entities.",
    },
    Field {
        name: "use_tls",
        default: Default::Switch(false),
        allowed: Allowed::Switch,
        meaning: "Whether to connect over TLS. The four fields below are used only then.",
    },
    Field {
        name: "tls_ca_file",
        default: Default::Derived("the system's roots"),
        allowed: Allowed::File,
        meaning: "The certificates (PEM) of the authorities that may vouch for the broker.",
    },
    Field {
        name: "tls_client_cert_file",
        default: NONE,
        allowed: Allowed::File,
        meaning: "The certificate (PEM) that this client shows, with `tls_client_key_file`.",
    },
    Field {
        name: "tls_client_key_file",
        default: NONE,
        allowed: Allowed::File,
        meaning: "Its private key (PEM, not encrypted).",
    },
    Field {
        name: "tls_insecure_skip_verify",
        default: Default::Switch(false),
        allowed: Allowed::Switch,
        meaning: "Takes whatever certificate the broker shows, so anyone on the way can read and change \
                  everything. A warning stands in the status while it is on.",
    },
];

/// The field of this name.
pub(super) fn find(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}
