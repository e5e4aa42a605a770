"""What becomes of ArgusAI's entities when it moves over from its own MQTT service, and back."""

from __future__ import annotations

import asyncio
import shlex
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from argus_mqtt.argusai import MQTTService
from house import document, retained, wait_until
from house.broker import Broker
from house.home_assistant import HomeAssistant
from house.old_argusai import KEYS, OldArgusAI
from support.programs import PACKAGE, Program
from support.rows import Row

NEW = {"detection", "doorbell", "snapshot"}


@pytest.fixture
def old(broker: Broker) -> OldArgusAI:
    """Give the service of before, with a camera whose id is of ArgusAI's kind."""
    return OldArgusAI(broker, str(uuid4()), "Front door")


@pytest.fixture(autouse=True)
def _own_locks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ARGUS_MQTT_LOCK_DIRECTORY", str(tmp_path))


@pytest.mark.parametrize("have_expired", [False, True])
def test_entities_of_argusai_stay_when_it_moves_over_and_back(
    home: HomeAssistant, broker: Broker, old: OldArgusAI, picture: Path, *, have_expired: bool
) -> None:
    home.excuse("starts with the device name")
    old.start(expiry_seconds=5 if have_expired else 300)
    found: dict[str, dict[str, Any]] = {}

    def are_registered() -> bool:
        found.update(_registered(home, old))
        return set(found) == set(KEYS)

    wait_until(are_registered, "they are registered")
    entity_ids = {key: str(entity["entity_id"]) for key, entity in found.items()}
    home.expect(entity_ids["activity"], "off")
    entity_ids |= {"events_today": _arrange(home, entity_ids)}
    before = _registered(home, old)
    if have_expired:
        # As five minutes after each start of it.
        home.stop()
        wait_until(lambda: not retained.topics(broker, f"liveobject_{old.camera}"), "the configs expire")
        home.start()
        home.expect(entity_ids["activity"], lambda state: state.attributes.get("restored") is True)
    old.end()

    service = MQTTService(lambda: Row(broker, topic_prefix="liveobject"))
    try:
        assert asyncio.run(_move_over(service, old.camera, picture.read_bytes()))
        home.expect(entity_ids["event"], "Since then")
        home.expect(entity_ids["activity"], "on")
        home.expect(entity_ids["events_today"], "4")
        home.expect(entity_ids["status"], "online")
        home.expect(entity_ids["last_event"], "2026-02-01T08:15:00+00:00")
        after = _registered(home, old)
        assert {key: after[key] for key in before} == before, "ids, names, areas and devices stay"
        assert set(after) - set(before) == NEW, "none is there twice"
        assert {one["device_id"] for one in after.values()} == {before["event"]["device_id"]}
    finally:
        service.cleanup()

    old.start()
    home.expect(entity_ids["activity"], "off")
    for command in document.commands_to_go_back():
        _run(command.replace("192.168.1.10", f"{broker.host} -p {broker.port}"))
    wait_until(lambda: _registered(home, old) == before, lambda: f"only these: {_registered(home, old)}")
    home.expect_gone("liveobject_connection")
    home.expect(entity_ids["events_today"], "3")
    old.end()
    kept = retained.topics(broker, "liveobject")
    assert [topic for topic in kept if topic.endswith("/snapshot")] == []
    retained.clear(broker, [topic for topic in kept if topic.endswith("/config")])
    wait_until(lambda: not _registered(home, old), "the camera is gone")
    retained.clear(broker, [topic for topic in kept if not topic.endswith("/config")])


def _run(command: str) -> None:
    program = f"{shlex.quote(sys.executable)} -m argus_mqtt"
    with Program(["sh", "-c", command.replace("argus-mqtt", program)], directory=PACKAGE) as shell:
        assert shell.ended() == 0, shell.output


async def _move_over(service: MQTTService, camera: str, picture: bytes) -> bool:
    took = [
        await service.initialize(),
        await service.announce_camera({"id": camera, "name": "Front door", "doorbell": True, "snapshots": True}),
        await service.publish_camera_status(camera, "Front door", "connected", "rtsp"),
        await service.publish_event_counts(camera, "Front door", 4, 15),
        await service.publish_camera_snapshot(camera, picture),
    ]
    event = {"description": "Since then", "timestamp": "2026-02-01T08:15:00Z"}
    return all(took) and await service.publish(service.get_event_topic(camera), event)


def _arrange(home: HomeAssistant, entity_ids: dict[str, str]) -> str:
    """Do what people do; give the new id of an entity."""
    (area,) = home.ask({"type": "config/area_registry/create", "name": f"Porch {uuid4().hex}"})
    update = "config/entity_registry/update"
    new = f"sensor.porch_{uuid4().hex}"
    home.ask(
        {
            "type": update,
            "entity_id": entity_ids["activity"],
            "name": "Somebody is there",
            "area_id": area["area_id"],
        },
        {"type": update, "entity_id": entity_ids["events_today"], "new_entity_id": new, "icon": "mdi:star"},
    )
    return new


def _registered(home: HomeAssistant, old: OldArgusAI) -> dict[str, dict[str, Any]]:
    """Give what the registry has of the camera, by key."""
    (listed,) = home.ask({"type": "config/entity_registry/list"})
    start = old.unique_id("")
    kept = ("id", "entity_id", "name", "area_id", "device_id", "icon")
    return {
        one["unique_id"].removeprefix(start): {name: one[name] for name in kept}
        for one in listed
        if one["unique_id"].startswith(start)
    }
