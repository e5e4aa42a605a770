"""The next best settings, for values that a client would refuse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from argus_mqtt import Fault, check_settings

from ._names import DEFAULTS, SETTINGS, column_of, settings_from

if TYPE_CHECKING:
    from argus_mqtt import Settings

_COLUMN_SETTINGS: Final = frozenset(SETTINGS.values())
_PLAIN: Final = {"mqtt", "tcp"}
_OVER_TLS: Final = {"mqtts", "ssl", "tls"}

# Without one of these a client would go elsewhere, or say in the clear what was to be secret.
_NEEDED: Final = {"broker_host", "use_tls", "username", "password"}


# The field of what keeps settings from being read at all.
_ALL: Final = "settings"


def repaired(
    values: Mapping[str, object], others: Mapping[str, object] = MappingProxyType({})
) -> tuple[Settings | None, tuple[Fault, ...]]:
    """Give settings that a client takes, and what was wrong, by the names of the columns.

    None in place of settings: it can't be told which broker is meant, or how to log in there. `others` are settings
    without a column, by the library's names.
    """
    more = {name: value for name, value in others.items() if name not in _COLUMN_SETTINGS}
    faults = _prefix(values)
    # An empty text is the default too; ArgusAI stores many.
    given = {column: DEFAULTS.get(column) if value == "" else value for column, value in values.items()}
    faults += [*_host(given), *_qos(given), *_password(given)]
    # Each round gives up one value at least.
    while True:
        settings = cast("Settings", {**settings_from(given), **more})
        found = check_settings(settings).faults
        if not found:
            return settings, tuple(faults)
        for fault in {column_of(fault.field): fault for fault in found}.values():
            mended = _without(more, fault) if fault.field in more or fault.field == _ALL else _mended(given, fault)
            if mended is None:
                return None, (*faults, Fault(column_of(fault.field), fault.code, fault.value, fault.message))
            faults.append(mended)


def _without(others: dict[str, object], fault: Fault) -> Fault | None:
    """Give up a setting that has no column, and give what to report of that; None where it is none of them."""
    if fault.field == _ALL:
        unreadable = [name for name, value in others.items() if _is_unreadable(name, value)]
        if not unreadable:
            return None
        for name in unreadable:
            del others[name]
        return Fault(unreadable[0], fault.code, None, "is too large, or too deep; it is not used")
    del others[fault.field]
    return Fault(fault.field, fault.code, fault.value, f"{fault.message}; it is not used")


def _is_unreadable(name: str, value: object) -> bool:
    return any(fault.field == _ALL for fault in check_settings(cast("Settings", {name: value})).faults)


def _mended(given: dict[str, object], fault: Fault) -> Fault | None:
    """Return the value to its default, and give what to report of that; None where that won't do."""
    column, message = column_of(fault.field), fault.message
    if column == "will_message" and _is_default(given, column):
        column, message = "birth_message", "is also the will_message"
    if column in _NEEDED or _is_default(given, column):
        return None
    given[column] = DEFAULTS[column]
    return Fault(column, fault.code, fault.value, f"{message}; {_shown(column)} is used instead")


def _is_default(given: Mapping[str, object], column: str) -> bool:
    default = DEFAULTS.get(column)
    value = given.get(column, default)
    # For Python True is 1, and for a client it is not.
    return type(value) is type(default) and value == default


def _shown(column: str) -> str:
    default = DEFAULTS[column]
    return json.dumps(default) if default not in {None, ""} else "the default"


def _host(given: dict[str, object]) -> list[Fault]:
    """Take a host out of a URL, and out of the blanks around it."""
    host = given.get("broker_host")
    if not isinstance(host, str) or not host.strip():
        return []
    found = _parts(host.strip())
    if found is None or found == (host, None, False):
        return []
    name, port, over_tls = found
    given["broker_host"] = name
    taken = f'host "{name}"'
    if port is not None:
        given["broker_port"] = port
        taken += f", port {port}"
    if over_tls:
        given["use_tls"] = True
        taken += " and TLS"
    what = "is more than a host" if host.strip() != name else "has blanks around it"
    return [Fault("broker_host", "invalid_host", None, f"{what}; {taken} is used instead")]


def _parts(host: str) -> tuple[str, int | None, bool] | None:
    """Give the name, the port and whether TLS is meant; None where it can't be told."""
    has_scheme = "://" in host
    if not has_scheme and (host.count(":") > 1 and not host.startswith("[")):
        return host, None, False  # An IPv6 address.
    try:
        url = urlsplit(host if has_scheme else f"tcp://{host}")
        name, port = url.hostname, url.port
    except ValueError:
        return None
    if not name or url.scheme not in _PLAIN | _OVER_TLS or url.username is not None:
        return None
    if not has_scheme and port is None and not url.path:
        return host, None, False
    return name, port, url.scheme in _OVER_TLS


def _qos(given: dict[str, object]) -> list[Fault]:
    if given.get("qos") != 2:
        return []
    given["qos"] = 1
    return [Fault("qos", "out_of_range", "2", "2 can't be kept across reconnections; 1 is used instead")]


def _password(given: dict[str, object]) -> list[Fault]:
    if not given.get("password") or given.get("username"):
        return []
    given["password"] = None
    return [Fault("password", "conflict", None, "there is no username, so it is not sent; give both or neither")]


def _prefix(given: Mapping[str, object]) -> list[Fault]:
    if given.get("topic_prefix") != "":
        return []
    return [Fault("topic_prefix", "missing", None, f"is empty; {_shown('topic_prefix')} is used instead")]
