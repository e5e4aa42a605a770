"""What the API answers about settings, and the schemas of these answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

from fastapi.responses import JSONResponse

from . import _preconditions, _schema
from ._judge import judge

if TYPE_CHECKING:
    from argus_mqtt._errors import Fault

    from ._candidate import Candidate
    from ._snapshot import Snapshot
    from ._store import Store

_NULLABLE_OBJECT: Final = {"type": ["object", "null"]}
_TIME: Final = {"type": ["string", "null"], "format": "date-time", "readOnly": True}

FAULT: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["field", "code", "value", "message"],
    "properties": {
        "field": {"type": "string", "description": "The name of the setting."},
        "code": {"type": "string", "description": "The kind of fault."},
        "value": {
            "type": ["string", "null"],
            "description": "The value that was given, as JSON; null if it may be a secret.",
        },
        "message": {"type": "string", "description": "What is wrong and how to correct it, without the name."},
    },
}
FAULTS: Final = {"type": "array", "items": FAULT, "readOnly": True}
NOTES: Final = {
    "type": "array",
    "items": {"type": "string"},
    "readOnly": True,
    "description": "What is allowed but unusual.",
}

# What is in an answer beside the settings.
_BESIDE: Final[Mapping[str, Any]] = {
    "stored": {"type": "boolean", "readOnly": True, "description": "False until settings are saved."},
    "has_password": {"type": "boolean", "readOnly": True},
    "effective": {
        **_NULLABLE_OBJECT,
        "readOnly": True,
        "description": "What a client uses, with all defaults filled in; null if that is unknown.",
    },
    "faults": FAULTS,
    "notes": NOTES,
    "created_at": _TIME,
    "updated_at": _TIME,
}


def request_schema(host_settings: Mapping[str, object]) -> dict[str, Any]:
    """Return the schema of settings in a request, in which some defaults differ from the library's."""
    schema = _schema.api_schema()
    for name, value in host_settings.items():
        schema["properties"][name]["default"] = value
    return schema


def body_schema(host_settings: Mapping[str, object], *, partial: bool = False) -> dict[str, Any]:
    """Return the schema of a request's body: an answer with changes is accepted."""
    schema = request_schema(host_settings)
    del schema["$schema"]
    schema["properties"] = {**schema["properties"], **_BESIDE}
    if partial:
        del schema["required"]
    return schema


def answer_schema() -> dict[str, Any]:
    """Return the schema of an answer. Values that were stored without being checked may be out of range."""
    properties: dict[str, Any] = {}
    for name, rules in _schema.api_schema()["properties"].items():
        if not rules.get("writeOnly"):
            properties[name] = {"title": rules["title"], "description": rules["description"]}
    properties |= _BESIDE
    return {"type": "object", "title": "Stored settings", "required": list(properties), "properties": properties}


CHECKED: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["valid", "settings", "faults", "notes"],
    "properties": {
        "valid": {"type": "boolean", "description": "Whether they could be saved."},
        "settings": {**_NULLABLE_OBJECT, "description": "With all defaults filled in; null if they have faults."},
        "faults": FAULTS,
        "notes": NOTES,
    },
}


def stored(snapshot: Snapshot | None, store: Store, status_code: int = 200) -> JSONResponse:
    """Answer what is stored, or else the defaults; never the password."""
    if snapshot is None:
        nothing = {**_beside(), "stored": False, "has_password": False, "created_at": None, "updated_at": None}
        return JSONResponse({"enabled": True, **store.blank, **nothing}, status_code)
    stored = snapshot.stored
    report = judge(stored.usable) if stored.usable is not None else None
    content = {
        "enabled": stored.enabled,
        **stored.settings,
        "stored": True,
        "has_password": stored.has_password,
        **_beside(
            effective=report.settings if report else None,
            faults=[fault_json(fault) for fault in stored.faults],
            notes=list(report.notes) if report else [],
        ),
        "created_at": time_json(snapshot.created_at),
        "updated_at": time_json(snapshot.updated_at),
    }
    return JSONResponse(content, status_code, {"ETag": _preconditions.etag(snapshot.version)})


def checked(wanted: Candidate) -> dict[str, Any]:
    """Answer what saving would result in."""
    return {
        "valid": not wanted.faults,
        "settings": None if wanted.filled_in is None else {"enabled": wanted.enabled, **wanted.filled_in},
        "faults": [fault_json(fault) for fault in wanted.faults],
        "notes": list(wanted.notes),
    }


def fault_json(fault: Fault) -> dict[str, str | None]:
    """Return a fault as JSON."""
    return {"field": fault.field, "code": fault.code, "value": fault.value, "message": fault.message}


def time_json(time: datetime | None) -> str | None:
    """Return a time from the database, which may not store time zones, as text."""
    if time is None:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).isoformat()


def _beside(effective: object = None, faults: object = (), notes: object = ()) -> dict[str, Any]:
    return {"effective": effective, "faults": faults, "notes": notes}
