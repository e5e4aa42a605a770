"""The automations of the documentation, with a camera as it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from house import wait_until
from house.home_assistant import HomeAssistant
from house.publisher import Publisher


@pytest.fixture
def front_door(tmp_path: Path, home: HomeAssistant, settings: dict[str, object]) -> Publisher:
    """Give a publisher that has announced the camera of the documentation."""
    publisher = Publisher.cameras(tmp_path / "publisher", settings)
    publisher.do("announce", {"id": "front_door", "name": "Front door", "doorbell": True})
    home.expect("binary_sensor.argusai_front_door_activity", "off")
    home.expect("binary_sensor.argusai_connection", "on")
    return publisher


def test_the_automations_run(home: HomeAssistant, front_door: Publisher) -> None:
    with front_door as publisher:
        before = len(_messages(home))
        publisher.do("event front_door", {"smart_detection_type": "vehicle", "description": "A car"})
        publisher.do("event front_door", {"smart_detection_type": "person", "description": "Someone waits"})
        wait_until(lambda: len(_messages(home)) > before, "the person is told of")
        publisher.do("event front_door", {"is_doorbell_ring": True})
        wait_until(lambda: len(_messages(home)) > before + 1, "the ring is told of")
        # A camera that was away has had no new event.
        publisher.do("status front_door offline")
        home.expect("event.argusai_front_door_detection", "unavailable")
        publisher.do("status front_door online")
        home.expect("event.argusai_front_door_detection", lambda state: state.state != "unavailable")
        # Nor has one that is removed.
        publisher.do("remove front_door")
        home.expect_gone("argusai_front_door")
        publisher.kill()
        home.expect("binary_sensor.argusai_connection", "off")
        wait_until(lambda: len(_messages(home)) > before + 2, "the absence is told of")
        assert _messages(home)[before:] == ["Someone waits", "Somebody rings", "No camera is watched"]


def _messages(home: HomeAssistant) -> list[str]:
    return [call["message"] for call in home.service_calls("persistent_notification.create")]
