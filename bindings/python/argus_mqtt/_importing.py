"""Settings out of what other programs keep them in: environment variables, and an add-on's options.

Nothing is read or written here, and nothing is judged: that is for `check_settings`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import unquote, urlsplit

from . import _setting_types
from ._settings_fields import Settings


@dataclass(frozen=True, slots=True)
class Imported:
    """What was found.

    Attributes:
        settings: The settings; not checked, and not complete.
        taken: From where each setting came, by the name of the setting.
        notes: What was left out, in sentences. Holds no values.
        enabled: Whether there is to be a connection at all, which a database keeps beside the settings; not checked,
            None where it is not said.
    """

    settings: Settings
    taken: Mapping[str, str]
    notes: tuple[str, ...]
    enabled: object = None


ENABLED = "enabled"

ALIASES = {
    "base_topic": "topic_prefix",
    "broker": "broker_host",
    "ca": "tls_ca_file",
    "ca_cert": "tls_ca_file",
    "ca_certs": "tls_ca_file",
    "ca_file": "tls_ca_file",
    "cafile": "tls_ca_file",
    "cert": "tls_client_cert_file",
    "cert_file": "tls_client_cert_file",
    "certfile": "tls_client_cert_file",
    "client_cert": "tls_client_cert_file",
    "client_key": "tls_client_key_file",
    "clientid": "client_id",
    "discovery": "homeassistant_discovery",
    "discovery_enabled": "homeassistant_discovery",
    "discovery_topic": "discovery_prefix",
    "host": "broker_host",
    "hostname": "broker_host",
    "insecure": "tls_insecure_skip_verify",
    "keepalive": "keep_alive_seconds",
    "key": "tls_client_key_file",
    "key_file": "tls_client_key_file",
    "keyfile": "tls_client_key_file",
    "message_expiry": "message_expiry_seconds",
    "pass": "password",
    "passwd": "password",
    "port": "broker_port",
    "prefix": "topic_prefix",
    "protocol_version": "protocol",
    "pw": "password",
    "retain": "retain_events",
    "retain_messages": "retain_events",
    "server": "broker_host",
    "ssl": "use_tls",
    "tls": "use_tls",
    "tls_insecure": "tls_insecure_skip_verify",
    "url": "broker_host",
    "user": "username",
    "version": "protocol",
}
"""What others call the settings."""

_SCHEMES = {"mqtt": False, "tcp": False, "mqtts": True, "ssl": True, "tls": True}


def from_environment(environment: Mapping[str, str]) -> Imported:
    """Take variables that begin with MQTT_: the settings' names, as MQTT_BROKER_HOST, and common others."""
    variables = ((name, value) for name, value in environment.items() if name.startswith("MQTT_"))
    return _imported((name, name.removeprefix("MQTT_").lower(), value) for name, value in sorted(variables))


def from_options(options: Mapping[str, object]) -> Imported:
    """Take the options of an add-on, or settings that were exported.

    That is what stands in an object "mqtt", what has a name that begins with "mqtt_", and what has a setting's name.
    """
    return _imported(_flat(options))


def _flat(options: Mapping[str, object]) -> Iterator[tuple[str, str, object]]:
    for name, value in options.items():
        if name == "mqtt" and isinstance(value, Mapping):
            yield from ((f"mqtt.{inner}", str(inner), one) for inner, one in value.items())
        elif name in _setting_types.kinds() or name == ENABLED:
            yield name, name, value
        else:
            # What is not of MQTT may have one of the other names for reasons of its own.
            yield name, name.removeprefix("mqtt_") if name.startswith("mqtt_") else "", value


def _imported(given: Iterator[tuple[str, str, object]]) -> Imported:
    """Make settings of triples of an origin, a name and a value."""
    settings: dict[str, object] = {}
    taken: dict[str, str] = {}
    unknown: list[str] = []
    notes: list[str] = []
    enabled: object = None
    # The settings' own names go before the others.
    for origin, name, value in sorted(given, key=lambda one: one[1] not in _setting_types.kinds()):
        setting = name if name in _setting_types.kinds() else ALIASES.get(name)
        if value is None or (value == "" and setting not in _setting_types.can_be_empty()):
            continue
        if name == ENABLED:
            enabled = _setting_types.switch(value) if isinstance(value, str) else value
            continue
        if setting is None:
            unknown.append(origin)
            continue
        for one, part in _parts(setting, value):
            if one not in settings:
                settings[one], taken[one] = part, origin
            elif settings[one] != part:
                notes.append(f"{origin} is not used: {one} is given by {taken[one]}")
    if unknown:
        notes.append(f"not a setting, and left out: {', '.join(unknown)}")
    in_order = [name for name in Settings.__annotations__ if name in settings]
    return Imported(
        cast("Settings", {name: settings[name] for name in in_order}),
        {name: taken[name] for name in in_order},
        tuple(notes),
        enabled,
    )


def _parts(setting: str, value: object) -> Iterator[tuple[str, object]]:
    """Give the settings that stand in a value: one, but several in the address of a broker."""
    if not isinstance(value, str):
        yield setting, value
        return
    if setting != "broker_host" or "://" not in value:
        yield setting, _setting_types.typed(setting, value)
        return
    try:
        url = urlsplit(value)
        port = url.port
    except ValueError:
        yield setting, value
        return
    if url.scheme not in _SCHEMES:
        yield setting, value  # For the check to refuse, as for websockets.
        return
    yield setting, url.hostname or ""
    yield "use_tls", _SCHEMES[url.scheme]
    if port is not None:
        yield "broker_port", port
    if url.username:
        yield "username", unquote(url.username)
    if url.password:
        yield "password", unquote(url.password)
