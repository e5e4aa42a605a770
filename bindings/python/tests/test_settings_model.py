"""The model of the settings, which must not drift from the library."""

from __future__ import annotations

from typing import Any, cast, get_type_hints

import pytest
from pydantic import ValidationError

import argus_mqtt
from argus_mqtt._settings_fields import Settings
from argus_mqtt.settings import MQTTSettings

PASSWORD = "correct horse"
SCHEMA: dict[str, Any] = argus_mqtt.settings_schema()


def model(**settings: Any) -> MQTTSettings:
    return MQTTSettings(**settings)


def test_names_types_defaults_and_help_are_the_librarys() -> None:
    assert set(MQTTSettings.model_fields) == set(SCHEMA["properties"])
    for name, field in MQTTSettings.model_fields.items():
        rules = SCHEMA["properties"][name]
        assert (field.title, field.description) == (rules["title"], rules["description"])
        assert field.annotation == get_type_hints(Settings)[name]
        assert field.is_required() == (name in SCHEMA["required"])
        if not field.is_required():
            assert field.default == rules.get("default"), name


def test_its_schema_is_the_librarys() -> None:
    assert MQTTSettings.model_json_schema() == SCHEMA


def test_the_library_fills_the_defaults_in() -> None:
    settings = model(broker_host="localhost", use_tls=True, topic_prefix="house", username="")
    report = argus_mqtt.check_settings({"broker_host": "localhost", "use_tls": True, "topic_prefix": "house"})
    assert settings.model_dump(exclude={"password"}) == report.settings
    assert (settings.broker_port, settings.availability_topic) == (8883, "house/status")
    assert settings.model_dump(exclude_unset=True) == {
        "broker_host": "localhost",
        "use_tls": True,
        "topic_prefix": "house",
        "username": None,
    }


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"broker_host": "mqtt://h", "qos": 2, "message_expiry_seconds": 30, "password": "x", "unknown": 1},
        {"broker_host": "h", "broker_port": "1883", "event_topic": "{topic_prefix}/no/camera"},
        {"broker_host": "h", "birth_message": "same", "will_message": "same"},
    ],
)
def test_its_errors_are_the_librarys_faults(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        model(**given)
    expected = argus_mqtt.check_settings(cast("Settings", given))
    errors = caught.value.errors()
    assert [(error["type"], error["loc"], error["msg"], error["input"]) for error in errors] == [
        (fault.code, (fault.field,), fault.message, fault.value) for fault in expected.faults
    ]


def test_faults_after_a_value_that_json_has_no_form_for_are_told_too() -> None:
    with pytest.raises(ValidationError) as caught:
        model(broker_host="\ud800", keep_alive_seconds=float("inf"), qos=7)
    assert [error["loc"] for error in caught.value.errors()] == [("broker_host",), ("keep_alive_seconds",), ("qos",)]


def test_a_password_is_not_shown() -> None:
    settings = model(broker_host="h", username="u", password=PASSWORD)
    assert settings.password == PASSWORD
    assert "horse" not in repr(settings) + str(settings)
    with pytest.raises(ValidationError) as caught:
        model(broker_host="h", password=PASSWORD, qos=9)
    assert "horse" not in str(caught.value) + repr(caught.value.errors())


def test_it_cannot_be_changed() -> None:
    settings = model(broker_host="h")
    with pytest.raises(ValidationError):
        setattr(settings, "qos", 0)  # noqa: B010  (a type checker knows it already)
