"""Every member of ArgusAI's service, with a broker that runs."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

import argus_mqtt
from argus_mqtt import argusai
from argus_mqtt.argusai import MQTTService
from support import DEADLINE, wait_until
from support.mosquitto import Mosquitto, free_port
from support.rows import Row
from support.subscriber import Subscriber

if TYPE_CHECKING:
    from collections.abc import Coroutine


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on a loop of its own: the service belongs to none."""
    return asyncio.run(work)


@pytest.fixture
def row(broker: Mosquitto) -> Row:
    """Give a row of settings for the shared broker."""
    return Row(broker)


@pytest.fixture
def seen(broker: Mosquitto, row: Row) -> Iterator[Subscriber]:
    """Give a subscriber to all topics of the row."""
    with Subscriber(broker, f"{row.topic_prefix}/#", f"{row.discovery_prefix}/#") as one:
        yield one


@pytest.fixture
def service(row: Row) -> Iterator[MQTTService]:
    """Give a service that is connected."""
    one = MQTTService(lambda: row)
    assert run(one.initialize()) is True
    yield one
    run(one.disconnect())


def payload(message: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(message.payload)
    return found


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


def test_an_event_expires_and_is_kept_as_the_settings_say(
    service: MQTTService, broker: Mosquitto, row: Row, seen: Subscriber
) -> None:
    topic = service.get_event_topic("front")
    when = datetime(2026, 1, 31, 8, 15, tzinfo=timezone.utc)
    number = UUID("12345678123456781234567812345678")
    assert run(service.publish(topic, {"timestamp": when, "event_id": number})) is True
    (event,) = seen.expect_count(topic, 1)
    assert payload(event) == {"timestamp": when.isoformat(), "event_id": str(number)}
    assert event.qos == 1
    assert 290 <= (event.expiry or 0) <= 300
    with Subscriber(broker, topic) as late:
        assert late.expect_count(topic, 1)[0].retain, "retain_messages is for events"
    row.retain_messages, row.qos = False, 0
    assert run(service.update_config(row)) is True
    assert run(service.publish(topic, {"n": 2})) is True
    event = seen.expect_count(topic, 2)[-1]
    assert event.qos == 0
    assert run(service.publish(topic, {"n": 3}, qos=2, retain=True)) is True
    event = seen.expect_count(topic, 3)[-1]
    assert event.qos == 1


def test_states_do_not_expire_and_are_kept(service: MQTTService, broker: Mosquitto, seen: Subscriber) -> None:
    when = datetime(2026, 1, 31, 9, 15, tzinfo=timezone(timedelta(hours=1)))

    async def publish() -> None:
        assert await service.publish_camera_status("front", "Front door", "connected", "rtsp")
        assert await service.publish_event_counts("front", "Front door", 3, 14)
        assert await service.publish_activity_state("front", "on", when)
        assert await service.publish_last_event_timestamp("front", "Front door", "e1", when, "x" * 200, "person")

    run(publish())
    messages = {
        what: seen.expect_count(getattr(service, f"get_{what}_topic")("front"), 1)[0]
        for what in ("status", "counts", "activity", "last_event")
    }
    for message in messages.values():
        assert (message.qos, message.expiry) == (1, None)
        with Subscriber(broker, message.topic) as late:
            assert late.expect(message.topic, message.payload).retain
    told = {what: payload(message) for what, message in messages.items()}
    for what in ("status", "counts"):
        updated = told[what].pop("last_updated")
        assert updated.endswith("Z")
        assert datetime.fromisoformat(updated.replace("Z", "+00:00")).tzinfo
    assert told == {
        "status": {
            "camera_id": "front",
            "camera_name": "Front door",
            "status": "online",
            "source_type": "rtsp",
        },
        "counts": {
            "camera_id": "front",
            "camera_name": "Front door",
            "events_today": 3,
            "events_this_week": 14,
        },
        "activity": {"camera_id": "front", "state": "ON", "last_event_at": "2026-01-31T08:15:00Z"},
        "last_event": {
            "camera_id": "front",
            "camera_name": "Front door",
            "event_id": "e1",
            "timestamp": "2026-01-31T08:15:00Z",
            "description_snippet": "x" * 100,
            "smart_detection_type": "person",
        },
    }


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("online", "online"),
        ("Connected", "online"),
        ("starting", "online"),
        ("offline", "offline"),
        ("disconnected", "offline"),
        ("unavailable", "unavailable"),
        ("error", "unavailable"),
        ("stopped", "unavailable"),
        ("", "unavailable"),
    ],
)
def test_the_words_for_a_camera(service: MQTTService, seen: Subscriber, word: str, meaning: str) -> None:
    assert run(service.publish_camera_status("front", "Front door", word, "usb"))
    (message,) = seen.expect_count(service.get_status_topic("front"), 1)
    assert payload(message)["status"] == meaning


def test_a_config_of_discovery_does_not_expire(
    service: MQTTService, broker: Mosquitto, row: Row, seen: Subscriber
) -> None:
    topic = f"homeassistant/sensor/{row.topic_prefix.replace('/', '_')}/config"
    assert run(service.publish(topic, {"name": "x"}, qos=1, retain=True))
    assert seen.expect(topic, '{"name":"x"}').expiry is None
    old = service._client
    assert old
    with pytest.warns(DeprecationWarning, match="remove_camera"):
        result = old.publish(topic, payload="", qos=1, retain=True)
    assert result.rc == 0
    result.wait_for_publish(DEADLINE)
    assert result.is_published()
    seen.expect(topic, "")
    with Subscriber(broker, topic) as late:
        assert late.messages(topic) == []


@pytest.mark.filterwarnings("ignore:MQTTService._client:DeprecationWarning")
def test_the_old_client_says_nothing_on_the_availability_topic(
    service: MQTTService, row: Row, seen: Subscriber
) -> None:
    old = service._client
    assert old
    assert old.publish(service.get_availability_topic(), payload="offline", qos=1, retain=True).rc == 0
    assert old.publish("a/#", "x").rc != 0
    assert old.publish(f"{row.topic_prefix}/end", b"x", qos=2).mid > 0
    seen.expect(f"{row.topic_prefix}/end", "x")
    assert seen.messages(service.get_availability_topic())[-1].payload == b"online"
    run(service.disconnect())
    assert old.publish("a", None).rc != 0


def test_what_cannot_be_published_is_said_and_not_raised(
    service: MQTTService, caplog: pytest.LogCaptureFixture
) -> None:
    nothing: list[Any] = [("a/#", {}), ("a", {"x": object()}), ("a", 7)]
    for topic, message in nothing:
        assert run(service.publish(topic, message)) is False
    kinds = [getattr(record, "event_type", None) for record in caplog.records]
    assert kinds.count("mqtt_publish_error") == 3
    assert service.messages_published == 0


def test_connecting_and_disconnecting(service: MQTTService, seen: Subscriber) -> None:
    availability = service.get_availability_topic()
    assert run(service.connect()) is True
    assert run(service.initialize()) is True, "again, and nothing happens"
    run(service.disconnect())
    seen.expect(availability, "offline")
    assert not service.is_connected
    assert not service.accepts_messages
    assert service.get_availability_topic() == availability, "the settings are known"
    assert service.last_connected_at
    assert service.get_status()["last_connected_at"]
    assert run(service.connect()) is True
    assert len(seen.expect_count(availability, 3)) == 3


def test_no_connection_is_said_by_connect(row: Row) -> None:
    row.broker_port = free_port()
    service = MQTTService(lambda: row)
    assert run(service.initialize()) is False
    with pytest.raises(ConnectionError, match="refused"):
        run(service.connect())
    assert service.accepts_messages
    assert "refused" in str(service.last_error)
    assert service.get_status()["reconnect_attempt"] >= 1
    service.cleanup()


def test_new_settings_need_no_restart(service: MQTTService, row: Row, broker: Mosquitto) -> None:
    first = service.client_status()
    assert run(service.update_config(row)) is True
    second = service.client_status()
    assert first
    assert second
    assert second.connections == first.connections, "the same settings keep the connection"
    old = row.topic_prefix
    row.topic_prefix = f"{old}/new"
    with Subscriber(broker, f"{old}/#") as seen:
        assert run(service.update_config(row)) is True
        seen.expect(f"{old}/status", "offline")
        seen.expect(f"{old}/new/status", "online")
        assert service.get_event_topic("a") == f"{old}/new/camera/a/event"
        row.enabled = False
        assert run(service.update_config(row)) is True
        seen.expect(f"{old}/new/status", "offline")
    assert not service.accepts_messages
    assert run(service.publish("a", {})) is False
    row.enabled = True
    assert run(service.update_config(row)) is True
    assert service.is_connected


def test_settings_without_a_column_are_used(row: Row) -> None:
    row.other_settings = {"keep_alive_seconds": 7, "hold_seconds": -1, "no_such_setting": 1}
    service = MQTTService(lambda: row)
    assert run(service.initialize()) is True
    assert {fault.field for fault in service.settings_faults} == {"hold_seconds", "no_such_setting"}
    stored = service._stored
    assert stored
    assert stored.settings
    assert stored.settings["keep_alive_seconds"] == 7
    service.cleanup()


def test_the_settings_api_can_run_it(service: MQTTService, row: Row, broker: Mosquitto) -> None:
    assert service.client
    settings = {"broker_host": "127.0.0.1", "broker_port": broker.port, "topic_prefix": f"{row.topic_prefix}/api"}
    with Subscriber(broker, f"{row.topic_prefix}/#") as seen:
        service.apply(settings)
        seen.expect(f"{row.topic_prefix}/api/status", "online")
        service.apply(None)
        seen.expect(f"{row.topic_prefix}/api/status", "offline")
    assert service.client is None
    service.apply(settings)
    with pytest.raises(argus_mqtt.InvalidSettings):
        service.apply({**settings, "qos": 7})
    wait_until(lambda: service.is_connected, "with the settings that are right")


def test_a_row_is_not_kept(service: MQTTService, row: Row) -> None:
    row.topic_prefix = "changed"
    assert service.get_event_topic("a") != "changed/camera/a/event"


def test_a_test_touches_nothing_that_runs(service: MQTTService, row: Row) -> None:
    before = service.client_status()
    good = run(service.test_connection("127.0.0.1", row.broker_port))
    assert good == {"success": True, "message": f"Connected to 127.0.0.1:{row.broker_port}"}
    bad = run(service.test_connection("127.0.0.1", free_port(), "me", "secret"))
    assert bad["success"] is False
    assert "refused" in bad["message"]
    assert "secret" not in bad["message"]
    wrong = run(service.test_connection("mqtt://x", 1))
    assert wrong["success"] is False
    assert "broker_host" in wrong["message"]
    after = service.client_status()
    assert before
    assert after
    assert after.connections == before.connections


@pytest.mark.parametrize("columns", [{"enabled": False}, {"broker_host": ""}])
def test_settings_that_say_off_start_nothing(row: Row, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    service = MQTTService(lambda: row)
    assert run(service.initialize()) is False
    assert not service.accepts_messages
    assert [fault.field for fault in service.settings_faults] == (["broker_host"] if "broker_host" in columns else [])
    service.cleanup()


def test_no_row_and_no_database_start_nothing() -> None:
    def fail() -> None:
        raise OSError("the database is away")

    for load, error in ((lambda: None, None), (fail, "the database is away")):
        service = MQTTService(load)
        assert run(service.initialize()) is False
        assert (error is None) == (service.last_error is None)
        assert error is None or error in str(service.last_error)
        service.cleanup()


def test_a_faulty_row_connects_all_the_same(row: Row, seen: Subscriber, caplog: pytest.LogCaptureFixture) -> None:
    row.qos, row._password, row.birth_message = 2, "secret", "offline"
    service = MQTTService(lambda: row)
    assert run(service.initialize()) is True
    assert {fault.field for fault in service.settings_faults} == {"qos", "password", "birth_message"}
    assert run(service.publish(service.get_event_topic("a"), {})) is True
    assert seen.expect_count(service.get_event_topic("a"), 1)[0].qos == 1
    faults = [record for record in caplog.records if getattr(record, "event_type", "") == "mqtt_settings_fault"]
    assert len(faults) == 3
    assert "secret" not in caplog.text
    run(service.disconnect())


def test_it_loads_at_each_initialize(row: Row) -> None:
    rows: list[Row | None] = [None, row]
    service = MQTTService(lambda: rows.pop(0))
    assert run(service.initialize()) is False
    assert run(service.initialize()) is True
    run(service.disconnect())


def test_callbacks_take_plain_functions_or_none(service: MQTTService) -> None:
    async def task() -> None: ...

    calls: list[str] = []
    service.set_on_connect_callback(lambda: calls.append("connected"))
    wait_until(lambda: calls == ["connected"], "called at once")
    service.set_on_connect_callback(None)
    service.set_on_disconnect_callback(None)
    with pytest.raises(TypeError):
        service.set_on_connect_callback(task)


def test_two_services_of_one_process_do_not_take_the_connection_from_each_other(
    service: MQTTService, row: Row
) -> None:
    other = MQTTService(lambda: row)
    assert run(other.initialize()) is False
    assert not other.accepts_messages
    assert "stands by" in str(other.last_error)
    with pytest.raises(ConnectionError, match="stands by"):
        run(other.connect())
    status = service.client_status()
    assert status
    assert status.connections == 1
    run(service.disconnect())
    wait_until(lambda: other.is_connected, "the other one takes over")
    other.cleanup()


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


def test_a_camera_that_is_refused_has_its_states_all_the_same(service: MQTTService, seen: Subscriber) -> None:
    topic = service.get_status_topic("porch")
    assert run(service.announce_camera({"id": "porch", "doorbell": "perhaps"})) is False
    assert run(service.publish_camera_status("porch", "Porch", "connected", "rtsp")) is True
    seen.expect_count(topic, 1)
    assert run(service.announce_camera({"id": "porch"})) is True
    assert run(service.announce_camera({"id": "porch", "doorbell": "perhaps"})) is False
    assert service._announced["porch"] == {"id": "porch"}


def test_the_stored_password_is_tried_with_what_it_was_stored_for(
    row: Row, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    row.username, row._password = "u", "p"
    service = MQTTService(lambda: row)
    tried: list[object] = []

    def look(settings: argus_mqtt.Settings, _: float) -> None:
        tried.append(settings.get("password"))
        raise argus_mqtt.TimedOut("not asked")

    monkeypatch.setattr(argus_mqtt, "test_connection", look)
    try:
        run(service.initialize())
        for use_tls in (False, True):
            run(service.test_connection("127.0.0.1", broker.port, "u", use_tls=use_tls))
    finally:
        run(service.disconnect())
    assert tried == ["p", None]
