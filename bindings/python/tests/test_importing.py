"""Settings from the environment and from an add-on's options; export and restore."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from argus_mqtt import _exporting, _importing
from argus_mqtt._settings import check_settings, settings_schema
from support.command_line import argus_mqtt

if TYPE_CHECKING:
    from argus_mqtt import Settings


def test_every_setting_can_be_a_variable_and_has_its_type() -> None:
    known: Settings | None = check_settings({"broker_host": "broker"}).settings
    assert known
    texts = {
        f"MQTT_{name.upper()}": str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in known.items()
        if value is not None
    }
    imported = _importing.from_environment({**texts, "HOME": "/root"})
    assert imported.notes == ()
    assert check_settings(imported.settings).settings == known


def test_other_names_are_names_of_settings() -> None:
    properties = settings_schema()["properties"]
    assert isinstance(properties, dict)
    assert set(_importing.ALIASES.values()) <= set(properties)
    assert not set(_importing.ALIASES) & set(properties)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"mqtt_host": "h", "mqtt_port": 1884, "mqtt_user": "u", "mqtt_password": "p"}, {"port": 1884}),
        ({"mqtt": {"host": "h", "user": "u", "password": "p", "ssl": True}}, {"tls": True}),
        ({"mqtt": {"server": "mqtt://h:1884", "user": "u", "password": "p"}}, {"port": 1884, "tls": False}),
        ({"mqtt": {"server": "mqtts://u:p@h"}}, {"tls": True}),
        ({"broker_host": "h", "username": "u", "password": "p", "broker_port": 1884}, {"port": 1884}),
    ],
)
def test_options_are_taken_as_add_ons_have_them(options: dict[str, object], expected: dict[str, object]) -> None:
    imported = _importing.from_options(options)
    wanted = {"broker_host": "h", "username": "u", "password": "p"}
    names = {"port": "broker_port", "tls": "use_tls"}
    assert imported.settings == {**wanted, **{names[name]: value for name, value in expected.items()}}
    assert imported.notes == ()
    assert check_settings(imported.settings).valid


def test_what_is_not_taken_is_named_without_its_value() -> None:
    options = {"host": "camera.local", "log_level": "debug", "mqtt_mood": "secret", "mqtt_host": "h", "mqtt_port": ""}
    imported = _importing.from_options(options)
    assert imported.settings == {"broker_host": "h"}
    assert imported.notes == ("not a setting, and left out: host, log_level, mqtt_mood",)
    twice = _importing.from_environment({"MQTT_BROKER_HOST": "a", "MQTT_HOST": "b", "MQTT_SERVER": "mqtt://a"})
    assert twice.settings["broker_host"] == "a"
    assert twice.notes == ("MQTT_HOST is not used: broker_host is given by MQTT_BROKER_HOST",)


def test_an_empty_text_is_taken_where_it_has_a_meaning() -> None:
    name = "home_assistant_status_topic"
    for imported in (
        _importing.from_options({"broker_host": "h", name: "", "topic_prefix": ""}),
        _importing.from_environment({"MQTT_HOST": "h", f"MQTT_{name.upper()}": "", "MQTT_TOPIC_PREFIX": ""}),
    ):
        assert imported.settings == {"broker_host": "h", name: ""}


def test_what_has_no_type_is_left_to_the_check() -> None:
    imported = _importing.from_environment(
        {"MQTT_HOST": "ws://h:9001", "MQTT_PORT": "many", "MQTT_TLS": "perhaps", "MQTT_QOS": "1"}
    )
    assert imported.settings.get("qos") == 1
    assert {fault.field for fault in check_settings(imported.settings).faults} == {
        "broker_host",
        "broker_port",
        "use_tls",
    }


STORED: Settings = {"broker_host": "h", "username": "u", "password": "hunter2", "topic_prefix": "home"}


def test_a_restored_export_gets_the_password_back_only_for_the_same_host_and_username() -> None:
    copy = _exporting.exported(STORED)
    assert copy == {"broker_host": "h", "username": "u", "topic_prefix": "home"}
    assert _exporting.restored({**copy, "topic_prefix": "new"}, STORED) == {**STORED, "topic_prefix": "new"}
    assert "password" in _exporting.restored({**copy, "broker_port": 1884, "use_tls": True}, STORED)
    changes: list[Settings] = [
        {**copy, "broker_host": "elsewhere"},
        {**copy, "username": "another"},
        {"broker_host": "h"},
    ]
    for changed in changes:
        assert _exporting.restored(changed, STORED) == changed
    assert _exporting.restored({**copy, "password": "new"}, STORED).get("password") == "new"


def test_the_environment_becomes_a_file_of_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    variables = {"MQTT_HOST": "h", "MQTT_USER": "u", "MQTT_PASSWORD": "hunter2", "MQTT_MOOD": "good"}
    ended = argus_mqtt("import", "--to", path, environment=variables)
    assert ended.status == 0, ended
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"broker_host": "h", "username": "u", "password": "hunter2"}
    assert "username                  from MQTT_USER" in ended.out
    assert "left out: MQTT_MOOD" in ended.err
    assert "hunter2" not in ended.out + ended.err
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_file_the_settings_are_shown_without_the_password(tmp_path: Path) -> None:
    options = tmp_path / "options.json"
    options.write_text('{"mqtt": {"host": "h", "user": "u", "password": "hunter2"}, "cameras": []}')
    ended = argus_mqtt("import", options)
    assert ended.status == 0, ended
    assert json.loads(ended.out) == {"broker_host": "h", "username": "u"}
    assert "the password is not shown" in ended.err
    assert "left out: cameras" in ended.err


def test_faults_are_told_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    ended = argus_mqtt("import", "--to", path, environment={"MQTT_HOST": "h", "MQTT_QOS": "2"})
    assert ended.status == 1
    assert "qos: 2 is out of range" in ended.out
    assert not path.exists()
    ended = argus_mqtt("import", "--to", path)
    assert ended.status == 2
    assert "there are no settings in the environment" in ended.err


def test_an_export_is_restored_over_the_file_with_its_password(tmp_path: Path) -> None:
    path, copy = tmp_path / "settings.json", tmp_path / "copy.json"
    path.write_text(json.dumps(STORED))
    ended = argus_mqtt("export", path)
    assert ended.status == 0
    assert "hunter2" not in ended.out
    copy.write_text(ended.out)
    refused = argus_mqtt("import", copy, "--to", path)
    assert refused.status == 2
    assert "--replace writes over it" in refused.err
    ended = argus_mqtt("import", copy, "--to", path, "--replace")
    assert ended.status == 0, ended
    assert json.loads(path.read_text()) == STORED
    assert "password                  as it was" in ended.out
    elsewhere = tmp_path / "elsewhere.json"
    ended = argus_mqtt("import", copy, "--to", elsewhere)
    assert ended.status == 0
    assert "username 'u' has no password" in ended.err
