"""The client of an asyncio program."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import math
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, final

import argus_mqtt
from argus_mqtt import _arguments, _prototypes, _waiting
from argus_mqtt._closing import DEFAULT_SHUTDOWN_SECONDS
from argus_mqtt._errors import OK, TIMEOUT, ShutDown, TimedOut, error_for

from ._cameras import Cameras
from ._notices import Notices
from ._reader import Reader

if TYPE_CHECKING:
    from argus_mqtt._callbacks import Callback
    from argus_mqtt._client import Client
    from argus_mqtt._settings import GivenSettings
    from argus_mqtt._shutdown import ShutdownReport
    from argus_mqtt._status import Status

_log = logging.getLogger("argus_mqtt")

# How often it is looked whether what has no delivery has ended.
_LOOK_SECONDS = 0.05

# Of the time for a shutdown, what is kept for saying offline.
_FAREWELL_SHARE = 0.25
_FAREWELL_SECONDS = 1.0


def connect(settings: GivenSettings) -> AsyncClient:
    """Start a client on the running event loop, to be used in `async with`.

    It maintains its connection by itself until it is shut down. Returns immediately; `AsyncClient.wait_online` waits
    for the broker. Messages published meanwhile are queued.

    Args:
        settings: As for `argus_mqtt.connect`.

    Raises:
        InvalidSettings: They have faults, all of which are listed.
        RuntimeError: No event loop is running.
        ArgusMqttError: The operating system refuses a thread or a file descriptor.
    """
    loop = asyncio.get_running_loop()
    client = argus_mqtt.connect(settings)
    try:
        return AsyncClient(client, loop)
    except BaseException:
        client.shutdown(0)
        raise


@final
class AsyncClient(Cameras):
    """A connection to a broker, maintained in the background, and the messages that wait to be sent over it.

    Created by `connect`. Call its methods on the loop on which it was created; from another thread, use
    `asyncio.run_coroutine_threadsafe(client.publish_event(camera, event), loop)`.

    At the end of an `async with` block it is shut down, within five seconds. A client that is garbage collected
    without a shutdown is closed, so that the broker publishes the will, and gives a ResourceWarning.

    Its log lines are logged by the logger "argus_mqtt" of the module `logging`.
    """

    __slots__ = ("__weakref__", "_client", "_closing", "_loop", "_reader")

    def __init__(self, client: Client, loop: asyncio.AbstractEventLoop) -> None:
        """For `connect` alone."""
        self._client = client
        self._loop = loop
        self._closing: asyncio.Task[ShutdownReport] | None = None
        self._in_a_row = 0
        self._reader = Reader(client, loop)

    async def wait_online(self, timeout: float | None = None) -> None:
        """Wait until the broker has acknowledged the birth message.

        Args:
            timeout: The longest wait in seconds; None waits forever.

        Raises:
            TimedOut: It is not online yet; the text says why. The client keeps trying.
            Refused: The broker, or TLS, refuses the client for a reason that waiting cannot cure, such as a wrong
                password. The client keeps trying, at long intervals.
            ShutDown: The client was shut down.
        """
        self._check_loop()
        timeout = _arguments.timeout(timeout)
        if await self._reader.until(self._is_online, timeout) is None:
            raise self._client._not_online(timeout)

    async def flush(self, timeout: float | None = None) -> int:
        """Wait until every message that was accepted so far has an outcome, whatever it is.

        Args:
            timeout: The longest wait in seconds; None waits forever.

        Returns:
            How many have none: 0, unless the time was not enough. They stay queued.

        Raises:
            ShutDown: The client was shut down.
        """
        self._check_open()
        return await self._flush(_arguments.timeout(timeout))

    def notices(self) -> Notices:
        """Return the notices from now on, for `async for`: changes of state, outcomes of messages, and log lines.

        The first one is the current state. Each call returns a separate iterator.
        """
        self._check_loop()
        notices = Notices(self._client, self._loop)
        self._reader.follow(notices)
        return notices

    def on_online(self, callback: Callback) -> None:
        """Call a function each time the client comes online, and immediately if it is online now.

        It is called on the loop, with the number of the connection: 1, 2 and so on, once for each. The order is that
        of `wait_online` and the notices. An exception that it raises is logged.

        Args:
            callback: A plain function, not a coroutine function; it may start tasks, and must not block.
        """
        self._check_open()
        self._reader.callbacks.on_online(_arguments.plain_function("callback", callback))

    def on_offline(self, callback: Callback) -> None:
        """Call a function each time the client goes offline, and immediately if it was online before and is not now.

        It is called in the same way as that of `on_online`, with the number of the connection that ended.
        """
        self._check_open()
        self._reader.callbacks.on_offline(_arguments.plain_function("callback", callback))

    def status(self) -> Status:
        """Return a snapshot of the client. Does not wait.

        Raises:
            ShutDown: The client was shut down.
        """
        return self._client.status()

    def reconfigure(self, settings: GivenSettings) -> None:
        """Apply new settings, as `argus_mqtt.Client.reconfigure` does. Does not wait."""
        self._check_open()
        self._client.reconfigure(settings)

    async def shutdown(self, timeout: float | None = DEFAULT_SHUTDOWN_SECONDS) -> ShutdownReport:
        """Shut down gracefully: accept nothing more, deliver what is queued, publish the offline message, disconnect.

        Returns as soon as that is done, or when the time is over. If the broker has not acknowledged the offline
        message by then, the connection is closed without a DISCONNECT packet, so that the broker publishes the will.
        If the wait is cancelled, the shutdown continues; a second call waits for the first and returns the same
        report.

        Args:
            timeout: The longest wait in seconds; None waits forever.

        Raises:
            TimedOut: A shutdown that another task began, with more time, has not ended.
        """
        self._check_loop()
        timeout = _arguments.timeout(timeout)
        if self._closing is None:
            self._closing = self._loop.create_task(self._close(timeout), name="argus-mqtt-shutdown")
        # Not `wait_for`, which would cancel the shutdown with the wait.
        done, _ = await asyncio.wait((self._closing,), timeout=None if timeout is None else timeout + 2)
        if not done:
            raise TimedOut("another task is shutting the client down, and has not ended")
        return self._closing.result()

    async def __aenter__(self) -> AsyncClient:
        """Return the client itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Shut the client down; a warning is logged if that was not complete."""
        # A child that was forked inside the block leaves its copy of the block, too.
        if self._client._is_of_parent():
            return
        report = await self.shutdown()
        if not report.complete:
            _log.warning("%s", report.message)

    def __del__(self) -> None:
        """Close the connection of a client that was lost, so that the broker publishes the will."""
        reader = getattr(self, "_reader", None)
        if reader is None or self._closing is not None or self._client._is_of_parent():
            return
        # The garbage collector may run on any thread.
        try:
            self._loop.call_soon_threadsafe(reader.stop)
        except RuntimeError:  # The loop is closed.
            reader.stop()
        # Deliveries that somebody holds keep the client within alive.
        self._client.__del__()

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled, as Client does."""
        raise TypeError("an AsyncClient cannot be copied or pickled: it belongs to one event loop; share this one")

    def __repr__(self) -> str:
        """Name the broker and the state, for logs."""
        return repr(self._client).replace("argus_mqtt.Client", "argus_mqtt.aio.AsyncClient")

    def _is_online(self) -> bool | None:
        error = _prototypes.Error()
        status = _prototypes.wait_online(self._client._handle, 0, ctypes.byref(error))
        if status not in {OK, TIMEOUT}:
            raise error_for(status, error.text)
        # Not before the notice of it was read, so that all who follow the client learn things in one order.
        return True if status == OK and self._reader.is_online() else None

    async def _flush(self, timeout: float | None) -> int:
        last = self._reader.last()
        deadline = _waiting.deadline_after(timeout)
        await self._reader.until(lambda: None if self._reader.unfinished(last) else True, timeout)
        unfinished = self._reader.unfinished(last)
        # What cameras say has no delivery, and so nobody tells when it ends.
        while not unfinished and (left := self._left()):
            seconds = _waiting.seconds_to(deadline)
            if seconds is not None and seconds <= 0:
                return left
            await asyncio.sleep(_LOOK_SECONDS if seconds is None else min(_LOOK_SECONDS, seconds))
        return unfinished

    def _left(self) -> int:
        try:
            return self._client.flush(0)
        except ShutDown:
            return 0

    async def _close(self, timeout: float | None) -> ShutdownReport:
        """Deliver what is queued while outcomes can still be read, and leave the rest to the library."""
        deadline = _waiting.deadline_after(timeout)
        ended = asyncio.Event()
        try:
            try:
                await self._flush(
                    None if timeout is None else timeout - max(timeout * _FAREWELL_SHARE, _FAREWELL_SECONDS)
                )
            finally:
                # Also when the loop is being closed, which cancels this.
                self._begin_shutdown(deadline)
                ending = self._client._begin_end(deadline)
            ending.when_done(_threadsafe(self._loop, ended.set))
            left = _waiting.seconds_to(deadline + _waiting.CALL_SECONDS)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(ended.wait(), left)
            return ending.report(-math.inf)
        finally:
            self._reader.stop()

    def _begin_shutdown(self, deadline: float) -> None:
        """Begin it here, so that what it begins with is read before the end takes the notices away."""
        timeout_ms = _waiting.milliseconds_to(deadline)
        # A little is left for the sockets to be closed. If it has begun already, its end is waited for all the same.
        _prototypes.shutdown_begin(self._client._handle, timeout_ms - min(100, timeout_ms // 10), None)
        self._reader.read()


def _threadsafe(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> Callable[[], None]:
    def on_loop() -> None:
        with contextlib.suppress(RuntimeError):  # The loop was closed meanwhile; nobody waits any more.
            loop.call_soon_threadsafe(call)

    return on_loop
