"""Waiting so that Python's signal handlers, Ctrl-C among them, run meanwhile.

A deadline is a time of `time.monotonic()`, or infinity.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from . import _greenlets
from ._errors import TIMEOUT

LONGEST_MS = 2**63 - 1
"""For ever."""

CALL_SECONDS = 2.0
"""How much later than its deadline a call of the library may return, on a busy machine."""

# Python runs signal handlers on the main thread, between calls and not in them; so they are this late at most.
_SLICE_MS = 100


def deadline_after(timeout: float | None) -> float:
    """Give the time that is `timeout` seconds from now; None is forever."""
    return math.inf if timeout is None else time.monotonic() + timeout


def milliseconds_to(deadline: float) -> int:
    """Give what the library is to be told: milliseconds, rounded up so that it does not end early."""
    left_ms = (deadline - time.monotonic()) * 1000
    return max(0, math.ceil(left_ms)) if left_ms < LONGEST_MS else LONGEST_MS


def seconds_to(deadline: float) -> float | None:
    """Give what Python's own waits take; None is forever."""
    left = max(0.0, deadline - time.monotonic())
    return left if left < threading.TIMEOUT_MAX else None


def within(timeout: float | None) -> str:
    """Say for how long it was waited: what the library says is the length of one slice."""
    return "" if timeout is None else f" within {timeout:g} s"


def wait(name: str, call: Callable[[int], int], deadline: float) -> int:
    """Repeat `call(timeout_ms)` until its status is not TIMEOUT or the deadline has passed; give the status.

    It is called at least once: a deadline that has passed makes it look without waiting. `name` is what the user
    of the package calls it.
    """
    if milliseconds_to(deadline):
        _greenlets.refuse_wait(name)
    main = threading.current_thread() is threading.main_thread()
    longest_ms = _SLICE_MS if main else LONGEST_MS
    while True:
        left_ms = milliseconds_to(deadline)
        status = call(min(left_ms, longest_ms))
        if status != TIMEOUT or left_ms <= longest_ms:
            return status
