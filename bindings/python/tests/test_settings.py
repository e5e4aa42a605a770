"""Settings that are refused, and settings that are filled in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

import argus_mqtt

if TYPE_CHECKING:
    from argus_mqtt import Settings

# What is no settings to a type checker is what most of these tests are about.
Refusing = Callable[[Any], object]


def reconfiguring(settings: Any) -> None:
    """Give new settings to a client that has good ones."""
    with argus_mqtt.connect({"broker_host": "127.0.0.1", "broker_port": 1}) as client:
        before = client.status()
        try:
            client.reconfigure(settings)
        finally:
            after = client.status()
            assert (after.broker, after.client_id) == (before.broker, before.client_id)


@pytest.fixture(params=[argus_mqtt.connect, reconfiguring])
def refuse(request: pytest.FixtureRequest) -> Refusing:
    """Give each of the calls that take settings and refuse bad ones."""
    call: Refusing = request.param
    return call


def test_every_fault_is_reported(refuse: Refusing) -> None:
    with pytest.raises(argus_mqtt.InvalidSettings) as raised:
        refuse({"broker_port": 99999, "keep_alive": 10})
    faults = {fault.field: fault for fault in raised.value.faults}
    assert set(faults) == {"broker_host", "broker_port", "keep_alive"}
    assert faults["broker_port"].value == "99999"
    assert "65535" in faults["broker_port"].message
    assert "keep_alive_seconds" in faults["keep_alive"].message
    assert {field: fault.code for field, fault in faults.items()} == {
        "broker_host": "missing",
        "broker_port": "out_of_range",
        "keep_alive": "unknown_setting",
    }
    for fault in raised.value.faults:
        assert str(fault) in str(raised.value)
        assert fault.field not in fault.message.split()[0]
    assert isinstance(raised.value, ValueError)
    assert raised.value.status == 2


def test_text_that_is_no_json_object_is_refused(refuse: Refusing) -> None:
    for text in ("", "{", "[]", '{"broker_host": "localhost"}, 1'):
        with pytest.raises(argus_mqtt.InvalidSettings) as raised:
            refuse(text)
        assert raised.value.faults


@pytest.mark.parametrize(
    ("settings", "field", "message"),
    [
        ({"broker_host": object()}, "broker_host", "is of type object"),
        ({"broker_host": "localhost", "broker_port": float("nan")}, "broker_port", "is nan"),
        ({"broker_host": "local\ud800host"}, "broker_host", "half of a surrogate pair"),
        (
            {"broker_host": "localhost", "broker_port": 10**400},
            "broker_port",
            "digits; give one in the range",
        ),
        ({"broker_host": "localhost", "password": "hunter\udce42"}, "password", "surrogate pair as character 6"),
        ({("a", "b"): 1}, "settings", "has a key of type tuple"),
        ('{"broker_host": "a\0b"}', "settings", "U+0000 as character 18"),
    ],
)
def test_values_without_a_form_in_json_are_faults(refuse: Refusing, settings: Any, field: str, message: str) -> None:
    with pytest.raises(argus_mqtt.InvalidSettings) as raised:
        refuse(settings)
    (fault,) = raised.value.faults
    assert fault.field == field
    assert message in fault.message
    assert argus_mqtt.check_settings(settings).faults == (fault,)


@pytest.mark.parametrize("settings", [None, 5, ["broker_host"], b"{}"])
def test_other_types_are_refused(refuse: Refusing, settings: Any) -> None:
    with pytest.raises(TypeError, match=f"settings must be a mapping or JSON text, not {type(settings).__name__}"):
        refuse(settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"password": "hunter2", "broker_port": 0},
        {"broker_host": "localhost", "password": ["hunter2"]},
        {"broker_host": "localhost", "password": b"hunter2"},
        '{"password": "hunter2", }',
        '{"password": "hunter2\0"}',
    ],
)
def test_a_password_is_never_shown(refuse: Refusing, settings: Any) -> None:
    with pytest.raises(argus_mqtt.InvalidSettings) as raised:
        refuse(settings)
    assert "hunter2" not in f"{raised.value} {raised.value.faults} {raised.value.__cause__}"


def test_defaults_are_filled_in() -> None:
    report = argus_mqtt.check_settings({"broker_host": "localhost", "password": "hunter2", "username": "me"})
    assert report.valid
    assert report.faults == ()
    assert report.settings
    assert report.settings["broker_port"] == 1883
    assert report.settings["message_expiry_seconds"] == 300
    assert "password" not in report.settings
    # What is filled in can be given back.
    assert argus_mqtt.check_settings(report.settings).settings == report.settings


def test_faults_are_found_without_connecting() -> None:
    report = argus_mqtt.check_settings("{}")
    assert not report.valid
    assert report.settings is None
    assert [fault.field for fault in report.faults] == ["broker_host"]


def test_mappings_text_and_paths_are_taken(unreachable: Settings, tmp_path: Path) -> None:
    settings: Any
    for settings in (unreachable, MappingProxyType(unreachable), json.dumps(unreachable)):
        with argus_mqtt.connect(settings) as client:
            assert client.status().broker == f"127.0.0.1:{unreachable['broker_port']}"
    missing = tmp_path / "missing.pem"
    report = argus_mqtt.check_settings({"broker_host": "localhost", "use_tls": True, "tls_ca_file": missing})
    assert [fault.field for fault in report.faults] == ["tls_ca_file"]
    assert str(missing) in report.faults[0].message + str(report.faults[0].value)


def test_every_setting_of_the_library_has_a_type() -> None:
    report = argus_mqtt.check_settings({"broker_host": "localhost"})
    assert report.settings
    assert set(get_type_hints(argus_mqtt.Settings)) == {*report.settings, "password"}
    assert argus_mqtt.Settings.__required_keys__ == {"broker_host"}


def mistaken(client: argus_mqtt.Client) -> None:
    """Make mistakes that mypy and pyright find; each says so if one is none any more. Never called."""
    # fmt: off
    argus_mqtt.connect({"broker_host": "localhost", "keep_alive": 5})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    argus_mqtt.connect({"broker_host": "localhost", "qos": "1"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    argus_mqtt.connect({"broker_port": 1883})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.reconfigure({"broker_host": "localhost", "protocol": "4"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    argus_mqtt.check_settings({"broker_host": 1})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # fmt: on


def test_certificates_are_looked_for_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN PRIVATE KEY-----hunter2\n")
    for file, says in [(tmp_path / "missing.pem", "missing.pem"), (broken, "where SSL_CERT_FILE says")]:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nowhere"))
        (found,) = argus_mqtt.check_settings({"broker_host": "broker", "use_tls": True}).faults
        assert (found.field, found.code) == ("tls_ca_file", "tls_unavailable")
        assert says in found.message
        assert "SSL_CERT_FILE" in found.message
        assert "hunter2" not in found.message
