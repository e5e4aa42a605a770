"""Which event loop something belongs to."""

from __future__ import annotations

import asyncio


def is_running(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether this is the loop that is running here."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:  # None is.
        return False
