"""Import settings into a database and export them, for the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from cryptography.fernet import Fernet
from sqlalchemy import URL, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, sessionmaker

from argus_mqtt._errors import ArgusMqttError, InvalidSettings
from argus_mqtt.argusai._ownership import Ownership, connection_of

from . import _addresses, _failures, _limits, _private_files, _row, migration
from ._candidate import Candidate, candidate
from ._secrets import KEY, Secrets, UnusableKey
from ._store import Store
from ._table import TABLE, MQTTConfig, MQTTConfigMixin

if TYPE_CHECKING:
    from argus_mqtt._errors import Fault
    from argus_mqtt._importing import Imported
    from argus_mqtt._settings_fields import Settings

    from ._snapshot import Snapshot


class Unusable(ArgusMqttError):
    """The database URL or the key cannot be used; nothing was attempted."""


class _Base(DeclarativeBase):
    pass


class _ArgusAI(MQTTConfigMixin, _Base):
    """ArgusAI's table, with its topics as defaults."""


@dataclass(frozen=True)
class Restored:
    """The result of writing settings to the table.

    Attributes:
        place: The URL of the table, without a password.
        keeps_password: Whether the stored password was kept.
        notes: Remarks for a person.
    """

    place: str
    keeps_password: bool
    notes: tuple[str, ...]


def restore(address: str, key_file: str | None, imported: Imported, *, replace: bool, argusai: bool) -> Restored:
    """Write settings to a table, which is created if it does not exist.

    Raises:
        Unusable: The URL or the key cannot be used, or settings are stored already and must not be replaced.
        InvalidSettings: They have faults. Nothing was written.
        ArgusMqttError: The database does not answer.
    """
    notes: list[str] = []
    wanted: Candidate | None = None
    before: Snapshot | None = None

    def make(snapshot: Snapshot | None) -> Candidate:
        nonlocal before, wanted
        before = snapshot
        if snapshot is not None and not replace:
            raise Unusable("settings are stored already; --replace writes over them")
        wanted = _wanted(store, imported, snapshot, notes)
        return wanted

    url = _url(address)
    with _opened(url, _keys(key_file), argusai=argusai, makes=True) as store:
        after = store.save(make, None)
        _tell_owner(before)
        keeps = wanted is not None and wanted.keeps_password and after.stored.has_password
        return Restored(store.place, keeps, tuple(notes))


def exported(address: str, *, argusai: bool) -> tuple[dict[str, Any], tuple[Fault, ...]] | None:
    """Return what a table holds apart from password and defaults, and its faults; None if it is empty.

    Raises:
        Unusable: The URL cannot be used.
        ArgusMqttError: The database does not answer.
    """
    # No key is needed, as the password stays where it is.
    url = _url(address)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise Unusable(f"{url.database} does not exist")  # SQLite would make it.
    with _opened(url, Secrets(Fernet.generate_key().decode()), argusai=argusai, makes=False) as store:
        snapshot = store.load()
        if snapshot is None:
            return None
        # The library's defaults, and not those of the table: others are to understand it too.
        usual = _row.blank(MQTTConfig)
        settings = snapshot.stored.settings
        changed = {name: value for name, value in settings.items() if value is not None and value != usual[name]}
        faults = tuple(fault for fault in snapshot.stored.faults if fault.code != _row.UNREADABLE)
        return {"enabled": snapshot.stored.enabled, **changed}, faults


def _tell_owner(before: Snapshot | None) -> None:
    """Tell the ArgusAI service on this machine, if there is one, that the stored settings have changed."""
    running = before.stored.running if before else None
    if running is not None:
        _, name = connection_of(cast("Settings", running))
        Ownership(name).mark_saved()


def _wanted(store: Store, imported: Imported, snapshot: Snapshot | None, notes: list[str]) -> Candidate:
    stored = snapshot.stored if snapshot else None
    enabled = imported.enabled if imported.enabled is not None else stored is None or stored.enabled
    body: dict[str, Any] = {**imported.settings, "enabled": enabled}
    if imported.settings.get("password_file"):
        body.setdefault("password", None)
    wanted = candidate(body, store.blank, store.blank, stored, "save")
    for fault in wanted.faults:
        if (fault.field, fault.code) == ("password", "needed"):
            notes.append(f"the stored password was not kept; it {fault.message}")
            wanted = candidate({**body, "password": None}, store.blank, store.blank, stored, "save")
    if wanted.faults:
        raise InvalidSettings("; ".join(map(str, wanted.faults)), wanted.faults)
    notes += wanted.notes
    return wanted


def _keys(file: str | None) -> Secrets:
    try:
        return Secrets.from_environment() if file is None else Secrets(_private_files.read(Path(file)))
    except UnusableKey as error:
        else_say = (
            ", or name a file that holds one with --key-file" if file is None and not os.environ.get(KEY) else ""
        )
        raise Unusable(f"{error}{else_say}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{file} can't be read: {error.strerror if isinstance(error, OSError) else error}") from None


def _url(address: str) -> URL:
    try:
        return make_url(_addresses.usable(address))
    except ValueError as error:
        raise Unusable(f"--database {error}") from None


@contextmanager
def _opened(url: URL, secrets: Secrets, *, argusai: bool, makes: bool) -> Iterator[Store]:
    engine = _addresses.engine(url)
    try:
        with engine.begin() as connection:
            _limits.limit(connection)
            if makes and not inspect(connection).has_table(TABLE):
                migration.upgrade(connection)
        yield Store(sessionmaker(engine), model=_ArgusAI if argusai else MQTTConfig, secrets=secrets)
    except SQLAlchemyError as error:
        raise ArgusMqttError(f"{url.render_as_string()}: {_failures.database_trouble(error)}") from None
    finally:
        engine.dispose()
