"""A home for the tests: a broker, a real Home Assistant, and publishers."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]

DEADLINE = 60.0
"""Seconds after which something that does not happen counts as a failure; on a busy machine it takes long."""


def wait_until(condition: Callable[[], object], what: Callable[[], str] | str, seconds: float = DEADLINE) -> None:
    """Wait until a condition is true; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not happen: {what if isinstance(what, str) else what()}")
        time.sleep(0.05)
