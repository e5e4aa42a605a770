"""One piece of work with the host's database, which ends in time whatever the database does."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Final, TypeVar, final

from sqlalchemy.exc import SQLAlchemyError

from argus_mqtt._errors import ArgusMqttError
from argus_mqtt.argusai._waiting import on_a_thread_within

from . import _limits

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from ._table import MQTTConfigMixin

_T = TypeVar("_T")

SECONDS: Final = 8.0
"""So long may a step take. The limits that the database itself keeps are shorter; this is for one that is silent."""


class NoAnswer(ArgusMqttError):
    """The database has not answered in time; the text says what to do."""


@final
class Work:
    """A session of the host's, used in steps. For one thread, and until the end of the block.

    No option of a connection that is not ours bounds the wait for a server that is cut off. So each step is done on a
    thread of its own, which is given up when it takes too long: its connection is cut, and whatever it has not
    committed is gone. It is not cut if its driver does not tell the descriptor, or the pool has not handed it over
    yet, as while `pool_pre_ping` asks the server; then the thread waits for as long as the driver does. SQLite is no
    server, has limits of its own, and is used on the caller's thread.
    """

    def __init__(self, session: Session, model: type[MQTTConfigMixin]) -> None:
        """Begin nothing yet."""
        self._session = session
        self._model = model
        self._descriptor: int | None = None
        self._has_begun = self._is_given_up = False
        self._is_local = session.get_bind(model).dialect.name == "sqlite"

    def __enter__(self) -> Work:
        """Return the work itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the session; what was not committed is gone."""
        if self._is_given_up:
            return
        # Nothing depends on it any more.
        with contextlib.suppress(NoAnswer, SQLAlchemyError):
            self._run(self._session.close)
        if not self._is_given_up:
            self._let_go()

    def do(self, step: Callable[[Session], _T]) -> _T:
        """Do a step with the session, and return what it returns.

        Raises:
            NoAnswer: It took too long. Nothing more can be done in this work.
            Exception: Whatever the step raises.
        """

        def begun() -> _T:
            self._begin()
            return step(self._session)

        return self._run(begun)

    def commit(self) -> None:
        """Commit, or leave nothing behind that the next user of the connection would commit.

        If SQLite cannot commit a transaction, it keeps it open, but SQLAlchemy considers it ended.

        Raises:
            NoAnswer: It took too long. It may be committed all the same.
            sqlalchemy.exc.SQLAlchemyError: It failed.
        """

        def commit(session: Session) -> None:
            connection = self._connection()
            try:
                session.commit()
            except BaseException:
                with contextlib.suppress(Exception):
                    connection.connection.rollback()
                raise

        self.do(commit)

    def _connection(self, **options: str) -> Connection:
        return self._session.connection(bind_arguments={"mapper": self._model}, execution_options=options)

    def _begin(self) -> None:
        if self._has_begun:
            return
        connection = self._connection()
        if getattr(connection.connection, "autocommit", False) is True and not self._is_local:
            # A save whose settings the client refuses could not be undone.
            self._session.rollback()
            connection = self._connection(isolation_level="READ COMMITTED")
        with contextlib.suppress(Exception):  # Not every driver tells.
            self._descriptor = os.dup(connection.connection.fileno())
        # Only now: whoever gave up before has found nothing to cut.
        if self._is_given_up:
            raise NoAnswer("the database has answered too late")
        _limits.limit(connection)
        self._has_begun = True

    def _run(self, call: Callable[[], _T]) -> _T:
        if self._is_local:
            return call()
        step = on_a_thread_within("argus-mqtt-database", SECONDS, call)
        if step.done():
            return step.result()
        self._give_up(step)
        raise NoAnswer(
            f"the database has not answered for {SECONDS:g} s; see that it runs and can be reached, and try again"
        )

    def _give_up(self, step: Future[_T]) -> None:
        self._is_given_up = True

        def end(_: object) -> None:
            with contextlib.suppress(Exception):
                self._session.close()
            self._let_go()

        if self._descriptor is not None:
            # Of a copy, as the driver may close its own at any time, and another file may get its number.
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._descriptor)) as copy:
                copy.shutdown(socket.SHUT_RDWR)
        # On its thread, when it ends.
        step.add_done_callback(end)

    def _let_go(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
