"""A small program with ArgusAI's service, to be run by several workers; each answers on a socket of its own.

The environment has DIRECTORY, where the sockets are and `row.json`, the columns of the row of settings.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argus_mqtt import argusai
from support.rows import Row

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

DIRECTORY = Path(os.environ["DIRECTORY"])


def load() -> Row:
    """Give the row that was saved last."""
    return Row(**json.loads((DIRECTORY / "row.json").read_text()))


argusai.configure(load)
# Made by the parent of the workers, where that imports the program before it forks.
service = argusai.get_mqtt_service()


bursts: list[asyncio.Task[None]] = []
is_ending = threading.Event()
is_well_filled = threading.Event()

# So many events wait at the end of a worker that publishes; fewer than the broker keeps for a subscriber.
_AT_THE_END = 500


async def burst(camera: str) -> None:
    """Publish events of a camera until one is not accepted; write down each that is, for whoever outlives this."""
    topic, n, left = service.get_event_topic(camera), 0, _AT_THE_END
    with (DIRECTORY / f"{camera}.accepted").open("a", buffering=1) as file:
        while await service.publish(topic, {"n": n}):
            file.write(f"{n}\n")
            n += 1
            left = left - 1 if is_ending.is_set() else _AT_THE_END
            if left == 0:
                is_well_filled.set()
            if left <= 0 or left == _AT_THE_END:
                await asyncio.sleep(0.001)


async def answer(command: str, argument: str) -> object:
    """Do what a test asks for."""
    if command == "status":
        return {"is_connected": service.is_connected, **service.get_status()}
    if command == "publish":
        return await service.publish(service.get_event_topic("front"), json.loads(argument))
    if command == "burst":
        bursts.append(asyncio.create_task(burst(json.loads(argument))))
        return service.client_status() is not None
    if command == "delivered":
        status = service.client_status()
        return status.counters.delivered if status else None
    if command == "save":
        (DIRECTORY / "row.json").write_text(argument)
        return await service.update_config(load())
    raise ValueError(command)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one command."""
    command, _, argument = (await reader.readline()).decode().strip().partition(" ")
    writer.write(json.dumps(await answer(command, argument)).encode())
    await writer.drain()
    writer.close()


def begin() -> None:
    """Answer from now on, on a thread with a loop of its own; end with the parent, however that ends."""
    ctypes.CDLL(None).prctl(1, 9)
    socket = DIRECTORY / f"{os.getpid()}.new"

    async def listen() -> None:
        server = await asyncio.start_unix_server(serve, socket)
        socket.rename(socket.with_suffix(".sock"))
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(listen()), daemon=True).start()


async def end() -> None:
    """End with the service, in the middle of a burst if there is one."""
    is_ending.set()
    if bursts:
        await asyncio.to_thread(is_well_filled.wait, 30)
    await argusai.shutdown_mqtt_service()


async def app(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Start and end with the worker, as FastAPI's lifespan does."""
    if scope["type"] != "lifespan":
        return
    await receive()
    start = time.monotonic()
    await argusai.initialize_mqtt_service()
    print(f"started after {time.monotonic() - start:.3f} s", flush=True)
    begin()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await end()
    await send({"type": "lifespan.shutdown.complete"})


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:  # noqa: ARG001
    """Answer a request, for a server that needs something to serve."""
    start_response("204 No Content", [])
    return []


# ---- Hooks of gunicorn, for which this is the configuration too ---------------------------------------

preload_app = True


def post_fork(server: object, worker: object) -> None:  # noqa: ARG001
    """Begin with the worker."""
    asyncio.run(argusai.initialize_mqtt_service())
    begin()


def worker_exit(server: object, worker: object) -> None:  # noqa: ARG001
    """End with the worker."""
    asyncio.run(end())
