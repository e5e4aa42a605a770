"""A program with the API of the settings, which publishes now and then as its cameras would.

It takes the port of the broker, a folder for its database, and the file with the event. Then, line by line on the
standard input, how many events to publish and how many microseconds to wait before each.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from array import array
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

import bench
from argus_mqtt import Client
from argus_mqtt.settings import Base, ManagedClient, Secrets, Store, settings_router

_KEY = "A" * 43 + "="


def main() -> None:
    """Serve until the driver ends it."""
    port, folder, event = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).read_bytes()
    engine = create_engine(f"sqlite:///{folder}/settings.db")
    Base.metadata.create_all(engine)
    session, secrets, mqtt = sessionmaker(engine), Secrets(_KEY), ManagedClient()
    store = Store(session, secrets=secrets)
    store.save_first({"broker_host": "127.0.0.1", "broker_port": port})
    mqtt.start(store)
    assert mqtt.client is not None
    mqtt.client.wait_online(bench.LONG_SECONDS)
    app = FastAPI()
    app.include_router(settings_router(session=session, client=mqtt, authorize=lambda: None, secrets=secrets))
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_publish, args=(mqtt.client, event), daemon=True).start()
    bench.report({"port": listener.getsockname()[1]})
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])


def _publish(client: Client, event: bytes) -> None:
    for line in sys.stdin:
        count, pause_us = map(int, line.split())
        durations = array("Q")
        before, start_ns = bench.cpu_seconds(), time.monotonic_ns()
        for _ in range(count):
            time.sleep(pause_us / 1e6)
            call_ns = time.perf_counter_ns()
            client.publish_event("front_door", event)
            durations.append(time.perf_counter_ns() - call_ns)
        took = bench.elapsed(start_ns, before)
        client.flush(bench.LONG_SECONDS)
        bench.report({**took, **bench.percentiles(durations)})


if __name__ == "__main__":
    main()
