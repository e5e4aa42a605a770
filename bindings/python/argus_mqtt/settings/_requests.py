"""What every request must satisfy, before anything else is checked."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

from fastapi import Depends, HTTPException, Request, status
from fastapi.exceptions import RequestValidationError

if TYPE_CHECKING:
    from starlette.types import Message

    from argus_mqtt._errors import Fault

MOST_BYTES: Final = 1 << 20
"""So large may a body be; the longest settings are far shorter."""


def refuse(faults: Collection[Fault]) -> NoReturn:
    """Answer 422 with all faults, by field, in FastAPI's format, without values that may be secret."""
    raise RequestValidationError(
        [
            {"type": fault.code, "loc": ("body", fault.field), "msg": fault.message, "input": fault.value}
            for fault in faults
        ]
    )


def limited(request: Request) -> Request:
    """The same request, which ends in 413 once more of its body has come than it may have."""
    size = 0

    async def receive() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        if size > MOST_BYTES:
            raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, "the body is too large")
        return message

    return Request(request.scope, receive)


async def json_object(request: Request) -> dict[str, Any]:
    """Read the body of a request, which is a JSON object."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(status.HTTP_415_UNSUPPORTED_MEDIA_TYPE, "the body must be application/json")
    body = await request.body()
    try:
        value = json.loads(body, parse_constant=_no_number, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        # Not what json says, which may quote a password.
        why = str(error) if isinstance(error, _Unusable) else "is not valid JSON"
        _refuse_body("json_invalid", why)
    if not isinstance(value, dict):
        _refuse_body("dict_type", "must be a JSON object")
    return value


JsonObject = Annotated[dict[str, Any], Depends(json_object)]


class _Unusable(ValueError):
    pass


def _no_number(name: str) -> NoReturn:
    raise _Unusable(f"has {name}, which is not a number in JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise _Unusable("has a name twice")
    if any(not _is_text(name) for name in values):
        raise _Unusable("has half of a surrogate pair in a name")
    return values


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_body(kind: str, message: str) -> NoReturn:
    raise RequestValidationError([{"type": kind, "loc": ("body",), "msg": message, "input": None}])
