"""What Home Assistant is told where the broker forgets, and what nobody is left to tell it."""

from __future__ import annotations

import json
from pathlib import Path

from paho.mqtt import publish

import argus_mqtt
from house import retained
from house.broker import Broker
from house.camera import CAMERA, Entities
from house.home_assistant import HomeAssistant
from house.publisher import Publisher
from support.subscriber import Subscriber


def test_a_broker_without_memory_is_told_everything_again(
    home: HomeAssistant, broker: Broker, announced: Publisher, entities: Entities
) -> None:
    announced.do("counts door 3 5")
    home.expect(entities["events_today"], "3")
    home.stop()
    broker.stop()
    broker.forget()
    assert broker.start()
    announced.do("activity door off")
    home.start()
    for entity_id in [entities["status"], entities["activity"], entities["events_today"], entities.connection]:
        home.expect(entity_id, lambda state: state.state not in {"unknown", "unavailable"})


def test_the_end_of_both_broker_and_program_is_seen(
    tmp_path: Path, home: HomeAssistant, broker: Broker, own_settings: dict[str, object], entities: Entities
) -> None:
    with Publisher.cameras(tmp_path / "publisher", own_settings | {"availability_heartbeat_seconds": 5}) as publisher:
        publisher.do("announce", CAMERA)
        home.expect(entities.connection, "on")
        home.excuse_outage()
        broker.stop()
        publisher.kill()
    assert broker.start()
    home.wait_ready()
    # The broker has kept that the program is online.
    home.expect(entities.connection, "on")
    home.expect(entities.connection, "unavailable")
    home.restart()
    home.expect(entities.connection, "unavailable")


def test_home_assistant_is_told_states_again_and_no_event_and_not_too_often(
    home: HomeAssistant, broker: Broker, announced: Publisher, entities: Entities
) -> None:
    event, counts = f"{entities.prefix}/events/door", f"{entities.prefix}/camera/door/counts"
    announced.do("event door", {"description": "Once"})
    announced.do("activity door off")
    announced.do("counts door 3 5")
    detected = home.expect(entities["detection"], lambda state: state.state not in {"unknown", "unavailable"})
    with Subscriber(broker, event, counts, "homeassistant/status") as subscriber:
        subscriber.expect_count(counts, 1)
        for _ in range(20):
            publish.single("homeassistant/status", "online", qos=1, hostname=broker.host, port=broker.port)
        subscriber.expect_count("homeassistant/status", 20)
        subscriber.expect_count(counts, 2)
        announced.do("counts door 4 6")
        home.expect(entities["events_today"], "4")
        assert len(subscriber.messages(counts)) < 10, "birth messages that follow one another are answered together"
        assert subscriber.messages(event) == []
    assert home.state(entities["detection"]) == detected
    assert home.changes(entities["activity"])[-2:] == ["on", "off"]


def test_what_a_crash_left_of_a_camera_goes_with_its_ghosts(
    picture: Path, home: HomeAssistant, broker: Broker, own_settings: dict[str, object], entities: Entities
) -> None:
    with argus_mqtt.connect(json.dumps(own_settings)) as before:
        for camera in (CAMERA, CAMERA | {"id": "gone"}):
            before.announce_camera(camera)
            before.publish_camera_snapshot(str(camera["id"]), picture.read_bytes())
        home.expect(f"binary_sensor.{entities.prefix}_gone_activity", "off")
    with argus_mqtt.connect(json.dumps(own_settings)) as client:
        client.announce_camera(CAMERA)
        home.expect(entities["activity"], "off")
        assert client.clear_ghosts() == len(entities.all)
        home.expect_gone(f"{entities.prefix}_gone")
        client.flush(60)
        assert [topic for topic in retained.topics(broker, entities.prefix) if "gone" in topic] == []
        home.expect(entities["activity"], "off")
        assert home.image(entities["snapshot"]) == picture.read_bytes()
