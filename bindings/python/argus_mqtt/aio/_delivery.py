"""The outcome of one message, to be awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import TYPE_CHECKING, NoReturn, final

from argus_mqtt import _arguments, _waiting
from argus_mqtt._errors import OK, TimedOut, error_for

from . import _loops

if TYPE_CHECKING:
    from argus_mqtt._delivery import Delivery


@final
class AsyncDelivery:
    """An accepted message, whose outcome can be awaited.

    `await delivery` is the same as `await delivery.wait()`. Any number of tasks may wait, also again, with the same
    result. Cancelling a wait does not affect other waits. Wait on the loop of the client.
    """

    __slots__ = ("__weakref__", "_delivery", "_loop", "_waiters")

    def __init__(self, delivery: Delivery, loop: asyncio.AbstractEventLoop) -> None:
        """For the client alone: `AsyncClient.publish_event` and `AsyncClient.publish` return deliveries."""
        self._delivery = delivery
        self._loop = loop
        self._waiters: set[asyncio.Future[None]] | None = None

    @property
    def id(self) -> int:
        """The number of the message; no two messages of a client share one, and later ones have higher ones."""
        return self._delivery.id

    def __await__(self) -> Generator[object, None, None]:
        """Wait without a timeout."""
        return self.wait().__await__()

    async def wait(self, timeout: float | None = None) -> None:
        """Wait until the message is delivered: acknowledged by the broker or, with QoS 0, written to the network.

        Args:
            timeout: The longest wait in seconds; None waits forever.

        Raises:
            Expired: It expired before it could be sent.
            Dropped: It was dropped from the outbox.
            Rejected: It cannot be delivered to this broker.
            Superseded: It was a state, and a newer state of its topic replaced it.
            UnknownOutcome: It was sent but not acknowledged when the client was shut down.
            TimedOut: It has no outcome yet after `timeout` seconds.
            ShutDown: It had no outcome when the client was shut down.
            Forked: The client belongs to the parent process.
            InvalidArgument: The client belongs to another event loop.
        """
        timeout = _arguments.timeout(timeout)
        if self._delivery._outcome is None:
            await self._ended(timeout)
        if self._delivery._outcome is None:
            raise TimedOut(f"message {self.id} has not ended{_waiting.within(timeout)}")
        status, message = self._delivery._outcome
        if status != OK:
            raise error_for(status, message)

    def done(self) -> bool:
        """Whether the message has an outcome, so that `wait` would not wait."""
        return self._delivery._outcome is not None

    async def _ended(self, timeout: float | None) -> None:
        _loops.check(
            self._delivery._client,
            self._loop,
            f"message {self.id} belongs to another event loop; wait for it there, with "
            "asyncio.run_coroutine_threadsafe(delivery.wait(), loop)",
        )
        if self._waiters is None:
            self._waiters = set()
        future = self._loop.create_future()
        self._waiters.add(future)
        try:
            if timeout is None:
                await future
            else:
                await asyncio.wait((future,), timeout=timeout)
        finally:
            self._waiters.discard(future)

    def _end(self, status: int, message: str) -> None:
        """Tell how it ended; on the loop of the client."""
        self._delivery._outcome = (status, message)
        for future in self._waiters or ():
            if not future.done():
                future.set_result(None)

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled, as Delivery does."""
        raise TypeError("an AsyncDelivery cannot be copied or pickled: it has one outcome to give; share this one")

    def __repr__(self) -> str:
        """Name the message, and how it ended if it has."""
        return repr(self._delivery).replace("argus_mqtt.Delivery", "argus_mqtt.aio.AsyncDelivery")
