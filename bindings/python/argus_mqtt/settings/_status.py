"""The status of settings and client, in words and numbers, read on request."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import SQLAlchemyError

from argus_mqtt._errors import ArgusMqttError

from . import _answers, _failures, _preconditions
from ._reading import OldTable
from ._work import NoAnswer

if TYPE_CHECKING:
    from argus_mqtt._client import Client
    from argus_mqtt._status import Status

    from ._both_or_none import Connection
    from ._parts import Parts
    from ._snapshot import Snapshot

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["state", "message", "etag", "faults", "client"],
    "properties": {
        "state": {
            "type": "string",
            "description": "The state of the client (online, connected, connecting, waiting, refused, "
            "shutting_down), or why there is none: not_set_up, off, unusable (the stored settings name no broker), "
            "elsewhere (another worker process has the connection), stopped; or database, when the settings can't "
            "be read.",
        },
        "message": {"type": "string", "description": "The same in a sentence or two."},
        "etag": {"type": ["string", "null"], "description": "The ETag of the settings, to detect other saves."},
        "faults": _answers.FAULTS,
        "client": {"type": ["object", "null"], "description": "The status of the client, as in `argus_mqtt.Status`."},
    },
}


def live(parts: Parts) -> dict[str, Any]:
    """Return the status. A database that does not answer is reported, and raises nothing."""
    snapshot, trouble = read(parts)
    status = client_status(parts.client.client)
    if trouble is not None:
        state = "database"
        message = " ".join((f"The settings cannot be read: {trouble}.", *([in_words(status)] if status else [])))
    elif status is not None:
        state, message = status.state, in_words(status)
    elif snapshot and snapshot.stored.running and (record := of_another(parts.client)):
        state, message = "elsewhere", _of_another_in_words(record)
    else:
        state, message = _without_client(snapshot)
    return {
        "state": state,
        "message": message,
        "etag": _preconditions.etag(snapshot.version) if snapshot else None,
        "faults": [_answers.fault_json(fault) for fault in snapshot.stored.faults] if snapshot else [],
        "client": asdict(status) if status else None,
    }


def read(parts: Parts) -> tuple[Snapshot | None, str | None]:
    """Return what is stored; or None, and why it can't be read."""
    try:
        return parts.store.load(), None
    except (OldTable, NoAnswer) as error:
        return None, str(error)
    except SQLAlchemyError as error:
        return None, _failures.database_trouble(error)


def client_status(client: Client | None) -> Status | None:
    """Return the status of a client; None if it is closed, or belongs to another process."""
    if client is None:
        return None
    try:
        return client.status()
    except ArgusMqttError:
        return None


def in_words(status: Status) -> str:
    """Describe what a client is doing."""
    broker = status.broker
    why = f": {status.last_error}" if status.last_error else ""
    match status.state:
        case "online":
            return f"Online at {broker} with MQTT {status.protocol}."
        case "connected":
            return f"Connected to {broker}, which has not acknowledged the birth message yet."
        case "connecting":
            return f"Connecting to {broker}{f'. The last attempt failed{why}' if why else ''}."
        case "waiting":
            return f"Not connected to {broker}{why}. It keeps trying."
        case "refused":
            return f"Not connected to {broker}{why}. Waiting will not solve this; it keeps trying, at long intervals."
        case _:
            return "MQTT is being shut down."


def of_another(connection: Connection) -> Mapping[str, Any] | None:
    """Return the record of the worker that owns the connection; None if this one does, or nobody."""
    get_status = getattr(connection, "get_status", None)
    if get_status is None or connection.client is not None:
        return None
    record: Mapping[str, Any] = get_status()
    owner = record.get("owner")
    return record if owner is not None and (owner != os.getpid() or record["connected"]) else None


def _of_another_in_words(record: Mapping[str, Any]) -> str:
    worker, broker = f"Worker process {record['owner']} owns the connection", record.get("broker") or "the broker"
    if record["connected"]:
        return f"{worker}, and is online at {broker}."
    why = f": {record['last_error']}" if record.get("last_error") else ""
    return f"{worker}, and is not online at {broker}{why}."


def _without_client(snapshot: Snapshot | None) -> tuple[str, str]:
    if snapshot is None:
        return "not_set_up", "MQTT is not set up yet: enter the broker's host and save."
    if not snapshot.stored.enabled:
        return "off", "MQTT is switched off."
    if snapshot.stored.usable is None:
        faults = "; ".join(str(fault) for fault in snapshot.stored.faults)
        return "unusable", f"The stored settings cannot be used: {faults}."
    return "stopped", "MQTT does not run in this process."
