"""The settings by name, as type checkers and editors know them.

Made from the table of the library, src/settings/table/, by its tests; changes belong there.
"""

from __future__ import annotations

from os import PathLike
from typing import Literal, TypedDict


class _Required(TypedDict):
    broker_host: str
    """The host name or IP address of the broker, without a scheme, port or path. Allowed: a host name, an IPv4 or an
    IPv6 address."""


class Settings(_Required, total=False):
    """The settings of a client; `broker_host` alone is enough. None, or an empty text, stands for the default."""

    broker_port: int | None
    """The port that the broker listens on. Allowed: 1 to 65535. Default: 1883; 8883 with `use_tls`."""
    username: str | None
    """The username to log in with. Allowed: text, 1 to 65535 bytes. Default: none."""
    password: str | None
    """The password for `username`. It is never shown. Allowed: text, 1 to 65535 bytes. Default: none."""
    password_file: str | PathLike[str] | None
    """A file that contains the password, instead of `password`. A byte order mark at its beginning and a line break
    at its end are not part of the password. The file is read when the settings are. Allowed: the path of a readable
    text file. Default: none."""
    client_id: str | None
    """Must be unique among the broker's clients. An MQTT 3.1.1 broker may refuse an ID longer than 23 bytes, or with
    characters other than letters and digits. Allowed: text, 1 to 65535 bytes. Default: 23 letters and digits, always
    the same for the same `broker_host`, `broker_port`, `username`, `availability_topic` and
    `announce_availability`."""
    protocol: Literal["auto", "5", "3.1.1"] | None
    """The MQTT version to use. `auto` tries 5 first, and falls back to 3.1.1 if the broker does not support 5.
    Allowed: `auto`, `5`, `3.1.1`. Default: `auto`."""
    keep_alive_seconds: int | None
    """How often an idle connection is checked. A dead connection is detected within twice this time. Allowed: 5 to
    65535. Default: 30."""
    connect_timeout_seconds: int | None
    """How long one attempt to connect may take. Allowed: 1 to 60. Default: 5."""
    reconnect_min_seconds: int | None
    """The pause before the first attempt to reconnect. Each further pause is longer, up to `reconnect_max_seconds`,
    unless events wait for Home Assistant after an outage of the broker. Where Home Assistant is expected, the first
    attempt after a connection that lasted can come at once. Allowed: 1 to 3600. Default: 1."""
    reconnect_max_seconds: int | None
    """The longest pause between attempts. Must not be less than `reconnect_min_seconds`. Allowed: 1 to 3600. Default:
    60."""
    use_tls: bool | None
    """Whether to connect over TLS 1.2 or 1.3. Without it, the other settings of this group are not used. Allowed:
    `true`, `false`. Default: `false`."""
    tls_ca_file: str | PathLike[str] | None
    """The certificates to trust, in PEM: those of certificate authorities, or the broker's own. They replace those of
    the system. Allowed: the path of a readable PEM file. Default: the authorities that the system trusts."""
    tls_fingerprint: str | None
    """The SHA-256 fingerprint of the broker's certificate. Only that certificate is accepted, whoever signed it,
    whatever name is in it and whatever its dates; `tls_ca_file` is then not used. Allowed: 64 hexadecimal digits,
    with or without colons. Default: none."""
    tls_server_name: str | None
    """The name that the broker's certificate must have, and that the broker is asked for, if that is not
    `broker_host`. Allowed: a host name, an IPv4 or an IPv6 address. Default: `broker_host`."""
    tls_client_cert_file: str | PathLike[str] | None
    """This client's certificate, in PEM, followed by the intermediate certificates if there are any. Requires
    `tls_client_key_file`. Allowed: the path of a readable PEM file. Default: none."""
    tls_client_key_file: str | PathLike[str] | None
    """The private key of the client certificate, in PEM and not encrypted: RSA of 2048 to 4096 bits, ECDSA on P-256
    or P-384, or Ed25519. Allowed: the path of a readable PEM file. Default: none."""
    tls_insecure_skip_verify: bool | None
    """Accepts any certificate, so that anyone on the network path can read and change everything, including the
    password. The status shows a warning while it is on. Connections still fail if the broker's key is RSA with fewer
    than 2048 or more than 8192 bits, RSA-PSS, or ECDSA on a curve other than P-256 and P-384, if the broker does not
    hold the key, or if it supports only TLS 1.1 and older. Prefer `tls_fingerprint`. Allowed: `true`, `false`.
    Default: `false`."""
    topic_prefix: str | None
    """The text that replaces `{topic_prefix}` in `event_topic`, `state_topic` and `availability_topic`. Allowed: a
    topic without wildcards that does not start with `$`. Default: `argusai`."""
    event_topic: str | None
    """The topic of each camera's events. Allowed: such a topic, with `{camera}` in it once. Default:
    `{topic_prefix}/events/{camera}`."""
    message_expiry_seconds: int | None
    """How long an event is worth delivering. After that it is dropped, both here and by an MQTT 5 broker, which then
    also removes it if it is retained. Allowed: 60 to 3600. Default: 300."""
    qos: int | None
    """The quality of service of events: 0 sends each event once, 1 sends it until the broker acknowledges it.
    Allowed: 0 to 1. Default: 1."""
    retain_events: bool | None
    """Whether the broker retains the last event of each camera until it expires. Allowed: `true`, `false`. Default:
    `false`."""
    wait_for_subscriber: Literal["auto", "always", "never"] | None
    """What happens to an event that the broker accepted while nobody was subscribed to its topic, which only MQTT 5
    brokers report: `auto` tries it again until it expires if its topic had a subscriber before or its camera is
    announced, `always` in any case; `never` counts it as delivered. Allowed: `auto`, `always`, `never`. Default:
    `auto`."""
    announce_availability: bool | None
    """Whether to publish on `availability_topic` whether this client is online. `false` is for a tool that runs
    beside a service with the same topics: nothing is published there, neither by this client nor by the broker on its
    behalf, and the topic is not watched. Allowed: `true`, `false`. Default: `true`."""
    availability_topic: str | None
    """The topic of the retained message that shows whether this client is online. Allowed: a topic without wildcards
    that does not start with `$`. Default: `{topic_prefix}/status`."""
    birth_message: str | None
    """Payload when online. Must differ from `will_message`. Allowed: text, 1 to 256 bytes. Default: `online`."""
    will_message: str | None
    """Payload when offline: the broker's will, also published at shutdown. Allowed: text, 1 to 256 bytes. Default:
    `offline`."""
    will_delay_seconds: int | None
    """How long the broker waits before it publishes the will after the connection is lost, so that a short
    interruption goes unnoticed. When the client really is offline, that is published later by the same time. MQTT 5
    only. Allowed: 0 to 3600. Default: 0."""
    guard_availability: bool | None
    """Whether to subscribe to the availability topic, and to correct it when something else publishes there. Allowed:
    `true`, `false`. Default: `true`."""
    availability_heartbeat_seconds: int | None
    """How often the birth message is published again, so that a subscriber which expects it notices when broker and
    client are both gone. 0: never. Allowed: 0, or 5 to 3600. Default: 60 where cameras are announced, else 0."""
    max_in_flight: int | None
    """How many messages may be sent before the first of them is acknowledged. A lower limit of the broker takes
    precedence. Allowed: 1 to 1000. Default: 100."""
    max_queued_messages: int | None
    """How many messages are kept while they can't be sent. Allowed: 1 to 10000000. Default: 10000."""
    max_queued_bytes: int | None
    """How many bytes they may take in total: payload, topic, and 448 for each message. Allowed: 65536 to 4294967296.
    Default: 67108864."""
    queue_full: Literal["drop_oldest", "refuse_newest"] | None
    """What happens when either limit is reached: the oldest message that can expire is dropped, or the new message is
    refused. Allowed: `drop_oldest`, `refuse_newest`. Default: `drop_oldest`."""
    homeassistant_discovery: bool | None
    """Whether to publish discovery messages for the cameras that are announced, so that their entities appear in Home
    Assistant automatically. Allowed: `true`, `false`. Default: `true`."""
    discovery_prefix: str | None
    """The discovery prefix that is set in Home Assistant. Allowed: a topic without wildcards that does not start with
    `$`. Default: `homeassistant`."""
    discovery_id_prefix: str | None
    """The text that the IDs of devices and entities in Home Assistant start with. Two installations on one broker
    need different ones. Changing it creates new entities. Allowed: 1 to 64 of the characters `A` to `Z`, `a` to `z`,
    `0` to `9`, `-` and `_`. Default: `argusai`."""
    state_topic: str | None
    """The topic of each state of a camera for Home Assistant, in retained messages. Allowed: such a topic as
    `event_topic`, with `{state}` in it once as well. Default: `{topic_prefix}/camera/{camera}/{state}`."""
    home_assistant_status_topic: str | None
    """The topic on which Home Assistant publishes `online` and `offline`. Empty: it is not subscribed to. Allowed:
    such a topic as `availability_topic`, or an empty text for none. Default: `homeassistant/status`."""
    hold_seconds: int | None
    """How long events are held at most after an outage of the broker or of Home Assistant, until Home Assistant
    publishes `online`. 0: they are not held. Allowed: 0 to 3600. Default: 120."""
