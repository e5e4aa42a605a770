"""Shutting a client down so that the wait for it can be interrupted, and every client when Python exits."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import logging
import os
import threading
import weakref
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from . import _exiting, _greenlets, _prototypes, _waiting
from ._errors import OK, TIMEOUT, ArgusMqttError, TimedOut, error_for
from ._errors import SHUT_DOWN as SHUT_DOWN_STATUS

if TYPE_CHECKING:
    from ._closing import Closing

How: TypeAlias = Callable[..., int]
"""Takes handle, milliseconds, where the number of lost messages goes, and the error; gives a status."""

SHUT_DOWN: How = _prototypes.shutdown
CLOSE: How = _prototypes.close

_log = logging.getLogger("argus_mqtt")

AT_EXIT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class ShutdownReport:
    """The result of a shutdown.

    Attributes:
        complete: Whether every message had an outcome and the broker acknowledged the offline message.
        left: Messages that were not delivered because of the shutdown.
        message: What was not completed, in plain words; empty if everything was.
    """

    complete: bool
    left: int
    message: str


class Ending:
    """The one shutdown of a client."""

    __slots__ = ("_done", "_handle", "_how", "_lock", "_result", "_then")

    def __init__(self, handle: int, how: How) -> None:
        """Prepare it; `start` begins it."""
        self._handle = handle
        self._how = how
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._then: list[Callable[[], None]] = []
        self._result: ShutdownReport | ArgusMqttError = TimedOut(
            "another thread is shutting the client down, and has not ended"
        )

    def start(self, deadline: float) -> None:
        """Shut the client down on a thread of its own.

        The library's call is not one that can be made in slices, and in it Python would run no signal handler.
        Where there are no new threads, as while Python exits, the call is made here.
        """
        if self._how is CLOSE or _greenlets.replace_threads():
            # Closing is begun with no time to wait.
            self._run(deadline)
            return
        thread = threading.Thread(target=self._run, args=(deadline,), name="argus-mqtt-shutdown", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            self._run(deadline)

    def when_done(self, call: Callable[[], None]) -> None:
        """Call this once it has ended, on whatever thread; at once if it has."""
        with self._lock:
            if not self._done.is_set():
                self._then.append(call)
                return
        call()

    def report(self, deadline: float) -> ShutdownReport:
        """Wait until it has ended, and tell how; `deadline` may be sooner than the one it was started with."""
        self._done.wait(_waiting.seconds_to(deadline + _waiting.CALL_SECONDS))
        if isinstance(self._result, ArgusMqttError):
            raise self._result
        return self._result

    def _run(self, deadline: float) -> None:
        left = ctypes.c_size_t()
        error = _prototypes.Error()
        output = (ctypes.byref(left), ctypes.byref(error))
        status = self._how(self._handle, _waiting.milliseconds_to(deadline), *output)
        if status == SHUT_DOWN_STATUS:
            # It has begun; what is left to do is to wait for its end.
            status = CLOSE(self._handle, _waiting.milliseconds_to(deadline), *output)
        if status in {OK, TIMEOUT}:
            self._result = ShutdownReport(status == OK, left.value, error.text)
        else:
            self._result = error_for(status, error.text)
        with self._lock:
            self._done.set()
        for call in self._then:
            call()


_open: weakref.WeakSet[Closing] = weakref.WeakSet()


def opened(client: Closing) -> None:
    """Note a client that is to be shut down when Python exits, unless it is before."""
    _open.add(client)


def closed(client: Closing) -> None:
    """Note that a client is being shut down."""
    _open.discard(client)


def _at_exit() -> None:
    _exiting.begin()
    deadline = _waiting.deadline_after(AT_EXIT_SECONDS)
    begun: list[Closing] = []
    # All begin before one is waited for, so that they share the time.
    for client in list(_open):
        with _logged(client):
            client._begin_end(deadline)
            begun.append(client)
    for client in begun:
        with _logged(client):
            client._end(deadline)


@contextlib.contextmanager
def _logged(client: Closing) -> Generator[None]:
    """Log what keeps a client from its end, Ctrl-C too: the others are to say offline all the same."""
    try:
        yield
    except BaseException as error:  # noqa: BLE001
        _log.error("%r was not shut down: %s", client, error or type(error).__name__)


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    # A child has no part in its parent's clients.
    os.register_at_fork(after_in_child=_open.clear)
