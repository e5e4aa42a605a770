"""Settings in a database, for `argus-mqtt import` and `argus-mqtt export`."""

from __future__ import annotations

import argparse
from types import ModuleType
from typing import TYPE_CHECKING

from argus_mqtt._errors import InvalidSettings

from . import _check, _written
from ._failing import FAILED, OK, Misused

if TYPE_CHECKING:
    from argus_mqtt._importing import Imported

    from ._terminal import Terminal


def restore(given: argparse.Namespace, imported: Imported, terminal: Terminal) -> int:
    """Write settings to the table."""
    moving = _moving()
    try:
        restored = moving.restore(
            given.database, given.key_file, imported, replace=given.replace, argusai=given.argusai
        )
    except InvalidSettings as error:
        terminal.json({"valid": False, "settings": None, "faults": error.faults, "notes": []})
        _check.show_faults(error.faults, "what was imported", terminal)
        return FAILED
    except moving.Unusable as error:
        raise Misused(str(error)) from None
    about = _written.password(imported, keeps=restored.keeps_password)
    _written.tell(restored.place, imported, about, [*imported.notes, *restored.notes], terminal)
    for note in restored.notes:
        terminal.note(note)
    return OK


def export(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write the content of the table, without the password."""
    moving = _moving()
    try:
        found = moving.exported(given.database, argusai=given.argusai)
    except moving.Unusable as error:
        raise Misused(str(error)) from None
    if found is None:
        terminal.failure("no settings are stored")
        return FAILED
    settings, faults = found
    for fault in faults:
        terminal.note(f"stored as it is, with a fault: {fault}")
    terminal.document(settings)
    return OK


def _moving() -> ModuleType:
    try:
        from argus_mqtt.settings import _moving as moving  # noqa: PLC0415  (of an extra, which others do without)
    except ModuleNotFoundError as error:
        raise Misused(str(error)) from None
    return moving
