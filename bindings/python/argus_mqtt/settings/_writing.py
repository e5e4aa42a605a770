"""Writing the one row of settings, which somebody else may write at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError

from argus_mqtt._errors import ArgusMqttError

from . import _limits

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ._table import MQTTConfigMixin

# One row by habit. Two first saves at once would make two of them, if they did not have one key.
_ONLY_ID: Final = "8a6ec1ba-2d0d-5b8c-9a5f-6d717474636f"

_AT_ONCE: Final = "somebody else has saved settings at the same time"


class Conflict(ArgusMqttError):
    """Somebody else has saved settings in the meantime."""


def write_row(session: Session, row: MQTTConfigMixin, write: Callable[[MQTTConfigMixin], None]) -> MQTTConfigMixin:
    """Write to a row, a stored or a new one, as a further version of it. Commits nothing.

    Raises:
        Conflict: Somebody else saved at the same time.
        sqlalchemy.exc.SQLAlchemyError: The database does not accept it.
    """
    if inspect(row).transient:
        row.id, row.version = _ONLY_ID, 1
        session.add(row)
    else:
        row.version += 1
    write(row)
    try:
        session.flush()
    except (StaleDataError, IntegrityError) as error:
        raise Conflict(_AT_ONCE) from error
    except SQLAlchemyError as error:
        raise_conflict(error)
        raise
    return row


def raise_conflict(error: SQLAlchemyError) -> None:
    """Raise that two saved at once, where that is what the database says in its own way."""
    if _limits.is_conflict(error):
        raise Conflict(_AT_ONCE) from error
