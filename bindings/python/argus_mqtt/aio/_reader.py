"""Reads what happens to a client whenever its file descriptor says so, and tells those who wait for it."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from argus_mqtt import _notices, _prototypes
from argus_mqtt._callbacks import Callbacks
from argus_mqtt._errors import DROPPED, REJECTED, SHUT_DOWN, ShutDown
from argus_mqtt._notice import Ended, StateChange
from argus_mqtt._outcomes import OUTCOMES

if TYPE_CHECKING:
    from argus_mqtt._client import Client

    from ._delivery import AsyncDelivery
    from ._notices import Notices

# Then other callbacks of the loop have their turn.
_MOST_AT_ONCE = 256

_T = TypeVar("_T")


class Reader:
    """See the module. Everything happens on the loop; it holds no client, which would never be garbage then."""

    def __init__(self, client: Client, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to read."""
        self._handle = client._handle
        self._loop = loop
        self._buffer = _notices.Buffer()
        self._outcomes = _notices.OutcomeBuffer(_MOST_AT_ONCE)
        # Every message that was accepted and has not ended, in the order of the numbers.
        self._pending: dict[int, AsyncDelivery] = {}
        self._last = 0
        self._state: StateChange | None = None
        self.callbacks = Callbacks()
        self._notices: weakref.WeakSet[Notices] = weakref.WeakSet()
        self._waiters: set[asyncio.Future[None]] = set()
        # The library closes its own at the end of the client, while the loop may still watch it.
        _notices.open_kinds(
            self._handle, _prototypes.NOTICE_STATES | _prototypes.NOTICE_LOG | _prototypes.NOTICE_OUTCOMES
        )
        self._fd: int | None = os.dup(client.fileno())
        loop.add_reader(self._fd, self.read)

    def track(self, delivery: AsyncDelivery) -> None:
        """Tell this delivery how its message ended, when it has."""
        self._last = delivery.id
        self._pending[delivery.id] = delivery

    def follow(self, notices: Notices) -> None:
        """Give what is read from now on to this one too, after where the client stands."""
        if self._state is not None:
            notices._put(self._state)
        if self._fd is None:
            notices._close()
        self._notices.add(notices)

    def is_online(self) -> bool:
        """Whether the last change of state that was read is that it came online."""
        return self._state is not None and self._state.state == "online"

    def last(self) -> int:
        """Give the number of the last message that was accepted."""
        return self._last

    def unfinished(self, last: int) -> int:
        """Count the messages up to a number that have not ended."""
        if next(iter(self._pending), last + 1) > last:
            return 0
        return sum(number <= last for number in self._pending)

    async def until(self, look: Callable[[], _T | None], timeout: float | None) -> _T | None:
        """Wait until `look` finds something, which is asked again whenever something has happened; give it."""
        deadline = None if timeout is None else self._loop.time() + timeout
        while (found := look()) is None:
            left = None if deadline is None else deadline - self._loop.time()
            if left is not None and left <= 0:
                return None
            future = self._loop.create_future()
            self._waiters.add(future)
            try:
                await asyncio.wait((future,), timeout=left)
            finally:
                self._waiters.discard(future)
        return found

    def stop(self) -> None:
        """Read no more. What has not ended yet ends with the client."""
        if self._fd is None:
            return
        if not self._loop.is_closed():
            self._loop.remove_reader(self._fd)
        os.close(self._fd)
        self._fd = None
        pending, self._pending = self._pending, {}
        for delivery in pending.values():
            delivery._end(SHUT_DOWN, "the client was shut down before the message ended")
        for notices in self._notices:
            notices._close()
        self.callbacks.end()
        self._wake()

    def read(self) -> None:
        """Read what there is. The one place where outcomes come from."""
        # Outcomes can be taken after the last notice, until there are none.
        notices_end = self._ends(self._read_notices)
        if self._ends(self._take_outcomes) and notices_end:
            self.stop()
        self._wake()

    def _ends(self, read: Callable[[], None]) -> bool:
        try:
            read()
        except ShutDown:
            return True
        return False

    def _read_notices(self) -> None:
        for _ in range(_MOST_AT_ONCE):
            notice = self._buffer.next(self._handle)
            if notice is None:
                break
            if isinstance(notice, StateChange):
                self._state = notice
                self.callbacks.tell(is_online=notice.state == "online")
            for notices in self._notices:
                notices._put(notice)

    def _take_outcomes(self) -> None:
        for number, status, reason in self._outcomes.take(self._handle):
            delivery = self._pending.pop(number, None)
            if delivery is not None:
                delivery._end(status, reason)
            if self._notices:
                ended = Ended(number, OUTCOMES[status], reason if status in {DROPPED, REJECTED} else None)
                for notices in self._notices:
                    notices._put(ended)

    def _wake(self) -> None:
        for future in self._waiters:
            if not future.done():
                future.set_result(None)
