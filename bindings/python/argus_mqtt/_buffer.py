"""Reading text that the library writes into a caller's buffer."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from ._errors import BUFFER_TOO_SMALL, OK, error_for
from ._prototypes import Error

_ENOUGH_FOR_MOST = 8192

Fill = Callable[..., int]
"""Takes buffer, capacity, where the length goes, and the error; gives a status."""


def read(fill: Fill) -> bytes:
    """Give what `fill` writes, with a larger buffer as often as the text has grown meanwhile."""
    capacity = _ENOUGH_FOR_MOST
    length = ctypes.c_size_t()
    error = Error()
    while True:
        buffer = ctypes.create_string_buffer(capacity)
        status = fill(buffer, capacity, ctypes.byref(length), ctypes.byref(error))
        if status == OK:
            return buffer.raw[: length.value]
        if status != BUFFER_TOO_SMALL:
            raise error_for(status, error.text)
        capacity = length.value + 1
