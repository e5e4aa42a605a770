"""Reading the one row of settings, from a table that may be older than this package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Table, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, defer
from sqlalchemy.schema import ExecutableDDLElement

from argus_mqtt._errors import ArgusMqttError

from . import _limits

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import DDLCompiler

    from ._table import MQTTConfigMixin


class OldTable(ArgusMqttError):
    """The table of the settings lacks columns; the text says what to run."""


def wait_for_writers(session: Session, model: type[MQTTConfigMixin]) -> None:
    """Wait until whoever has begun to write to the table has come to an end.

    No lock of a row would do: one that is being added is not there to be locked. SQLite has one writer at a time,
    which has come to its end when its call has.
    """
    connection = session.connection(bind_arguments={"mapper": model})
    if connection.dialect.name == "postgresql":
        connection.execute(_LockTable(_table(model)))


class _LockTable(ExecutableDDLElement):
    """Keeps a table from being written to; compiled, so that `schema_translate_map` applies."""

    def __init__(self, table: Table) -> None:
        self.table = table


@compiles(_LockTable)
def _compile(element: _LockTable, compiler: DDLCompiler, **_: object) -> str:
    return f"LOCK TABLE {compiler.preparer.format_table(element.table)} IN SHARE MODE"


def _table(model: type[MQTTConfigMixin]) -> Table:
    table = inspect(model).local_table
    assert isinstance(table, Table)  # noqa: S101  (SQLAlchemy allows more than tables there)
    return table


def first_row(session: Session, model: type[MQTTConfigMixin]) -> MQTTConfigMixin | None:
    """Return the row; None if there is none.

    A column that SQLAlchemy cannot read is left out, and raises InvalidRequestError on access.

    Raises:
        OldTable: The table does not exist, or lacks columns.
        sqlalchemy.exc.SQLAlchemyError: The database does not answer.
    """
    rows = select(model).order_by(model.created_at, model.id).limit(1)
    try:
        try:
            return session.scalars(rows).first()
        except ValueError:
            # SQLite keeps any text in any column.
            parsed = (model.other_settings, model.created_at, model.updated_at, model.last_connected_at)
            return session.scalars(rows.options(*(defer(column, raiseload=True) for column in parsed))).first()
    except DBAPIError as error:
        session.rollback()
        if _limits.why_late(error) is not None:
            raise
        _explain(session, model, error)
        raise


def _explain(session: Session, model: type[MQTTConfigMixin], error: DBAPIError) -> None:
    """Name what is missing, if the table is older than this package."""
    wanted, connection = _table(model), session.connection()
    schemas = connection.get_execution_options().get("schema_translate_map") or {}
    schema = schemas.get(wanted.schema, wanted.schema)
    found = inspect(connection)
    if not found.has_table(wanted.name, schema=schema):
        raise OldTable(
            f"there is no table {wanted.name}; create it with argus_mqtt.settings.migration.upgrade, in an Alembic "
            "revision of the program"
        ) from error
    there = {column["name"] for column in found.get_columns(wanted.name, schema=schema)}
    missing = [column.name for column in wanted.columns if column.name not in there]
    if missing:
        raise OldTable(
            f"the table {wanted.name} lacks {' and '.join(missing)}; run the Alembic revision that calls "
            "argus_mqtt.settings.migration.upgrade"
        ) from error
