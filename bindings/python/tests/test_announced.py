"""What Home Assistant is told of a system, found beside every client; and the commands that show and clear it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from support import DEADLINE
from support.command_line import argus_mqtt as run
from support.subscriber import Subscriber

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.mosquitto import Mosquitto


def config(settings: Settings, device: str, name: str) -> dict[str, object]:
    """Give as much of a discovery config as tells whose it is."""
    return {
        "unique_id": f"{device}_picture",
        "origin": {"name": "argus-mqtt"},
        "availability": [{"topic": f"{settings['topic_prefix']}/status"}],
        "device": {"identifiers": [device], "name": name},
        "state_topic": f"{settings['topic_prefix']}/camera/{device}/snapshot",
    }


@pytest.fixture
def announced(settings: Settings) -> dict[str, str]:
    """Announce two cameras and a device of another program; give the topics of their configs."""
    prefix = f"{settings['topic_prefix']}/discovery"
    settings["discovery_prefix"] = prefix
    topics = {name: f"{prefix}/sensor/argusai_{name}_event/config" for name in ("door", "hall", "other")}
    with argus_mqtt.connect(settings) as client:
        for name in ("door", "hall"):
            client.publish_state(topics[name], config(settings, f"argusai_{name}", name.title()))
            client.publish_state(f"{settings['topic_prefix']}/camera/argusai_{name}/snapshot", "of a home")
        client.publish_state(topics["other"], {"unique_id": "other"})
        client.flush(DEADLINE)
    return topics


@pytest.fixture
def file(tmp_path: Path, settings: Settings, announced: dict[str, str]) -> Path:  # noqa: ARG001  (it changes the settings)
    """Give a file with the settings."""
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings))
    return path


def test_entities_are_found_and_ghosts_among_them(settings: Settings, announced: dict[str, str]) -> None:
    found = argus_mqtt.find_announced(settings, timeout=DEADLINE)
    assert [(one.topic, one.device, one.device_name, one.is_ghost) for one in found] == [
        (announced["door"], "argusai_door", "Door", None),
        (announced["hall"], "argusai_hall", "Hall", None),
    ]
    assert found[0].unique_id == "argusai_door_picture"
    assert found[0].state_topics == (f"{settings['topic_prefix']}/camera/argusai_door/snapshot",)
    judged = argus_mqtt.find_announced(settings, {"cameras": [{"id": "door"}]}, DEADLINE)
    assert [one.is_ghost for one in judged] == [False, True]


def test_what_cannot_be_found_is_told(unreachable: Settings) -> None:
    with pytest.raises(argus_mqtt.TimedOut, match="broker_port"):
        argus_mqtt.find_announced(unreachable, timeout=DEADLINE)
    with pytest.raises(argus_mqtt.InvalidArgument, match="cameras"):
        argus_mqtt.find_announced(unreachable, {"cams": []})
    with pytest.raises(argus_mqtt.InvalidSettings, match="broker_host"):
        argus_mqtt.find_announced("{}")


def test_devices_are_listed(file: Path, settings: Settings) -> None:
    ended = run("cameras", "list", "--settings", file)
    assert ended.status == 0, ended
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines == [["argusai_door", "Door", "1", "entity"], ["argusai_hall", "Hall", "1", "entity"]]
    listed = json.loads(run("cameras", "list", "--json", "--settings", file).out)
    assert [one["device"] for one in listed] == ["argusai_door", "argusai_hall"]
    ended = run("cameras", "list", "--settings", file, "--set", f"availability_topic={settings['topic_prefix']}/else")
    assert (ended.status, ended.out) == (0, "nothing is announced\n")


def test_ghosts_are_cleared_and_nothing_else(
    file: Path, settings: Settings, announced: dict[str, str], tmp_path: Path, broker: Mosquitto
) -> None:
    cameras = tmp_path / "cameras.json"
    cameras.write_text('[{"id": "door"}]')
    ended = run("cameras", "clear-ghosts", "--dry-run", "--settings", file, cameras)
    assert ended.status == 0, ended
    assert "argusai_hall" in ended.out
    assert ended.out.endswith("1 ghost found\n")
    assert len(argus_mqtt.find_announced(settings)) == 2
    with (
        argus_mqtt.connect(settings) as service,
        Subscriber(broker, f"{settings['topic_prefix']}/camera/+/snapshot") as home,
    ):
        service.wait_online(DEADLINE)
        home.expect(f"{settings['topic_prefix']}/camera/argusai_hall/snapshot", "of a home")
        ended = run("cameras", "clear-ghosts", "--settings", file, cameras)
        assert ended.status == 0, ended
        assert ended.out.endswith("1 ghost cleared\n")
        home.expect(f"{settings['topic_prefix']}/camera/argusai_hall/snapshot", "")
        assert sum(message.payload == b"" for message in home.all()) == 1
        told = service.status()
        assert (told.connections, told.counters.guard_repairs) == (1, 0)
    assert [one.topic for one in argus_mqtt.find_announced(settings)] == [announced["door"]]
    again = run("cameras", "clear-ghosts", "--json", "--settings", file, cameras)
    assert json.loads(again.out) == {"cleared": [], "found": []}
    options = ["-h", broker.host, "-p", broker.port]
    for content, says in [
        ("no JSON", "is not JSON"),
        ("1", "must be a list of cameras"),
        ('[{"id": 1}]', "cameras: "),
    ]:
        cameras.write_text(content)
        ended = run("cameras", "clear-ghosts", *map(str, options), cameras)
        assert ended.status == 2, ended
        assert says in ended.err


def test_cameras_of_a_file_are_announced(file: Path, settings: Settings, tmp_path: Path) -> None:
    cameras = tmp_path / "cameras.json"
    cameras.write_text(
        '{"system": {"name": "Garden"}, "cameras": [{"id": "pond", "name": "Pond", "doorbell": true}]}'
    )
    ended = run("cameras", "announce", "--settings", file, cameras)
    assert (ended.status, ended.out) == (0, "announced: pond\n"), ended
    found = argus_mqtt.find_announced(settings)
    assert {one.device_name for one in found} >= {"Garden", "Pond"}
    assert "argusai_pond_doorbell" in {one.unique_id for one in found}
    cameras.write_text('[{"id": "pond/2"}]')
    ended = run("cameras", "announce", "--settings", file, cameras)
    assert ended.status == 2
    assert "camera: " in ended.err
    cameras.write_text('{"cameras": {}}')
    assert run("cameras", "announce", "--settings", file, cameras).status == 2
