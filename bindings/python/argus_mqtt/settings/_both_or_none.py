"""Stored settings and the client's settings change together, or not at all."""

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
    """What holds a program's client, to which stored settings apply."""

    @property
    def client(self) -> Client | None:
        """The client; None if there is none."""

    def apply(self, settings: Mapping[str, Any] | None) -> None:
        """Apply settings that are known to be valid; None means no client. Does not wait for the broker.

        Raises:
            ArgusMqttError: It failed, and the client is unchanged.
        """


def finish(session: Session, before: Snapshot | None, after: Snapshot, connection: Connection | None) -> None:
    """Commit, and apply what is stored then to the client.

    The client comes first if its change can be undone: a client that has ended has lost its queue.
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
    """Commit, or leave nothing behind that the next user of the connection would commit.

    If SQLite cannot commit a transaction, it keeps it open, but SQLAlchemy considers it ended.
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
