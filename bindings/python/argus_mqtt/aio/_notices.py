"""The notices of a client, as one task reads them."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, final

from argus_mqtt._notice import Missed

from . import _loops

if TYPE_CHECKING:
    from argus_mqtt._client import Client
    from argus_mqtt._notice import Notice

_MOST = 1024


@final
class Notices:
    """The notices of a client from the creation of this iterator on, for `async for`.

    Each of several iterators returns all notices. One that is more than 1024 behind loses the oldest and returns a
    Missed instead. The iterator ends when the client is shut down.
    """

    __slots__ = ("__weakref__", "_client", "_closed", "_lines", "_loop", "_missed", "_news")

    def __init__(self, client: Client, loop: asyncio.AbstractEventLoop) -> None:
        """For `AsyncClient.notices` alone."""
        self._client = client
        self._lines: deque[Notice] = deque()
        self._missed = 0
        self._closed = False
        self._loop = loop
        self._news = asyncio.Event()

    def __aiter__(self) -> Notices:
        """Return the iterator itself."""
        return self

    async def __anext__(self) -> Notice:
        """Wait for the next notice.

        Raises:
            Forked: The client belongs to the parent process.
            InvalidArgument: The client belongs to another event loop.
        """
        while not self._lines:
            if self._closed:
                raise StopAsyncIteration
            _loops.check(
                self._client, self._loop, "the notices belong to another event loop: read them on the client's"
            )
            self._news.clear()
            await self._news.wait()
        if self._missed:
            missed, self._missed = Missed(self._missed), 0
            return missed
        return self._lines.popleft()

    def _put(self, notice: Notice) -> None:
        if len(self._lines) >= _MOST:
            self._lines.popleft()
            self._missed += 1
        self._lines.append(notice)
        self._news.set()

    def _close(self) -> None:
        self._closed = True
        self._news.set()
