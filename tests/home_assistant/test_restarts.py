"""What Home Assistant knows after it was started again."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from house.camera import CAMERA, Entities
from house.home_assistant import HomeAssistant
from house.publisher import Publisher


@pytest.fixture
def mortal(tmp_path: Path, home: HomeAssistant, settings: dict[str, object]) -> Iterator[tuple[Publisher, Entities]]:
    """Give another publisher with a camera, which Home Assistant has seen, and the ids of its entities."""
    entities = Entities(f"mortal{uuid4().hex[:8]}")
    own = {"topic_prefix": entities.prefix, "discovery_id_prefix": entities.prefix}
    with Publisher.cameras(tmp_path / "mortal", settings | own) as publisher:
        publisher.do("announce", CAMERA)
        home.expect(entities["activity"], "off")
        home.expect(entities.connection, "on")
        yield publisher, entities


@pytest.fixture
def daemon(tmp_path: Path, home: HomeAssistant, settings: dict[str, object]) -> Iterator[Publisher]:
    """Give a publisher whose entities are made by YAML."""
    with Publisher.daemon(tmp_path / "daemon", settings) as publisher:
        home.expect("sensor.argusai_status", "online")
        yield publisher


@pytest.mark.usefixtures("daemon")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_home_assistant_is_right_after_a_restart(
    home: HomeAssistant,
    announced: Publisher,
    entities: Entities,
    mortal: tuple[Publisher, Entities],
    *,
    number: signal.Signals,
) -> None:
    gone, new = f"binary_sensor.{entities.prefix}_gone_activity", f"binary_sensor.{entities.prefix}_new_activity"
    announced.do("announce", {"id": "gone"})
    home.expect(gone, "off")
    announced.do("event door", {"smart_detection_type": "person", "description": "Before"})
    announced.do("activity door off")
    detected = home.expect(entities["detection"], lambda state: state.state not in {"unknown", "unavailable"})
    last_event = home.expect(entities["last_event"], lambda state: state.state != "unknown")
    home.expect(entities["activity"], "off")
    activity = home.changes(entities["activity"])
    home.stop(number)
    if number == signal.SIGKILL:
        home.excuse("The system could not validate that the sqlite3 database")
        home.excuse("Ended unfinished session")
    # What is said while it is away.
    announced.do("counts door 8 9")
    announced.do("announce", CAMERA | {"name": "Porch"})
    announced.do("announce", {"id": "new"})
    announced.do("remove gone")
    mortal[0].kill()
    home.start()
    began = time.monotonic()
    home.expect(entities.connection, "on")
    home.expect(entities["status"], "online")
    home.expect(entities["activity"], "off")
    home.expect(entities["events_today"], "8")
    home.expect(entities["events_week"], "9")
    home.expect(entities["last_event"], last_event.state)
    # Home Assistant writes down what it is to restore when it ends in good order, and every quarter of an hour.
    restored = detected.state if number == signal.SIGTERM else "unknown"
    home.expect(entities["detection"], restored)
    home.expect(mortal[1].connection, "off")
    home.expect(mortal[1]["status"], "unavailable")
    home.expect("sensor.argusai_status", "online")
    home.expect("binary_sensor.argusai_connected", "on")
    home.expect(new, "off")
    print(f"All was right {time.monotonic() - began:.1f} s after it had subscribed.")
    state = home.expect(entities["status"], "online")
    assert state.attributes["friendly_name"] == "Porch Status"
    # What Home Assistant remembers of a camera that is gone is for its users to delete.
    left = home.state(gone)
    assert left is None or left.state == "unavailable"
    again = home.state(entities["detection"])
    assert again
    assert again.state == restored, "no event comes again"
    assert "on" not in home.changes(entities["activity"])[len(activity) :]
