"""Stored settings and the client's settings change together, or not at all."""

from __future__ import annotations

import contextlib
import logging
import threading
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy.exc import DBAPIError

from argus_mqtt._errors import ArgusMqttError

from ._work import NoAnswer

if TYPE_CHECKING:
    from argus_mqtt._client import Client

    from ._snapshot import Snapshot
    from ._work import Work

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


_locks: Final[weakref.WeakKeyDictionary[Connection, threading.Lock]] = weakref.WeakKeyDictionary()
_finding: Final = threading.Lock()


def lock_of(connection: Connection | None) -> threading.Lock | None:
    """Return the lock under which settings are stored and applied to a client, so that both have one order.

    All who use this client have the same; None if it cannot have one.
    """
    if connection is None:
        return None
    with _finding, contextlib.suppress(TypeError):
        return _locks.setdefault(connection, threading.Lock())
    return None


class Unconfirmed(ArgusMqttError):
    """The database was lost while it stored settings, and cannot be asked whether it did."""


def finish(
    work: Work,
    before: Snapshot | None,
    after: Snapshot,
    connection: Connection | None,
    is_stored: Callable[[Snapshot], bool],
) -> None:
    """Commit, and apply what is stored then to the client.

    The client comes first if its change can be undone: a client that has ended has lost its queue.

    Args:
        work: Has written the settings to the database.
        before: What was stored.
        after: What is stored once it is committed.
        connection: What applies it.
        is_stored: Tells whether something is stored; raises if the database can't tell.

    Raises:
        Unconfirmed: It is unknown what is stored. The client has the settings of before.
    """
    running = after.stored.running
    if connection is None or running is None:
        _commit(work, after, is_stored)
        if connection is not None:
            end(connection)
        return
    connection.apply(running)
    try:
        _commit(work, after, is_stored)
    except BaseException:
        _go_back(connection, before)
        raise


def _commit(work: Work, after: Snapshot, is_stored: Callable[[Snapshot], bool]) -> None:
    try:
        work.commit()
    except (NoAnswer, DBAPIError) as error:
        if not isinstance(error, NoAnswer) and not error.connection_invalidated:
            raise
        # It may be stored all the same.
        try:
            stored = is_stored(after)
        except Exception as trouble:
            raise Unconfirmed(
                "the database was lost while it stored the settings; load them again to see whether it did"
            ) from trouble
        if not stored:
            raise


def end(connection: Connection) -> None:
    """Apply that there is to be no client."""
    # It is stored that there is to be none: an end that fails, as in a program that ends, is no failure of the save.
    try:
        connection.apply(None)
    except ArgusMqttError as error:
        _log.warning("the client did not end in order after MQTT was switched off: %s", error)


def follow(connection: Connection, found: Snapshot) -> None:
    """Apply settings that are found to be stored."""
    running = found.stored.running
    if running is None:
        end(connection)
        return
    try:
        connection.apply(running)
    except ArgusMqttError as error:
        _log.error("the client runs without the settings that were stored, until the next save or start: %s", error)


def _go_back(connection: Connection, before: Snapshot | None) -> None:
    try:
        connection.apply(before.stored.running if before else None)
    except ArgusMqttError as error:
        _log.error("the client runs with settings that could not be stored, until the next save or start: %s", error)
