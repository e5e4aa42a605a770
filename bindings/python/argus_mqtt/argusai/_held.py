"""What a service holds: its worker, and what outlives one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from ._topics import Topics
from ._worker import Worker

if TYPE_CHECKING:
    from argus_mqtt import Client

    from ._loading import Load
    from ._row import StoredSettings

ConnectCallback: TypeAlias = Callable[[], object]
DisconnectCallback: TypeAlias = Callable[[str], object]


class Held:
    """See the module. Any thread may use it."""

    def __init__(self, load: Load) -> None:
        """Make one that does nothing yet.

        Args:
            load: Gives the row of settings, or None; called on a thread of its own at each `initialize()`, and when
                another worker saved settings, or had the connection and ended. The row is copied at once.
        """
        self._load = load
        self._lock = threading.Lock()
        self._last_worker: Worker | None = None
        self._last_stored: StoredSettings | None = None
        self._last_connected: datetime | None = None
        self._count = 0
        self._skipped = 0
        self._system: dict[str, Any] | None = None
        self._announced: dict[str, dict[str, Any]] = {}
        self._on_connect: ConnectCallback | None = None
        self._on_disconnect: DisconnectCallback | None = None
        self._connects: _Registration | None = None
        self._disconnects: _Registration | None = None

    @property
    def _worker(self) -> Worker | None:
        worker = self._last_worker
        # A forked child has no part in its parent's.
        return worker if worker is not None and worker.process == os.getpid() else None

    @property
    def _the_client(self) -> Client | None:
        worker = self._worker
        return worker.client if worker is not None else None

    @property
    def _stored(self) -> StoredSettings | None:
        worker = self._worker
        return worker.stored if worker is not None else self._last_stored

    @property
    def _topics(self) -> Topics:
        worker = self._worker
        if worker is not None:
            return worker.topics
        return Topics.of(self._last_stored.settings if self._last_stored else None)

    def _a_worker(self) -> Worker:
        """Give the worker; make one if there is none."""
        with self._lock:
            worker = self._worker
            if worker is None:
                worker = self._last_worker = Worker(self._load, self._begin, lambda: self._count)
            return worker

    def _without_worker(self) -> Worker | None:
        """Go on without the worker, and give it, to be ended."""
        with self._lock:
            worker, self._last_worker = self._worker, None
            if worker is not None:
                self._last_stored = worker.stored
                self._last_connected = worker.last_connected_at or self._last_connected
            return worker

    def _begin(self, client: Client) -> None:
        """Let a new client call those who have asked for it."""
        self._call_on_connect(client)
        self._call_on_disconnect(client)

    def _call_on_connect(self, client: Client) -> None:
        with self._lock:
            callback, before = self._on_connect, self._connects
            if callback is None or (before is not None and before.gives_way_to(client, callback)):
                return
            registration = self._connects = _Registration(client, callback)
        # Another one may have taken its place by then.
        client.on_online(lambda _: callback() if registration.holds(self._on_connect) else None)

    def _call_on_disconnect(self, client: Client) -> None:
        with self._lock:
            callback, before = self._on_disconnect, self._disconnects
            if callback is None or (before is not None and before.gives_way_to(client, callback)):
                return
            registration = self._disconnects = _Registration(client, callback)
        client.on_offline(lambda _: callback(_reason(client)) if registration.holds(self._on_disconnect) else None)


@dataclass(eq=False, slots=True)
class _Registration:
    """A function that a client calls; clients do not let go of any."""

    client: Client
    callback: object
    is_over: bool = False

    def gives_way_to(self, client: Client, callback: object) -> bool:
        """Give way to another function of the same client; whether it is the same, which stays."""
        if client is not self.client:
            return False
        self.is_over = callback is not self.callback
        return not self.is_over

    def holds(self, callback: object) -> bool:
        """Whether this is still to be called, where `callback` is what is asked for now."""
        return not self.is_over and callback is self.callback


def _reason(client: Client) -> str:
    try:
        return client.status().last_error or "the connection was ended"
    except Exception:  # noqa: BLE001  (the client is no more)
        return "the connection was ended"
