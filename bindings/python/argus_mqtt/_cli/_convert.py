"""`argus-mqtt import` and `argus-mqtt export`."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from argus_mqtt._exporting import exported, restored
from argus_mqtt._importing import ENABLED, from_environment, from_options
from argus_mqtt._settings import check_settings

from . import _check, _database, _sources, _written
from ._failing import FAILED, OK, Misused

if TYPE_CHECKING:
    from argus_mqtt._settings_fields import Settings

    from ._terminal import Terminal


def run_import(given: argparse.Namespace, terminal: Terminal) -> int:
    """Read settings from another source, check them, and write them."""
    to = Path(given.to) if given.to else None
    stored = _stored(to, given)
    imported = from_options(_sources.object_of(given.file)) if given.file else from_environment(os.environ)
    for note in imported.notes:
        terminal.note(note)
    if not imported.taken:
        where = _sources.name_of(given.file) if given.file else "the environment"
        raise Misused(f"there are no settings in {where}")
    if given.database:
        return _database.restore(given, imported, terminal)
    if imported.enabled is not None:
        terminal.note(f"{ENABLED} is left out: a file has settings alone, a database also whether they are used")
    settings = restored(imported.settings, stored) if stored else imported.settings
    report = check_settings(settings)
    if not report.valid:
        terminal.json(report)
        _check.show(report, "what was imported", terminal)
        return FAILED
    if to:
        _write(to, settings)
        password = _written.password(imported, keeps="password" in settings)
        _written.tell(str(to), imported, password, [*imported.notes, *report.notes], terminal)
    else:
        if settings.get("password"):
            terminal.note("the password is not shown; --to FILE writes it to a file that only you can read")
        terminal.document(exported(settings))
    if settings.get("username") and not (settings.get("password") or settings.get("password_file")):
        terminal.note(f"username {settings.get('username')!r} has no password: set password or password_file")
    return OK


def run_export(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write settings without the password."""
    if bool(given.file) == bool(given.database):
        raise Misused("name a file with settings, or a database with --database")
    if given.database:
        return _database.export(given, terminal)
    settings = _sources.object_of(given.file)
    copy = exported(settings)
    left_out = [name for name in settings if name not in {*copy, "password"}]
    if left_out:
        terminal.note(f"not a setting, and left out: {', '.join(left_out)}")
    terminal.document(copy)
    return OK


def _stored(to: Path | None, given: argparse.Namespace) -> Settings | None:
    """Return the content of the file to overwrite; None if it does not exist."""
    if not to or not to.exists():
        return None
    if not given.replace:
        raise Misused(f"{to} exists; --replace writes over it")
    return _sources.parsed(_sources.read(str(to)))


def _text(settings: Settings) -> str:
    return json.dumps(settings, indent=2, ensure_ascii=False) + "\n"


def _write(path: Path, settings: Settings) -> None:
    """Write a file that only its owner can read, completely or not at all."""
    try:
        # mkstemp gives mode 0600.
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(_text(settings))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Misused(f"{path} can't be written: {error.strerror}") from None
