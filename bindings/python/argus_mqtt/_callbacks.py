"""Who is called when a client comes online and when it is online no more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

_log = logging.getLogger("argus_mqtt")

Callback: TypeAlias = Callable[[int], object]
"""Takes the number of the connection: 1 for the first time that the client came online, and so on."""


class Callbacks:
    """Calls in the order in which things happened, on the thread that tells of them."""

    def __init__(self, changes: int = 0) -> None:
        """Call nobody yet; `changes` is how often the client came online, or ceased to be: odd while it is."""
        self._online: list[Callback] = []
        self._offline: list[Callback] = []
        self._changes = changes

    def on_online(self, callback: Callback) -> None:
        """Call this each time, and at once if the client is online."""
        self._online.append(callback)
        if self._is_online:
            self._call(callback)

    def on_offline(self, callback: Callback) -> None:
        """Call this each time, and at once if the client was online and is not."""
        self._offline.append(callback)
        if self._changes and not self._is_online:
            self._call(callback)

    def tell(self, *, is_online: bool) -> None:
        """Call those whom it is for that the client stands so now, unless it stood so before."""
        if is_online == self._is_online:
            return
        self._changes += 1
        # One that registers another meanwhile has that called by its registration.
        for callback in list(self._online if is_online else self._offline):
            self._call(callback)

    def end(self) -> None:
        """Call those whom the end of the client is for, and let go of all."""
        self.tell(is_online=False)
        self._online, self._offline = [], []

    @property
    def _is_online(self) -> bool:
        return self._changes % 2 == 1

    def _call(self, callback: Callback) -> None:
        try:
            callback((self._changes + 1) // 2)
        except Exception:  # noqa: BLE001  (a fault of one keeps neither the others nor the reading of notices)
            _log.exception("a callback for a connection failed: %r", callback)
