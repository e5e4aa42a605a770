"""Reads what happens to a client."""

from __future__ import annotations

import ctypes
import functools
import json

from . import _prototypes, _waiting
from ._errors import BUFFER_TOO_SMALL, OK, TIMEOUT, TimedOut, error_for
from ._notice import Ended, Notice, logged, notice_from
from ._outcomes import OUTCOMES

_ENOUGH_FOR_MOST = 2048


def read(handle: int, timeout: float | None) -> Notice:
    """Wait for the next notice; log it if it is for a log."""
    deadline = _waiting.deadline_after(timeout)
    capacity = _ENOUGH_FOR_MOST
    length = ctypes.c_size_t()
    error = _prototypes.Error()
    while True:
        buffer = ctypes.create_string_buffer(capacity)
        output = (buffer, capacity, ctypes.byref(length), ctypes.byref(error))
        call = functools.partial(_next_notice, handle, output)
        status = _waiting.wait("client.next_notice", call, deadline)
        if status == OK:
            return logged(notice_from(json.loads(buffer.raw[: length.value])))
        if status == TIMEOUT:
            raise TimedOut(f"nothing happened{_waiting.within(timeout)}")
        if status != BUFFER_TOO_SMALL:
            raise error_for(status, error.text)
        # It is still the next one.
        capacity = length.value + 1


def open_kinds(handle: int, kinds: int) -> None:
    """Choose what is noted from now on."""
    error = _prototypes.Error()
    status = _prototypes.open_notices(handle, kinds, ctypes.byref(error))
    if status != OK:
        raise error_for(status, error.text)


def take_outcomes(handle: int, most: int, deadline: float) -> list[Ended]:
    """Wait until there is an outcome, and take those that there are."""
    room = (_prototypes.Outcome * most)()
    count = ctypes.c_size_t()
    error = _prototypes.Error()
    output = (ctypes.byref(room), most, ctypes.byref(count), ctypes.byref(error))
    call = functools.partial(_next_outcomes, handle, output)
    status = _waiting.wait("client.next_outcomes", call, deadline)
    if status != OK:
        raise error_for(status, error.text)
    return [
        Ended(one.delivery, OUTCOMES[one.outcome], one.reason.decode("utf-8", "replace") or None)
        for one in room[: count.value]
    ]


def _next_outcomes(handle: int, output: tuple[object, ...], timeout_ms: int) -> int:
    return _prototypes.next_outcomes(handle, timeout_ms, *output)


def _next_notice(handle: int, output: tuple[object, ...], timeout_ms: int) -> int:
    return _prototypes.next_notice(handle, timeout_ms, *output)


class OutcomeBuffer:
    """Takes outcomes without waiting, many at a time into the same memory; for one thread."""

    def __init__(self, most: int) -> None:
        """Make room for this many."""
        self._room = (_prototypes.Outcome * most)()
        self._count = ctypes.c_size_t()
        self._error = _prototypes.Error()
        self._output = (ctypes.byref(self._room), most, ctypes.byref(self._count), ctypes.byref(self._error))

    def take(self, handle: int) -> list[tuple[int, int, str]]:
        """Give delivery, status and reason of each that there is, in the order of their ends."""
        status = _prototypes.next_outcomes(handle, 0, *self._output)
        if status == TIMEOUT:
            return []
        if status != OK:
            raise error_for(status, self._error.text)
        return [
            (one.delivery, one.outcome, one.reason.decode("utf-8", "replace"))
            for one in self._room[: self._count.value]
        ]


class Buffer:
    """Reads notices without waiting, into the same memory each time; for one thread."""

    def __init__(self) -> None:
        """Make room for most of them."""
        self._length = ctypes.c_size_t()
        self._error = _prototypes.Error()
        self._grow(_ENOUGH_FOR_MOST)

    def next(self, handle: int) -> Notice | None:
        """Give the next notice, and log it if it is for a log; None when there is none."""
        while True:
            status = _prototypes.next_notice(handle, 0, *self._output)
            if status == OK:
                return logged(notice_from(json.loads(self._buffer.value)))
            if status == TIMEOUT:
                return None
            if status != BUFFER_TOO_SMALL:
                raise error_for(status, self._error.text)
            self._grow(self._length.value + 1)

    def _grow(self, capacity: int) -> None:
        self._buffer = ctypes.create_string_buffer(capacity)
        self._output = (self._buffer, capacity, ctypes.byref(self._length), ctypes.byref(self._error))


def descriptor(handle: int) -> int:
    """Give the file descriptor that is readable while there is something to read."""
    fd = ctypes.c_int()
    error = _prototypes.Error()
    status = _prototypes.notice_fd(handle, ctypes.byref(fd), ctypes.byref(error))
    if status != OK:
        raise error_for(status, error.text)
    return fd.value
