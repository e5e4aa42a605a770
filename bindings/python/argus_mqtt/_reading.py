"""The part of the client that reports what happens to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import _arguments, _buffer, _greenlets, _notices, _prototypes, _waiting
from ._errors import SYSTEM, ShutDown, error_for
from ._handle import Handle
from ._status import Status, status_from

if TYPE_CHECKING:
    from ._notice import Ended, Notice


class Reading(Handle):
    """Status, notices and outcomes."""

    __slots__ = ()

    def status(self) -> Status:
        """Return a snapshot of the client. Never blocks.

        Raises:
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        self._let_go.tell(self._handle)
        return status_from(json.loads(_buffer.read(lambda *output: _prototypes.status(self._handle, *output))))

    def next_notice(self, timeout: float | None = None) -> Notice:
        """Wait for the next notice: a change of state, the outcome of a message, or a log line.

        Notices are collected from the first call of this method or of `fileno` on. Log lines are also logged, by the
        logger "argus_mqtt" of the module `logging`.

        Args:
            timeout: The longest wait in seconds; None waits forever.

        Raises:
            TimedOut: There was no notice.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        self._let_go.tell_at_once(self._handle)
        return _notices.read(self._handle, _arguments.timeout(timeout))

    def open_notices(
        self, *, states: bool = False, deliveries: bool = False, log: bool = False, outcomes: bool = False
    ) -> None:
        """Select the kinds of notices from now on; waiting notices of other kinds are dropped.

        Unless it is called, the first call of `next_notice` or `fileno` selects states, deliveries and log lines. The
        file descriptor is readable as long as there is something of the selected kinds.

        Args:
            states: `StateChange`. The first one is the current state.
            deliveries: `Ended`, for the outcome of each message.
            log: `LogLine`.
            outcomes: What `next_outcomes` takes. Cannot be combined with `deliveries`.

        Raises:
            InvalidArgument: Both `deliveries` and `outcomes` were selected.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        kinds = (
            bool(states) * _prototypes.NOTICE_STATES
            | bool(deliveries) * _prototypes.NOTICE_DELIVERIES
            | bool(log) * _prototypes.NOTICE_LOG
            | bool(outcomes) * _prototypes.NOTICE_OUTCOMES
        )
        self._let_go.tell_at_once(self._handle)
        _notices.open_kinds(self._handle, kinds)

    def next_outcomes(self, timeout: float | None = None, *, most: int = 64) -> list[Ended]:
        """Wait until a message has ended, and take the outcomes that are available, in the order of the ends.

        They are those of messages whose `Delivery` is still held and has not been waited for; `Delivery.wait` no
        longer returns them. Outcomes remain available between `begin_shutdown` and `close`.

        Args:
            timeout: The longest wait in seconds; None waits forever.
            most: How many to take at most.

        Raises:
            TimedOut: No message has ended.
            ShutDown: The client is closed, and no outcome is left.
            Forked: The client belongs to the parent process.
        """
        most = _arguments.whole("most", most, 1, 65536)
        self._let_go.tell_at_once(self._handle)
        return _notices.take_outcomes(self._handle, most, _waiting.deadline_after(_arguments.timeout(timeout)))

    def __iter__(self) -> Iterator[Notice]:
        """Return the notices as they come, until the client is shut down."""
        while True:
            try:
                notice = self.next_notice()
            except ShutDown:
                return
            yield notice

    def fileno(self) -> int:
        """Return the file descriptor that is readable as long as `next_notice` would not wait.

        For `select`, `selectors` and asyncio, which accept the client itself: `loop.add_reader(client, read)`. Remove
        it before the client is shut down, which closes the descriptor. Do nothing else with it.

        Raises:
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            ArgusMqttError: The process has no file descriptor left.
        """
        self._let_go.tell_at_once(self._handle)
        return _notices.descriptor(self._handle)

    def start_logging(self) -> None:
        """Read the notices on a thread of their own, until the client is shut down, so that its log lines are logged.

        For programs that do not read notices themselves: the thread takes them all.

        Raises:
            Forked: The client belongs to the parent process.
            ArgusMqttError: No thread can be started: the operating system refuses one, Python is exiting, or gevent
                or eventlet has replaced threads with greenlets.
        """
        self._check_process()
        _greenlets.refuse_thread("start_logging needs")
        if not self._let_go.is_told_at_once():
            # Nobody has asked for anything else yet: the outcomes of messages would be read for nothing.
            _notices.open_kinds(self._handle, _prototypes.NOTICE_STATES | _prototypes.NOTICE_LOG)
        thread = threading.Thread(target=_read_all, args=(self._handle,), name="argus-mqtt-log", daemon=True)
        try:
            thread.start()
        except RuntimeError as fault:
            raise error_for(
                SYSTEM, f"start_logging: {fault}; read the notices with next_notice on an existing thread"
            ) from None


def _read_all(handle: int) -> None:
    """Read notices, which logs what is for the log; holds no client, which would never be garbage then."""
    while True:
        try:
            _notices.read(handle, None)
        except ShutDown:
            return
