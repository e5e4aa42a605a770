"""What users change in Home Assistant: the options of its MQTT integration, devices and entities."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from paho.mqtt import publish

import argus_mqtt
from house import integration, retained, wait_until
from house.broker import Broker, wait_until_missed
from house.camera import CAMERA, Entities
from house.home_assistant import HomeAssistant
from house.publisher import Publisher

STATUS = "homeassistant/status"


@pytest.fixture
def integration_options(home: HomeAssistant, broker: Broker) -> Iterator[None]:
    """Put back the options of the integration, and what it left behind with others."""
    yield
    integration.change_options(home, discovery_prefix="homeassistant", birth_topic=STATUS, birth_retain=False)
    retained.clear(broker, [STATUS])


def test_an_integration_that_was_removed_and_added_has_everything(
    home: HomeAssistant, broker: Broker, client: argus_mqtt.Client, entities: Entities
) -> None:
    client.publish_camera_counts("door", 3, 5)
    home.expect(entities["events_today"], "3")
    integration.remove(home)
    home.expect_gone(entities.prefix)
    client.publish_event("door", {"description": "Meanwhile"})
    client.publish_camera_counts("door", 4, 6)
    integration.add(home, broker.host, broker.port)
    home.expect(entities["event"], "Meanwhile")
    home.expect(entities["events_today"], "4")
    home.expect(entities.connection, "on")
    home.wait_ready()


def test_a_device_that_is_deleted_there_comes_back_when_home_assistant_does(
    home: HomeAssistant, broker: Broker, client: argus_mqtt.Client, entities: Entities
) -> None:
    assert client.status().state == "online"
    door = f"{entities.prefix}_door"
    integration.delete_device(home, door)
    home.expect_gone(door)

    def configs() -> list[str]:
        return [topic for topic in retained.topics(broker, entities.prefix) if f"{door}_" in topic]

    wait_until(lambda: not configs(), lambda: f"Home Assistant clears the configs: {configs()}")
    integration.reload(home)
    for entity_id in entities.all:
        home.expect(entity_id, lambda state: state.state != "unavailable")
    home.wait_ready()


def test_what_users_change_of_an_entity_stays_and_an_event_waits_for_a_reload(
    home: HomeAssistant, announced: Publisher, entities: Entities, own_settings: dict[str, object]
) -> None:
    renamed = f"sensor.renamed_{entities.prefix}"
    change = {"type": "config/entity_registry/update"}
    home.ask(
        change | {"entity_id": entities["event"], "new_entity_id": renamed, "name": "What happens"},
        change | {"entity_id": entities["events_today"], "disabled_by": "user"},
    )
    announced.end()
    with argus_mqtt.connect(json.dumps(own_settings)) as again:
        again.announce_camera(CAMERA | {"name": "Porch"})
        home.expect(entities["status"], lambda state: state.attributes["friendly_name"] == "Porch Status")
        integration.reload(home)
        again.publish_event("door", {"description": "Meanwhile"})
        again.publish_camera_counts("door", 4, 6)
        state = home.expect(renamed, "Meanwhile")
        assert "What happens" in state.attributes["friendly_name"]
        home.expect(entities["events_week"], "6")
        assert home.state(entities["events_today"]) is None, "it stays disabled"
        assert home.state(entities["event"]) is None, "it stays where it was moved"
        again.remove_camera("door")
        home.expect_gone(f"{entities.prefix}_door")
        home.expect_gone(renamed)
    home.wait_ready()


def test_a_camera_that_is_removed_and_added_again_and_again_is_there(
    home: HomeAssistant, client: argus_mqtt.Client, entities: Entities
) -> None:
    for number in range(6):
        client.remove_camera("door")
        client.announce_camera(CAMERA | {"name": f"Door {number}"})
    for entity_id in entities.all:
        home.expect(
            entity_id,
            lambda state: state.state != "unavailable" and state.attributes["friendly_name"].startswith("Door 5 "),
        )
    client.publish_event("door", {"description": "Afterwards"})
    home.expect(entities["event"], "Afterwards")


def test_cameras_with_one_name_or_ids_that_are_nearly_the_same_are_apart(
    home: HomeAssistant, client: argus_mqtt.Client, entities: Entities
) -> None:
    cameras = {
        "same": "Front door",
        "Door": "Door",
        "a-b": "Very long " * 30,
        "a_b": "'\"\\ {{ now() }} {% if %} 👩‍👩‍👧",
    }
    for camera, name in cameras.items():
        client.announce_camera({"id": camera, "name": name})

    def entity_id(camera: str, key: str) -> str:
        (listed,) = home.ask({"type": "config/entity_registry/list"})
        unique_id = f"{entities.prefix}_{camera}_{key}"
        found: list[str] = [one["entity_id"] for one in listed if one["unique_id"] == unique_id]
        return found[0] if found else ""

    for camera in cameras:
        wait_until(lambda: entity_id(camera, "event"), f"{camera} has its sensor")  # noqa: B023
        # It is available once Home Assistant has subscribed.
        home.expect(entity_id(camera, "event"), "unknown")
        client.publish_event(camera, {"description": f"At {camera}"})
        home.expect(entity_id(camera, "event"), f"At {camera}")
    home.expect(entities["event"], "unknown")


@pytest.mark.usefixtures("integration_options")
def test_other_topics_in_home_assistant_work_with_the_same_in_the_settings(
    home: HomeAssistant,
    broker: Broker,
    client: argus_mqtt.Client,
    entities: Entities,
    own_settings: dict[str, object],
) -> None:
    # What Home Assistant says on the other topic is retained, and what another has left on this one is not its word.
    publish.single(STATUS, "online", qos=1, retain=True, hostname=broker.host, port=broker.port)
    integration.change_options(home, discovery_prefix="other", birth_topic="other/status", birth_retain=True)
    home.expect(entities["activity"], "unavailable")
    # On this version no broker says that nobody is subscribed.
    own_settings |= {"discovery_prefix": "other", "protocol": "3.1.1", "reconnect_max_seconds": 2}
    client.reconfigure(json.dumps(own_settings | {"home_assistant_status_topic": "other/status"}))
    home.expect(entities["activity"], "off")
    home.expect(entities.connection, "on")
    elsewhere = Entities(f"else{entities.prefix}")
    prefixes = {"topic_prefix": elsewhere.prefix, "discovery_id_prefix": elsewhere.prefix}
    with argus_mqtt.connect(json.dumps(own_settings | prefixes)) as other:
        other.announce_camera(CAMERA)
        home.expect(elsewhere["activity"], "off")
        home.excuse_outage()
        broker.stop()
        told = [one.publish_event("door", {"description": "In the outage"}) for one in (client, other)]
        wait_until_missed(client, other)
        assert broker.start()
        told[0].wait(60)
        home.expect(entities["event"], "In the outage")
        assert not told[1].done(), "it waits for what Home Assistant says elsewhere"
        publish.single(STATUS, "online", qos=1, hostname=broker.host, port=broker.port)
        told[1].wait(60)
        home.expect(elsewhere["event"], "In the outage")
        client.reconfigure(json.dumps(own_settings | {"homeassistant_discovery": False}))
        other.reconfigure(json.dumps(own_settings | prefixes | {"homeassistant_discovery": False}))
        client.flush(60)
        other.flush(60)
    retained.clear(broker, ["other/status"])
