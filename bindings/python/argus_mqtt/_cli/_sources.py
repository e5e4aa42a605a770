"""The sources of a command's settings: a file, the environment, its options."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, cast

from argus_mqtt._importing import from_environment
from argus_mqtt._setting_types import typed

from ._failing import Misused

if TYPE_CHECKING:
    from argus_mqtt._settings import GivenSettings
    from argus_mqtt._settings_fields import Settings

    from ._terminal import Terminal

STDIN = "-"

_OPTIONS = {
    "host": "broker_host",
    "port": "broker_port",
    "username": "username",
    "password": "password",
    "password_file": "password_file",
    "id": "client_id",
    "protocol_version": "protocol",
    "cafile": "tls_ca_file",
    "cert": "tls_client_cert_file",
    "key": "tls_client_key_file",
}


@dataclass(frozen=True)
class Given:
    """Settings as given.

    Attributes:
        settings: By name; or the text of a file that is not a JSON object, for the library to describe.
        origin: Where they come from, in words.
    """

    settings: GivenSettings
    origin: str


def settings(given: argparse.Namespace, terminal: Terminal) -> Given:
    """Return the settings of a command that connects: from the file or the environment, and the options."""
    if given.settings:
        text = read(given.settings)
        found, origin = parsed(text), name_of(given.settings)
        if found is None:
            return Given(text, origin)
    else:
        imported = from_environment(os.environ)
        found = imported.settings
        origin = f"environment ({', '.join(sorted(set(imported.taken.values())))})" if imported.taken else ""
        for note in imported.notes:
            terminal.note(note)
        for variable in imported.taken.values():
            _check_text(variable)
    changed = _changed(given)
    origin = " and ".join(filter(None, (origin, "options" if changed else "")))
    if not origin:
        raise Misused("no settings are given: name a file with --settings, a broker with -h, or set MQTT_BROKER_HOST")
    return Given(cast("Settings", {**found, **changed}), origin)


def _check_text(variable: str) -> None:
    try:
        os.environ.get(variable, "").encode()
    except UnicodeEncodeError:
        raise Misused(f"the environment variable {variable} is not text in UTF-8") from None


def _changed(given: argparse.Namespace) -> dict[str, object]:
    """Return the settings given as options."""
    changed: dict[str, object] = {
        setting: typed(setting, value)
        for option, setting in _OPTIONS.items()
        if (value := getattr(given, option)) is not None
    }
    if given.insecure:
        changed["tls_insecure_skip_verify"] = True
    if given.tls or any(name.startswith("tls_") for name in changed):
        changed["use_tls"] = True
    if "password" in changed:
        changed.setdefault("password_file", None)
    elif "password_file" in changed:
        changed["password"] = None
    for assignment in given.set:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise Misused(f"--set {name}: write it as NAME=VALUE")
        changed[name] = typed(name, value)
    return changed


def read(path: str) -> str:
    """Return the text of a file, or of the standard input."""
    try:
        data = standard_input().read() if path == STDIN else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise Misused(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Misused(f"{name_of(path)} is not text in UTF-8") from None


def standard_input() -> BinaryIO:
    """Return the standard input."""
    if sys.stdin is None:  # Python's word for one that is closed.
        raise Misused("the standard input is closed")
    return sys.stdin.buffer


def object_of(path: str) -> Settings:
    """Return the settings in a JSON file."""
    value = json_of(path)
    if not isinstance(value, dict):
        raise Misused(f"{name_of(path)} is not a JSON object")
    return cast("Settings", value)


def json_of(path: str) -> object:
    """Return the JSON value in a file."""
    try:
        return _value(read(path))
    except ValueError as error:
        raise Misused(f"{name_of(path)} is not JSON: {error}") from None


def parsed(text: str) -> Settings | None:
    """Return a JSON object, or None if the text is not one."""
    try:
        value = _value(text)
    except ValueError:
        return None
    return cast("Settings", value) if isinstance(value, dict) else None


def _value(text: str) -> object:
    """Give the value of a text in JSON, as the library reads it: strictly.

    Raises:
        ValueError: It is none; the text says why.
    """
    try:
        value: object = json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_refuse_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("it has half of a surrogate pair") from None
    return value


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise ValueError(f"{twice} is given more than once; keep one")
    return values


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"it has {name}, which is not a number in JSON")


def name_of(path: str) -> str:
    """Name a file for people."""
    return "standard input" if path == STDIN else path
