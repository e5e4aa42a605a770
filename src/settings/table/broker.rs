//! Which broker, and who connects to it.

use super::{Allowed, Default, Field, Group, LONGEST, NONE};
use serde_json::Value;

pub(super) const GROUP: Group = Group {
    title: "Broker",
    fields: &[
        Field {
            name: "broker_host",
            title: "Host",
            default: Default::Required,
            allowed: Allowed::Host,
            meaning: "The host name or IP address of the broker, without a scheme, port or path.",
            get: |settings| settings.broker_host.as_str().into(),
        },
        Field {
            name: "broker_port",
            title: "Port",
            default: Default::Derived("1883; 8883 with `use_tls`"),
            allowed: Allowed::Integer(1, 65_535),
            meaning: "The port that the broker listens on.",
            get: |settings| settings.broker_port.into(),
        },
        Field {
            name: "username",
            title: "Username",
            default: NONE,
            allowed: Allowed::Text(LONGEST),
            meaning: "The username to log in with.",
            get: |settings| settings.username.as_deref().into(),
        },
        Field {
            name: "password",
            title: "Password",
            default: NONE,
            allowed: Allowed::Secret(LONGEST),
            meaning: "The password for `username`. It is never shown.",
            get: |_| Value::Null,
        },
        Field {
            name: "password_file",
            title: "Password file",
            default: NONE,
            allowed: Allowed::PasswordFile,
            meaning: "A file that contains the password, instead of `password`. A byte order mark at its beginning and \
                      a line break at its end are not part of the password. The file is read when the settings are.",
            get: |settings| {
                let path = settings.password_file.as_ref();
                path.map(|path| path.to_string_lossy()).into()
            },
        },
        Field {
            name: "client_id",
            title: "Client ID",
            default: Default::Derived(
                "23 letters and digits, always the same for the same `broker_host`, `broker_port`, `username`, \
                 `availability_topic` and `announce_availability`",
            ),
            allowed: Allowed::Text(LONGEST),
            meaning: "Must be unique among the broker's clients. An MQTT 3.1.1 broker may refuse an ID longer than 23 \
                      bytes, or with characters other than letters and digits.",
            get: |settings| settings.client_id.as_str().into(),
        },
        Field {
            name: "protocol",
            title: "MQTT version",
            default: Default::Text("auto"),
            allowed: Allowed::Choice(&["auto", "5", "3.1.1"]),
            meaning: "The MQTT version to use. `auto` tries 5 first, and falls back to 3.1.1 if the broker does not \
                      support 5.",
            get: |settings| settings.protocol.name().into(),
        },
    ],
};
