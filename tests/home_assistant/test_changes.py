"""What becomes of a camera in Home Assistant when something ends, starts again or changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import argus_mqtt
from house import retained, wait_until
from house.broker import Broker
from house.camera import CAMERA, Entities
from house.home_assistant import HomeAssistant
from house.publisher import Publisher


def test_what_depends_on_the_camera_is_unavailable_without_it(
    home: HomeAssistant, announced: Publisher, entities: Entities
) -> None:
    on_camera = [entities["event"], entities["activity"], entities["detection"], entities["doorbell"]]
    announced.do("status door disconnected")
    home.expect(entities["status"], "offline")
    for entity_id in on_camera:
        home.expect(entity_id, "unavailable")
    announced.do("status door online")
    for entity_id in on_camera:
        home.expect(entity_id, lambda state: state.state != "unavailable")
    announced.do("disable door")
    home.expect(entities["activity"], "unavailable")
    home.expect(entities["status"], "offline")


@pytest.mark.parametrize("end", ["kill", "end"])
def test_all_but_the_connection_are_unavailable_without_the_publisher(
    home: HomeAssistant, announced: Publisher, entities: Entities, end: str
) -> None:
    getattr(announced, end)()
    home.expect(entities.connection, "off")
    for entity_id in entities.all:
        home.expect(entity_id, "unavailable")


def test_a_crash_ends_the_activity(
    tmp_path: Path, home: HomeAssistant, announced: Publisher, entities: Entities, own_settings: dict[str, object]
) -> None:
    announced.do("event door", {})
    home.expect(entities["activity"], "on")
    announced.kill()
    home.expect(entities["activity"], "unavailable")
    with Publisher.cameras(tmp_path / "another", own_settings) as another:
        another.do("announce", CAMERA)
        home.expect(entities["activity"], "off")
        home.expect(entities["last_event"], lambda state: state.state != "unknown")


def test_a_removed_camera_leaves_nothing(
    picture: Path, home: HomeAssistant, broker: Broker, announced: Publisher, entities: Entities
) -> None:
    announced.do("snapshot door", str(picture))
    announced.do("event door", {"description": "Seen"})
    announced.do("counts door 1 1")
    home.expect(entities["events_today"], "1")
    announced.do("remove door")
    home.expect_gone(f"{entities.prefix}_door")
    home.expect(entities.connection, "on")
    kept = retained.topics(broker, entities.prefix)
    assert set(kept) == {
        f"{entities.prefix}/status",
        f"homeassistant/binary_sensor/{entities.prefix}_connection/config",
    }


def test_a_camera_keeps_its_entities_under_a_new_name(
    home: HomeAssistant, announced: Publisher, entities: Entities
) -> None:
    announced.do("announce", CAMERA | {"name": "Porch", "doorbell": False})
    # The names that were given are those of the devices; the entities' own follow.
    home.expect_gone(f"event.{entities.prefix}_door_doorbell")
    home.expect(entities["activity"], "off")
    assert home.changes(entities["activity"])[-1:] == ["off"]


def test_a_camera_gives_way_to_another_whose_id_is_the_same_once_cleaned_up(
    home: HomeAssistant, broker: Broker, client: argus_mqtt.Client, entities: Entities
) -> None:
    client.announce_camera({"id": "back yard"})
    activity = f"binary_sensor.{entities.prefix}_back_yard_activity"
    home.expect(activity, "off")
    with pytest.raises(argus_mqtt.InvalidArgument, match="the same once cleaned up"):
        client.announce_camera({"id": "back_yard"})
    client.remove_camera("back yard")
    client.announce_camera({"id": "back_yard", "name": "Yard"})
    client.publish_event("back_yard", {"description": "Seen"})
    state = home.expect(activity, "on")
    assert state.attributes["friendly_name"] == "Yard Activity"
    assert [topic for topic in retained.topics(broker, entities.prefix) if "back yard" in topic] == []


def test_two_programs_with_the_same_topics_are_one_system(
    home: HomeAssistant, client: argus_mqtt.Client, entities: Entities, own_settings: dict[str, object]
) -> None:
    garden = f"binary_sensor.{entities.prefix}_garden_activity"
    with argus_mqtt.connect(json.dumps(own_settings | {"client_id": f"other{entities.prefix}"})) as other:
        other.announce_camera({"id": "garden"})
        home.expect(garden, "off")
        other.publish_event("garden", {"description": "Seen"})
        home.expect(garden, "on")
    # The end of one is not that of the other, which says so.
    wait_until(lambda: client.status().counters.guard_repairs > 0, "the offline message of the other is answered")
    home.expect(entities.connection, "on")
    home.expect(entities["activity"], "off")


def test_two_installations_do_not_meet(
    tmp_path: Path, home: HomeAssistant, announced: Publisher, entities: Entities, settings: dict[str, object]
) -> None:
    own = {"topic_prefix": "second", "discovery_id_prefix": "second"}
    with Publisher.cameras(tmp_path / "second", settings | own) as second:
        second.do("announce", CAMERA)
        home.expect("binary_sensor.second_door_activity", "off")
        second.do("event door", {"description": "Of the second"})
        home.expect("sensor.second_door_event", "Of the second")
        announced.do("event door", {"description": "Of the first"})
        home.expect(entities["event"], "Of the first")
        second.do("remove door")
        home.expect_gone("second_door")
    home.expect(entities["event"], "Of the first")


def test_new_topics_and_payloads_keep_the_entities_and_leave_nothing_on_the_old(
    home: HomeAssistant, broker: Broker, announced: Publisher, entities: Entities, own_settings: dict[str, object]
) -> None:
    announced.do("counts door 3 5")
    home.expect(entities["events_today"], "3")
    new = f"new{entities.prefix}"
    announced.reconfigure(own_settings | {"topic_prefix": new, "birth_message": "here", "will_message": "gone"})
    announced.do("counts door 4 6")
    home.expect(entities["events_today"], "4")
    home.expect(entities["status"], "online")
    home.expect(entities.connection, "on")
    before = {entity_id: home.changes(entity_id) for entity_id in entities.all}
    # The availability topic is cleared once no will can be published there any more.
    wait_until(
        lambda: not [topic for topic in retained.topics(broker, entities.prefix) if "/config" not in topic],
        lambda: f"nothing is left: {retained.topics(broker, entities.prefix)}",
    )
    announced.do("counts door 5 7")
    home.expect(entities["events_today"], "5")
    before[entities["events_today"]] += ["5"]
    before[entities["events_week"]] += ["7"]
    assert {entity_id: home.changes(entity_id) for entity_id in entities.all} == before, "nothing becomes unavailable"
    announced.kill()
    home.expect(entities.connection, "off")


def test_a_new_config_leaves_the_connection_on(
    tmp_path: Path, home: HomeAssistant, own_settings: dict[str, object], entities: Entities
) -> None:
    # No heartbeat comes in this test but the one that follows a config.
    heartbeat = "availability_heartbeat_seconds"
    with Publisher.cameras(tmp_path / "publisher", own_settings | {heartbeat: 3600}) as publisher:
        publisher.do("announce", {"id": "door"})
        home.expect(entities.connection, "on")
        publisher.reconfigure(own_settings | {heartbeat: 1800})
        wait_until(
            lambda: home.changes(entities.connection).count("unavailable") == 2,
            lambda: f"the sensor has its new config: {home.changes(entities.connection)}",
        )
        home.expect(entities.connection, "on")


def test_new_ids_make_new_entities_and_leave_nothing_of_the_old(
    home: HomeAssistant, broker: Broker, announced: Publisher, entities: Entities, own_settings: dict[str, object]
) -> None:
    new = Entities(f"new{entities.prefix}")
    announced.reconfigure(own_settings | {"discovery_id_prefix": new.prefix})
    home.expect(new["activity"], "off")
    home.expect(new.connection, "on")
    home.expect_gone(f".{entities.prefix}_")
    kept = retained.topics(broker, entities.prefix)
    assert [topic for topic in kept if topic.startswith("homeassistant/")] == []


def test_without_discovery_there_are_no_entities(
    home: HomeAssistant, announced: Publisher, entities: Entities, own_settings: dict[str, object]
) -> None:
    announced.reconfigure(own_settings | {"homeassistant_discovery": False})
    home.expect_gone(entities.prefix)
    announced.reconfigure(own_settings)
    home.expect(entities["activity"], "off")
    home.expect(entities.connection, "on")
