"""Serves the settings standing alone, as `python -m argus_mqtt.settings` does, for the browser tests.

server.py PORT FOLDER [DATABASE]
server.py PORT FOLDER --worker

With --worker it is one of several with the same folder, of which one has the connection, as in a program with the
service of ArgusAI.

POST /events?count=N publishes so many events of a camera, numbered on from the last ones, as a program would.
"""

from __future__ import annotations

import functools
import os
import sys
from itertools import count
from pathlib import Path

import uvicorn
from fastapi.routing import APIRoute

from argus_mqtt.argusai import MQTTService
from argus_mqtt.settings import Store, _standalone, settings_router

CAMERAS = [{"id": "front_door", "name": "Front door"}, {"id": "garden", "name": "Garden"}]


class Worker(MQTTService):
    """The service, with what a program that stands alone asks of its client."""

    def __init__(self) -> None:
        """Have no settings yet."""
        super().__init__(lambda: None)

    def start(self, store: Store) -> None:
        """Go on with what is stored."""
        snapshot = store.load()
        self.apply(snapshot.stored.running if snapshot else None)

    def shutdown(self) -> None:
        """End the connection, if this one has it."""
        self.cleanup()


def main(port: str, folder: str, database: str | None = None) -> None:
    """Serve until a signal comes."""
    if database == "--worker":
        database = None
        os.environ["ARGUS_MQTT_LOCK_DIRECTORY"] = f"{folder}/locks"
        setattr(_standalone, "ManagedClient", Worker)  # noqa: B010  (another type than what it replaces)
    # A program that stands alone has no cameras; this one has, as a host's.
    with_cameras = functools.partial(settings_router, cameras=lambda: CAMERAS)
    setattr(_standalone, "settings_router", with_cameras)  # noqa: B010  (another type than what it replaces)
    alone = _standalone.Standalone(Path(folder), database)
    alone.prepare()
    numbers = count(1)

    def publish(count: int) -> None:
        client = alone.mqtt.client
        if client is None:
            raise RuntimeError("there is no client")
        for _ in range(count):
            client.publish_event("front_door", {"number": next(numbers)})

    # Before the page, which takes every path.
    alone.app.router.routes.insert(0, APIRoute("/events", publish, methods=["POST"]))
    uvicorn.run(alone.app, host="127.0.0.1", port=int(port), log_level="warning", timeout_graceful_shutdown=5)


if __name__ == "__main__":
    main(*sys.argv[1:])
