"""The client: what a program talks to."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, final

from . import _arguments, _greenlets, _prototypes, _shutdown, _waiting
from ._callback_thread import CallbackThread
from ._cameras import Cameras
from ._closing import Closing
from ._errors import (
    INVALID_HANDLE,
    OK,
    TIMEOUT,
    ArgusMqttError,
    Forked,
    TimedOut,
    error_for,
)
from ._let_go import LetGo
from ._reading import Reading
from ._settings import GivenSettings, settings_error, settings_json
from ._states import States

if TYPE_CHECKING:
    from ._callbacks import Callback
    from ._status import State


@final
class Client(States, Cameras, Reading, Closing):
    """A connection to a broker, maintained in the background, and the messages that wait to be sent over it.

    Created by `connect`. Publishing never blocks and never waits for the network; `wait_online`, `flush`,
    `shutdown`, `clear_ghosts`, `next_notice`, `next_outcomes` and `Delivery.wait` do. For asyncio programs there is a
    client in `argus_mqtt.aio`. Under gevent and eventlet a wait would stop every greenlet of its thread and is
    refused, except on a thread of their pools.

    What happens to the client can be read as notices: by iterating over it, with `next_notice`, or in an event loop,
    which waits for the client itself as for a file. Each notice goes to one reader. `start_logging` is for programs
    that only want the log lines.

    Any thread may use a client, several at once. A forked child cannot use that of its parent: every call raises
    Forked, and nothing that the child does affects the parent.

    As a context manager it is shut down at the end of the block, within five seconds. A client that still exists when
    Python exits is shut down then, within three seconds. `atexit` does not run when a signal ends the process, but
    then the broker publishes the will. The same happens to a client that is garbage collected without a shutdown,
    which is a mistake and gives a ResourceWarning.
    """

    __slots__ = (
        "__weakref__",
        "_broker",
        "_callbacks",
        "_ending",
        "_handle",
        "_handle_argument",
        "_let_go",
        "_lock",
        "_process",
    )

    def __init__(self, handle: int) -> None:
        """For `connect` alone."""
        self._handle = handle
        self._handle_argument = ctypes.c_uint64(handle)  # Passes through ctypes faster than a number.
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._let_go = LetGo()
        self._broker = self.status().broker  # As it was last known, for the name of a client that is no more.
        self._callbacks: CallbackThread | None = None
        self._ending: _shutdown.Ending | None = None
        _shutdown.opened(self)

    def wait_online(self, timeout: float | None = None) -> None:
        """Wait until the broker has acknowledged the birth message.

        The connection may be lost at any later time; the client then reconnects by itself.

        Args:
            timeout: The longest wait in seconds; None waits forever.

        Raises:
            TimedOut: It is not online yet; the text says why. The client keeps trying.
            Refused: The broker, or TLS, refuses the client for a reason that waiting cannot cure, such as a wrong
                password. The client keeps trying, at long intervals.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        timeout = _arguments.timeout(timeout)
        error = _prototypes.Error()
        status = _waiting.wait(
            "client.wait_online",
            lambda timeout_ms: _prototypes.wait_online(self._handle, timeout_ms, ctypes.byref(error)),
            _waiting.deadline_after(timeout),
        )
        if status == TIMEOUT:
            raise self._not_online(timeout)
        if status != OK:
            raise error_for(status, error.text)

    def flush(self, timeout: float | None = None) -> int:
        """Wait until every message that was accepted so far has an outcome, whatever it is.

        Args:
            timeout: The longest wait in seconds; None waits forever.

        Returns:
            How many have none: 0, unless the time was not enough. They stay queued.

        Raises:
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        left = ctypes.c_size_t()
        error = _prototypes.Error()
        status = _waiting.wait(
            "client.flush",
            lambda timeout_ms: _prototypes.flush(self._handle, timeout_ms, ctypes.byref(left), ctypes.byref(error)),
            _waiting.deadline_after(_arguments.timeout(timeout)),
        )
        if status not in {OK, TIMEOUT}:
            raise error_for(status, error.text)
        return left.value

    def reconfigure(self, settings: GivenSettings) -> None:
        """Apply new settings: offline on the old availability topic, then a new connection. Queued messages are kept.

        Returns immediately; `wait_online` waits for the new connection.

        Args:
            settings: All settings, as for `connect`, not only those that change.

        Raises:
            InvalidSettings: They have faults, and nothing was changed.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        text = settings_json(settings)
        error = _prototypes.Error()
        status = _prototypes.reconfigure(self._handle, text, ctypes.byref(error))
        if status != OK:
            raise settings_error(status, error, text)

    def reconnect(self) -> None:
        """Connect now instead of after the current pause, and start again with short pauses.

        An open connection is kept. Returns immediately; `wait_online` waits for the connection.

        Raises:
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        error = _prototypes.Error()
        status = _prototypes.reconnect(self._handle, ctypes.byref(error))
        if status != OK:
            raise error_for(status, error.text)

    def on_online(self, callback: Callback) -> None:
        """Call a function each time the client comes online, and soon if it is online now.

        All callbacks of a client are called on one thread, which starts with the first registration and holds no
        lock: a callback may take its time, and may use the client. Its argument is the number of the connection: 1, 2
        and so on, once for each, however short. The order is that of `wait_online` and the notices. An exception that
        it raises is logged.

        The client lives as long as a callback refers to it, or until it is shut down.

        Args:
            callback: A plain function, not a coroutine function.

        Raises:
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            ArgusMqttError: No thread can be started: the operating system refuses one, Python is exiting, or gevent
                or eventlet has replaced threads with greenlets.
        """
        self._register(callback, for_online=True)

    def on_offline(self, callback: Callback) -> None:
        """Call a function each time the client goes offline, and soon if it was online before and is not now.

        It is called in the same way as that of `on_online`, with the number of the connection that ended.
        """
        self._register(callback, for_online=False)

    def __enter__(self) -> Client:
        """Return the client itself."""
        # The end of the block waits; it is better refused while nothing has been done yet.
        _greenlets.refuse_wait("client.shutdown")
        return self

    def __del__(
        self,
        _close: Callable[..., int] = _prototypes.close,
        _gone: int = INVALID_HANDLE,
        _pid: Callable[[], int] = os.getpid,
        _warn: Callable[..., None] = warnings.warn,
    ) -> None:
        """Close the connection of a client that was lost, so that the broker publishes the will."""
        try:
            lost = self._ending is None and self._process == _pid()
        except AttributeError:  # A signal handler raised before it was made; `connect` sees to the rest.
            return
        if lost:
            name = repr(self)
            if _close(self._handle, 0, None, None) == _gone:
                return  # `connect` was interrupted, and has closed it.
            _warn(f"{name} was not shut down", ResourceWarning, source=self)

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: the copy would shut the client down for both."""
        raise TypeError("a Client cannot be copied or pickled: it is one connection of this process; share this one")

    def __repr__(self) -> str:
        """Name the broker and the state, for logs."""
        try:
            state: str = self._state()
        except Forked:
            state = "of the parent process"
        except ArgusMqttError:
            state = "shut down"
        return f"<argus_mqtt.Client {self._broker}, {state}>"

    def _not_online(self, timeout: float | None) -> TimedOut:
        """Say why it is not online, for whoever waited."""
        why = self.status().last_error or "the broker has not answered yet"
        return TimedOut(f"not online{_waiting.within(timeout)}: {why}")

    def _state(self) -> State:
        status = self.status()
        self._broker = status.broker
        return status.state

    def _register(self, callback: Callback, *, for_online: bool) -> None:
        callback = _arguments.plain_function("callback", callback)
        self._check_process()
        with self._lock:
            if self._callbacks is None:
                self._callbacks = CallbackThread(self._handle)
        self._callbacks.register(callback, for_online=for_online)

    def _begin_end(self, deadline: float, how: _shutdown.How = _shutdown.SHUT_DOWN) -> _shutdown.Ending:
        """Begin to shut the client down, unless that has begun."""
        with self._lock:
            ending = self._ending
            if ending is None:
                with contextlib.suppress(ArgusMqttError):
                    self._state()
                ending = self._ending = _shutdown.Ending(self._handle, how)
                _shutdown.closed(self)
                ending.start(deadline)
        return ending
