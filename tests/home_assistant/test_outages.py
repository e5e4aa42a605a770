"""What happens while the broker is away and Home Assistant is slower to come back than the publisher.

`OUTAGES` says how many outages there are, two by default. Every other one costs the broker its memory.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

import argus_mqtt
from house.broker import Broker, wait_until_missed
from house.camera import CAMERA, Entities
from house.home_assistant import HomeAssistant, State
from support.subscriber import Subscriber

OUTAGES = int(os.environ.get("OUTAGES", "2"))


@dataclass(frozen=True)
class Camera:
    """A camera in Home Assistant."""

    entities: Entities
    client: argus_mqtt.Client
    watcher: Subscriber | None


@pytest.fixture(scope="module")
def cameras(one_home: HomeAssistant, broker: Broker) -> Iterator[list[Camera]]:
    """Give a camera for each version of MQTT, with and without another subscriber, and one with retained events.

    With another subscriber, the broker never says that nobody is subscribed. Event entities ignore what was retained.
    """
    with ExitStack() as stack:
        cameras = []
        variants = [*itertools.product(["5", "3.1.1"], [False, True], [False]), ("5", False, True)]
        for protocol, is_watched, is_retained in variants:
            entities = Entities(f"outage{uuid4().hex[:8]}")
            settings = {
                "broker_host": broker.host,
                "broker_port": broker.port,
                "protocol": protocol,
                "retain_events": is_retained,
                # Outages that follow one another would make the pauses long.
                "reconnect_max_seconds": 2,
                "topic_prefix": entities.prefix,
                "discovery_id_prefix": entities.prefix,
            }
            client = stack.enter_context(argus_mqtt.connect(json.dumps(settings)))
            client.announce_camera(CAMERA)
            one_home.expect(entities["activity"], "off")
            topics = [f"{entities.prefix}/#", "homeassistant/#"]
            watcher = stack.enter_context(Subscriber(broker, *topics)) if is_watched else None
            cameras.append(Camera(entities, client, watcher))
        yield cameras


@pytest.mark.parametrize("number", range(1, OUTAGES + 1))
def test_an_event_of_an_outage_reaches_home_assistant(
    home: HomeAssistant,
    broker: Broker,
    cameras: list[Camera],
    picture: Path,
    *,
    number: int,
) -> None:
    home.excuse_outage()
    broker.stop()
    event = {"description": f"Outage {number}", "smart_detection_type": "person"}
    picture.write_bytes(picture.read_bytes() + str(number).encode())
    heard = {camera: len(camera.watcher.all()) for camera in cameras if camera.watcher}
    deliveries = []
    for camera in cameras:
        home.expect(camera.entities["activity"], "unavailable")
        deliveries.append(camera.client.publish_event("door", json.dumps(event), snapshot=picture.read_bytes()))
    wait_until_missed(*(camera.client for camera in cameras))
    if number % 2:
        broker.forget()
    with home.standing_still():
        assert broker.start()
        topics = [f"{camera.entities.prefix}/status" for camera in cameras]
        with Subscriber(broker, *topics) as subscriber:
            for topic in topics:
                subscriber.expect(topic, "online")

    def is_of_this_outage(state: State) -> bool:
        return state.attributes.get("description") == event["description"]

    for camera, delivery in zip(cameras, deliveries, strict=True):
        delivery.wait(60)
        home.expect(camera.entities["event"], event["description"])
        home.expect(camera.entities["detection"], is_of_this_outage)
        home.expect(camera.entities["activity"], "on")
        assert home.image(camera.entities["snapshot"]) == picture.read_bytes()
        if camera.watcher:
            camera.watcher.expect(f"{camera.entities.prefix}/events/door", json.dumps(event))
            said = camera.watcher.all()[heard[camera] :]
            assert [message.topic for message in said if message.payload == b""] == [], "no entity is taken back"
    home.wait_ready()
