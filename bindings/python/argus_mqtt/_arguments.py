"""From Python's values to what the C functions take: what ctypes would cut short or misread is refused here.

Whether a value makes sense to MQTT is for the library to say.
"""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from ._errors import InvalidArgument
from ._json import Unwritable, event_json, is_bool

Payload: TypeAlias = bytes | bytearray | memoryview | str | Mapping[str, object]
"""What can be published: bytes as they are, text as UTF-8, a mapping as JSON."""

Picture: TypeAlias = bytes | bytearray | memoryview
"""The bytes of a JPEG."""

_Function = TypeVar("_Function", bound=Callable[..., object])

_texts: dict[str, bytes] = {}
_MOST_TEXTS = 4096


def text(name: str, value: str) -> bytes:
    """Give a camera or topic for C. The results are kept: the same few come again and again."""
    try:
        return _texts[value]
    except (KeyError, TypeError):
        pass
    encoded = c_text(name, value)
    if len(_texts) >= _MOST_TEXTS:
        _texts.clear()
    _texts[value] = encoded
    return encoded


def c_text(name: str, value: str) -> bytes:
    """Give the UTF-8 of a text for C, where a NUL would end it."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    position = value.find("\0")
    if position >= 0:
        raise InvalidArgument(f"{name} has U+0000 as character {position}; remove it")
    return utf8(name, value)


def utf8(name: str, value: str) -> bytes:
    """Encode a text, refusing the half characters that Python's texts may hold and UTF-8 may not."""
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise InvalidArgument(
            f"{name} has half of a surrogate pair as character {error.start}; give characters whole"
        ) from None


def payload(name: str, value: Payload) -> bytes:
    """Give the bytes of something to publish."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return utf8(name, value)
    if isinstance(value, Mapping):
        try:
            return event_json(value, name)
        except Unwritable as fault:
            raise InvalidArgument(str(fault)) from None
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    raise TypeError(f"{name} must be bytes, bytearray, memoryview, str or a mapping, not {type(value).__name__}")


def picture(name: str, value: Picture) -> bytes:
    """Give the bytes of a picture."""
    if isinstance(value, (str, Mapping)):
        raise TypeError(f"{name} must be bytes, not {type(value).__name__}")
    return payload(name, value)


def timeout(value: float | None) -> float | None:
    """Check a timeout in seconds; infinity means forever, as None does."""
    if value is None:
        return None
    if not isinstance(value, numbers.Real):
        raise TypeError(f"timeout must be a number of seconds or None, not {type(value).__name__}")
    if not value >= 0:  # NaN is neither.
        raise InvalidArgument(f"timeout is {value}: it must be 0 or more seconds, or None to wait forever")
    try:
        seconds = float(value)
    except OverflowError:
        return None
    return None if seconds == math.inf else seconds


def whole(name: str, value: int, least: int, most: int) -> int:
    """Check a whole number against what its C type holds."""
    if not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if not least <= value <= most:
        raise InvalidArgument(f"{name} is {value}: it must be from {least} to {most}")
    return int(value)


def plain_function(name: str, value: _Function) -> _Function:
    """Check a function that will be called, and not awaited."""
    if inspect.iscoroutinefunction(value):
        raise TypeError(f"{name} must be a plain function, not a coroutine function: let it start a task")
    if not callable(value):
        raise TypeError(f"{name} must be a function, not {type(value).__name__}")
    return value


def flag(name: str, value: bool) -> bool:
    """Check a truth value; the text "false" would be true otherwise."""
    if not is_bool(value):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return bool(value)
