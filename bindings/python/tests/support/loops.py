"""Programs on event loops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import argus_mqtt

from . import DEADLINE

ENDED_BY_SHUTDOWN = (argus_mqtt.Dropped, argus_mqtt.ShutDown)
"""How a wait ends that the shutdown ends: told of the last outcomes, or only of the end."""

Run: TypeAlias = Callable[[Coroutine[Any, Any, Any]], Any]
"""What runs a coroutine on a loop of its own."""


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait until something is true, and let the other tasks go on."""
    deadline = asyncio.get_running_loop().time() + DEADLINE
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"it did not happen: {what}"
        await asyncio.sleep(0.01)
