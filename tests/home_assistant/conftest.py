"""What the tests share: one broker and one Home Assistant, and topics that no other test uses."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

import argus_mqtt
from house import document
from house.broker import Broker
from house.camera import CAMERA, Entities
from house.home_assistant import HomeAssistant
from house.publisher import Publisher


def pytest_sessionstart() -> None:
    """Say what happens, as nothing is to be seen for a while."""
    print("Starting Mosquitto and Home Assistant, which takes some 20 seconds; the tests take some minutes.")


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Give the broker."""
    mosquitto = Broker(tmp_path_factory.mktemp("mosquitto"))
    yield mosquitto
    mosquitto.stop()


@pytest.fixture(scope="session")
def one_home(tmp_path_factory: pytest.TempPathFactory, broker: Broker) -> Iterator[HomeAssistant]:
    """Give the Home Assistant, with the YAML that the documentation shows."""
    began = time.monotonic()
    home = HomeAssistant(tmp_path_factory.mktemp("home-assistant"), broker.port, document.packages())
    print(f"Home Assistant was ready after {time.monotonic() - began:.0f} s.")
    problems = home.problems()
    assert problems == [], "it starts without a complaint"
    yield home
    home.stop()
    assert home.repairs() == [], "nobody has to repair anything"


@pytest.fixture
def home(one_home: HomeAssistant) -> Iterator[HomeAssistant]:
    """Give the Home Assistant, and see that it had nothing to complain of in the test."""
    one_home.problems()
    yield one_home
    problems = one_home.problems()
    assert problems == []


@pytest.fixture
def settings(broker: Broker) -> dict[str, object]:
    """Give settings with the default topics, those that the documentation shows."""
    return {"broker_host": broker.host, "broker_port": broker.port}


@pytest.fixture
def entities() -> Entities:
    """Give the ids of the camera's entities, which begin with what no other test uses."""
    return Entities(f"test{uuid4().hex[:8]}")


@pytest.fixture
def own_settings(settings: dict[str, object], entities: Entities) -> dict[str, object]:
    """Give settings with topics and ids that no other test uses."""
    return settings | {"topic_prefix": entities.prefix, "discovery_id_prefix": entities.prefix}


def _expect_camera(home: HomeAssistant, entities: Entities) -> None:
    """Wait until Home Assistant has the camera, and is subscribed for all of its entities."""
    for entity_id in entities.all:
        home.expect(entity_id, lambda state: state.state != "unavailable")
    home.expect(entities["activity"], "off")
    home.expect(entities["status"], "online")
    home.expect(entities.connection, "on")


@pytest.fixture
def announced(
    tmp_path: Path, home: HomeAssistant, own_settings: dict[str, object], entities: Entities
) -> Iterator[Publisher]:
    """Give a publisher that has announced the camera, which Home Assistant has seen."""
    with Publisher.cameras(tmp_path / "publisher", own_settings) as publisher:
        publisher.do("announce", CAMERA)
        _expect_camera(home, entities)
        yield publisher


@pytest.fixture
def client(home: HomeAssistant, own_settings: dict[str, object], entities: Entities) -> Iterator[argus_mqtt.Client]:
    """Give a client that has announced the camera, which Home Assistant has seen; its calls wait for nothing."""
    with argus_mqtt.connect(json.dumps(own_settings)) as client:
        client.announce_camera(CAMERA)
        _expect_camera(home, entities)
        yield client


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Give a file of 200 KB that begins as a picture does."""
    file = tmp_path / "picture.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 800)
    return file
