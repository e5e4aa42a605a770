"""The settings by name, as type checkers and editors know them.

Made from the table of the library, src/settings/fields.rs, by its tests; changes belong there.
"""

from __future__ import annotations

from os import PathLike
from typing import Literal, TypedDict


class _Required(TypedDict):
    broker_host: str
    """The broker's name or address alone, without scheme, port or path. Allowed: a host name, an IPv4 or an IPv6
    address."""


class Settings(_Required, total=False):
    """The settings of a client; `broker_host` alone is enough. None, or an empty text, stands for the default."""

    broker_port: int | None
    """The port that the broker listens on. Allowed: 1 to 65535. Default: 1883; 8883 with `use_tls`."""
    username: str | None
    """The name that the broker knows this client by. Allowed: text, 1 to 65535 bytes. Default: none."""
    password: str | None
    """The password that belongs to `username`. It is shown nowhere. Allowed: text, 1 to 65535 bytes; never shown.
    Default: none."""
    client_id: str | None
    """No two clients of a broker may have the same. Brokers for MQTT 3.1.1 need not take more than 23 bytes, or other
    characters than letters and digits. Allowed: text, 1 to 65535 bytes. Default: 23 letters and digits, always the
    same for the same `broker_host`, `broker_port`, `username` and `availability_topic`."""
    protocol: Literal["auto", "5", "3.1.1"] | None
    """The version of MQTT. `auto` is 5, and 3.1.1 where the broker does not speak 5. Allowed: `auto`, `5`, `3.1.1`.
    Default: `auto`."""
    keep_alive_seconds: int | None
    """How often an idle connection is tried. A dead one is found in up to twice that. Allowed: 5 to 65535. Default:
    30."""
    connect_timeout_seconds: int | None
    """How long one attempt to connect may take. Allowed: 1 to 60. Default: 5."""
    topic_prefix: str | None
    """What takes the place of `{topic_prefix}` in the two fields below. Allowed: a topic without wildcards, not
    beginning with `$`. Default: `argusai`."""
    event_topic: str | None
    """Where a camera's events are published. Allowed: such a topic with `{camera}` once. Default:
    `{topic_prefix}/events/{camera}`."""
    availability_topic: str | None
    """Where it stands, retained, whether this client is online. Allowed: a topic without wildcards, not beginning
    with `$`. Default: `{topic_prefix}/status`."""
    birth_message: str | None
    """What stands there while it is. Must differ from `will_message`. Allowed: text, 1 to 256 bytes. Default:
    `online`."""
    will_message: str | None
    """What stands there while it is not: the broker's will message, and said at a shutdown. Allowed: text, 1 to 256
    bytes. Default: `offline`."""
    message_expiry_seconds: int | None
    """How long an event is worth delivering. After that it is dropped, here and by the broker, where a retained one
    vanishes too. Allowed: 60 to 3600. Default: 300."""
    will_delay_seconds: int | None
    """How long the broker waits with the will message after the connection broke, so that a short break is not seen.
    The true offline is late by as much. MQTT 5 only. Allowed: 0 to 3600. Default: 0."""
    qos: int | None
    """Quality of service of events: 0 is sent once, 1 until the broker acknowledges it. Allowed: 0 to 1. Default:
    1."""
    retain_events: bool | None
    """Whether the broker keeps the last event of each camera, until it expires. Allowed: `true`, `false`. Default:
    `false`."""
    max_in_flight: int | None
    """How many messages may be sent and not yet acknowledged; fewer if the broker says so. Allowed: 1 to 1000.
    Default: 100."""
    max_queued_messages: int | None
    """How many messages are kept while they can't be sent. Allowed: 1 to 10000000. Default: 10000."""
    max_queued_bytes: int | None
    """How many bytes they may take together. Allowed: 65536 to 4294967296. Default: 67108864."""
    queue_full: Literal["drop_oldest", "refuse_newest"] | None
    """What makes way when either bound is reached: the oldest message that expires, or the new one. Allowed:
    `drop_oldest`, `refuse_newest`. Default: `drop_oldest`."""
    reconnect_min_seconds: int | None
    """The first pause after a connection was lost. Each further one is longer, up to the next field. Allowed: 1 to
    3600. Default: 1."""
    reconnect_max_seconds: int | None
    """The longest pause between attempts. Not below `reconnect_min_seconds`. Allowed: 1 to 3600. Default: 60."""
    guard_availability: bool | None
    """Whether to watch the availability topic, and to set it right when something else writes there. Allowed: `true`,
    `false`. Default: `true`."""
    use_tls: bool | None
    """Whether to connect over TLS. The four fields below are used only then. Allowed: `true`, `false`. Default:
    `false`."""
    tls_ca_file: str | PathLike[str] | None
    """The certificates (PEM) of the authorities that may vouch for the broker. Allowed: the path of a PEM file that
    can be read. Default: the system's roots."""
    tls_client_cert_file: str | PathLike[str] | None
    """The certificate (PEM) that this client shows, with `tls_client_key_file`. Allowed: the path of a PEM file that
    can be read. Default: none."""
    tls_client_key_file: str | PathLike[str] | None
    """Its private key (PEM, not encrypted). Allowed: the path of a PEM file that can be read. Default: none."""
    tls_insecure_skip_verify: bool | None
    """Takes whatever certificate the broker shows, so anyone on the way can read and change everything. A warning
    stands in the status while it is on. Allowed: `true`, `false`. Default: `false`."""
