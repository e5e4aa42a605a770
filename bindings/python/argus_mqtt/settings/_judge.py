"""Everything that is wrong with settings, at once."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from argus_mqtt._errors import Fault, InvalidSettings
from argus_mqtt._settings import SettingsReport, check_settings, settings_json

if TYPE_CHECKING:
    from argus_mqtt._settings_fields import Settings


def judge(settings: Mapping[str, object]) -> SettingsReport:
    """Check settings as `argus_mqtt.check_settings` does, but also report values that JSON cannot express."""
    faults: list[Fault] = []
    writable: dict[str, object] = {}
    for name, given in settings.items():
        value = _shallow(given)
        if isinstance(value, int) and abs(value) > sys.float_info.max:
            # Which the library can't read, and so would refuse the others with it.
            faults.append(Fault(name, "out_of_range", None, "is a number that is too large"))
            continue
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


def _shallow(value: object) -> object:
    """Return an empty object or list for one of any depth: no setting is one."""
    if isinstance(value, Mapping):
        return {}
    return [] if isinstance(value, (list, tuple)) else value
