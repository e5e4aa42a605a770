"""Serves the settings standing alone, as `python -m argus_mqtt.settings` does, for the browser tests.

server.py PORT FOLDER [DATABASE]

POST /events?count=N publishes so many events of a camera, numbered on from the last ones, as a program would.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

import uvicorn
from fastapi.routing import APIRoute

from argus_mqtt.settings._standalone import Standalone


def main(port: str, folder: str, database: str | None = None) -> None:
    """Serve until a signal comes."""
    alone = Standalone(Path(folder), database)
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
