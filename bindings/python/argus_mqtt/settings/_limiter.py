"""How often something may be done that reaches out into the network for others."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import HTTPException, status


class Limiter:
    """One at a time, and so many in a time. Any thread may use it."""

    def __init__(self, most: int, seconds: float) -> None:
        """Allow `most` within any `seconds`."""
        self._most: Final = most
        self._seconds: Final = seconds
        self._lock = threading.Lock()
        self._is_busy = False
        self._begun: deque[float] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take one's turn, or answer 429."""
        with self._lock:
            now = time.monotonic()
            while self._begun and now - self._begun[0] >= self._seconds:
                self._begun.popleft()
            if self._is_busy:
                self._refuse("another test is running; wait for its end", 1)
            if len(self._begun) >= self._most:
                wait = math.ceil(self._begun[0] + self._seconds - now)
                self._refuse(f"{self._most} tests have been made within {self._seconds:g} s; wait {wait} s", wait)
            self._begun.append(now)
            self._is_busy = True
        try:
            yield
        finally:
            self._is_busy = False

    @staticmethod
    def _refuse(why: str, seconds: int) -> None:
        raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, why, {"Retry-After": str(max(seconds, 1))})
