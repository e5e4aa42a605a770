"""The part of the client that shuts it down."""

from __future__ import annotations

import ctypes
import logging
from types import TracebackType
from typing import TYPE_CHECKING

from . import _arguments, _greenlets, _prototypes, _shutdown, _waiting
from ._errors import OK, error_for
from ._handle import Handle

if TYPE_CHECKING:
    from ._shutdown import ShutdownReport

_log = logging.getLogger("argus_mqtt")

DEFAULT_SHUTDOWN_SECONDS = 5.0


class Closing(Handle):
    """The end of a client, in one step or in two."""

    __slots__ = ()

    def shutdown(self, timeout: float | None = DEFAULT_SHUTDOWN_SECONDS) -> ShutdownReport:
        """Shut down gracefully: accept nothing more, deliver what is queued, publish the offline message, disconnect.

        Returns as soon as that is done, or when the time is over. If the broker has not acknowledged the offline
        message by then, the connection is closed without a DISCONNECT packet, so that the broker publishes the will.

        A second call waits for the first and returns the same report. If a signal handler raises meanwhile, the
        shutdown continues in the background.

        Args:
            timeout: The longest wait in seconds; None waits forever.

        Raises:
            TimedOut: A shutdown that another thread began, with more time, has not ended.
            Forked: The client belongs to the parent process.
        """
        self._check_process()
        deadline = _waiting.deadline_after(_arguments.timeout(timeout))
        if _waiting.milliseconds_to(deadline):
            _greenlets.refuse_wait("client.shutdown")
        return self._end(deadline)

    def begin_shutdown(self, timeout: float = DEFAULT_SHUTDOWN_SECONDS) -> None:
        """Begin a shutdown and return immediately: for an event loop, or for a program with a single thread.

        It has ended when a `StateChange` reports "closed". Until `close`, also after the end, notices, outcomes, the
        file descriptor and the status remain available. `shutdown` waits for the end, too.

        Args:
            timeout: How many seconds it may take.

        Raises:
            ShutDown: The client was shut down, or is shutting down.
            Forked: The client belongs to the parent process.
        """
        error = _prototypes.Error()
        deadline = _waiting.deadline_after(_arguments.timeout(timeout))
        status = _prototypes.shutdown_begin(self._handle, _waiting.milliseconds_to(deadline), ctypes.byref(error))
        if status != OK:
            raise error_for(status, error.text)

    def close(self) -> ShutdownReport:
        """Close the client without waiting: after `begin_shutdown`, when that has ended.

        Before that, or without it, queued messages are dropped, and the broker publishes the will. Outcomes that were
        not taken are lost. Once the client is closed or shut down, it returns the same report again.

        Raises:
            Forked: The client belongs to the parent process.
        """
        self._check_process()
        return self._end(_waiting.deadline_after(0.0), _shutdown.CLOSE)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Shut the client down; a warning is logged if that was not complete."""
        # A child that was forked inside the block leaves its copy of the block, too.
        if not self._is_of_parent():
            report = self.shutdown()
            if not report.complete:
                _log.warning("%s", report.message)

    def _end(self, deadline: float, how: _shutdown.How = _shutdown.SHUT_DOWN) -> ShutdownReport:
        return self._begin_end(deadline, how).report(deadline)

    def _begin_end(self, deadline: float, how: _shutdown.How = _shutdown.SHUT_DOWN) -> _shutdown.Ending:
        """Begin to shut the client down, unless that has begun."""
        raise NotImplementedError
