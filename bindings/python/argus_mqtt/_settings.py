"""Settings: names, defaults, ranges and messages are the library's; here they only change their form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from . import _buffer, _json, _prototypes
from ._arguments import c_text
from ._errors import (
    INVALID_SETTINGS,
    ArgusMqttError,
    Fault,
    InvalidArgument,
    InvalidSettings,
    error_for,
)
from ._settings_fields import Settings

GivenSettings: TypeAlias = Settings | str
"""Settings by name, or the text of a JSON object. At run time any mapping is accepted."""


@dataclass(frozen=True, slots=True)
class SettingsReport:
    """The result of a check of settings.

    Attributes:
        valid: Whether a client can be created with them.
        settings: All settings with the defaults filled in, except the password; None if they are not valid.
        faults: Every fault; empty if they are valid.
        notes: Remarks on values that are valid but probably not intended.
    """

    valid: bool
    settings: Settings | None
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def check_settings(settings: GivenSettings) -> SettingsReport:
    """Check settings without connecting: every fault at once, or the settings with the defaults filled in.

    It reads the files that the settings name, and has no other effect. Any thread may call it.

    Args:
        settings: A mapping, or the text of a JSON object. Paths may be `pathlib` paths.
    """
    try:
        text = settings_json(settings)
    except InvalidSettings as error:
        return SettingsReport(valid=False, settings=None, faults=error.faults, notes=())
    return _report(text)


def settings_schema() -> dict[str, object]:
    """Give a JSON Schema (draft 2020-12) of the settings, for a page on which people edit them.

    Each property has, beside the keywords of the standard, "x-group", the title of its group; "x-message", what to
    say of a value that is not allowed; "x-default", the default in words where it depends on other settings; and
    "x-empty", what an empty text stands for, in words, where that is not the default.
    "x-groups" is the list of all groups. `check_settings` knows more rules than a schema can hold.
    """
    schema: dict[str, object] = json.loads(_buffer.read(_prototypes.settings_schema))
    return schema


def settings_json(settings: GivenSettings) -> bytes:
    """Give the JSON of settings.

    Raises:
        InvalidSettings: A value has no form in JSON, or a text is not one for C.
        TypeError: They are neither a mapping nor text.
    """
    try:
        if isinstance(settings, str):
            return c_text("settings", settings)
        if isinstance(settings, Mapping):
            return _json.settings_json(settings)
    except _json.Unwritable as error:
        fault = Fault(error.path or "settings", "wrong_type", None, error.problem)
        raise InvalidSettings(str(fault), (fault,)) from None
    except InvalidArgument as error:
        raise InvalidSettings(str(error), (Fault("settings", "invalid_text", None, str(error)),)) from None
    raise TypeError(f"settings must be a mapping or JSON text, not {type(settings).__name__}")


def settings_error(status: int, error: _prototypes.Error, text: bytes) -> ArgusMqttError:
    """Give the exception for a call that took settings and failed."""
    if status != INVALID_SETTINGS:
        return error_for(status, error.text)
    faults = _report(text).faults
    return InvalidSettings(error.text, faults)


def _report(text: bytes) -> SettingsReport:
    report = json.loads(_buffer.read(lambda *output: _prototypes.settings_check(text, *output)))
    return SettingsReport(
        valid=report["valid"],
        settings=report.get("settings"),
        faults=tuple(Fault(**fault) for fault in report.get("faults", ())),
        notes=tuple(report.get("notes", ())),
    )
