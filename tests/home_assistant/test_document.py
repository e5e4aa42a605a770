"""The automations of the documentation, with a camera as it is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from paho.mqtt import publish

from house import wait_until
from house.broker import Broker
from house.home_assistant import HomeAssistant
from house.publisher import Publisher
from support.subscriber import Subscriber


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


def test_each_of_many_events_makes_an_automation_run_once(home: HomeAssistant, front_door: Publisher) -> None:
    with front_door as publisher:
        before = len(_messages(home))
        persons = [f"Person {number}" for number in range(15)]
        for person in persons:
            publisher.write("event front_door", {"smart_detection_type": "person", "description": person})
        for _ in range(2):
            publisher.write("event front_door", {"is_doorbell_ring": True})
        publisher.write("event front_door", {"smart_detection_type": "person", "description": "The last"})
        wait_until(lambda: "The last" in _messages(home)[before:], lambda: f"all are told of: {_messages(home)}")
        told = _messages(home)[before:]
        assert [message for message in told if message != "Somebody rings"] == [*persons, "The last"]
        assert told.count("Somebody rings") == 2


def test_an_event_while_home_assistant_restarts_makes_an_automation_run_once(
    home: HomeAssistant, front_door: Publisher, settings: dict[str, object]
) -> None:
    with front_door as publisher:
        # On a busy machine it takes longer to start than events wait by default.
        publisher.reconfigure(settings | {"hold_seconds": 600})
        publisher.do("event front_door", {"smart_detection_type": "person", "description": "Before"})
        wait_until(lambda: _messages(home)[-1:] == ["Before"], "the automation runs")
        before = len(_messages(home))
        home.stop()
        publisher.write("event front_door", {"smart_detection_type": "person", "description": "Meanwhile"})
        home.start()
        wait_until(lambda: "Meanwhile" in _messages(home)[before:], lambda: f"it runs: {_messages(home)[before:]}")
        # Where Home Assistant took long, that it has not been delivered yet.
        publisher.program.line()
        publisher.do("event front_door", {"smart_detection_type": "person", "description": "Afterwards"})
        wait_until(lambda: "Afterwards" in _messages(home)[before:], lambda: f"it runs: {_messages(home)[before:]}")
        assert _messages(home)[before:] == ["Meanwhile", "Afterwards"]


def test_an_event_that_is_no_longer_shown_stays_so_when_states_are_said_again(
    home: HomeAssistant, broker: Broker, front_door: Publisher
) -> None:
    sensor, counts = "sensor.front_door_now", "argusai/camera/front_door/counts"
    with front_door as publisher, Subscriber(broker, counts) as subscriber:
        publisher.do("event front_door", {"description": "Just now"})
        publisher.do("counts front_door 1 1")
        home.expect(sensor, "Just now")
        home.expect(sensor, "unavailable")
        before = home.changes(sensor)
        publish.single("homeassistant/status", "online", qos=1, hostname=broker.host, port=broker.port)
        subscriber.expect_count(counts, 2)
        publisher.do("counts front_door 2 2")
        home.expect("sensor.argusai_front_door_events_today", "2")
        assert home.changes(sensor) == before


def test_the_tests_that_the_readme_names_exist() -> None:
    folder = Path(__file__).parent
    named = set(re.findall(r"`(test_\w+)`", (folder / "README.md").read_text()))
    assert named
    assert named <= {
        name for file in folder.glob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())
    }


def _messages(home: HomeAssistant) -> list[str]:
    return [call["message"] for call in home.service_calls("persistent_notification.create")]
