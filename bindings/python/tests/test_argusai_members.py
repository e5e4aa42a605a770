"""The members of ArgusAI's service: which there are, and what they tell."""

from __future__ import annotations

import inspect
import json
import re
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from argus_mqtt import argusai
from argus_mqtt.argusai import MQTTService, serialize_event_for_mqtt
from support import DEADLINE, wait_until
from support.argusai_service import run
from support.mosquitto import free_port

if TYPE_CHECKING:
    from support.mosquitto import Mosquitto
    from support.rows import Row


PROPERTIES = {"is_connected", "messages_published", "last_error", "last_connected_at"}
PLAIN = {
    "set_on_connect_callback": ["callback"],
    "set_on_disconnect_callback": ["callback"],
    "get_status": [],
    "get_availability_topic": [],
    "get_event_topic": ["camera_id"],
    "get_status_topic": ["camera_id"],
    "get_last_event_topic": ["camera_id"],
    "get_counts_topic": ["camera_id"],
    "get_activity_topic": ["camera_id"],
    "get_api_base_url": [],
    "cleanup": [],
}
AWAITED = {
    "initialize": [],
    "connect": [],
    "disconnect": [],
    "publish": ["topic", "payload", "qos", "retain"],
    "update_config": ["config"],
    "test_connection": ["broker_host", "broker_port", "username", "password", "use_tls"],
    "publish_birth_message": [],
    "publish_camera_status": ["camera_id", "camera_name", "status", "source_type"],
    "publish_last_event_timestamp": [
        "camera_id",
        "camera_name",
        "event_id",
        "timestamp",
        "description",
        "smart_detection_type",
    ],
    "publish_event_counts": ["camera_id", "camera_name", "events_today", "events_this_week"],
    "publish_activity_state": ["camera_id", "state", "last_event_at"],
}


def test_the_members_are_those_that_argusai_calls() -> None:
    for name in PROPERTIES:
        assert isinstance(inspect.getattr_static(MQTTService, name), property), name
    for name, parameters in {**PLAIN, **AWAITED}.items():
        member = getattr(MQTTService, name)
        assert inspect.iscoroutinefunction(member) is (name in AWAITED), name
        assert list(inspect.signature(member).parameters)[1:] == parameters, name
    assert all(callable(getattr(argusai, name)) for name in argusai.__all__ if name != "RECONNECT_DELAYS")


def test_before_anything_was_loaded() -> None:
    service = MQTTService(lambda: None)
    assert (service.is_connected, service.accepts_messages, service.messages_published) == (False, False, 0)
    assert (service.last_error, service.last_connected_at, service._client) == (None, None, None)
    assert service.get_status() == {
        "connected": False,
        "broker": None,
        "last_connected_at": None,
        "messages_published": 0,
        "last_error": None,
        "reconnect_attempt": 0,
        "owner": None,
        "accepts_messages": False,
        "messages_skipped": 0,
    }
    assert service.client_status() is None
    assert service.settings_faults == ()
    assert service.get_availability_topic() == "liveobject/status"
    assert service.get_event_topic("front door/1") == "liveobject/camera/frontdoor1/event"
    assert run(service.publish("a", {})) is False
    with pytest.raises(ValueError, match="no settings"):
        run(service.connect())
    run(service.disconnect())
    service.cleanup()


def test_the_topics_are_those_of_the_settings(service: MQTTService, row: Row) -> None:
    start = f"{row.topic_prefix}/camera/a-B_1"
    assert service.get_availability_topic() == f"{row.topic_prefix}/status"
    assert service.get_event_topic("a-B_1") == f"{start}/event"
    assert service.get_status_topic("a-B_1") == f"{start}/status"
    assert service.get_last_event_topic("a-B_1") == f"{start}/last_event"
    assert service.get_counts_topic("a-B_1") == f"{start}/counts"
    assert service.get_activity_topic("ä a-B_1#") == f"{start}/activity"


def test_the_base_of_the_api(service: MQTTService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("API_BASE_URL", raising=False)
    assert service.get_api_base_url() == "http://localhost:8000"
    monkeypatch.setenv("API_BASE_URL", "https://argus.home/")
    assert service.get_api_base_url() == "https://argus.home"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://argus.home:8443/a@b/?c=d@e", "https://argus.home:8443/a@b/?c=d@e"),
        ("http://[fe80::1]:8000", "http://[fe80::1]:8000"),
        ("http://[fe80::1]", "http://[fe80::1]"),
        ("https://me:hunter2@argus.home/base/", "https://argus.home/base"),
        ("https://hunter2@[fe80::1]:8000", "https://[fe80::1]:8000"),
        ("https://me:hun@ter2@argus.home", "https://argus.home"),
        ("https://me:hun/ter2@argus.home", "https://argus.home"),
        ("https://me:hun?ter2#@argus.home:1/x", "https://argus.home:1/x"),
        ("me:hunter2@argus.home:8000", "argus.home:8000"),
        ("argus.home", "argus.home"),
        ("", ""),
    ],
)
def test_no_login_is_published_with_the_base_of_the_api(
    service: MQTTService,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    given: str,
    shown: str,
) -> None:
    monkeypatch.setenv("API_BASE_URL", given)
    assert service.get_api_base_url() == shown
    assert service.get_api_base_url() == shown
    told = [record for record in caplog.records if "API_BASE_URL" in record.getMessage()]
    assert len(told) == (shown != given.rstrip("/")), "once"
    event = SimpleNamespace(
        id=7, camera_id=1, description="", objects_detected="", confidence=1, source_type="", timestamp=None
    )
    assert serialize_event_for_mqtt(event, "Front", given.rstrip("/"))["thumbnail_url"].startswith(f"{shown}/api/v1/")
    assert "ter2" not in caplog.text


def test_what_it_tells_of_itself(service: MQTTService, row: Row) -> None:
    now = datetime.now(timezone.utc)
    assert service.is_connected
    assert service.accepts_messages
    assert service.last_error is None
    assert service.last_connected_at
    assert timedelta() <= now - service.last_connected_at < timedelta(seconds=DEADLINE)
    run(service.publish(f"{row.topic_prefix}/test", {}))
    status = service.get_status()
    assert json.loads(json.dumps(status)) == status
    assert (status["connected"], status["broker"]) == (True, f"127.0.0.1:{row.broker_port}")
    assert datetime.fromisoformat(status["last_connected_at"].replace("Z", "+00:00")) == service.last_connected_at
    assert (status["messages_published"], service.messages_published) == (1, 1)
    assert (status["last_error"], status["reconnect_attempt"], status["messages_skipped"]) == (None, 0, 0)
    told = service.client_status()
    assert told
    assert told.state == "online"
    assert run(service.publish_birth_message()) is True


def test_a_test_touches_nothing_that_runs(service: MQTTService, row: Row) -> None:
    before = service.client_status()
    good = run(service.test_connection("127.0.0.1", row.broker_port))
    assert good == {"success": True, "message": f"Connected to 127.0.0.1:{row.broker_port}"}
    bad = run(service.test_connection("127.0.0.1", free_port(), "me", "secret"))
    assert bad["success"] is False
    assert re.search(r"refused.*; check broker_host", bad["message"])
    assert "secret" not in bad["message"]
    wrong = run(service.test_connection("mqtt://x", 1))
    assert wrong["success"] is False
    assert "broker_host" in wrong["message"]
    after = service.client_status()
    assert before
    assert after
    assert after.connections == before.connections


def test_callbacks_take_plain_functions_or_none(service: MQTTService) -> None:
    async def task() -> None: ...

    calls: list[str] = []
    service.set_on_connect_callback(lambda: calls.append("connected"))
    wait_until(lambda: calls == ["connected"], "called at once")
    service.set_on_connect_callback(None)
    service.set_on_disconnect_callback(None)
    with pytest.raises(TypeError):
        service.set_on_connect_callback(task)


def test_a_function_that_is_registered_twice_is_called_once(row: Row) -> None:
    service = MQTTService(lambda: row)
    calls: list[str] = []

    def connected() -> None:
        calls.append("connected")

    def disconnected(_: str) -> None:
        calls.append("disconnected")

    last: list[str] = []
    try:
        for _ in range(2):
            service.set_on_connect_callback(connected)
            service.set_on_disconnect_callback(disconnected)
            run(service.initialize())
        service.set_on_connect_callback(None)
        service.set_on_disconnect_callback(None)
        service.set_on_connect_callback(connected)
        service.set_on_disconnect_callback(disconnected)
        assert service.client
        # Called on the same thread, after the others.
        service.client.on_online(lambda _: last.append("online"))
        service.client.on_offline(lambda _: last.append("offline"))
        wait_until(lambda: "online" in last, "the connection is told")
        assert calls == ["connected"]
    finally:
        run(service.disconnect())
    wait_until(lambda: "offline" in last, "the end is told")
    assert calls == ["connected", "disconnected"]


def test_the_stored_password_is_tried_with_what_it_was_stored_for(
    row: Row, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    row.username, row._password = "u", "p"
    row.other_settings = {"tls_fingerprint": "ab" * 32}
    service = MQTTService(lambda: row)
    tried: list[object] = []

    def look(settings: argus_mqtt.Settings, _: float) -> None:
        tried.append(settings.get("password"))
        assert settings.get("tls_fingerprint") == "ab" * 32
        raise argus_mqtt.TimedOut("not asked")

    monkeypatch.setattr(argus_mqtt, "test_connection", look)
    try:
        run(service.initialize())
        for use_tls in (False, True):
            run(service.test_connection("127.0.0.1", broker.port, "u", use_tls=use_tls))
    finally:
        run(service.disconnect())
    assert tried == ["p", None]
