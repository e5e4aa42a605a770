"""The schema of the API's settings: the library's, and `enabled`, which concerns the client as a whole."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, Final

from argus_mqtt._settings import settings_schema

ENABLED: Final[Mapping[str, Any]] = {
    "title": "MQTT",
    "description": "Whether to connect to the broker at all. If false, the settings are kept and nothing is sent.",
    "type": ["boolean", "null"],
    "default": True,
    "x-group": "MQTT",
    "x-message": "must be true or false",
}


@functools.cache
def _library_text() -> str:
    return json.dumps(settings_schema())


def library_schema() -> dict[str, Any]:
    """Return the library's schema, which the caller may keep and change."""
    schema: dict[str, Any] = json.loads(_library_text())
    return schema


def api_schema() -> dict[str, Any]:
    """Return the schema of requests: the library's, with the setting `enabled` in a group of its own."""
    schema = library_schema()
    schema["properties"] = {"enabled": dict(ENABLED), **schema["properties"]}
    schema["x-groups"] = [{"title": "MQTT", "settings": ["enabled"]}, *schema["x-groups"]]
    return schema


@functools.cache
def names() -> frozenset[str]:
    """Return the names of the library's settings."""
    return frozenset(library_schema()["properties"])


@functools.cache
def _defaults_text() -> str:
    properties = library_schema()["properties"]
    return json.dumps({name: rules["default"] for name, rules in properties.items() if "default" in rules})


def defaults() -> dict[str, Any]:
    """Return the defaults that depend on no other setting, by name."""
    values: dict[str, Any] = json.loads(_defaults_text())
    return values


@functools.cache
def tls_names() -> tuple[str, ...]:
    """Return the names of the settings that secure the connection."""
    groups = library_schema()["x-groups"]
    (found,) = (tuple(group["settings"]) for group in groups if "use_tls" in group["settings"])
    return found
