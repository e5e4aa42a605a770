"""Stored rows of ArgusAI's settings: none stops a start, and what is wrong with one is said."""

from __future__ import annotations

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from argus_mqtt import Settings, check_settings
from argus_mqtt.argusai._names import DEFAULTS, ENABLED, SETTINGS, column_of, settings_from
from argus_mqtt.argusai._row import StoredSettings, read_row


def row(password: Any = None, **columns: object) -> Any:
    """Give a row with a broker, and with these columns otherwise."""
    return SimpleNamespace(get_decrypted_password=lambda: password, **{"broker_host": "broker", **columns})


def read(password: Any = None, **columns: object) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the settings that are used, and the reported faults by column."""
    stored = read_row(row(password, **columns))
    assert stored.settings is not None, stored.faults
    assert check_settings(stored.settings).valid
    return {**stored.settings}, {fault.field: fault.message for fault in stored.faults}


def test_every_setting_of_the_table_has_a_name_and_a_default() -> None:
    assert set(SETTINGS.values()) <= set(Settings.__annotations__)
    assert set(DEFAULTS) == {*SETTINGS, ENABLED}
    assert [column_of(setting) for setting in SETTINGS.values()] == list(SETTINGS)
    assert column_of("keep_alive_seconds") == "keep_alive_seconds"


def test_a_good_row_is_taken_as_it_is() -> None:
    given = {
        "broker_host": "broker",
        "broker_port": 8883,
        "username": "argus",
        "use_tls": True,
        "topic_prefix": "home",
        "qos": 0,
        "retain_messages": False,
        "message_expiry_seconds": 600,
        "availability_topic": "home/here",
        "birth_message": "here",
        "will_message": "gone",
        "discovery_enabled": False,
        "discovery_prefix": "ha",
    }
    settings, faults = read("secret", **given, enabled=True, id="1", created_at=None)
    assert faults == {}
    assert settings == {
        **{SETTINGS[column]: value for column, value in given.items()},
        "password": "secret",
        "event_topic": "{topic_prefix}/camera/{camera}/event",
        "state_topic": "{topic_prefix}/camera/{camera}/{state}",
        "discovery_id_prefix": "liveobject",
    }


def test_what_a_row_lacks_or_leaves_empty_has_argusais_default() -> None:
    for columns in ({}, dict.fromkeys(SETTINGS, None), {"username": "", "availability_topic": ""}):
        settings, faults = read(**{**columns, "broker_host": "broker"})
        assert faults == {}
        filled = check_settings(json.dumps(settings)).settings
        assert filled
        assert filled["topic_prefix"] == "liveobject"
        assert filled["availability_topic"] == "liveobject/status"
        assert (filled["birth_message"], filled["will_message"]) == ("online", "offline")
        assert (filled["retain_events"], filled["homeassistant_discovery"]) == (True, True)
        assert (filled["qos"], filled["message_expiry_seconds"], filled["username"]) == (1, 300, None)
    settings, faults = read(birth_message="", will_message="")
    assert faults == {}


@pytest.mark.parametrize(
    ("columns", "used", "says"),
    [
        ({"qos": 2}, {"qos": 1}, {"qos": "1 is used"}),
        ({"qos": True}, {"qos": 1}, {"qos": "1 is used"}),
        ({"retain_messages": Decimal(1)}, {"retain_events": True}, {"retain_messages": "true is used"}),
        (
            {"broker_host": "  broker\t"},
            {"broker_host": "broker"},
            {"broker_host": 'blanks around it; host "broker"'},
        ),
        (
            {"broker_host": "mqtt://b:1"},
            {"broker_host": "b", "broker_port": 1},
            {"broker_host": 'host "b", port 1 is used'},
        ),
        (
            {"broker_host": "mqtts://b", "broker_port": 8883},
            {"broker_host": "b", "broker_port": 8883, "use_tls": True},
            {"broker_host": 'host "b" and TLS is used'},
        ),
        ({"broker_host": "b:1884/"}, {"broker_host": "b", "broker_port": 1884}, {"broker_host": "port 1884"}),
        ({"broker_host": "[::1]:1884"}, {"broker_host": "::1", "broker_port": 1884}, {"broker_host": "port 1884"}),
        ({"broker_host": "fe80::1%eth0"}, {"broker_host": "fe80::1%eth0", "broker_port": 1883}, {}),
        ({"broker_host": "[::1]"}, {"broker_host": "[::1]"}, {}),
        ({"topic_prefix": ""}, {"topic_prefix": "liveobject"}, {"topic_prefix": '"liveobject" is used'}),
        ({"topic_prefix": "a/#"}, {"topic_prefix": "liveobject"}, {"topic_prefix": "wildcard '#'"}),
        ({"topic_prefix": "$a"}, {"topic_prefix": "liveobject"}, {"topic_prefix": "'$'"}),
        ({"discovery_prefix": "+"}, {"discovery_prefix": "homeassistant"}, {"discovery_prefix": "wildcard '+'"}),
        ({"availability_topic": "a/+"}, {"availability_topic": ""}, {"availability_topic": "the default is used"}),
        (
            {"topic_prefix": "#", "availability_topic": "$x"},
            {"topic_prefix": "liveobject", "availability_topic": ""},
            {"topic_prefix": "wildcard", "availability_topic": "'$'"},
        ),
        (
            {"birth_message": "here", "will_message": "here"},
            {"birth_message": "here", "will_message": "offline"},
            {"will_message": '"offline" is used'},
        ),
        (
            {"birth_message": "offline", "will_message": "offline"},
            {"birth_message": "online", "will_message": "offline"},
            {"birth_message": '"online" is used'},
        ),
        (
            {"birth_message": "offline", "will_message": ""},
            {"birth_message": "online"},
            {"birth_message": '"online" is used'},
        ),
        ({"broker_port": 0}, {"broker_port": 1883}, {"broker_port": "1883 is used"}),
        (
            {"message_expiry_seconds": 4000},
            {"message_expiry_seconds": 300},
            {"message_expiry_seconds": "300 is used"},
        ),
        ({"use_tls": 1, "retain_messages": 0}, {"use_tls": True, "retain_events": False}, {}),
    ],
)
def test_a_faulty_row_is_used_as_far_as_it_goes(
    columns: dict[str, object], used: dict[str, object], says: dict[str, str]
) -> None:
    settings, faults = read(None, **columns)
    assert {name: settings[name] for name in used} == used
    assert set(faults) == set(says)
    for column, part in says.items():
        assert part in faults[column], faults[column]


def test_a_password_that_is_no_use_is_left_out_and_never_shown() -> None:
    settings, faults = read("hidden", username="")
    assert settings["password"] is None
    assert "no username" in faults["password"]

    def fail() -> str:
        raise ValueError("hidden")

    one = row(username="argus")
    one.get_decrypted_password = fail
    stored = read_row(one)
    assert stored.settings
    assert (stored.settings["username"], stored.settings["password"]) == ("argus", None)
    assert "ValueError" in stored.faults[0].message
    good = read_row(row("hidden", username="argus"))
    for text in (repr(stored), str(stored.faults), str(faults), repr(good)):
        assert "hidden" not in text


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"broker_host": ""}, "broker_host"),
        ({"broker_host": "  "}, "broker_host"),
        ({"broker_host": "a b"}, "broker_host"),
        ({"broker_host": "ws://b:9001"}, "broker_host"),
        ({"broker_host": "mqtt://someone:hidden@b"}, "broker_host"),
        ({"broker_host": "mqtt://b:99999"}, "broker_host"),
        ({"broker_host": 7}, "broker_host"),
        # Not in the clear by mistake.
        ({"use_tls": "yes"}, "use_tls"),
        ({"username": "a\0"}, "username"),
    ],
)
def test_a_row_without_a_broker_is_reported(columns: dict[str, object], column: str) -> None:
    stored = read_row(row(None, **columns))
    assert stored.settings is None
    assert column in {fault.field for fault in stored.faults}
    assert "hidden" not in repr(stored)


@pytest.mark.parametrize(
    "value", [10**400, json.loads("[" * 150 + "]" * 150), {"a": 10**400}], ids=["large", "deep", "within"]
)
def test_a_setting_that_cannot_be_read_hides_no_other(value: object) -> None:
    stored = read_row(row(None, other_settings={"hold_seconds": value, "keep_alive_seconds": 77, "qos": 0}))
    assert [fault.field for fault in stored.faults] == ["hold_seconds"]
    assert stored.settings
    assert stored.settings["keep_alive_seconds"] == 77
    assert "hold_seconds" not in stored.settings


@pytest.mark.parametrize("given", [None, {"broker_host": "b"}, ("b", 1), lambda: None])
def test_what_is_no_row_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match=f"^{type(given).__name__} is no row of mqtt_config"):
        read_row(given)


def test_nothing_of_the_row_is_kept() -> None:
    one = row(topic_prefix="before")
    stored = read_row(one)
    one.topic_prefix = "after"
    assert stored.settings
    assert stored.settings["topic_prefix"] == "before"
    assert isinstance(stored, StoredSettings)


def test_settings_from_mends_nothing() -> None:
    assert settings_from({"broker_host": "b", "qos": 2, "password": "x", "id": 1})["qos"] == 2
