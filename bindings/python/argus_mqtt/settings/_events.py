"""The status as server-sent events, until the page is closed or the server is told to stop."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from argus_mqtt.argusai import _waiting

# In seconds. How often the status is read; no page begins with an older one.
_NEWS_EVERY: Final = 1.0
# How often a stream looks for news and for the end of the server. It is half as often while a reading hangs: each
# look first waits as long for that.
_LOOK_EVERY: Final = 0.25
# Some proxies take longer silence for a broken connection, and writing is how a page that is gone is noticed.
_SIGN_OF_LIFE_EVERY: Final = 15.0

# How long a reading may take until another is begun. That leaves a thread behind, and so is to be rare.
_NO_ANSWER_AFTER: Final = 3600.0

MOST_LISTENERS: Final = 200
# Each has a thread of its own, for as long as the database is silent.
MOST_ASKING: Final = 200

# What moves on by itself is no news.
_CLOCKS: Final = ("online_for_seconds", "last_online_unix_seconds", "next_attempt_in_seconds", "oldest_age_seconds")


class Feed:
    """Reads the status once for all open pages."""

    def __init__(self, read: Callable[[], dict[str, Any]], is_stopping: Callable[[], bool]) -> None:
        """Take what reads the status, and what tells whether the server was told to stop."""
        self.listeners = 0
        self.asking = 0
        self._read = read
        self._is_stopping = is_stopping
        self._reading: asyncio.Task[None] | None = None
        self._read_at = -_NEWS_EVERY
        self._text = self._news = ""

    async def once(self) -> dict[str, Any] | None:
        """Read the status for who asks once; None if the server is told to stop before it is there."""
        self.asking += 1
        try:
            reading = _waiting.on_a_thread("argus-mqtt-status", self._read)
            while not self._is_stopping():
                if status := await _waiting.outcome(reading, _LOOK_EVERY):
                    return status
            return None
        finally:
            self.asking -= 1

    async def events(self) -> AsyncIterator[str]:
        """Yield the status immediately, and again whenever it has changed."""
        self.listeners += 1
        try:
            sent, sent_at = "", 0.0
            # What was read for others a while ago is no status.
            oldest = time.monotonic() - _NEWS_EVERY
            while not self._is_stopping():
                await self._refresh()
                if self._news != sent and self._read_at >= oldest:
                    sent, sent_at = self._news, time.monotonic()
                    yield f"event: status\ndata: {self._text}\n\n"
                elif time.monotonic() - sent_at >= _SIGN_OF_LIFE_EVERY:
                    yield ":\n\n"
                    sent_at = time.monotonic()
                await asyncio.sleep(_LOOK_EVERY)
        finally:
            self.listeners -= 1

    async def _refresh(self) -> None:
        """Read the status if it is time to, but wait no longer for it than for anything else."""
        reading = self._reading
        if reading is None or reading.done() or reading.get_loop() is not asyncio.get_running_loop():
            if time.monotonic() - self._read_at < _NEWS_EVERY:
                return
            # Not of the page that asked first, which may be closed while others wait.
            reading = self._reading = asyncio.create_task(self._read_once())
        await asyncio.wait((reading,), timeout=_LOOK_EVERY)
        if reading.done():
            reading.result()

    async def _read_once(self) -> None:
        # Not on a thread that keeps the process from its end, and which nobody cancels with the loop.
        status = await _waiting.outcome(_waiting.on_a_thread("argus-mqtt-status", self._read), _NO_ANSWER_AFTER)
        if status is None:
            return
        self._text = json.dumps(status)
        client = {name: value for name, value in (status["client"] or {}).items() if name not in _CLOCKS}
        self._news = json.dumps({**status, "client": client})
        self._read_at = time.monotonic()


def uvicorn_is_stopping() -> bool:
    """Tell whether the uvicorn that serves this process was told to stop.

    It first waits for open requests, which are told by nobody else.
    """
    return any(
        getattr(getattr(signal.getsignal(number), "__self__", None), "should_exit", False)
        for number in (signal.SIGTERM, signal.SIGINT)
    )
