"""What the API says of its settings: the library's schema, and `enabled`, which is about the client as a whole."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, Final

from argus_mqtt._settings import settings_schema

ENABLED: Final[Mapping[str, Any]] = {
    "title": "MQTT",
    "description": "Whether to connect to the broker at all. Without it, the settings are kept and nothing is sent.",
    "type": ["boolean", "null"],
    "default": True,
    "x-group": "MQTT",
    "x-message": "must be true or false",
}


@functools.cache
def _library_text() -> str:
    return json.dumps(settings_schema())


def library_schema() -> dict[str, Any]:
    """Give the library's schema, for the caller to keep and change."""
    schema: dict[str, Any] = json.loads(_library_text())
    return schema


def api_schema() -> dict[str, Any]:
    """Give the schema of what is sent to the API: the library's, with the setting `enabled` in a group of its own."""
    schema = library_schema()
    schema["properties"] = {"enabled": dict(ENABLED), **schema["properties"]}
    schema["x-groups"] = [{"title": "MQTT", "settings": ["enabled"]}, *schema["x-groups"]]
    return schema


@functools.cache
def names() -> frozenset[str]:
    """Give the names of the library's settings."""
    return frozenset(library_schema()["properties"])


@functools.cache
def _defaults_text() -> str:
    properties = library_schema()["properties"]
    return json.dumps({name: rules["default"] for name, rules in properties.items() if "default" in rules})


def defaults() -> dict[str, Any]:
    """Give the defaults that depend on no other setting, by name."""
    values: dict[str, Any] = json.loads(_defaults_text())
    return values


@functools.cache
def tls_names() -> tuple[str, ...]:
    """Give the names of the settings that say how the connection is secured."""
    groups = library_schema()["x-groups"]
    (found,) = (tuple(group["settings"]) for group in groups if "use_tls" in group["settings"])
    return found
