"""Loading and saving the one row of settings."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from argus_mqtt._errors import ArgusMqttError, InvalidSettings

from . import _row
from ._candidate import Candidate, candidate
from ._secrets import Secrets
from ._table import MQTTConfig, MQTTConfigMixin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from argus_mqtt._client import Client

    from ._row import Stored

SessionFactory = Callable[[], Session]
"""Gives a session, as a `sessionmaker` does. It is closed here."""

# One row by habit. Two first saves at once would make two of them, if they did not have one key.
_ONLY_ID: Final = "8a6ec1ba-2d0d-5b8c-9a5f-6d717474636f"


class OldTable(ArgusMqttError):
    """The table of the settings lacks columns; the text says what to run."""


class Conflict(ArgusMqttError):
    """Somebody else has saved settings in the meantime."""


class Connection(Protocol):
    """What a program has its client in, for which settings are stored."""

    @property
    def client(self) -> Client | None:
        """The client, None without one."""

    def apply(self, settings: Mapping[str, Any] | None) -> None:
        """Go on with settings that are known to be valid; None is without a client. Doesn't wait for the broker."""


class Change(Protocol):
    """What is to be saved."""

    def write(self, row: MQTTConfigMixin, secrets: Secrets) -> None:
        """Put it into a row."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The settings as they were stored at one time, apart from the row.

    Attributes:
        id: The key of the row.
        version: How often they have been saved through the API.
        created_at: When they were first saved.
        updated_at: When they were last saved.
        columns: The columns of ArgusAI's that are settings, without the password.
        stored: What they mean.
    """

    id: str
    version: int
    created_at: datetime | None
    updated_at: datetime | None
    columns: Mapping[str, Any]
    stored: Stored


class Store:
    """The settings in a database. Any thread may use it."""

    def __init__(
        self,
        session: SessionFactory,
        *,
        model: type[MQTTConfigMixin] = MQTTConfig,
        secrets: Secrets | None = None,
    ) -> None:
        """Take what gives sessions, the model of the table and the keys, by default those of the environment.

        Raises:
            UnusableKey: The environment has no key.
        """
        self._session = session
        self._model = model
        self._secrets = secrets or Secrets.from_environment()
        # What is stored and what the client runs with follow each other in one order.
        self._saving = threading.Lock()

    @property
    def blank(self) -> dict[str, Any]:
        """Every setting but the password as it is where nothing is stored."""
        return _row.blank(self._model)

    def load(self) -> Snapshot | None:
        """Read the settings; None where none are stored.

        Raises:
            OldTable: The table is there, and lacks columns.
            sqlalchemy.exc.DBAPIError: The database does not answer.
        """
        with self._session() as session:
            row = self._row(session)
            return self._snapshot(row) if row else None

    def save(self, make: Callable[[Snapshot | None], Change], connection: Connection | None) -> Snapshot:
        """Save settings and let the client go on with them; both or none.

        A program that is killed between the two starts the next time with what is stored.

        Args:
            make: Gives what is to be saved for what is stored, or raises.
            connection: What runs with them.

        Raises:
            Conflict: Somebody else saved at the same time.
            OldTable: The table lacks columns.
            sqlalchemy.exc.DBAPIError: The database does not take them.
        """
        with self._saving, self._session() as session:
            row = self._row(session)
            before = self._snapshot(row) if row else None
            change = make(before)
            if row is None:
                row = self._model()
                row.id, row.version = _ONLY_ID, 1
                session.add(row)
            else:
                row.version += 1
            change.write(row, self._secrets)
            try:
                session.flush()
            except (StaleDataError, IntegrityError) as error:
                raise Conflict("somebody else has saved settings at the same time") from error
            after = self._snapshot(row)
            self._finish(session, before, after, connection)
            return after

    def save_first(self, settings: Mapping[str, Any]) -> Snapshot:
        """Save settings where none are stored, without a client that would run with them.

        Args:
            settings: As of a request: those of the library, and `enabled`.

        Raises:
            InvalidSettings: They have faults.
            Conflict: Settings are stored already.
        """

        def make(snapshot: Snapshot | None) -> Candidate:
            if snapshot is not None:
                raise Conflict("settings are stored already")
            wanted = candidate(settings, self.blank, self.blank, None, "save")
            if wanted.faults:
                raise InvalidSettings("; ".join(map(str, wanted.faults)), wanted.faults)
            return wanted

        return self.save(make, None)

    def reencrypt(self) -> bool:
        """Encrypt the stored password with the newest key, where it is not; tell whether that was done.

        After it the previous key can be given up. It is no edit: the version stays.

        Raises:
            Undecryptable: No key fits.
        """
        with self._saving, self._session() as session:
            row = self._row(session)
            if row is None or not row.password or self._secrets.is_current(row.password):
                return False
            row.password = self._secrets.encrypt(self._secrets.decrypt(row.password))
            _commit(session)
            return True

    def _row(self, session: Session) -> MQTTConfigMixin | None:
        model = self._model
        try:
            return session.scalars(select(model).order_by(model.created_at, model.id).limit(1)).first()
        except DBAPIError as error:
            session.rollback()
            _explain(session, model, error)
            raise

    def _snapshot(self, row: MQTTConfigMixin) -> Snapshot:
        stored = _row.read(row, self._secrets)
        return Snapshot(row.id, row.version, row.created_at, row.updated_at, _row.columns(row), stored)

    def _finish(
        self, session: Session, before: Snapshot | None, after: Snapshot, connection: Connection | None
    ) -> None:
        """Let the client go first where it can be called back: a client that has ended has lost its queue."""
        running = after.stored.running
        if connection is None or running is None:
            _commit(session)
            if connection is not None:
                connection.apply(None)
            return
        connection.apply(running)
        try:
            _commit(session)
        except BaseException:
            connection.apply(before.stored.running if before else None)
            raise


def _commit(session: Session) -> None:
    """Commit, or leave nothing that the next user of the connection would commit.

    SQLite keeps a transaction open that it could not commit, and SQLAlchemy takes it for ended.
    """
    connection = session.connection()
    try:
        session.commit()
    except BaseException:
        with contextlib.suppress(Exception):
            connection.connection.rollback()
        raise


def _explain(session: Session, model: type[MQTTConfigMixin], error: DBAPIError) -> None:
    """Say what is missing, if the table is older than this package."""
    wanted = inspect(model).local_table
    found = inspect(session.connection())
    if not found.has_table(wanted.name, schema=wanted.schema):
        raise OldTable(
            f"there is no table {wanted.name}; create it with argus_mqtt.settings.migration.upgrade, in an Alembic "
            "revision of the program"
        ) from error
    there = {column["name"] for column in found.get_columns(wanted.name, schema=wanted.schema)}
    missing = [column.name for column in wanted.columns if column.name not in there]
    if missing:
        raise OldTable(
            f"the table {wanted.name} lacks {' and '.join(missing)}; run the Alembic revision that calls "
            "argus_mqtt.settings.migration.upgrade"
        ) from error
