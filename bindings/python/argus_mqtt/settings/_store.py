"""Loads and saves the row of settings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import SQLAlchemyError

from argus_mqtt._errors import InvalidSettings

from . import _row, _writing
from ._both_or_none import Unconfirmed, finish, follow, lock_of
from ._candidate import Candidate, candidate
from ._rows import Change, Rows, SessionFactory
from ._secrets import Secrets
from ._table import MQTTConfig, MQTTConfigMixin
from ._work import NoAnswer
from ._writing import Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from ._both_or_none import Connection
    from ._snapshot import Snapshot

# So long does a save wait for those before it.
_TURN_SECONDS: Final = 10.0


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
        self._model = model
        self._secrets = secrets or Secrets.from_environment()
        self._rows = Rows(session, model, self._secrets)
        self._saving = threading.Lock()
        self._unclear: tuple[Snapshot, Connection | None] | None = None

    @property
    def place(self) -> str:
        """The URL of the table, without a password: the same in all processes of a machine.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The sessions have no database.
        """
        return self._rows.place

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
        unclear = self._unclear
        if unclear is not None and not self._settle(unclear):
            # Not before it has come to its end.
            self._rows.wait_for_writers()
        with self._rows.work() as work:
            return work.do(self._rows.read)

    def save(self, make: Callable[[Snapshot | None], Change], connection: Connection | None) -> Snapshot:
        """Save settings and apply them to the client; both, or neither.

        A program that is killed in between next starts with what is stored.

        Args:
            make: Takes what is stored and returns what to save, or raises.
            connection: What applies them.

        Raises:
            Conflict: Somebody else saved at the same time.
            OldTable: The table lacks columns.
            NoAnswer: The database does not answer, or other saves take too long.
            Unconfirmed: The database was lost while it stored them, and it is unknown whether it did. The client
                follows once `load` has found out.
            sqlalchemy.exc.SQLAlchemyError: The database does not accept them.
        """
        with self._turn(connection), self._rows.work() as work:
            before, after = work.do(lambda session: self._rows.write(session, make))
            try:
                finish(work, before, after, connection, self._rows.is_stored)
            except Unconfirmed:
                self._unclear = (after, connection)
                raise
            except SQLAlchemyError as error:
                _writing.raise_conflict(error)
                raise
            self._unclear = None
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
            NoAnswer: The database does not answer, or saves take too long.
        """

        def encrypt(session: Session) -> bool:
            row = self._rows.first(session)
            if row is None or not row.password or self._secrets.is_current(row.password):
                return False
            row.password = self._secrets.encrypt(self._secrets.decrypt(row.password))
            session.flush()
            return True

        with self._turn(None), self._rows.work() as work:
            is_to_be_stored = work.do(encrypt)
            if is_to_be_stored:
                work.commit()
            return is_to_be_stored

    @contextmanager
    def _turn(self, connection: Connection | None) -> Iterator[None]:
        saving = lock_of(connection) or self._saving
        if not saving.acquire(timeout=_TURN_SECONDS):
            raise NoAnswer(f"other saves have not ended for {_TURN_SECONDS:g} s; try again")
        try:
            yield
        finally:
            saving.release()

    def _settle(self, unclear: tuple[Snapshot, Connection | None]) -> bool:
        """Let the client follow a save of which it was unknown whether it had come about.

        Waits for its end. Returns whether that is settled; not while others save.
        """
        after, connection = unclear
        saving = lock_of(connection) or self._saving
        if not saving.acquire(blocking=False):
            return False
        try:
            if self._unclear is not unclear:
                return True
            # Read under the lock: whoever shares the client may have saved since.
            is_stored = self._rows.is_stored(after)
            self._unclear = None
            if connection is not None and is_stored:
                follow(connection, after)
            return True
        finally:
            saving.release()
