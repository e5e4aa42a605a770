"""A program's only client, which uses the stored settings."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast, final

from argus_mqtt._closing import DEFAULT_SHUTDOWN_SECONDS
from argus_mqtt._connect import connect
from argus_mqtt._errors import ShutDown

if TYPE_CHECKING:
    from collections.abc import Callable

    from argus_mqtt._client import Client
    from argus_mqtt._settings_fields import Settings

    from ._store import Store

_log = logging.getLogger("argus_mqtt")


@final
class ManagedClient:
    """A client that is started, reconfigured and shut down as settings are saved.

    Any thread of one process may use it. Several processes with the same settings would take the connection from each
    other.
    For several workers, use `argus_mqtt.argusai.MQTTService`, which lets one of them own the connection.

        mqtt = ManagedClient()
        mqtt.start(store)          # when the program starts
        ...
        if mqtt.client:
            mqtt.client.publish_event("front_door", event)
        ...
        mqtt.shutdown()            # when it ends
    """

    def __init__(self, on_connect: Callable[[Client], object] | None = None) -> None:
        """Start without a client.

        Args:
            on_connect: Called with each new client, before anything else uses it.
        """
        self._on_connect = on_connect
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._ended = False

    @property
    def client(self) -> Client | None:
        """The client; None while MQTT is switched off or nothing is stored."""
        return self._client

    def start(self, store: Store) -> None:
        """Apply what is stored. Its faults are logged, and raise nothing.

        Raises:
            OldTable: The table of the settings lacks columns.
            sqlalchemy.exc.SQLAlchemyError: The database does not answer.
        """
        snapshot = store.load()
        if snapshot is None:
            return
        for fault in snapshot.stored.faults:
            _log.warning("stored settings: %s", fault)
        self.apply(snapshot.stored.running)

    def apply(self, settings: Mapping[str, Any] | None) -> None:
        """Apply settings that are known to be valid; None shuts the client down.

        Raises:
            InvalidSettings: They have faults after all, such as a file that no longer exists; nothing was changed.
            ShutDown: The program is shutting down.
        """
        with self._lock:
            if settings is None:
                self._shut_down(DEFAULT_SHUTDOWN_SECONDS)
            elif self._ended:
                raise ShutDown("the program is ending; it takes no new settings")
            elif self._client is not None:
                self._client.reconfigure(cast("Settings", settings))
            else:
                client = connect(cast("Settings", settings))
                try:
                    if self._on_connect:
                        self._on_connect(client)
                except BaseException:
                    client.shutdown(0)
                    raise
                self._client = client

    def shutdown(self, timeout: float = DEFAULT_SHUTDOWN_SECONDS) -> None:
        """Shut down for good: deliver what is queued and publish the offline message, within `timeout` seconds."""
        with self._lock:
            self._ended = True
            self._shut_down(timeout)

    def _shut_down(self, timeout: float) -> None:
        client, self._client = self._client, None
        if client is not None:
            report = client.shutdown(timeout)
            if not report.complete:
                _log.warning("%s", report.message)
