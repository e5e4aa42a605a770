"""What ArgusAI's service publishes, as a subscriber sees it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

import argus_mqtt
from support import DEADLINE
from support.argusai_service import payload, run
from support.subscriber import Subscriber

if TYPE_CHECKING:
    from argus_mqtt.argusai import MQTTService
    from support.mosquitto import Mosquitto
    from support.rows import Row


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


def test_what_is_no_state_is_said_and_not_raised(service: MQTTService, caplog: pytest.LogCaptureFixture) -> None:
    number: Any = 1767225600
    bad: Any = object()
    text: Any = '{"id": "front"}'
    calls: list[Any] = [
        service.publish_last_event_timestamp("front", "Front", "e1", number, "A person"),
        service.publish_last_event_timestamp("front", "Front", "e1", datetime.now(timezone.utc), number),
        service.publish_activity_state("front", "ON", number),
        service.publish_event_counts("front", "Front", number, bad),
        service.announce_camera(number),
        service.announce_camera(text),
        service.announce_camera({"id": "front", "name": number}),
        service.announce_system(number),
        service.announce_system({"name": number}),
    ]
    assert [run(call) for call in calls] == [False] * len(calls)
    kinds = [getattr(record, "event_type", None) for record in caplog.records]
    assert kinds.count("mqtt_publish_error") == len(calls)
    assert "a time must be a datetime or a text, not int" in caplog.text
    assert "a description must be a text, not int" in caplog.text
    assert service._announced == {}
    assert service._system is None


def test_a_camera_that_is_refused_has_its_states_all_the_same(service: MQTTService, seen: Subscriber) -> None:
    topic = service.get_status_topic("porch")
    assert run(service.announce_camera({"id": "porch", "doorbell": "perhaps"})) is False
    assert run(service.publish_camera_status("porch", "Porch", "connected", "rtsp")) is True
    seen.expect_count(topic, 1)
    assert run(service.announce_camera({"id": "porch"})) is True
    assert run(service.announce_camera({"id": "porch", "doorbell": "perhaps"})) is False
    assert service._announced["porch"] == {"id": "porch"}


def test_what_no_client_has_taken_yet_is_not_kept(service: MQTTService, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[object] = []

    def refuse(_: object, fields: object) -> None:
        kept.extend((dict(service._announced), service._system))
        raise argus_mqtt.InvalidArgument(f"{fields} is refused")

    monkeypatch.setattr(argus_mqtt.Client, "announce_camera", refuse)
    monkeypatch.setattr(argus_mqtt.Client, "announce_system", refuse)
    assert run(service.announce_camera({"id": "front"})) is False
    assert run(service.announce_system({"name": "ArgusAI"})) is False
    assert kept == [{}, None] * 2
    assert (service._announced, service._system) == ({}, None)
