"""Reads settings by the library's names from a row of the table, and writes them to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import InvalidRequestError

from argus_mqtt._errors import Fault
from argus_mqtt.argusai import _names, _row

from . import _schema
from ._secrets import Secrets, Undecryptable

if TYPE_CHECKING:
    from ._table import MQTTConfigMixin

_COLUMNS: Final = {setting: column for column, setting in _names.SETTINGS.items() if setting != "password"}

# What stands for the default in columns whose default depends on other settings, or is nothing.
_EMPTY_IS_DEFAULT: Final = {"username": None, "availability_topic": ""}

UNREADABLE: Final = "unreadable"
"""The code of the fault of a password that can't be decrypted."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a row holds, independent of the row.

    Attributes:
        enabled: Whether to connect.
        settings: The settings as they are stored, without the password; None means the default.
        password: The password in plain text; None if there is none, or it cannot be decrypted.
        has_password: Whether one is stored, readable or not.
        usable: What a client can be started with; None if it is unclear which broker is meant.
        faults: What is wrong with what is stored.
    """

    enabled: bool
    settings: Mapping[str, Any]
    password: str | None
    has_password: bool
    usable: Mapping[str, Any] | None
    faults: tuple[Fault, ...]

    @property
    def running(self) -> Mapping[str, Any] | None:
        """The settings for a client; None if there must be no client."""
        return self.usable if self.enabled else None

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"<Stored enabled={self.enabled} usable={self.usable is not None} faults={self.faults!r}>"


def read(row: MQTTConfigMixin, secrets: Secrets) -> Stored:
    """Copy what a row holds. No value raises: one that cannot be used is a fault, and a client ignores it."""
    faults: list[Fault] = []
    others = _row.other_settings(row, faults)
    settings = blank(type(row))
    # What this library does not know is a fault, and the next save leaves it out.
    settings |= {name: value for name, value in others.items() if name in settings}
    for setting, column in _COLUMNS.items():
        value = getattr(row, column)
        if value is None or value == "":
            # What runs then, and what a save of something else is not to change.
            default = settings[setting] if setting in _EMPTY_IS_DEFAULT else _names.DEFAULTS[column]
            value = None if default == "" else default
        settings[setting] = value
    password = _password(row, secrets, faults)
    # Where the host has no defaults of its own, the library's hold, and not those of ArgusAI.
    usual = _schema.defaults()
    others = {**{name: usual[name] for name in _names.FIXED}, **row.host_settings, **others}
    enabled = bool(row.enabled)
    found = _row.stored_settings({**columns(row), "password": password}, enabled=enabled, others=others)
    faults += (replace(fault, field=_names.SETTINGS.get(fault.field, fault.field)) for fault in found.faults)
    best = None if found.settings is None else dict(found.settings)
    return Stored(enabled, settings, password, bool(row.password), best, tuple(faults))


def time(row: MQTTConfigMixin, column: str) -> datetime | None:
    """Return a time from a row; None if the column holds none."""
    try:
        found = getattr(row, column)
    except InvalidRequestError:
        return None
    return found if isinstance(found, datetime) else None


def blank(model: type[MQTTConfigMixin]) -> dict[str, Any]:
    """Return every setting but the password, by name, as it is if nothing is stored.

    None stands for a default that depends on other settings.
    """
    return {**dict.fromkeys(sorted(_schema.names() - {"password"})), **_schema.defaults(), **model.host_settings}


def write(row: MQTTConfigMixin, given: Mapping[str, Any], filled_in: Mapping[str, Any], *, enabled: bool) -> None:
    """Store settings that were checked, except for the password.

    Args:
        row: The row.
        given: The settings; None means the default.
        filled_in: The same with the defaults filled in, for columns that require a value.
        enabled: Whether to connect.
    """
    row.enabled = enabled
    usual = blank(type(row))
    for setting, column in _COLUMNS.items():
        value = given[setting]
        if setting in _EMPTY_IS_DEFAULT and value in {None, usual[setting]}:
            value = _EMPTY_IS_DEFAULT[setting]
        setattr(row, column, filled_in[setting] if value is None and setting != "username" else value)
    others = {
        name: value
        for name, value in given.items()
        if name not in _COLUMNS and value is not None and value != usual[name]
    }
    row.other_settings = others or None


def columns(row: MQTTConfigMixin) -> dict[str, Any]:
    """Return what a row holds, by the names of ArgusAI's columns, without the password."""
    return {column: getattr(row, column) for column in (*_COLUMNS.values(), _names.ENABLED)}


def _password(row: MQTTConfigMixin, secrets: Secrets, faults: list[Fault]) -> str | None:
    if not row.password:
        return None
    try:
        return secrets.decrypt(row.password)
    except Undecryptable as error:
        faults.append(Fault("password", UNREADABLE, None, str(error)))
        return None
