"""Limits how often something may be done that reaches into the network on behalf of others."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import HTTPException, status

from argus_mqtt.argusai._ownership import lock_directory


class Limiter:
    """One at a time, and at most so many within a period, shared by all limiters with the same key.

    These are the routers and worker processes of one user on one machine: they share a file in the directory of
    `argus_mqtt.argusai._ownership`. Without such a directory, the limit applies to this process. Any thread may use
    it.
    """

    def __init__(self, key: Callable[[], str], most: int, seconds: float) -> None:
        """Allow `most` within any period of `seconds`; `key` is called for each turn."""
        self._key: Final = key
        self._most: Final = most
        self._seconds: Final = seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take a turn, or answer 429."""
        descriptor = self._open()
        try:
            try:
                # Each opening of the file has a lock of its own, in the same process too.
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _refuse("another test is running; wait for its end", 1)
            try:
                self._count(descriptor)
                yield
            finally:
                # Not by closing alone: a child of this process may have a copy.
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        name = f"tests-{hashlib.sha256(self._key().encode()).hexdigest()[:32]}"
        with contextlib.suppress(OSError):
            return os.open(lock_directory() / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return _private(name)

    def _count(self, descriptor: int) -> None:
        now = time.monotonic()
        # This clock began anew with the machine, and the file may be older.
        begun = [one for one in _times(descriptor) if now - self._seconds < one <= now]
        if len(begun) >= self._most:
            wait = math.ceil(begun[0] + self._seconds - now)
            _refuse(f"{self._most} tests were made within {self._seconds:g} s; wait {wait} s", wait)
        with contextlib.suppress(OSError):  # A full disk stops no test.
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps([*begun, now]).encode(), 0)


_files: Final[dict[str, int]] = {}
_making: Final = threading.Lock()


def _private(name: str) -> int:
    """Open a file that only this process has, in no directory."""
    with _making:
        if name not in _files:
            _files[name] = os.memfd_create(name)
    return os.open(f"/proc/self/fd/{_files[name]}", os.O_RDWR | os.O_CLOEXEC)


def _times(descriptor: int) -> list[float]:
    # A full disk, or the end of a process, can leave half of it.
    with contextlib.suppress(ValueError, TypeError):
        found = json.loads(os.pread(descriptor, 1 << 16, 0))
        return sorted(float(one) for one in found)
    return []


def _refuse(why: str, seconds: int) -> None:
    raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, why, {"Retry-After": str(max(seconds, 1))})
