"""Who is called when a client comes online and when it is online no more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ._notices import StateChange

_log = logging.getLogger("argus_mqtt")

Callback: TypeAlias = Callable[[int], object]
"""Takes the number of the connection: 1 for the first time that the client came online, and so on."""


class Callbacks:
    """Calls in the order of the notices, on the thread that reads them."""

    def __init__(self) -> None:
        """Call nobody yet."""
        self._online: list[Callback] = []
        self._offline: list[Callback] = []
        self._connection = 0
        self._is_online = False

    def on_online(self, callback: Callback) -> None:
        """Call this each time, and at once if the client is online."""
        self._online.append(callback)
        if self._is_online:
            self._call(callback)

    def on_offline(self, callback: Callback) -> None:
        """Call this each time, and at once if the client was online and is not."""
        self._offline.append(callback)
        if self._connection and not self._is_online:
            self._call(callback)

    def tell(self, change: StateChange) -> None:
        """Call those whom a change of state is for."""
        is_online = change.state == "online"
        if is_online == self._is_online:
            return
        self._is_online = is_online
        if is_online:
            self._connection += 1
        # One that registers another meanwhile has that called by its registration.
        for callback in list(self._online if is_online else self._offline):
            self._call(callback)

    def end(self) -> None:
        """Call those whom the end of the client is for, and let go of all."""
        online, self._is_online = self._is_online, False
        offline, self._online, self._offline = self._offline, [], []
        for callback in offline if online else ():
            self._call(callback)

    def _call(self, callback: Callback) -> None:
        try:
            callback(self._connection)
        except Exception:  # noqa: BLE001  (a fault of one keeps neither the others nor the reading of notices)
            _log.exception("a callback for a connection failed: %r", callback)
