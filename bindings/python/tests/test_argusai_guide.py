"""The code of docs/argusai.md, run in a backend that has what ArgusAI's has."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from argus_mqtt import argusai
from support import wait_until
from support.programs import REPOSITORY
from support.rows import Row
from support.subscriber import Subscriber

if TYPE_CHECKING:
    from support.mosquitto import Mosquitto

GUIDE = (REPOSITORY / "docs" / "argusai.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


class Backend:
    """What the code of the guide imports, and what it did with it."""

    def __init__(self, row: Row) -> None:
        """Begin with a row of settings."""
        self.row = row
        self.done: list[str] = []
        self.registry = CollectorRegistry()

    @contextmanager
    def session(self) -> Iterator[Any]:
        """Give a session of a database that has the row."""
        yield SimpleNamespace(query=lambda _: SimpleNamespace(first=lambda: self.row))

    def step(self, name: str) -> Any:
        """Give a coroutine function that notes that it was called."""

        async def call(*arguments: object, **_: object) -> dict[str, int]:
            self.done.append(name if not arguments else f"{name} {arguments[0]}")
            return {"events_today": 3, "events_this_week": 14}

        return call

    def modules(self) -> dict[str, dict[str, object]]:
        """Give the modules by name, with what is in them."""
        return {
            "app": {},
            "app.core": {},
            "app.core.database": {"SessionLocal": self.session},
            "app.core.metrics": {"REGISTRY": self.registry},
            "app.models": {},
            "app.models.mqtt_config": {"MQTTConfig": object},
            "app.services": {},
            "app.services.event_processor": {
                "initialize_event_processor": self.step("processor starts"),
                "shutdown_event_processor": self.step("processor ends"),
            },
            "app.services.mqtt_discovery_service": {"initialize_discovery_service": self.step("discovery starts")},
            "app.services.mqtt_status_service": {
                "get_camera_event_counts": self.step("counts"),
                "set_activity_on": self.step("activity of"),
            },
        }


@pytest.fixture
def backend(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    """Give a backend with the module of the first step."""
    one = Backend(Row(broker))
    for name, content in one.modules().items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    service = ModuleType("app.services.mqtt_service")
    run(block("def load_row"), vars(service))
    monkeypatch.setitem(sys.modules, service.__name__, service)
    yield one
    argusai.reset_mqtt_service()


def block(containing: str) -> str:
    """Give the block of code that has this in it."""
    (found,) = [one for one in BLOCKS if containing in one]
    return str(found)


def run(code: str, names: dict[str, Any]) -> dict[str, Any]:
    """Run code of the guide."""
    exec(compile(code, "docs/argusai.md", "exec"), names)  # noqa: S102
    return names


def test_every_block_is_run_here() -> None:
    assert len(BLOCKS) == 5


def test_an_event_from_start_to_end(backend: Backend, broker: Mosquitto) -> None:
    publish = run(block("async def publish_event_to_mqtt"), {})["publish_event_to_mqtt"]
    lifespan = run(block("async def lifespan"), {})["lifespan"]
    event = SimpleNamespace(
        id="e1",
        camera_id="front",
        description="A parcel",
        objects_detected='["package"]',
        confidence=90,
        source_type="protect",
        smart_detection_type="package",
        timestamp=datetime(2026, 1, 31, 8, 15, tzinfo=timezone.utc),
    )
    camera = SimpleNamespace(id="front", name="Front door")
    start = f"{backend.row.topic_prefix}/camera/front"

    async def main() -> None:
        async with lifespan(None):
            await publish(event, camera)
        assert not argusai.get_mqtt_service().accepts_messages
        await publish(event, camera)

    with Subscriber(broker, f"{backend.row.topic_prefix}/#") as seen:
        asyncio.run(main())
        seen.expect(f"{backend.row.topic_prefix}/status", "offline")
        told = {what: seen.messages(f"{start}/{what}") for what in ("event", "last_event", "activity", "counts")}
    assert [len(messages) for messages in told.values()] == [1, 1, 1, 1]
    assert json.loads(told["event"][0].payload)["description"] == "A parcel"
    assert json.loads(told["activity"][0].payload)["state"] == "ON"
    assert backend.done == [
        "processor starts",
        "discovery starts",
        "activity of front",
        "counts front",
        "processor ends",
    ]


def test_a_camera_is_announced(backend: Backend, broker: Mosquitto) -> None:
    backend.row.discovery_prefix = f"{backend.row.topic_prefix}/ha"
    announce = run(block("async def announce"), {})["announce"]
    camera = SimpleNamespace(id="front", name="Front door", is_doorbell=True, source_type=None, type="rtsp")
    asyncio.run(argusai.initialize_mqtt_service())
    with Subscriber(broker, f"{backend.row.discovery_prefix}/#") as seen:
        asyncio.run(announce(camera))
        seen.expect_count(f"{backend.row.discovery_prefix}/event/liveobject_front_doorbell/config", 1)


def test_metrics_are_those_of_the_connection(backend: Backend) -> None:
    run(block("from argus_mqtt.prometheus import"), {})
    assert b"mqtt_connection_status 0.0" in generate_latest(backend.registry)
    asyncio.run(argusai.initialize_mqtt_service())
    wait_until(lambda: b"mqtt_connection_status 1.0" in generate_latest(backend.registry), "it is connected")
