"""Tests settings before they are saved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, cast

from fastapi.responses import JSONResponse

from argus_mqtt._connection_test import test_connection

from . import _problems
from ._limiter import Limiter
from ._requests import JsonObject, refuse
from ._unquoted import HIDDEN, unquoted

if TYPE_CHECKING:
    from fastapi import APIRouter

    from argus_mqtt._connection_test import ConnectionReport
    from argus_mqtt._settings_fields import Settings

    from ._parts import Parts
    from ._store import Store

MOST_A_MINUTE: Final = 10
SECONDS: Final = 15.0

_TEXT: Final = {"type": ["string", "null"]}
_STEP: Final = {
    "type": "object",
    "required": ["step", "result", "seconds", "detail"],
    "properties": {
        "step": {"enum": ["name", "tcp", "tls", "mqtt", "login", "publish", "subscribe"]},
        "result": {"enum": ["passed", "failed", "unproven", "skipped", "not_reached"]},
        "seconds": {"type": ["number", "null"]},
        "detail": _TEXT,
    },
}
_REPORT: Final = {
    "type": "object",
    "required": ["works", "broker", "steps", "cause", "remedy"],
    "properties": {
        "works": {"type": "boolean", "description": "Whether no step failed."},
        "broker": {"type": "string"},
        "client_id": {"type": "string"},
        "topic": {"type": "string"},
        "steps": {"type": "array", "items": _STEP},
        "protocol": _TEXT,
        "protocol_reason": _TEXT,
        "limits": {"type": ["object", "null"]},
        "certificate": {"type": ["object", "null"], "description": "Its fingerprint and dates; not its names."},
        "cause": {**_TEXT, "description": "Why the step failed."},
        "remedy": {**_TEXT, "description": "What to do about it."},
        "proves": {"type": "array", "items": {"type": "string"}},
        "does_not_prove": {"type": "array", "items": {"type": "string"}},
        "seconds": {"type": "number"},
    },
}


def limiter(store: Store) -> Limiter:
    """Return the limiter of connection tests that all users of these settings share."""
    return Limiter(lambda: store.place, MOST_A_MINUTE, 60.0)


def add(router: APIRouter, parts: Parts) -> None:
    """Add the route."""
    tests = limiter(parts.store)

    @router.post(
        "/test",
        summary="Test a connection with these settings beside the running client",
        description="The stored password is used for the broker and the username that it was stored for alone, with "
        f"the same port and TLS. One test at a time, and {MOST_A_MINUTE} a minute, counted over all "
        "worker processes of a machine and the older routes. What answers is not quoted.",
        responses={
            200: {"content": {"application/json": {"schema": _REPORT}}},
            **_problems.TRYING,
        },
        openapi_extra=parts.body(),
    )
    def test_settings(body: JsonObject) -> JSONResponse:
        wanted = parts.wanted(body, parts.store.load(), purpose="test")
        if wanted.faults:
            refuse(wanted.faults)
        with tests.turn():
            report = test_connection(cast("Settings", wanted.complete), SECONDS)
        return JSONResponse(without_quotes(report, wanted.filled_in or {}))


def without_quotes(report: ConnectionReport, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report as JSON that quotes nothing but the settings."""
    given = [value for value in settings.values() if isinstance(value, str)]
    own = [*given, report.topic, report.client_id, report.broker]
    content = asdict(report)
    for name in ("cause", "remedy", "protocol_reason"):
        content[name] = _unquoted(content[name], own)
    if content["certificate"] is not None:
        # Fingerprint and dates are enough to tell whether it is the right one.
        content["certificate"] |= {"subject": HIDDEN, "issuer": HIDDEN, "names": []}
    for step in content["steps"]:
        step["detail"] = _unquoted(step["detail"], own)
    return content


def _unquoted(text: str | None, own: Collection[str]) -> str | None:
    return None if text is None else unquoted(text, own)
