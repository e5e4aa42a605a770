"""The types of the settings, for values that are written as text."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, cast

from ._settings import settings_schema

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


def typed(name: str, text: str) -> object:
    """Give a setting that is written as text its type; text of no such form stays as it is, to be judged."""
    types = kinds().get(name, frozenset())
    if "boolean" in types:
        return switch(text)
    if "integer" in types:
        try:
            return int(text)
        except ValueError:
            return text
    return text


def switch(text: str) -> object:
    """Give a switch that is written as text its truth value; other text stays as it is."""
    return text.lower() in _TRUE if text.lower() in _TRUE | _FALSE else text


@functools.cache
def kinds() -> Mapping[str, frozenset[str]]:
    """Give the types of JSON that each setting may have."""
    properties = cast("dict[str, dict[str, Any]]", settings_schema()["properties"])
    return {
        name: frozenset([kind] if isinstance(kind := of.get("type", "string"), str) else kind)
        for name, of in properties.items()
    }


@functools.cache
def can_be_empty() -> frozenset[str]:
    """Give the names of the settings for which an empty text is a value, and not the default."""
    properties = cast("dict[str, dict[str, Any]]", settings_schema()["properties"])
    return frozenset(name for name, of in properties.items() if "x-empty" in of)
