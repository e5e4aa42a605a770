"""Reads and writes the row of settings, through the program's sessions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, final

from sqlalchemy.orm import Session

from . import _reading, _row, _writing
from ._snapshot import Snapshot
from ._work import Work

if TYPE_CHECKING:
    from ._secrets import Secrets
    from ._table import MQTTConfigMixin

SessionFactory = Callable[[], Session]
"""Gives a session, as a `sessionmaker` does. It is closed here."""


class Change(Protocol):
    """What to save."""

    def write(self, row: MQTTConfigMixin, secrets: Secrets) -> None:
        """Write it to a row."""


@final
class Rows:
    """The table of the settings, which has one row or none. Any thread may use it."""

    def __init__(self, session: SessionFactory, model: type[MQTTConfigMixin], secrets: Secrets) -> None:
        """Take what returns sessions, the model of the table, and the keys."""
        self.session = session
        self._model = model
        self._secrets = secrets

    @property
    def place(self) -> str:
        """The URL of the table, without a password: the same in all processes of a machine.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The sessions have no database.
        """
        with self.session() as session:
            url = session.get_bind(self._model).engine.url
        if url.get_backend_name() == "sqlite" and url.database:
            url = url.set(database=str(Path(url.database).absolute()))
        return url.render_as_string(hide_password=True)

    def work(self) -> Work:
        """Begin work with a session, for the steps below."""
        return Work(self.session(), self._model)

    def first(self, session: Session) -> MQTTConfigMixin | None:
        """Return the row; None if there is none."""
        return _reading.first_row(session, self._model)

    def read(self, session: Session) -> Snapshot | None:
        """Copy what is stored; None if nothing is."""
        row = self.first(session)
        return self._snapshot(row) if row else None

    def write(self, session: Session, make: Callable[[Snapshot | None], Change]) -> tuple[Snapshot | None, Snapshot]:
        """Write what is to be saved, and commit nothing; return what is stored, and what will be."""
        row = self.first(session)
        before = self._snapshot(row) if row else None
        change = make(before)
        row = _writing.write_row(session, row or self._model(), lambda one: change.write(one, self._secrets))
        return before, self._snapshot(row)

    def wait_for_writers(self) -> None:
        """Wait until whoever has begun to write has come to an end."""
        # In a transaction of its own: one that has waited may see what was stored when it began.
        with self.work() as work:
            work.do(lambda session: _reading.wait_for_writers(session, self._model))

    def is_stored(self, after: Snapshot) -> bool:
        """Tell whether a save has been stored, once it has come to its end."""
        self.wait_for_writers()
        with self.work() as work:
            return _are_same(after, work.do(self.read))

    def _snapshot(self, row: MQTTConfigMixin) -> Snapshot:
        stored = _row.read(row, self._secrets)
        created, updated = (_row.time(row, column) for column in ("created_at", "updated_at"))
        return Snapshot(row.id, row.version, created, updated, _row.columns(row), stored)


def _are_same(one: Snapshot, other: Snapshot | None) -> bool:
    """Tell whether two are the same save; a database may have rounded the times."""
    return other is not None and (one.id, one.version, one.stored) == (other.id, other.version, other.stored)
