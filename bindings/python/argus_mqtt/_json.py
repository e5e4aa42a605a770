"""Writing JSON, with errors that say where in the value the fault is."""

from __future__ import annotations

import json
import math
import numbers
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, time
from uuid import UUID

Convert = Callable[[object], object]
"""Gives what stands in JSON for a value that JSON does not know, or raises TypeError."""


class Unwritable(ValueError):
    """A value, or something in it, has no form in JSON.

    Attributes:
        path: Where: the name of the value, then keys and indices.
        problem: What is wrong there and what would be right; continues a sentence that begins with the path.
    """

    def __init__(self, path: str, problem: str) -> None:
        """Make a sentence of the two."""
        super().__init__(f"{path} {problem}")
        self.path = path
        self.problem = problem


def is_bool(value: object) -> bool:
    """Whether a value is True or False, also of numpy or another library of arrays, whose own are no `bool`."""
    if isinstance(value, bool):
        return True
    kind = str(getattr(value, "dtype", "")).rpartition(".")[2]
    return kind == "bool" and getattr(value, "shape", None) == ()


def event_json(value: Mapping[str, object], name: str) -> bytes:
    """Write a mapping as JSON; dates, times and UUIDs become text, and numbers of other libraries Python's own.

    Raises:
        Unwritable: Something in it has no form in JSON; the path starts with `name`.
    """
    return _write(value, name, _EVENT_ENCODER, _convert)


def settings_json(value: Mapping[str, object]) -> bytes:
    """Write settings as JSON; paths become text, too.

    Raises:
        Unwritable: Something in it has no form in JSON; the path starts with the name of the setting.
    """
    written = _write(value, "", _SETTINGS_ENCODER, _convert_setting)
    # Which the library would find as well, and could not tell of which setting it is.
    for name, setting in value.items():
        if isinstance(setting, int) and setting.bit_length() > _MOST_BITS:
            raise Unwritable(name, f"{_TOO_LONG}; give one in the range of the setting")
    return written


def _convert(value: object) -> object:
    if isinstance(value, (date, time)):  # A datetime is a date.
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if is_bool(value):
        return bool(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return _float(value)
    raise TypeError


def _float(value: numbers.Real) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf  # Which JSON has no number for either.


def _convert_setting(value: object) -> object:
    return os.fspath(value) if isinstance(value, os.PathLike) else _convert(value)


def _encoder(convert: Convert) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=convert)


_EVENT_ENCODER = _encoder(_convert)
_SETTINGS_ENCODER = _encoder(_convert_setting)


_TEXT = frozenset((str,))
_PLAIN = frozenset((str, int, float, bool, type(None)))
"""Types of values that contain no others."""

_MOST_BITS = 1024
"""More than these has no double-precision number, as which JSON is commonly read."""

_TOO_LONG = "is a whole number of more than 300 digits"

_DEEPEST = 200
"""Levels that are searched for a fault: far from Python's own limit, at which what is cleaned up fails, too."""


class _TooDeep(Exception):
    """A fault was not found within the deepest level."""


def _write(value: Mapping[str, object], name: str, encoder: json.JSONEncoder, convert: Convert) -> bytes:
    try:
        written = encoder.encode(value).encode()
        repeated = next(_repeated_keys(value, name), None) if _has_other_keys(value) else None
        if repeated is None:
            return written
        fault = repeated
    except (TypeError, ValueError, RecursionError) as error:
        # The encoder does not say where it stopped, so the value is walked once more.
        try:
            fault = next(_faults(value, name, (), convert), (name, f"is not JSON: {error}"))
        except _TooDeep:
            fault = (name, "is nested too deeply")
    raise Unwritable(*fault)


def _has_other_keys(value: object) -> bool:
    """Whether a value that has a form in JSON has a key that is not text. Each call that publishes asks."""
    rest = [value]
    for each in rest:
        if isinstance(each, dict):
            if not _TEXT.issuperset(map(type, each)):
                return True
            within: Collection[object] = each.values()
        elif isinstance(each, (list, tuple)):
            within = each
        elif isinstance(each, Mapping):
            within = (dict(each),)
        else:
            continue
        if not _PLAIN.issuperset(map(type, within)):
            rest.extend(item for item in within if type(item) not in _PLAIN)
    return False


def _repeated_keys(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Give where two keys, such as 1 and "1", are the same in JSON, in which only the last would count."""
    if isinstance(value, dict):
        yield from _repeated_key(value, path)
        for key, item in value.items():
            yield from _repeated_keys(item, f"{path}.{key}" if path else f"{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _repeated_keys(item, f"{path}[{index}]")
    elif isinstance(value, Mapping):
        yield from _repeated_keys(dict(value), path)


def _repeated_key(value: dict[object, object], path: str) -> Iterator[tuple[str, str]]:
    firsts: dict[str, object] = {}
    for key in value:
        (written,) = json.loads(json.dumps({key: None}))
        first = firsts.setdefault(written, key)
        if first is not key:
            yield path, f"has the keys {first!r} and {key!r}, which are the same in JSON; give one of them"


def _faults(value: object, path: str, above: tuple[int, ...], convert: Convert) -> Iterator[tuple[str, str]]:
    """Give what in `value` has no form in JSON. `above` has the ids of the containers that it is in."""
    if isinstance(value, (dict, list, tuple)):
        if id(value) in above:
            yield path, "contains itself"
        elif len(above) >= _DEEPEST:
            raise _TooDeep
        else:
            yield from _container_faults(value, path, (*above, id(value)), convert)
    elif isinstance(value, str):
        yield from _text_faults(value, path)
    elif isinstance(value, (int, float)):
        yield from _number_faults(value, path)
    elif value is not None:
        try:
            converted = convert(value)
        except TypeError:
            kind = type(value).__qualname__
            yield path, f"is of type {kind}, which has no form in JSON; give text, a number, a list or a dict"
        else:
            yield from _faults(converted, path, above, convert)


def _container_faults(
    value: dict[object, object] | list[object] | tuple[object, ...],
    path: str,
    above: tuple[int, ...],
    convert: Convert,
) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _key_faults(key, path)
            yield from _faults(item, f"{path}.{key}" if path else f"{key}", above, convert)
    else:
        for index, item in enumerate(value):
            yield from _faults(item, f"{path}[{index}]", above, convert)


def _key_faults(key: object, path: str) -> Iterator[tuple[str, str]]:
    remedy = "the keys of a JSON object are text"
    if isinstance(key, str):
        for _, problem in _text_faults(key, path):
            yield path, f"has a key {key!a} that {problem}"
    elif isinstance(key, float) and not math.isfinite(key):
        yield path, f"has the key {key}; {remedy}"
    elif key is not None and not isinstance(key, (int, float)):
        yield path, f"has a key of type {type(key).__qualname__}; {remedy}"


def _number_faults(value: float, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, int):
        if value.bit_length() > _MOST_BITS:
            yield path, f"{_TOO_LONG}, which readers of JSON refuse; give text"
    elif not math.isfinite(value):
        yield path, f"is {value}, which JSON has no number for; give null or leave it out"


def _text_faults(value: str, path: str) -> Iterator[tuple[str, str]]:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        # Not which half: it may be that of a password.
        yield path, f"has half of a surrogate pair as character {error.start}; give characters whole"
