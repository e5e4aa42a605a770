"""The API of the settings in a process of its own, behind uvicorn and middleware as a host has it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, final

import httpx2

from . import DEADLINE
from .programs import Program
from .settings_api import FIRST, KEY, PATH

_PROGRAM = """
import asyncio, gc, os, sys, threading
from contextlib import asynccontextmanager
import uvicorn
from fastapi import FastAPI
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session, sessionmaker
from starlette.middleware.base import BaseHTTPMiddleware
from argus_mqtt.settings import ManagedClient, Secrets, Store, _work, migration, settings_router
from argus_mqtt.settings._events import Feed

database, key = sys.argv[1:]
engine = create_engine(database)
with engine.begin() as connection:
    migration.upgrade(connection)
session, secrets, mqtt = sessionmaker(engine), Secrets(key), ManagedClient()

@asynccontextmanager
async def lifespan(app):
    mqtt.start(Store(session, secrets=secrets))
    yield
    mqtt.shutdown()

async def pass_on(request, call_next):
    return await call_next(request)

app = FastAPI(lifespan=lifespan)
app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)
app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)
app.include_router(settings_router(session=session, client=mqtt, authorize=lambda: None, secrets=secrets))

@app.get("/listeners")
def listeners():
    return sum(one.listeners for one in gc.get_objects() if isinstance(one, Feed))

@app.get("/reads")
async def reads():
    # Not those that are quickly over.
    before = {one.ident for one in threading.enumerate() if one.name == "argus-mqtt-database"}
    await asyncio.sleep(0.5)
    return sum(one.ident in before for one in threading.enumerate() if one.name == "argus-mqtt-database")

if os.environ.get("PATIENT"):
    _work.SECONDS = 3600
if os.environ.get("CRASH_WHILE_SAVING"):
    event.listen(Session, "before_commit", lambda _: os._exit(9))

uvicorn.run(app, port=0)
"""


@final
class Server:
    """A server with the API, which runs until the end of the block."""

    def __init__(self, database: str, **environment: str) -> None:
        """Start it on a database, whose table it makes."""
        self.program = Program.python(_PROGRAM, database, KEY, environment=environment)
        try:
            address = self.program.line("Uvicorn running on").partition("running on ")[2].split()[0]
        except AssertionError:
            self.program.__exit__(None, None, None)
            raise
        self.http = httpx2.Client(base_url=address, timeout=DEADLINE)

    def __enter__(self) -> Server:
        """Give the server itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Kill it if it still runs."""
        self.http.close()
        self.program.__exit__(kind, exception, traceback)

    def save(self, settings: Mapping[str, Any], *, first: bool = False) -> None:
        """PUT settings, whatever is stored."""
        headers = FIRST if first else {"If-Match": "*"}
        answer = self.http.put(PATH, json=dict(settings), headers=headers)
        assert answer.status_code in {200, 201}, answer.text

    @contextmanager
    def events(self) -> Iterator[Events]:
        """Open the stream of the status, as a page does."""
        with self.http.stream("GET", PATH + "/status", headers={"Accept": "text/event-stream"}) as response:
            yield Events(response)


@final
class Events:
    """The server-sent events of a response, one by one."""

    def __init__(self, response: httpx2.Response) -> None:
        """Take an open response."""
        assert response.headers["Content-Type"].startswith("text/event-stream")
        self._lines = self._bounded(response)

    def next(self) -> dict[str, Any]:
        """Give the next status."""
        for line in self._lines:
            if line.startswith("data: "):
                status: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return status
        raise AssertionError("the stream has ended")

    def until(self, state: str) -> dict[str, Any]:
        """Give the first status with a state."""
        while (status := self.next())["state"] != state:
            pass
        return status

    @staticmethod
    def _bounded(response: httpx2.Response) -> Iterator[str]:
        # Signs of life come without an end.
        deadline = time.monotonic() + DEADLINE
        for line in response.iter_lines():
            assert time.monotonic() < deadline, "the stream has neither ended nor told what was waited for"
            yield line

    def end(self) -> None:
        """Read to the end of the stream."""
        for _ in self._lines:
            pass
