"""What Home Assistant makes of a camera that is announced, and of its events."""

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
from support.subscriber import Subscriber


def test_every_entity_is_there_by_its_name(home: HomeAssistant, announced: Publisher, entities: Entities) -> None:
    assert announced.program.running
    for entity_id in entities.all:
        home.expect(entity_id, lambda state: state.state != "unavailable")
    assert home.entities(entities.prefix) == sorted([*entities.all, entities.connection])
    names = {entity_id: home.expect(entity_id, lambda _: True).attributes for entity_id in entities.all}
    assert names[entities["event"]]["friendly_name"] == "Front door Event"
    assert names[entities["events_week"]]["friendly_name"] == "Front door Events this week"
    assert names[entities["activity"]]["device_class"] == "motion"
    assert names[entities["doorbell"]]["event_types"] == ["ring"]
    assert names[entities["doorbell"]]["device_class"] == "doorbell"
    kinds = ["motion", "person", "vehicle", "animal", "package", "other"]
    assert names[entities["detection"]]["event_types"] == kinds
    assert names[entities["events_today"]]["state_class"] == "total_increasing"
    assert names[entities["events_today"]]["unit_of_measurement"] == "events"


def test_what_a_config_names_is_known_before_it(
    tmp_path: Path, broker: Broker, own_settings: dict[str, object], entities: Entities
) -> None:
    with Subscriber(broker, f"{entities.prefix}/#", "homeassistant/#") as subscriber:
        with Publisher.cameras(tmp_path / "publisher", own_settings) as publisher:
            publisher.do("announce", CAMERA)
            subscriber.expect_count(f"{entities.prefix}/camera/door/activity", 1)
        topics = [
            message.topic for message in subscriber.all() if entities.prefix in message.topic and message.payload
        ]
    availability = [f"{entities.prefix}/status", f"{entities.prefix}/camera/door/status"]
    assert topics[:2] == availability
    kinds = ["config" if topic.startswith("homeassistant/") else "state" for topic in topics[2:]]
    assert kinds == sorted(kinds), "then come the configs, and then the states"
    assert kinds.count("config") == len(entities.all) + 1


def test_an_event_feeds_them(home: HomeAssistant, announced: Publisher, entities: Entities) -> None:
    event = {
        "event_id": "e1",
        "description": "A person at the door",
        "smart_detection_type": "person",
        "confidence": 90,
        "timestamp": "2026-01-02T03:04:05Z",
    }
    announced.do("event door", event)
    state = home.expect(entities["event"], "A person at the door")
    assert state.attributes["confidence"] == 90
    state = home.expect(entities["detection"], lambda state: state.attributes["event_type"] == "person")
    assert state.attributes["description"] == "A person at the door"
    assert state.attributes["event_id"] == "e1"
    state = home.expect(entities["last_event"], "2026-01-02T03:04:05+00:00")
    assert state.attributes["description_snippet"] == "A person at the door"
    home.expect(entities["activity"], "on")
    announced.do("activity door off")
    home.expect(entities["activity"], "off")
    announced.do("counts door 0 7")
    home.expect(entities["events_today"], "0")
    home.expect(entities["events_week"], "7")
    assert home.changes(entities["doorbell"]) == ["unavailable", "unknown"], "no ring"
    assert home.changes(entities["activity"])[-3:] == ["off", "on", "off"]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({}, "motion"),
        ({"smart_detection_type": None, "objects_detected": []}, "motion"),
        ({"smart_detection_type": "Vehicle"}, "vehicle"),
        ({"smart_detection_type": "dragon"}, "other"),
        ({"objects_detected": ["animal", "person"]}, "animal"),
        ({"objects_detected": "package"}, "package"),
        ({"objects_detected": {"person": 0.9}}, "person"),
        ({"objects_detected": [None, "person"]}, "motion"),
        # Where it is another day, it is of a year that there is not.
        ({"timestamp": "0001-01-01T00:00:00+23:59"}, "motion"),
        ({"description": "ü\0\u2028🚪" * 100, "timestamp": None, "event_id": None, "confidence": None}, "motion"),
        ({"smart_detection_type": 5, "objects_detected": 7, "description": ["x"]}, "other"),
        ({"is_doorbell_ring": False, "smart_detection_type": "package"}, "package"),
        ({"description": 'It\'s "quoted" <b>&amp;</b>\n{{ 1 + 1 }} ü', "is_doorbell_ring": "no"}, "motion"),
    ],
)
def test_an_event_is_a_detection_whatever_it_lacks(
    home: HomeAssistant, announced: Publisher, entities: Entities, event: dict[str, object], kind: str
) -> None:
    announced.do("event door", event)
    state = home.expect(entities["detection"], lambda state: state.attributes["event_type"] == kind)
    assert state.attributes["description"] == event.get("description", "")
    home.expect(entities["event"], lambda state: state.state not in {"unknown", "unavailable", ""})


@pytest.mark.parametrize("ring", [{"is_doorbell_ring": True}, {"smart_detection_type": "ring"}])
def test_a_ring_is_no_detection(
    home: HomeAssistant, announced: Publisher, entities: Entities, ring: dict[str, object]
) -> None:
    announced.do("event door", {"description": "Somebody rings"} | ring)
    state = home.expect(entities["doorbell"], lambda state: state.attributes["event_type"] == "ring")
    assert state.attributes["description"] == "Somebody rings"
    home.expect(entities["event"], "Somebody rings")
    announced.do("event door", {"smart_detection_type": "person"})
    home.expect(entities["event"], "No event")
    home.expect(entities["detection"], lambda state: state.attributes["event_type"] == "person")
    assert len(home.changes(entities["detection"])) == 3, "unavailable, unknown, and one detection"


def test_a_long_description_is_cut_as_a_state_alone(
    home: HomeAssistant, announced: Publisher, entities: Entities
) -> None:
    announced.do("event door", {"description": "x" * 10_000})
    state = home.expect(entities["event"], "x" * 255)
    assert state.attributes["description"] == "x" * 10_000


def test_a_snapshot_is_shown(picture: Path, home: HomeAssistant, announced: Publisher, entities: Entities) -> None:
    announced.do("snapshot door", str(picture))
    home.expect(entities["snapshot"], lambda state: state.state not in {"unknown", "unavailable"})
    assert home.image(entities["snapshot"]) == picture.read_bytes()


def test_a_snapshot_comes_before_its_event(
    picture: Path, home: HomeAssistant, broker: Broker, announced: Publisher, entities: Entities
) -> None:
    snapshot, event = f"{entities.prefix}/camera/door/snapshot", f"{entities.prefix}/events/door"
    with Subscriber(broker, snapshot, event) as subscriber:
        announced.write("snapshot door", str(picture))
        announced.write("event door", {"description": "Seen"})
        subscriber.expect_count(event, 1)
        assert [message.topic for message in subscriber.all()] == [snapshot, event]
    home.expect(entities["event"], "Seen")
    assert home.image(entities["snapshot"]) == picture.read_bytes()


@pytest.mark.parametrize(
    "case",
    [
        (
            {"id": "Back-Door_2", "name": 'Tür "Ost" & <b>x</b> {{ 1 }} 🚪'},
            "back_door_2",
            'Tür "Ost" & <b>x</b> {{ 1 }} 🚪',
        ),
        ({"id": "7", "name": "", "area": "Küche", "model": "Ünit", "url": "https://192.168.1.10/7"}, "7", "7"),
        ({"id": "x" * 100, "name": "Status"}, "x" * 100, "Status"),
        ({"id": "Küche 门", "name": "厨房"}, "k_che", "厨房"),
    ],
)
def test_unusual_ids_and_names_are_taken(
    home: HomeAssistant,
    own_settings: dict[str, object],
    entities: Entities,
    *,
    case: tuple[dict[str, object], str, str],
) -> None:
    camera, entity_id, name = case
    with argus_mqtt.connect(json.dumps(own_settings)) as client:
        client.announce_camera(camera)
        client.publish_event(str(camera["id"]), {"description": "Seen"})
        state = home.expect(f"sensor.{entities.prefix}_{entity_id}_status", "online")
        # Home Assistant leaves out the device's name where an entity begins with it.
        assert state.attributes["friendly_name"] in {f"{name} Status", name}
        home.expect(f"binary_sensor.{entities.prefix}_{entity_id}_activity", "on")
        client.remove_camera(str(camera["id"]))
        home.expect_gone(f"{entities.prefix}_{entity_id}")


def test_diagnostics_wait_for_somebody_who_enables_them(
    home: HomeAssistant, broker: Broker, own_settings: dict[str, object], entities: Entities
) -> None:
    with argus_mqtt.connect(json.dumps(own_settings)) as client:
        client.announce_system({"name": "At home", "url": "http://192.168.1.10:8000", "diagnostics": True})
        state = home.expect(entities.connection, "on")
        assert state.attributes["friendly_name"] == "At home Connection"

        def disabled_by() -> dict[str, str | None]:
            (listed,) = home.ask({"type": "config/entity_registry/list"})
            start = f"{entities.prefix}_"
            ours = [one for one in listed if str(one["unique_id"]).startswith(start)]
            return {one["unique_id"].removeprefix(start): one["disabled_by"] for one in ours}

        wanted = dict.fromkeys(["queue_depth", "dropped", "protocol"], "integration") | {"connection": None}
        wait_until(lambda: disabled_by() == wanted, lambda: f"they are registered: {disabled_by()}")
        # Home Assistant itself forgets what is disabled only when somebody deletes it.
        client.announce_system({"name": "At home"})
        client.flush(60)
        kept = retained.topics(broker, entities.prefix)
        assert [topic for topic in kept if "_connection/" not in topic] == [f"{entities.prefix}/status"]
