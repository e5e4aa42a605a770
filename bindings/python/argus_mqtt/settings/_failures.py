"""What the API answers if the library, the database or the keys fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException, status
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, SQLAlchemyError

from argus_mqtt._errors import ArgusMqttError, InvalidArgument, InvalidSettings

from . import _limits
from ._both_or_none import Unconfirmed
from ._requests import refuse
from ._writing import Conflict


def answer(error: Exception) -> None:
    """Raise the answer to a failure, if it is one of those. No answer quotes what was to be stored."""
    match error:
        case RequestValidationError():
            raise RequestValidationError([_without_secrets(fault) for fault in error.errors()]) from None
        case InvalidSettings():  # A file has changed since they were judged.
            refuse(error.faults)
        case InvalidArgument():
            raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from error
        case Conflict():
            raise HTTPException(status.HTTP_412_PRECONDITION_FAILED, str(error)) from error
        case Unconfirmed():  # 503 says that nothing was changed.
            raise HTTPException(status.HTTP_504_GATEWAY_TIMEOUT, str(error)) from error
        case ArgusMqttError():
            raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, str(error)) from error
        case DataError():
            fault = {"type": "database", "loc": ("body",), "msg": "has a value that the database does not take"}
            raise RequestValidationError([{**fault, "input": None}]) from error
        case SQLAlchemyError():
            raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, database_trouble(error)) from error


def database_trouble(error: SQLAlchemyError) -> str:
    """Describe a database failure, but not by the error's text: it contains the statement and its values."""
    return _limits.why_late(error) or f"the database does not answer as it should ({type(error).__name__})"


def _without_secrets(fault: Mapping[str, Any]) -> dict[str, Any]:
    """Remove the value of a fault if it is the password, or a whole object such as the body."""
    where, value = fault["loc"][1:], fault.get("input")
    is_shown = isinstance(value, (str, int, float)) and where and "password" not in where and _is_json(value)
    return {**fault, "input": value if is_shown else None}


def _is_json(value: object) -> bool:
    """Tell whether a value can be in an answer: half of a surrogate pair cannot, nor can NaN."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return False
    return True
