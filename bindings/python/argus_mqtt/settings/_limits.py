"""How long the database may keep a request, and what is said when it takes longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.exc import SQLAlchemyError

LOCK_SECONDS: Final = 3.0
"""So long may PostgreSQL wait for a lock."""

STATEMENT_SECONDS: Final = 5.0
"""So long may PostgreSQL work on one statement, with that."""

# Until the end of the transaction, as the next user of the connection has limits of its own. A shorter one stays.
# The other settings are not all numbers, and PostgreSQL may look at a value before it looks at the name.
_LIMIT: Final = text(
    "SELECT set_config(found.name, wanted.most, true) FROM pg_settings AS found "
    "JOIN (VALUES ('lock_timeout', :lock), ('statement_timeout', :statement)) AS wanted (name, most) "
    "ON found.name = wanted.name WHERE CASE WHEN found.name IN ('lock_timeout', 'statement_timeout') "
    "THEN CAST(found.setting AS integer) END NOT BETWEEN 1 AND CAST(wanted.most AS integer)"
)

_LOCKED: Final = "55P03"
_CANCELLED: Final = "57014"
_LOST_TO_ANOTHER: Final = {"40001", "40P01"}


def limit(connection: Connection) -> None:
    """Limit the waiting in the transaction of this connection, unless its limits are shorter.

    SQLite needs none: it waits for a lock as long as the `timeout` of the connection says, by default 5 s.
    """
    if connection.dialect.name == "postgresql":
        most = {"lock": LOCK_SECONDS, "statement": STATEMENT_SECONDS}
        connection.execute(_LIMIT, {name: str(round(seconds * 1000)) for name, seconds in most.items()})


def is_conflict(error: SQLAlchemyError) -> bool:
    """Tell whether somebody else's transaction was preferred, as an isolation level or a deadlock demands."""
    return isinstance(error, DBAPIError) and _state(error) in _LOST_TO_ANOTHER


def why_late(error: SQLAlchemyError) -> str | None:
    """Say what has taken too long, and what to do; None if it was something else."""
    if not isinstance(error, DBAPIError):
        return None
    state = _state(error)
    # SQLite has no codes before Python 3.11.
    if state == _LOCKED or (isinstance(error, OperationalError) and "locked" in str(error.orig) and state is None):
        return (
            "the database is too busy: something else has locked the settings in it; "
            "end what holds the lock, such as an open transaction, or try again"
        )
    if state == _CANCELLED:
        return "the database has taken too long for its answer, and was told to stop; try again"
    return None


def _state(error: DBAPIError) -> str | None:
    """Return the SQLSTATE, which each driver has in a place of its own."""
    for name in ("sqlstate", "pgcode"):
        if found := getattr(error.orig, name, None):
            return str(found)
    arguments = getattr(error.orig, "args", ())
    return arguments[0].get("C") if arguments and isinstance(arguments[0], dict) else None
