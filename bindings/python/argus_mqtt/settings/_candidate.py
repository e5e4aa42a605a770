"""What somebody wants to save or test: a request's body, merged with what is stored, and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from argus_mqtt._errors import Fault
from argus_mqtt._exporting import SAME_FOR_PASSWORD
from argus_mqtt._setting_types import can_be_empty

from . import _row, _schema
from ._judge import judge

if TYPE_CHECKING:
    from ._row import Stored
    from ._secrets import Secrets
    from ._table import MQTTConfigMixin

READ_ONLY: Final = frozenset({"stored", "has_password", "effective", "faults", "notes", "created_at", "updated_at"})
"""What is in an answer beside the settings. In a request it is passed over, so that an answer can be sent back."""

Purpose = Literal["save", "test"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Settings that somebody wants to save or test.

    Attributes:
        enabled: Whether to connect.
        settings: All settings but the password; None means the default.
        password: The password in plain text; None if there is none.
        keeps_password: Whether the stored password stays unchanged.
        filled_in: The settings with the defaults filled in; None if they have faults.
        faults: Everything that is wrong with them.
        notes: What is allowed but unusual.
    """

    enabled: bool
    settings: dict[str, Any]
    password: str | None
    keeps_password: bool
    filled_in: Mapping[str, Any] | None
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    @property
    def complete(self) -> dict[str, Any]:
        """All settings, in the form in which a client takes them."""
        return with_password(self.settings, self.password)

    def write(self, row: MQTTConfigMixin, secrets: Secrets) -> None:
        """Write it to a row of the table. It has no faults."""
        assert self.filled_in is not None, "what has faults is not saved"  # noqa: S101  (a mistake of the caller)
        _row.write(row, self.settings, self.filled_in, enabled=self.enabled)
        if not self.keeps_password:
            row.password = secrets.encrypt(self.password) if self.password else None

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"<Candidate enabled={self.enabled} faults={self.faults!r}>"


def with_password(settings: Mapping[str, Any], password: object) -> dict[str, Any]:
    """Return settings for a client, without those that have their default."""
    given = {name: value for name, value in settings.items() if value is not None}
    return given if _is_blank(password) else {**given, "password": password}


def _is_default(name: str, value: object) -> bool:
    return value is None or (value == "" and name not in can_be_empty())


def _is_blank(value: object) -> bool:
    return value is None or value == ""


def candidate(
    body: Mapping[str, Any],
    base: Mapping[str, Any],
    blank: Mapping[str, Any],
    stored: Stored | None,
    purpose: Purpose,
) -> Candidate:
    """Check what somebody wants.

    Args:
        body: The settings in the request. One that is left out has its value in `base`; null, that in `blank`.
            A password that is left out is the stored one.
        base: All settings but the password.
        blank: The defaults of these settings.
        stored: What is stored; None if nothing is.
        purpose: What the stored password would be used for.
    """
    given = {name: value for name, value in body.items() if name not in READ_ONLY}
    faults: list[Fault] = []
    enabled = given.pop("enabled", None if stored is None or base is blank else stored.enabled)
    if enabled is not None and not isinstance(enabled, bool):
        faults.append(Fault("enabled", "wrong_type", None, _schema.ENABLED["x-message"]))
    password = given.pop("password", _OMITTED)
    settings = {**base, **given}
    settings.update(
        {name: blank[name] for name, value in given.items() if name in blank and _is_default(name, value)}
    )
    keeps = password is _OMITTED
    if keeps:
        password = _kept(settings, stored, purpose, faults)
        keeps = stored is not None and stored.has_password and settings["username"] is not None
    report = judge(with_password(settings, password))
    faults += (fault for fault in report.faults if fault.field not in {one.field for one in faults})
    return Candidate(
        enabled=enabled is not False,
        settings=settings,
        password=None if _is_blank(password) else password,
        keeps_password=keeps,
        filled_in=None if faults else report.settings,
        faults=tuple(faults),
        notes=report.notes,
    )


_OMITTED: Final = object()

_SAME_FOR: Final[Mapping[Purpose, tuple[str, ...]]] = {
    "save": SAME_FOR_PASSWORD,
    "test": (*SAME_FOR_PASSWORD, "broker_port", *_schema.tls_names()),
}


def _kept(settings: Mapping[str, Any], stored: Stored | None, purpose: Purpose, faults: list[Fault]) -> str | None:
    """Return the stored password if it may be used, so that nobody can have it sent to another machine."""
    if stored is None or not stored.has_password or settings["username"] is None:
        return None
    before, now = _filled_in(stored.usable or stored.settings), _filled_in(settings)
    others = [name for name in _SAME_FOR[purpose] if now.get(name) != before.get(name)]
    if others:
        changed = others[0] if len(others) == 1 else f"{', '.join(others[:-1])} and {others[-1]}"
        faults.append(Fault("password", "needed", None, f"is needed again, because {changed} changed"))
        return None
    if stored.password is None and purpose == "test":
        faults.append(Fault("password", "needed", None, "is needed, because the stored one can't be decrypted"))
    return stored.password


def _filled_in(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fill in the defaults if there are no faults, so that an explicit default equals an omitted value."""
    given = with_password({**settings, "password": None}, None)
    return judge(given).settings or settings
