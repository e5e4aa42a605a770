"""What is stored, and what the client runs with: both change, or neither does."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from argus_mqtt._errors import ArgusMqttError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from argus_mqtt._client import Client

    from ._snapshot import Snapshot

_log = logging.getLogger("argus_mqtt")


class Connection(Protocol):
    """What a program has its client in, for which settings are stored."""

    @property
    def client(self) -> Client | None:
        """The client, None without one."""

    def apply(self, settings: Mapping[str, Any] | None) -> None:
        """Go on with settings that are known to be valid; None is without a client. Doesn't wait for the broker.

        Raises:
            ArgusMqttError: It can't; then the client goes on as before.
        """


def finish(session: Session, before: Snapshot | None, after: Snapshot, connection: Connection | None) -> None:
    """Commit, and let the client go on with what is stored then.

    The client goes first where it can be called back: one that has ended has lost its queue.
    """
    running = after.stored.running
    if connection is None or running is None:
        commit(session)
        if connection is not None:
            _end(connection)
        return
    connection.apply(running)
    try:
        commit(session)
    except BaseException:
        _go_back(connection, before)
        raise


def commit(session: Session) -> None:
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


def _end(connection: Connection) -> None:
    # It is stored that there is to be none: an end that fails, as in a program that ends, is no failure of the save.
    try:
        connection.apply(None)
    except ArgusMqttError as error:
        _log.warning("the client did not end in order after MQTT was switched off: %s", error)


def _go_back(connection: Connection, before: Snapshot | None) -> None:
    try:
        connection.apply(before.stored.running if before else None)
    except ArgusMqttError as error:
        _log.error("the client runs with settings that could not be stored, until the next save or start: %s", error)
