"""Creates and upgrades the table, in an Alembic revision or for a program that runs on its own.

    from alembic import op
    from argus_mqtt.settings import migration

    def upgrade():
        migration.upgrade(op.get_bind())

    def downgrade():
        migration.downgrade(op.get_bind())

Both may be run again, and continue where they were interrupted. They require SQLite 3.35 or later, or PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Column, Connection, Table, Text, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateColumn

from argus_mqtt._errors import ArgusMqttError

from ._table import MQTTConfig

_LOCK_SECONDS: Final = 10.0

_ADDED: Final = ("other_settings", "version")

# The columns that take a longer text than before, and how long it could be.
_WIDENED: Final = {
    "username": 100,
    "password": 500,
    "topic_prefix": 100,
    "discovery_prefix": 100,
    "availability_topic": 255,
    "birth_message": 100,
    "will_message": 100,
}


class CannotDowngrade(ArgusMqttError):
    """Stored values do not fit the older table; the text says which."""


def upgrade(connection: Connection) -> None:
    """Create the table `mqtt_config`, or upgrade the one of ArgusAI's revision 047.

    Adds `other_settings` and `version`, and removes the length limits of texts. Rows are unchanged, and older
    programs can still use the table. Commits nothing.

    Args:
        connection: A connection to the database, with the transaction for the changes.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database refuses it; PostgreSQL also if the table stays locked for 10 s,
            unless the connection has a `lock_timeout` of its own.
    """
    table = _table()
    with _limited(connection):
        lengths = _lengths(connection, table)
        if lengths is None:
            table.create(connection)
            return
        for name in _ADDED:
            if name not in lengths:
                column = CreateColumn(table.columns[name]).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {_quoted(connection, table.name)} ADD COLUMN {column}")
        for name in _WIDENED:
            if lengths.get(name) is not None:
                _change_type(connection, table.columns[name], "TEXT")


def downgrade(connection: Connection) -> None:
    """Restore the columns of ArgusAI's revision 047, and drop the settings that had none.

    Raises:
        CannotDowngrade: A value is longer than its column was. Nothing was changed.
        sqlalchemy.exc.SQLAlchemyError: As for `upgrade`.
    """
    table = _table()
    with _limited(connection):
        lengths = _lengths(connection, table)
        if lengths is None:
            return
        _check_lengths(connection, table)
        for name, most in _WIDENED.items():
            if lengths.get(name, most) is None:
                _change_type(connection, table.columns[name], f"VARCHAR({most})")
        for name in _ADDED:
            if name in lengths:
                column_name = _quoted(connection, name)
                connection.exec_driver_sql(f"ALTER TABLE {_quoted(connection, table.name)} DROP COLUMN {column_name}")


@contextmanager
def _limited(connection: Connection) -> Iterator[None]:
    """Limit the wait for the table: as long as a change of it waits, everybody else who reads it waits behind."""
    is_ours = (
        connection.dialect.name == "postgresql"
        and connection.scalar(text("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'")) == "0"
    )
    set_limit = text("SELECT set_config('lock_timeout', :milliseconds, true)")
    if is_ours:
        connection.execute(set_limit, {"milliseconds": str(round(_LOCK_SECONDS * 1000))})
    try:
        yield
    except SQLAlchemyError:
        # The transaction has failed, and the limit ends with it.
        is_ours = False
        raise
    finally:
        # What else is in the transaction has no limit, as before.
        if is_ours:
            connection.execute(set_limit, {"milliseconds": "0"})


def _table() -> Table:
    table = MQTTConfig.__table__
    assert isinstance(table, Table)  # noqa: S101  (SQLAlchemy allows more than tables there)
    return table


def _lengths(connection: Connection, table: Table) -> dict[str, int | None] | None:
    """Return the length limit of each text column, None for no limit; None if there is no table."""
    inspector = inspect(connection)
    if not inspector.has_table(table.name):
        return None
    return {column["name"]: getattr(column["type"], "length", None) for column in inspector.get_columns(table.name)}


def _check_lengths(connection: Connection, table: Table) -> None:
    for name, most in _WIDENED.items():
        longest = connection.scalar(select(func.max(func.length(table.columns[name]))))
        if longest is not None and longest > most:
            raise CannotDowngrade(
                f"{table.name}.{name} holds {longest} characters, and the older column takes {most}; "
                "save a shorter value first"
            )


def _change_type(connection: Connection, column: Column[Text], to: str) -> None:
    # SQLite keeps texts of any length in any column, and can't change the type of one.
    if connection.dialect.name == "sqlite":
        return
    table, name = _quoted(connection, column.table.name), _quoted(connection, column.name)
    connection.exec_driver_sql(f"ALTER TABLE {table} ALTER COLUMN {name} TYPE {to}")


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
