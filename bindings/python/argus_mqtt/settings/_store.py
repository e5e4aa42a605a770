"""Loads and saves the row of settings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from argus_mqtt._errors import ArgusMqttError, InvalidSettings

from . import _row
from ._both_or_none import commit, finish
from ._candidate import Candidate, candidate
from ._reading import first_row
from ._secrets import Secrets
from ._snapshot import Snapshot
from ._table import MQTTConfig, MQTTConfigMixin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._both_or_none import Connection

SessionFactory = Callable[[], Session]
"""Gives a session, as a `sessionmaker` does. It is closed here."""

# One row by habit. Two first saves at once would make two of them, if they did not have one key.
_ONLY_ID: Final = "8a6ec1ba-2d0d-5b8c-9a5f-6d717474636f"


class Conflict(ArgusMqttError):
    """Somebody else has saved settings in the meantime."""


class Change(Protocol):
    """What to save."""

    def write(self, row: MQTTConfigMixin, secrets: Secrets) -> None:
        """Write it to a row."""


class Store:
    """The settings in a database. Any thread may use it."""

    def __init__(
        self,
        session: SessionFactory,
        *,
        model: type[MQTTConfigMixin] = MQTTConfig,
        secrets: Secrets | None = None,
    ) -> None:
        """Take what returns sessions, the model of the table, and the keys, by default those of the environment.

        Raises:
            UnusableKey: The environment has no key.
        """
        self._session = session
        self._model = model
        self._secrets = secrets or Secrets.from_environment()
        # What is stored and what the client runs with follow each other in one order.
        self._saving = threading.Lock()

    @property
    def place(self) -> str:
        """The URL of the table, without a password: the same in all processes of a machine.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The sessions have no database.
        """
        with self._session() as session:
            url = session.get_bind(self._model).engine.url
        if url.get_backend_name() == "sqlite" and url.database:
            url = url.set(database=str(Path(url.database).absolute()))
        return url.render_as_string(hide_password=True)

    @property
    def blank(self) -> dict[str, Any]:
        """Every setting but the password, as it is if nothing is stored."""
        return _row.blank(self._model)

    def load(self) -> Snapshot | None:
        """Read the settings; None if none are stored.

        Raises:
            OldTable: The table exists, but lacks columns.
            sqlalchemy.exc.SQLAlchemyError: The database does not answer.
        """
        with self._session() as session:
            row = self._row(session)
            return self._snapshot(row) if row else None

    def save(self, make: Callable[[Snapshot | None], Change], connection: Connection | None) -> Snapshot:
        """Save settings and apply them to the client; both, or neither.

        A program that is killed in between next starts with what is stored.

        Args:
            make: Takes what is stored and returns what to save, or raises.
            connection: What applies them.

        Raises:
            Conflict: Somebody else saved at the same time.
            OldTable: The table lacks columns.
            sqlalchemy.exc.SQLAlchemyError: The database does not accept them.
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
            finish(session, before, after, connection)
            return after

    def save_first(self, settings: Mapping[str, Any]) -> Snapshot:
        """Save settings if none are stored, without applying them to a client.

        Args:
            settings: As in a request: those of the library, and `enabled`.

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
        """Encrypt the stored password with the newest key, unless it is already; tell whether that was done.

        Afterwards the previous key can be deleted. The version does not change.

        Raises:
            Undecryptable: No key fits.
        """
        with self._saving, self._session() as session:
            row = self._row(session)
            if row is None or not row.password or self._secrets.is_current(row.password):
                return False
            row.password = self._secrets.encrypt(self._secrets.decrypt(row.password))
            commit(session)
            return True

    def _row(self, session: Session) -> MQTTConfigMixin | None:
        return first_row(session, self._model)

    def _snapshot(self, row: MQTTConfigMixin) -> Snapshot:
        stored = _row.read(row, self._secrets)
        created, updated = (_row.time(row, column) for column in ("created_at", "updated_at"))
        return Snapshot(row.id, row.version, created, updated, _row.columns(row), stored)
