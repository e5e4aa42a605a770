"""What happens together: changes in an outage, and more than one thing that ends."""

from __future__ import annotations

import json
import signal

import pytest

import argus_mqtt
from house import retained, wait_until
from house.broker import Broker, wait_until_missed
from house.camera import CAMERA, Entities
from house.home_assistant import HomeAssistant
from house.publisher import Publisher


def come_back(broker: Broker, client: argus_mqtt.Client) -> None:
    """Start the broker, and wait for the client, which is back in time to hear that Home Assistant is, too."""
    before = client.status().connections
    wait_until_missed(client)

    def is_back() -> bool:
        status = client.status()
        return status.connections > before and status.state == "online"

    assert broker.start()
    wait_until(is_back, lambda: f"the client is online again: {client.status()}")


def test_a_device_is_in_its_area_and_belongs_to_the_system(
    home: HomeAssistant, client: argus_mqtt.Client, entities: Entities
) -> None:
    client.announce_camera(CAMERA | {"url": "http://192.168.1.10:8000/door", "model": "G4", "serial_number": "7"})

    def devices() -> dict[str, dict[str, object]]:
        (listed,) = home.ask({"type": "config/device_registry/list"})
        ours = [one for one in listed if any(name.startswith(entities.prefix) for _, name in one["identifiers"])]
        return {one["identifiers"][0][1]: one for one in ours}

    def door() -> dict[str, object]:
        return devices().get(f"{entities.prefix}_door", {})

    wait_until(lambda: door().get("model") == "G4", lambda: f"the device has its model: {devices()}")
    found = door()
    assert found["area_id"] == "entrance"
    assert found["configuration_url"] == "http://192.168.1.10:8000/door"
    assert found["via_device_id"] == devices()[entities.prefix]["id"]
    # The area is a suggestion for a new device; what a user has chosen since then stays.
    client.announce_camera(CAMERA | {"area": "Garden", "model": "G5"})
    wait_until(lambda: door().get("model") == "G5", lambda: f"the device has its new model: {devices()}")
    assert door()["area_id"] == "entrance"


def test_what_changes_in_an_outage_is_right_after_it(
    home: HomeAssistant,
    broker: Broker,
    client: argus_mqtt.Client,
    entities: Entities,
    own_settings: dict[str, object],
) -> None:
    gone, garden = f"{entities.prefix}_gone", f"{entities.prefix}_garden"
    client.announce_camera({"id": "gone"})
    client.announce_camera({"id": "garden", "name": "Garden"})
    home.expect(f"binary_sensor.{gone}_activity", "off")
    home.expect(f"binary_sensor.{garden}_activity", "off")
    home.excuse_outage()
    broker.stop()
    client.remove_camera("gone")
    client.announce_camera(CAMERA | {"name": "Porch", "doorbell": False})
    client.disable_camera("garden")
    client.announce_camera({"id": "garden", "name": "Back garden"})
    client.reconfigure(json.dumps(own_settings | {"homeassistant_discovery": False}))
    client.reconfigure(json.dumps(own_settings))
    client.publish_camera_counts("door", 4, 9)
    client.publish_event("door", {"description": "In the outage"})
    come_back(broker, client)
    home.expect_gone(gone)
    home.expect_gone(f"{entities.prefix}_door_doorbell")
    home.expect(entities["event"], "In the outage")
    home.expect(entities["events_today"], "4")
    home.expect(entities["detection"], lambda state: state.attributes["friendly_name"] == "Porch Detection")
    # Disabled it stays, under its new name.
    state = home.expect(f"sensor.{garden}_status", "offline")
    assert state.attributes["friendly_name"] == "Back garden Status"
    home.expect(f"binary_sensor.{garden}_activity", "unavailable")
    client.publish_camera_status("garden", "online")
    home.expect(f"binary_sensor.{garden}_activity", "off")
    assert not [topic for topic in retained.topics(broker, entities.prefix) if "gone" in topic]


def test_other_discovery_prefixes_leave_nothing_under_the_old(
    home: HomeAssistant,
    broker: Broker,
    client: argus_mqtt.Client,
    entities: Entities,
    own_settings: dict[str, object],
) -> None:
    home.excuse_outage()
    broker.stop()
    for prefix in ["elsewhere", "homeassistant", "again"]:
        client.reconfigure(json.dumps(own_settings | {"discovery_prefix": prefix}))
    come_back(broker, client)
    home.expect_gone(entities.prefix)

    def prefixes() -> set[str]:
        topics = retained.topics(broker, entities.prefix)
        return {topic.split("/")[0] for topic in topics if topic.endswith("/config")}

    wait_until(lambda: prefixes() == {"again"}, lambda: f"configs are only where they belong: {prefixes()}")
    client.reconfigure(json.dumps(own_settings | {"discovery_prefix": "elsewhere"}))
    client.reconfigure(json.dumps(own_settings))
    home.expect(entities["activity"], "off")
    home.expect(entities["status"], "online")
    home.expect(entities.connection, "on")
    wait_until(lambda: prefixes() == {"homeassistant"}, lambda: f"configs are only where they belong: {prefixes()}")


def test_an_event_arrives_once_where_the_broker_is_killed_again_at_once(
    home: HomeAssistant, broker: Broker, client: argus_mqtt.Client, entities: Entities
) -> None:
    home.excuse_outage()
    broker.stop()
    delivery = client.publish_event("door", {"description": "Between two", "smart_detection_type": "person"})
    come_back(broker, client)
    broker.stop()
    broker.forget()
    come_back(broker, client)
    home.expect(entities["event"], "Between two")
    delivery.wait(60)
    detections = [state for state in home.changes(entities["detection"]) if state not in {"unavailable", "unknown"}]
    assert len(detections) == 1


def test_an_event_arrives_where_a_killed_broker_is_back_before_the_shortest_pause(
    home: HomeAssistant, broker: Broker, own_settings: dict[str, object], entities: Entities
) -> None:
    # With MQTT 3.1.1 no broker says that nobody is subscribed.
    own_settings |= {"protocol": "3.1.1", "reconnect_min_seconds": 3600, "reconnect_max_seconds": 3600}
    with argus_mqtt.connect(json.dumps(own_settings)) as client:
        client.announce_camera(CAMERA)
        home.expect(entities["activity"], "off")
        wait_until(lambda: (client.status().online_for_seconds or 0) > 10, "the connection has lasted")
        home.excuse_outage()
        broker.stop()
        wait_until_missed(client)
        with home.standing_still():
            assert broker.start()
            client.reconnect()
            delivery = client.publish_event("door", {"description": "At once", "smart_detection_type": "person"})
            wait_until(lambda: client.status().connections == 2, "the client is back before Home Assistant")
            client.wait_online(60)
        delivery.wait(60)
        home.expect(entities["event"], "At once")
        home.expect(entities["detection"], lambda state: state.attributes["event_type"] == "person")
        home.wait_ready()


def test_after_a_power_failure_everything_is_right(
    home: HomeAssistant, broker: Broker, announced: Publisher, entities: Entities, own_settings: dict[str, object]
) -> None:
    announced.do("event door", {"description": "Before"})
    home.expect(entities["activity"], "on")
    announced.kill()
    broker.stop()
    home.stop(signal.SIGKILL)
    home.excuse("The system could not validate that the sqlite3 database")
    home.excuse("Ended unfinished session")
    assert broker.start()
    with argus_mqtt.connect(json.dumps(own_settings)) as another:
        another.announce_camera(CAMERA)
        another.publish_event("door", {"description": "After", "smart_detection_type": "person"})
        another.publish_camera_activity("door", is_active=False)
        home.start()
        home.expect(entities["event"], "After")
        home.expect(entities["detection"], lambda state: state.attributes["event_type"] == "person")
        home.expect(entities["activity"], "off")
        home.expect(entities["status"], "online")
        home.expect(entities.connection, "on")


def test_sizes_up_to_the_limits(home: HomeAssistant, client: argus_mqtt.Client, entities: Entities) -> None:
    largest = b"\xff\xd8\xff" + bytes(2**20 - 3)
    with pytest.raises(argus_mqtt.InvalidArgument, match="must be at most 1048576"):
        client.publish_event("door", {}, snapshot=largest + b"\0")
    description = "门🚪ü" * 100
    client.publish_event("door", {"description": description}, snapshot=largest)
    state = home.expect(entities["event"], description[:255])
    assert state.attributes["description"] == description
    assert home.image(entities["snapshot"]) == largest
