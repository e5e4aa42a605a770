"""The JSON Schema of the settings, and what a validator of another maker says by it."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

import argus_mqtt

SCHEMA: dict[str, Any] = argus_mqtt.settings_schema()
PROPERTIES: dict[str, dict[str, Any]] = SCHEMA["properties"]


def is_valid(settings: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(settings))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_what_is_filled_in_is_valid() -> None:
    report = argus_mqtt.check_settings({"broker_host": "localhost"})
    assert report.settings
    assert is_valid(report.settings)
    assert set(PROPERTIES) == {*report.settings, "password"}


def test_each_property_says_what_a_page_needs() -> None:
    groups: list[dict[str, Any]] = SCHEMA["x-groups"]
    for name, rules in PROPERTIES.items():
        for keyword in ("title", "description", "x-group", "x-message", "type"):
            assert rules[keyword], f"{name}: {keyword}"
        listed = [group["title"] for group in groups if name in group["settings"]]
        assert listed == [rules["x-group"]]
    assert PROPERTIES["password"]["writeOnly"] is True


@pytest.mark.parametrize("name", sorted(set(PROPERTIES) - {"broker_host"}))
def test_the_library_agrees_on_defaults_and_ranges(name: str) -> None:
    rules = PROPERTIES[name]
    wrong: list[object] = [["a list"], {"an": "object"}]
    right: list[object] = [None]
    if "default" in rules:
        right.append(rules["default"])
    if "minimum" in rules:
        wrong += [rules["minimum"] - 1, rules["maximum"] + 1, rules["minimum"] + 0.5, "1"]
    if "enum" in rules:
        wrong.append("another")
        right += rules["enum"]
    for value in right:
        settings: Any = {"broker_host": "localhost", name: value}
        assert is_valid(settings), value
        assert argus_mqtt.check_settings(settings).valid, value
    for value in wrong:
        settings = {"broker_host": "localhost", name: value}
        assert not is_valid(settings), value
        # A library that is built for tests allows what would make them wait.
        lenient = name == "message_expiry_seconds" and value == 59
        assert lenient or not argus_mqtt.check_settings(settings).valid, value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("broker_host", "mqtt://localhost"),
        ("broker_port", 70000),
        ("qos", 2),
        ("topic_prefix", "a/#"),
        ("topic_prefix", "$SYS"),
        ("protocol", "4"),
        ("use_tls", "yes"),
        ("tls_fingerprint", "no digits"),
        ("no_such_setting", 1),
    ],
)
def test_what_the_schema_refuses_the_library_refuses(name: str, value: object) -> None:
    settings: Any = {"broker_host": "localhost", name: value}
    assert not is_valid(settings)
    assert not argus_mqtt.check_settings(settings).valid
