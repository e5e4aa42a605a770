"""A stored row of settings, and what a client makes of it.

No row stops a start: what can't be used is replaced by what comes next to it, and reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from argus_mqtt import Fault

from ._names import DEFAULTS, ENABLED, SETTINGS
from ._repair import repaired

if TYPE_CHECKING:
    from argus_mqtt import Settings


class ConfigRow(Protocol):
    """A row of `mqtt_config`: any object that has its columns as attributes; what it lacks has ArgusAI's default.

    It has `broker_host` at least.
    """

    def get_decrypted_password(self) -> str | None:
        """Give the password as it is sent; may raise."""


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """What was read of a row. Holds nothing of the row itself.

    Attributes:
        enabled: Whether there is to be a connection.
        settings: The settings of a client; None when the row names no broker that can be connected to.
        faults: What is wrong with the row, by the names of its columns, and what is done instead.
    """

    enabled: bool
    settings: Settings | None
    faults: tuple[Fault, ...]

    def __repr__(self) -> str:
        """Leave out the settings, which hold a password."""
        return f"<StoredSettings enabled={self.enabled} usable={self.settings is not None} faults={self.faults!r}>"


def read_row(row: ConfigRow) -> StoredSettings:
    """Copy a row. May ask the database for columns that are not loaded; keeps nothing of the row.

    Raises:
        TypeError: It is no row, such as what an `async` function returns.
        Exception: Whatever an attribute of the row raises.
    """
    if not hasattr(row, "broker_host"):
        kind = type(row).__name__
        raise TypeError(f"{kind} is no row of mqtt_config, as it has no broker_host; `load` returns a row, or None")
    values = {column: _value(row, column) for column in SETTINGS if column != "password"}
    enabled = bool(_value(row, ENABLED))
    faults: list[Fault] = []
    values["password"] = _password(row, faults)
    # What has no column of ArgusAI's: the model of argus_mqtt.settings has both.
    others = {**(getattr(row, "host_settings", None) or {}), **other_settings(row, faults)}
    return stored_settings(values, enabled=enabled, faults=faults, others=others)


def other_settings(row: object, faults: list[Fault]) -> Mapping[str, object]:
    """Give the settings of a row that have no column, by the library's names."""
    try:
        value = getattr(row, "other_settings", None)
    except Exception as error:  # noqa: BLE001  (SQLite keeps any text in a column of JSON)
        value = error
    if value is None or isinstance(value, Mapping):
        return value or {}
    faults.append(Fault("other_settings", "wrong_type", None, "is not a JSON object; it is not used"))
    return {}


def stored_settings(
    values: Mapping[str, object],
    *,
    enabled: bool,
    faults: list[Fault] | None = None,
    others: Mapping[str, object] = MappingProxyType({}),
) -> StoredSettings:
    """Make the most of values by the names of the columns, the password in the clear; `faults` are known already.

    `others` are settings without a column, by the library's names.
    """
    settings, more = repaired(values, others)
    return StoredSettings(enabled, settings, (*(faults or ()), *more))


def _value(row: ConfigRow, column: str) -> object:
    value = getattr(row, column, DEFAULTS[column])
    # Some databases have no truth values, and what the library would not take would be off.
    return bool(value) if isinstance(DEFAULTS[column], bool) and isinstance(value, int) else value


def _password(row: ConfigRow, faults: list[Fault]) -> str | None:
    try:
        return row.get_decrypted_password() or None
    except Exception as error:  # noqa: BLE001  (whatever the host's decryption raises)
        # Not its text, which may quote what it could not decrypt.
        why = f"can't be decrypted ({type(error).__name__}); connecting without it; enter it again"
        faults.append(Fault("password", "unreadable", None, why))
        return None
