"""What the tests need around them: a broker, a subscriber that is not ours, and programs to end in bad ways."""

from __future__ import annotations

import time
from collections.abc import Callable

DEADLINE = 60.0
"""Seconds after which something that does not happen counts as a failure; on a busy machine it takes long."""


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition is true; fail with what was waited for."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen: {what}"
        time.sleep(0.01)
