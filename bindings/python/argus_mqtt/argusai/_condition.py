"""The members of the service that tell how the connection is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import argus_mqtt

from ._connection import is_online
from ._held import Held
from ._states import utc

if TYPE_CHECKING:
    from argus_mqtt import Status


class Condition(Held):
    """See the module. Cheap: none asks the broker or the database."""

    @property
    def is_connected(self) -> bool:
        """Whether the broker has acknowledged that ArgusAI is online. Publishing makes sense without; see below."""
        client = self._the_client
        return client is not None and is_online(client)

    @property
    def accepts_messages(self) -> bool:
        """Whether `publish` takes messages: it does in an outage, when they wait and age."""
        return self._the_client is not None

    @property
    def messages_published(self) -> int:
        """How many messages were taken, since this object was made."""
        return self._count

    @property
    def messages_skipped(self) -> int:
        """How many were not taken, because another worker has the connection or nobody has."""
        return self._skipped

    @property
    def last_error(self) -> str | None:
        """What went wrong last, in plain words; None when there is a connection."""
        worker = self._worker
        return worker.last_error() if worker is not None else None

    @property
    def last_connected_at(self) -> datetime | None:
        """When the connection was made, or the last one before; in UTC."""
        worker = self._worker
        return (worker.last_connected_at if worker is not None else None) or self._last_connected

    def get_status(self) -> dict[str, Any]:
        """Tell how the connection is: that of the worker process which has it, whichever is asked.

        Beside what ArgusAI knows, `owner` is the number of that process, and `accepts_messages` and
        `messages_skipped` are those of this one.
        """
        worker = self._worker
        record = worker.record() if worker is not None else {}
        if worker is not None and not worker.is_owner:
            # One look at what the owner has written; without it, nothing says who that is.
            record = {**record, "pid": None, **worker.owner()}
        return {
            "connected": bool(record.get("connected")),
            "broker": record.get("broker"),
            "last_connected_at": record.get("last_connected_at") or utc(self.last_connected_at),
            "messages_published": record.get("messages_published", self._count),
            "last_error": record.get("last_error"),
            "reconnect_attempt": record.get("reconnect_attempt", 0),
            "owner": record.get("pid"),
            "accepts_messages": self.accepts_messages,
            "messages_skipped": self._skipped,
        }

    def client_status(self) -> Status | None:
        """Give all that the library tells of the connection of this process; None where there is none."""
        client = self._the_client
        try:
            return client.status() if client is not None else None
        except argus_mqtt.ArgusMqttError:
            return None

    @property
    def settings_faults(self) -> tuple[argus_mqtt.Fault, ...]:
        """What is wrong with the settings that were loaded, by the names of ArgusAI's columns."""
        return self._stored.faults if self._stored else ()
