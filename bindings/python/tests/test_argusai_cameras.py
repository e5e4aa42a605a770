"""Cameras that ArgusAI's service announces to Home Assistant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from argus_mqtt.argusai import MQTTService
from support.rows import Row
from support.subscriber import Subscriber

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from support.mosquitto import Mosquitto

WHEN = datetime(2026, 1, 31, 8, 15, tzinfo=timezone.utc)


def run(work: Coroutine[Any, Any, bool]) -> bool:
    """Run a coroutine on a loop of its own."""
    return asyncio.run(work)


@pytest.fixture
def row(own_broker: Mosquitto) -> Row:
    """Give settings with a discovery prefix that no other test uses."""
    row = Row(own_broker, availability_topic="argus/here", birth_message="here", will_message="gone")
    row.discovery_prefix = f"{row.topic_prefix}/ha"
    return row


@pytest.fixture
def service(row: Row) -> Iterator[MQTTService]:
    """Give a service that is connected."""
    one = MQTTService(lambda: row)
    assert run(one.initialize())
    yield one
    one.cleanup()


def test_a_camera_from_its_announcement_to_its_end(service: MQTTService, row: Row, own_broker: Mosquitto) -> None:
    config = f"{row.discovery_prefix}/sensor/liveobject_front_event/config"

    def state(seen: Subscriber, what: str, count: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            seen.expect_count(f"{row.topic_prefix}/camera/front/{what}", count)[-1].payload
        )
        return found

    with Subscriber(own_broker, f"{row.topic_prefix}/#") as seen:
        assert run(service.announce_system({"name": "ArgusAI at home"}))
        assert run(service.announce_camera({"id": "front", "name": "Front door", "snapshots": True}))
        (message,) = seen.expect_count(config, 1)
        assert (message.qos, message.expiry) == (1, None)
        said = json.loads(message.payload)
        assert said["unique_id"] == "liveobject_front_event"
        assert said["state_topic"] == service.get_event_topic("front")
        assert ("argus/here", "here", "gone") in [
            (one["topic"], one.get("payload_available"), one.get("payload_not_available"))
            for one in said["availability"]
        ]
        # What follows from an event is said with it.
        assert run(service.publish_camera_snapshot("front", b"\xff\xd8\xff\xe0"))
        assert run(service.publish(service.get_event_topic("front"), {"event_id": "e1", "timestamp": WHEN}))
        assert state(seen, "last_event", 1)["event_id"] == "e1"
        assert state(seen, "activity", 2)["state"] == "ON"

        assert run(service.publish_camera_status("front", "Front door", "disconnected", "rtsp"))
        assert state(seen, "status", 2)["status"] == "offline"
        assert run(service.publish_event_counts("front", "Front door", 3, 14))
        assert state(seen, "counts", 1)["events_this_week"] == 14
        assert run(service.publish_activity_state("front", "OFF"))
        assert state(seen, "activity", 3)["state"] == "OFF"
        assert run(service.publish_last_event_timestamp("front", "Front door", "e0", WHEN, "before", "person"))
        assert state(seen, "last_event", 2) == {
            "camera_id": "front",
            "camera_name": "Front door",
            "event_id": "e0",
            "timestamp": "2026-01-31T08:15:00Z",
            "description_snippet": "before",
            "smart_detection_type": "person",
        }
        assert run(service.disable_camera("front"))
        assert run(service.remove_camera("front"))
        seen.expect(config, "")
        seen.expect(f"{row.topic_prefix}/camera/front/status", "")
        assert run(service.remove_camera("front")) is False
        assert run(service.announce_camera({"id": "front", "no_such_field": 1})) is False


def test_what_was_announced_is_announced_by_the_next_client(
    service: MQTTService, row: Row, own_broker: Mosquitto
) -> None:
    config = f"{row.discovery_prefix}/binary_sensor/liveobject_front_activity/config"
    system = f"{row.discovery_prefix}/binary_sensor/liveobject_connection/config"
    assert run(service.announce_system({"name": "ArgusAI at home"}))
    assert run(service.announce_camera({"id": "front", "name": "Front door"}))
    asyncio.run(service.disconnect())
    own_broker.stop()
    own_broker.start()
    assert run(service.announce_camera({"id": "back", "name": "Back door"})) is False, "not yet"
    assert run(service.connect())
    with Subscriber(own_broker, f"{row.discovery_prefix}/#") as seen:
        seen.expect_count(config, 1)
        seen.expect_count(config.replace("front", "back"), 1)
        assert "ArgusAI at home" in seen.expect_count(system, 1)[0].payload.decode()
