"""ArgusAI's names for settings, and what they are called here. The one place that knows both."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from argus_mqtt import Settings

SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "broker_host": "broker_host",
        "broker_port": "broker_port",
        "username": "username",
        "password": "password",
        "use_tls": "use_tls",
        "topic_prefix": "topic_prefix",
        "qos": "qos",
        "retain_messages": "retain_events",
        "message_expiry_seconds": "message_expiry_seconds",
        "availability_topic": "availability_topic",
        "birth_message": "birth_message",
        "will_message": "will_message",
        "discovery_enabled": "homeassistant_discovery",
        "discovery_prefix": "discovery_prefix",
    }
)
"""The settings among the columns of `mqtt_config`, and their names in `argus_mqtt.Settings`."""

ENABLED: Final = "enabled"
"""The column that is no setting of a client: whether there is one."""

DEFAULTS: Final[Mapping[str, object]] = MappingProxyType(
    {
        "broker_host": "",
        "broker_port": 1883,
        "username": None,
        "password": None,
        "use_tls": False,
        "topic_prefix": "liveobject",
        "qos": 1,
        "retain_messages": True,
        "message_expiry_seconds": 300,
        "availability_topic": "",
        "birth_message": "online",
        "will_message": "offline",
        "discovery_enabled": True,
        "discovery_prefix": "homeassistant",
        "enabled": True,
    }
)
"""What ArgusAI takes for a setting that is left out, by the name of its column."""

FIXED: Final[Mapping[str, object]] = MappingProxyType(
    {
        "event_topic": "{topic_prefix}/camera/{camera}/event",
        "state_topic": "{topic_prefix}/camera/{camera}/{state}",
        # ArgusAI's identities in Home Assistant, whatever its topics begin with.
        "discovery_id_prefix": "liveobject",
    }
)
"""The settings for which ArgusAI has no column."""

_COLUMNS: Final[Mapping[str, str]] = {setting: column for column, setting in SETTINGS.items()}


def settings_from(values: Mapping[str, object]) -> Settings:
    """Give the library's settings for values by the names of the columns.

    What is left out, or None, has ArgusAI's default. Nothing is checked or mended. A column that is no setting is
    passed over.
    """
    given = {**DEFAULTS, **{column: value for column, value in values.items() if value is not None}}
    settings = {setting: given[column] for column, setting in SETTINGS.items()}
    if not settings["topic_prefix"]:
        # The library has another default.
        settings["topic_prefix"] = DEFAULTS["topic_prefix"]
    return cast("Settings", {**FIXED, **settings})


def column_of(setting: str) -> str:
    """Give the name of the column for a setting of the library, as in a fault; the same name where there is none."""
    return _COLUMNS.get(setting, setting)
