"""The YAML of the documentation, which is that of the specification and more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import argus_mqtt
from house import wait_until
from house.broker import Broker
from house.home_assistant import HomeAssistant
from house.publisher import Publisher

STATUS = "sensor.argusai_status"
CONNECTED = "binary_sensor.argusai_connected"
EVENT = "sensor.front_door_event"
TOPIC = "argusai/events/front_door"


@pytest.fixture
def daemon(tmp_path: Path, home: HomeAssistant, settings: dict[str, object]) -> Iterator[Publisher]:
    """Give a publisher that Home Assistant sees online."""
    with Publisher.daemon(tmp_path / "publisher", settings) as publisher:
        home.expect(STATUS, "online")
        home.expect(CONNECTED, "on")
        yield publisher


def test_a_graceful_end_is_seen(home: HomeAssistant, daemon: Publisher) -> None:
    daemon.terminate()
    home.expect(STATUS, "unavailable")
    home.expect(CONNECTED, "off")


def test_a_crash_is_seen(home: HomeAssistant, daemon: Publisher) -> None:
    before = len(home.changes(CONNECTED))
    daemon.kill()
    home.expect(STATUS, "unavailable")
    home.expect(CONNECTED, "off")
    assert home.changes(CONNECTED)[before:] == ["off"], "it changes once"


def test_a_new_start_after_a_crash_is_seen(
    tmp_path: Path, home: HomeAssistant, settings: dict[str, object], daemon: Publisher
) -> None:
    daemon.kill()
    home.expect(CONNECTED, "off")
    before = len(home.changes(CONNECTED))
    with Publisher.daemon(tmp_path / "another", settings) as another:
        home.expect(STATUS, "online")
        another.terminate()
    home.expect(CONNECTED, "off")
    assert home.changes(CONNECTED)[before:] == ["on", "off"]


def test_an_event_arrives_with_its_attributes(home: HomeAssistant, daemon: Publisher) -> None:
    daemon.write("front_door", {"description": "A person at the door", "confidence": 90})
    state = home.expect(EVENT, "A person at the door")
    assert state.attributes["confidence"] == 90
    daemon.write("front_door", {"description": "x" * 10_000})
    state = home.expect(EVENT, "x" * 255)
    assert state.attributes["description"] == "x" * 10_000
    daemon.write("front_door", {"confidence": 5})
    home.expect(EVENT, "No event")


def test_an_event_that_expired_in_an_outage_does_not_arrive(
    home: HomeAssistant, broker: Broker, settings: dict[str, object]
) -> None:
    # Shorter than settings may be outside the tests of this library.
    with argus_mqtt.connect(json.dumps(settings | {"message_expiry_seconds": 1})) as client:
        home.expect(CONNECTED, "on")
        client.publish(TOPIC, json.dumps({"description": "Before"}))
        home.expect(EVENT, "Before")
        home.excuse_outage()
        broker.stop()
        home.expect(CONNECTED, "unavailable")
        expired = client.publish_event("front_door", {"description": "In the outage"})
        with pytest.raises(argus_mqtt.Expired):
            expired.wait(60)
        assert broker.start()
        home.wait_ready()
        client.wait_online(60)
        client.publish(TOPIC, json.dumps({"description": "After"}))
        home.expect(EVENT, "After")
        assert home.changes(EVENT)[-1] == "After"
    assert "In the outage" not in home.changes(EVENT)


def test_the_recorder_has_written_it_down(home: HomeAssistant, daemon: Publisher) -> None:
    daemon.kill()
    home.expect(CONNECTED, "off")
    wait_until(lambda: home.history(CONNECTED)[-2:] == ["on", "off"], lambda: f"history: {home.history(CONNECTED)}")
