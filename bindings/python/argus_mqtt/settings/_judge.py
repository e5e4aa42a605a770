"""All that the library has against settings, at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from argus_mqtt._errors import Fault, InvalidSettings
from argus_mqtt._settings import SettingsReport, check_settings, settings_json

if TYPE_CHECKING:
    from argus_mqtt._settings_fields import Settings


def judge(settings: Mapping[str, object]) -> SettingsReport:
    """Check settings, as `argus_mqtt.check_settings` does, and go on after values that have no form in JSON."""
    faults: list[Fault] = []
    writable: dict[str, object] = {}
    for name, value in settings.items():
        try:
            settings_json(cast("Settings", {name: value}))
        except InvalidSettings as error:
            faults += error.faults
        else:
            writable[name] = value
    report = check_settings(cast("Settings", writable))
    if not faults:
        return report
    unwritable = {fault.field for fault in faults}
    others = (fault for fault in report.faults if fault.field not in unwritable)
    return SettingsReport(valid=False, settings=None, faults=(*faults, *others), notes=())


def usable(settings: Mapping[str, object]) -> tuple[dict[str, Any] | None, tuple[Fault, ...]]:
    """Make the best of settings that were stored before anyone judged them.

    A setting with a fault is left out, so that its default holds.

    Returns:
        What a client can be started with, None when even `broker_host` is not usable; and all faults.
    """
    rest: dict[str, Any] = dict(settings)
    faults: list[Fault] = []
    while True:
        report = judge(rest)
        if report.valid:
            return rest, tuple(faults)
        faults += report.faults
        faulty = {fault.field for fault in report.faults} & rest.keys()
        if not faulty or "broker_host" in faulty:
            return None, tuple(faults)
        for name in faulty:
            del rest[name]
        # A password that was left out leaves nothing to log in with, and the other way round.
        if "username" in faulty:
            rest.pop("password", None)
