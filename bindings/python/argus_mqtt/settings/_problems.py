"""How the API describes what it refuses."""

from __future__ import annotations

from typing import Any, Final

Responses = dict[int | str, dict[str, Any]]

_DETAIL: Final = {
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": {"type": "string", "description": "What is wrong and what to do, for people."}},
}
_FAULTS: Final = {
    "type": "object",
    "required": ["detail"],
    "properties": {
        "detail": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "loc", "msg"],
                "properties": {
                    "type": {"type": "string", "description": "The kind of fault."},
                    "loc": {"type": "array", "items": {"type": "string"}, "description": '"body" and the setting.'},
                    "msg": {"type": "string"},
                    "input": {"type": ["string", "null"], "description": "As JSON; null if it may be a secret."},
                },
            },
        }
    },
}


def _problem(description: str, schema: dict[str, Any] = _DETAIL) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


EVERYWHERE: Final[Responses] = {
    401: _problem("The request is not authenticated."),
    403: _problem("The user is not allowed to, or a page of another origin sent it with the user's cookies."),
    409: _problem("The settings of the client do not allow it."),
    503: _problem(
        "The database does not answer or its table is too old, the client is not connected or does not take it in "
        "time, or the program is ending. Nothing was changed."
    ),
}
BODY: Final[Responses] = {
    413: _problem("The body is too large."),
    415: _problem("The body is not application/json."),
    422: _problem("The settings have faults; all are listed.", _FAULTS),
}
UNCONFIRMED: Final[Responses] = {
    504: _problem(
        "The database was lost while it stored the settings, and it is unknown whether it did. Load them again."
    ),
}
SAVING: Final[Responses] = {
    **BODY,
    **UNCONFIRMED,
    412: _problem("Somebody else has saved settings in the meantime."),
    428: _problem("The header If-Match or If-None-Match is missing."),
}
TRYING: Final[Responses] = {
    **BODY,
    429: _problem("Another test is running, or there were too many; see Retry-After."),
}
NO_CLIENT: Final[Responses] = {409: _problem("MQTT is switched off or not set up, or its settings don't allow it.")}
